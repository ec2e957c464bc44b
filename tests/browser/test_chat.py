"""What a customer does at the counter, in both languages."""

import json
import re

import pytest
from playwright.async_api import FilePayload, Page, expect
from tests.browser.visitor import Counter, Visit, unheard
from tests.turns.counter import camera

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOTH = pytest.mark.parametrize("language", ["zh", "en"])


async def kept(page: Page, who: str = "guest") -> dict[str, object]:
    """What the tab remembers of the conversation."""
    found: dict[str, object] = json.loads(
        await page.evaluate("(who) => sessionStorage[`xiaoer:${who}`]", who)
    )
    return found


@BOTH
async def test_where_is_my_order(visit: Visit, counter: Counter, language: str) -> None:
    bought = counter.order("shipped", language=language)
    visitor = await visit(language=language, customer_id=bought.customer_id)
    await visitor.opens()
    reply = await visitor.says(f"订单 {bought.order_id} 到哪了？", f"Where is my order {bought.order_id}?")
    card = reply.locator("section.card")
    await expect(card).to_contain_text(bought.order_id)
    steps = card.get_by_role("listitem").filter(has=visitor.page.locator("small"))
    await expect(card.locator("details ol li").first).to_be_visible()
    assert await steps.count() >= 2
    await card.locator("summary").first.click()
    await expect(card.locator("details ol li").first).to_be_hidden()


@BOTH
async def test_a_product_is_found_and_leads_to_its_place_in_the_shop(visit: Visit, language: str) -> None:
    visitor = await visit(language=language)
    await visitor.opens()
    reply = await visitor.says(
        "有没有 42 码的跑鞋，500 以内？", "Do you have running shoes in size 42 under 500?"
    )
    card = reply.locator(".products li").first
    await expect(card.locator("img")).to_have_js_property("complete", value=True)
    assert await card.locator("img").evaluate("(image) => image.naturalWidth") > 0
    await expect(card.locator(".price")).to_contain_text(re.compile(r"¥\d"))
    title = await card.get_by_role("link").inner_text()
    await card.get_by_role("link").click()
    await expect(visitor.page.locator(".picked h3")).to_have_text(title)
    await expect(visitor.panel).to_be_visible()


async def test_a_suggestion_is_sent_by_one_press_and_then_gone(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    chip = visitor.panel.locator(".quick button").first
    text = await chip.inner_text()
    await chip.dblclick()
    await expect(visitor.own).to_have_text([text])
    await expect(visitor.panel.get_by_role("button", name=text)).to_have_count(0)
    await expect(visitor.replies).to_have_count(1)


@BOTH
async def test_confirming_twice_cancels_once(visit: Visit, counter: Counter, language: str) -> None:
    bought = counter.order("paid", language=language)
    visitor = await visit(language=language, customer_id=bought.customer_id)
    presses: list[str] = []
    visitor.page.on(
        "request", lambda request: presses.append(request.url) if "/cards/" in request.url else None
    )
    await visitor.opens()
    reply = await visitor.says(f"取消订单 {bought.order_id}", f"Cancel order {bought.order_id}")
    card = reply.locator("section.card")
    await expect(card).to_contain_text(bought.order_id)
    await card.locator(".bar .main").dblclick()
    await expect(card.get_by_role("status")).to_have_text({"zh": "已办好", "en": "Done"}[language])
    await expect(card.locator(".bar")).to_be_hidden()
    assert len(presses) == 1
    await expect(visitor.replies).to_have_count(2)
    again = await visitor.says(f"订单 {bought.order_id} 怎么样了？", f"What about order {bought.order_id}?")
    await expect(again.locator("section.card .state")).to_have_attribute("data-state", "cancelled")


async def test_a_declined_card_stays_declined_after_a_reload(visit: Visit, counter: Counter) -> None:
    bought = counter.order("paid", language="zh")
    visitor = await visit(customer_id=bought.customer_id)
    await visitor.opens()
    reply = await visitor.says(f"取消订单 {bought.order_id}", "")
    await reply.locator(".bar button").last.click()
    await expect(reply.locator("section.card")).to_contain_text("没有改动")
    await visitor.page.reload()
    card = visitor.log.locator("[data-intent]")
    await expect(card).to_contain_text("没有改动")
    await expect(card.locator(".bar")).to_be_hidden()


async def test_a_card_whose_press_was_not_heard_can_be_pressed_again(visit: Visit, counter: Counter) -> None:
    bought = counter.order("paid", language="en")
    visitor = await visit(language="en", customer_id=bought.customer_id)
    await visitor.opens()
    reply = await visitor.says("", f"Cancel order {bought.order_id}")
    await visitor.page.route("**/cards/**", lambda route: route.abort(), times=1)
    await reply.locator(".bar .main").click()
    await expect(visitor.alert).to_have_text("Something went wrong, please try again.")
    await reply.locator(".bar .main").click()
    await expect(reply.locator("section.card")).to_contain_text("Done")
    await expect(visitor.alert).to_be_hidden()


@BOTH
async def test_a_person_is_one_press_away_at_any_moment(visit: Visit, language: str) -> None:
    visitor = await visit(language=language)
    await visitor.launcher.click()
    person = visitor.button("人工客服", "Talk to a person")
    await expect(person).to_be_visible()
    await person.click()
    await expect(visitor.log.locator("article .card svg")).to_have_count(1)
    await expect(visitor.panel.locator("header small")).to_have_text(
        {"zh": "正在转接人工", "en": "In the queue"}[language]
    )
    await visitor.says("退货期限是多久？", "How long do I have to return something?")
    await expect(person).to_be_visible()


async def test_an_answer_from_the_rules_names_its_source(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    reply = await visitor.says("退货期限是多久？", "")
    await expect(reply.locator(".by").last).to_contain_text("依据")


async def test_a_reload_keeps_the_log_and_the_open_panel(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.says("运费怎么收？", "")
    before = await visitor.log.locator("article .text").all_inner_texts()
    await visitor.page.reload()
    await expect(visitor.log.locator("article .text")).to_have_text(before)
    await expect(visitor.panel).to_be_visible()
    await expect(visitor.panel.locator(".quick")).to_have_count(0)


async def test_markup_in_a_message_is_shown_and_not_run(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    markup = '<img src=x onerror="window.ran=1"><b>退货期限是多久？</b>'
    await visitor.says(markup, "")
    await expect(visitor.own.locator(".text")).to_have_text(markup)
    await visitor.page.reload()
    await expect(visitor.own.locator(".text")).to_have_text(markup)
    assert await visitor.page.evaluate("window.ran") is None
    assert await visitor.log.locator("img").count() == 0


async def test_a_thumb_and_why(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    reply = await visitor.says("运费怎么收？", "")
    bodies: list[object] = []
    visitor.page.on("request", lambda r: bodies.append(r.post_data_json) if r.method == "PUT" else None)
    await reply.get_by_role("button", name="没帮助").click()
    why = reply.get_by_role("textbox")
    await why.fill("没说到偏远地区")
    await why.press("Enter")
    await expect(reply.get_by_role("status")).to_have_text("谢谢，记下了。")
    await expect(reply.get_by_role("button", name="没帮助")).to_have_attribute("aria-pressed", "true")
    assert bodies == [{"thumb": -1, "text": ""}, {"thumb": -1, "text": "没说到偏远地区"}]


async def test_the_limit_is_told_before_it_is_reached(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.input.fill("字" * 3990)
    left = visitor.panel.locator(".left")
    await expect(left).to_have_text("剩余字数 10")
    await visitor.input.fill("字" * 4001)
    await expect(left).to_have_text("剩余字数 -1")
    await visitor.input.press("Enter")
    await expect(visitor.own).to_have_count(0)
    assert len(await visitor.input.input_value()) == 4001


async def test_enter_sends_but_not_with_shift_nor_inside_a_composition(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.input.fill("一")
    await visitor.input.press("Shift+Enter")
    await visitor.input.press_sequentially("二")
    composing = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    await visitor.input.dispatch_event("keydown", composing)
    await expect(visitor.own).to_have_count(0)
    assert await visitor.input.input_value() == "一\n二"
    await visitor.input.press("Enter")
    await expect(visitor.own.locator(".text")).to_have_text("一\n二")


async def test_another_customer_sees_nothing_of_the_first(visit: Visit, counter: Counter) -> None:
    first, second = counter.order("shipped", language="zh"), counter.order("shipped", language="zh")
    visitor = await visit(customer_id=first.customer_id)
    await visitor.opens()
    reply = await visitor.says(f"订单 {first.order_id} 到哪了？", "")
    await expect(reply.locator("section.card")).to_be_visible()
    await visitor.becomes(second.customer_id)
    await expect(visitor.log.locator("article")).to_have_count(0)
    await expect(visitor.panel.locator(".quick button").first).to_be_visible()
    stored = await visitor.page.evaluate("JSON.stringify(sessionStorage)")
    await visitor.signs_out()
    await expect(visitor.log.locator("article")).to_have_count(0)
    assert first.order_id not in await visitor.page.content()
    assert first.customer_id not in stored


async def test_a_fresh_token_of_the_same_customer_changes_nothing(visit: Visit, counter: Counter) -> None:
    bought = counter.order("shipped", language="zh")
    visitor = await visit(customer_id=bought.customer_id)
    await visitor.opens()
    await visitor.says("运费怎么收？", "")
    before = await kept(visitor.page, f":{bought.customer_id}")
    fresh = await visitor.page.evaluate(
        """async (customer_id) => {
            const headers = { "Content-Type": "application/json" };
            const body = JSON.stringify({ customer_id });
            return (await (await fetch("/demo/api/sign-in", { method: "POST", headers, body })).json()).token;
        }""",
        bought.customer_id,
    )
    await visitor.page.evaluate("(token) => document.querySelector('xiaoer-chat').signIn(token)", fresh)
    await expect(visitor.replies).to_have_count(1)
    await visitor.says("谢谢", "")
    assert (await kept(visitor.page, f":{bought.customer_id}"))["id"] == before["id"]


async def test_a_conversation_that_has_expired_gives_way_to_a_new_one(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.says("运费怎么收？", "")
    old = await kept(visitor.page)
    await visitor.page.evaluate(
        "(now) => sessionStorage['xiaoer:guest'] = JSON.stringify({ ...now, token: 'x' })", old
    )
    await visitor.page.reload()
    await expect(visitor.panel.locator(".quick button").first).to_be_visible()
    await expect(visitor.log.locator("article")).to_have_count(0)
    await visitor.says("运费怎么收？", "")
    assert (await kept(visitor.page))["id"] != old["id"]


async def test_what_is_sent_to_an_expired_conversation_arrives_in_the_new_one(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    old = await kept(visitor.page)
    await visitor.page.route(
        "**/messages", lambda route: route.fulfill(status=401, json={"detail": "expired"}), times=1
    )
    await visitor.says("运费怎么收？", "")
    await expect(visitor.own).to_have_count(1)
    assert (await kept(visitor.page))["id"] != old["id"]


@BOTH
async def test_a_photo_is_sent_with_the_keyboard_shown_and_still_there_after_a_reload(
    visit: Visit, language: str
) -> None:
    visitor = await visit(language=language)
    await visitor.opens()
    clip = visitor.button("发照片", "Send a photo")
    async with visitor.page.expect_file_chooser() as choosing:
        await clip.focus()
        await visitor.page.keyboard.press("Enter")
    photo: FilePayload = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": camera((300, 200))}
    await (await choosing.value).set_files(files=[photo])
    reply = "照片收到了" if language == "zh" else "I have your photo"
    await expect(visitor.replies.last).to_contain_text(reply)
    await expect(visitor.own.locator("small")).to_have_count(0)  # sent
    red = "(canvas) => canvas.getContext('2d').getImageData(canvas.width - 2, 9, 1, 1).data[0] > 150"
    canvas = visitor.own.get_by_role("img", name="照片" if language == "zh" else "Photo")
    assert await canvas.evaluate(red)
    await visitor.page.reload()
    await expect(canvas).to_have_js_property("width", 300)
    await visitor.page.wait_for_function(
        f"() => ({red})(document.querySelector('xiaoer-chat').shadowRoot.querySelector('canvas'))"
    )


async def test_what_is_no_photo_or_too_big_is_told_in_words(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    chosen = visitor.page.locator("xiaoer-chat input[type=file]")
    big: FilePayload = {"name": "big.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8" * 4_000_001}
    await chosen.set_input_files(files=[big])
    await expect(visitor.alert).to_contain_text("8 MB")
    fake: FilePayload = {"name": "page.png", "mimeType": "image/png", "buffer": b"<html></html>"}
    await chosen.set_input_files(files=[fake])
    await expect(visitor.own.last).to_contain_text("JPEG、PNG 或 WebP")
    await expect(visitor.alert).to_have_text("")


async def test_a_closed_panel_counts_what_comes_in_on_any_page(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.panel).to_be_hidden()
    await visitor.page.reload()
    await expect(visitor.launcher).to_be_visible()
    await visitor.page.evaluate(
        """async () => {
            const { id, token } = JSON.parse(sessionStorage["xiaoer:guest"]);
            const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
            const body = JSON.stringify({ client_id: "elsewhere", text: "运费怎么收？" });
            await fetch(`/v1/conversations/${id}/messages`, { method: "POST", headers, body });
        }"""
    )
    await expect(visitor.launcher).to_contain_text("1 条未读")
    await visitor.launcher.click()
    await expect(visitor.replies).to_have_count(1)
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.launcher).to_have_text("问小二")


async def test_a_message_whose_answer_was_not_heard_is_sent_again_and_stored_once(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    bodies: list[object] = []
    visitor.page.on(
        "request", lambda r: bodies.append(r.post_data_json) if r.url.endswith("/messages") else None
    )
    await visitor.page.route("**/events", lambda route: route.abort())
    await visitor.page.reload()
    await visitor.page.route("**/messages", unheard, times=1)
    await visitor.input.fill("运费怎么收？")
    await visitor.input.press("Enter")
    await expect(visitor.own).to_contain_text("没有发出去")
    await visitor.own.get_by_role("button", name="重试").click()
    await expect(visitor.own.get_by_role("button")).to_have_count(0)
    await visitor.page.unroute("**/events")
    await expect(visitor.replies).to_have_count(1)
    await expect(visitor.own).to_have_count(1)
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
