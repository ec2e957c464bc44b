"""Notice, person, accessibility, narrow screens, weight: what a widget owes to everybody."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect
from tests.browser.visitor import Counter, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDGET = Path(__file__).parents[2] / "ui/widget"
NOTICES = {"zh": re.compile("不是真人.*人工"), "en": re.compile("not a human.*person", re.IGNORECASE)}
FACES = [  # each language, scheme and size with each of the other two
    ("zh", "light", "wide"),
    ("zh", "dark", "phone"),
    ("en", "light", "phone"),
    ("en", "dark", "wide"),
]


async def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, in words."""
    await page.evaluate(AXE_SCRIPT)
    found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{v['id']}: {json.dumps([n['target'] for n in v['nodes']])} {v['nodes'][0]['failureSummary']}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("language", "scheme", "size"), FACES)
async def test_everybody_can_use_it(
    visit: Visit, counter: Counter, language: str, scheme: str, size: str
) -> None:
    bought = counter.order("shipped", language=language)
    visitor = await visit(language=language, scheme=scheme, size=size, customer_id=bought.customer_id)
    if size == "phone":  # there the panel covers the page
        assert await serious(visitor.page) == []
    await visitor.launcher.click()
    await expect(visitor.notice).to_have_text(NOTICES[language])
    await expect(visitor.notice).to_be_in_viewport(ratio=1)
    await expect(visitor.button("人工客服", "Talk to a person")).to_be_in_viewport(ratio=1)
    reply = await visitor.says(f"订单 {bought.order_id} 到哪了？", f"Where is my order {bought.order_id}?")
    await expect(reply.locator("section.card")).to_be_visible()
    await visitor.says("我想取消订单", "I want to cancel an order")
    assert await serious(visitor.page) == []


async def test_no_theme_takes_the_notice_away(visit: Visit) -> None:
    visitor = await visit()
    own = await visitor.page.evaluate(
        """() => {
            const text = [...document.querySelector("xiaoer-chat").shadowRoot.adoptedStyleSheets[0].cssRules]
                .map((rule) => rule.cssText).join("");
            return [...new Set(text.match(/--[a-z-]+/g))];
        }"""
    )
    assert "--xiaoer-accent" in own
    await visitor.page.evaluate(
        """(names) => {
            const { style } = document.querySelector("xiaoer-chat");
            for (const name of names) style.setProperty(name, "transparent");
            const hidden = { color: "transparent", "font-size": "0", visibility: "hidden" };
            for (const [name, value] of Object.entries(hidden)) style.setProperty(name, value);
        }""",
        own,
    )
    await visitor.page.evaluate("document.querySelector('xiaoer-chat').open()")
    await expect(visitor.notice).to_be_visible()
    await expect(visitor.notice).to_have_css("color", "rgb(106, 96, 79)")
    await expect(visitor.notice).to_have_css("font-size", "13px")


async def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    visitor = await visit(language="en")
    keyboard = visitor.page.keyboard
    await visitor.page.locator("footer pre").focus()
    await keyboard.press("Tab")
    await expect(visitor.launcher).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.input).to_be_focused()
    await expect(visitor.panel.locator(".quick button").first).to_be_visible()
    await keyboard.press("Shift+Tab")  # the button for a photo
    await keyboard.press("Shift+Tab")
    await expect(visitor.panel.locator(".quick button").last).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.input).to_be_focused()
    await expect(visitor.replies).to_have_count(1)
    await keyboard.press("Escape")
    await expect(visitor.panel).to_be_hidden()
    await expect(visitor.launcher).to_be_focused()


async def test_on_a_phone_the_panel_is_the_screen_and_escape_leads_back(visit: Visit) -> None:
    visitor = await visit(size="phone")
    await visitor.opens()
    box = await visitor.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    await expect(visitor.input).not_to_be_focused()  # no keyboard over the first words
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.launcher).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(640, 430), (320, 640)], ids=["200 %", "400 %"])
async def test_magnified_nothing_is_cut_off(visit: Visit, width: int, height: int) -> None:
    visitor = await visit(language="en")
    await visitor.page.set_viewport_size({"width": width, "height": height})
    await visitor.opens()
    for part in (visitor.notice, visitor.input, visitor.button("人工客服", "Talk to a person"), visitor.log):
        await expect(part).to_be_in_viewport(ratio=1)
    assert await visitor.page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_language_button_changes_every_word_and_the_suggestions(visit: Visit) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.panel.get_by_role("button", name="EN", exact=True).click()
    await expect(visitor.notice).to_have_text(NOTICES["en"])
    await expect(visitor.panel.locator(".quick button").first).to_have_text(re.compile("[a-z]"))
    texts = await visitor.panel.inner_text()
    assert re.findall("[\u4e00-\u9fff]+", texts) == ["山月集", "中文"]


async def test_no_other_file_is_loaded_for_the_widget(visit: Visit, counter: Counter) -> None:
    visitor = await visit()
    loaded = await visitor.page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    names = {name.rsplit("/", 1)[1] for name in loaded if "/widget/" in name}
    assert names == {path.name for path in WIDGET.glob("*.js")}
    assert all(name.startswith(counter.url) for name in loaded)
