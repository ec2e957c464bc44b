"""A conversation handed over: fixed rows from the records; a model's words of exactly those, or none."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.assist.desk import ALEX, GONE, SILENT, Desk, Model, desk, rows, told
from tests.channels.test_bad_input import problem
from tests.llm.server import Asked
from tests.turns.counter import named_orders
from tests.turns.house import HouseUrl

from xiaoer.actions.base import CATALOGUE, reads_only
from xiaoer.assist.summary import Row
from xiaoer.assist.words import action_name, staff_words
from xiaoer.domain.care_ports import TicketKind
from xiaoer.domain.decision import Task
from xiaoer.domain.ids import PhotoId, ShopId
from xiaoer.domain.llm import Purpose
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.promise import PromiseKind
from xiaoer.domain.reply import PhotoPart
from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Language
from xiaoer.store.llm_calls import SqlCalls

STORY_ZH = (
    "取消订单 {shipped}",
    "订单 {shipped} 到哪了",
    "我要投诉",
    "快递员把我的箱子摔在门口就走了，太气人了",
    "转人工",
)
STORY_EN = (
    "cancel order {shipped}",
    "where is order {shipped}",
    "I want to file a complaint",
    "The driver threw my parcel over the fence, this is ridiculous",
    "I want to talk to a human",
)
ROWS = ["wanted", "done", "refused", "mood", "promised", "waits"]


async def a_long_story(at: Desk, zh: bool = True) -> dict[str, str]:
    """An order is cancelled, another cannot be; the customer is angry and asks for a person."""
    orders = named_orders(at.talk, "")
    await at.talk.says(f"取消订单 {orders['paid']}" if zh else f"cancel order {orders['paid']}")
    await at.talk.presses(yes=True)
    said = STORY_ZH if zh else STORY_EN
    for text in said:
        at.clock.forward(1)
        await at.talk.says(text.format(**orders))
    return orders


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_the_rows_tell_it_without_a_model(data_dir: Path, house_url: HouseUrl, database: str) -> None:
    async with desk(data_dir, url=house_url(database)) as at:
        orders = await a_long_story(at)
        paid = await at.talk.order(orders["paid"])
        made = await at.summary()
        assert [row["row"] for row in made["rows"]] == ROWS
        found = rows(made)
        [cancelled] = [item for item in found["done"] if item["key"] == "cancel_order"]
        assert cancelled["order_id"] == orders["paid"]
        assert (cancelled["amount_minor"], cancelled["currency"]) == (paid.total.minor, "CNY")
        assert cancelled["text"].startswith(f"取消订单 · {orders['paid']} · 退 ¥")
        assert cancelled["at"].startswith("20")
        [refused] = found["refused"]
        assert (refused["key"], refused["order_id"]) == ("already_shipped", orders["shipped"])
        assert "取消" in refused["text"].rpartition(" · ")[2]
        assert found["wanted"][-1]["text"] == "最后说：“转人工”"
        assert {"cancel_order"} <= {item["key"] for item in found["wanted"]}
        assert found["mood"]
        assert "refund_by" in [item["key"] for item in found["promised"]]
        assert all(item["due_at"] for item in found["promised"])
        assert {"person", "ticket"} <= {item["key"] for item in found["waits"]}
        assert made["wording"]["state"] == "no_model"
        assert "没有接大模型" in made["wording"]["note"]
        english = await at.summary("en")
        assert english["language"] == "en"
        assert [item["key"] for item in rows(english)["done"]] == [item["key"] for item in found["done"]]
        assert "¥" in rows(english)["done"][0]["text"]
        assert "No language model is set up" in english["wording"]["note"]
        shown = str(
            [[item["text"] for item in row["items"]] for row in english["rows"] if row["row"] != "wanted"]
        )
        assert not re.search("[一-鿿]", shown), shown


async def test_a_card_and_a_question_that_wait(data_dir: Path) -> None:
    async with desk(data_dir) as at:
        orders = named_orders(at.talk, "")
        await at.talk.says(f"取消订单 {orders['paid']}")
        [card] = [item for item in rows(await at.summary())["waits"] if item["key"] == "card"]
        assert card["order_id"] == orders["paid"]
        assert card["due_at"]
        await at.talk.says("算了")
        await at.talk.says("我要改收货地址")
        keys = {item["key"]: item for item in rows(await at.summary())["waits"]}
        assert "card" not in keys
        assert keys["slot"]["action"] == "change_address"
        at.clock.forward(120)
        assert "card" not in {item["key"] for item in rows(await at.summary())["waits"]}


async def test_a_photo_waits_for_an_answer_as_words_do(data_dir: Path) -> None:
    async with desk(data_dir) as at:
        await at.writes("杯子是这样的")
        await at.writes("", photo=PhotoPart(photo_id=PhotoId("p1"), width=1, height=1))
        found = rows(await at.summary())
        assert [item["text"] for item in found["waits"]] == ["还有 2 条消息没有回复"]
        assert found["wanted"][-1]["text"] == "最后说：“杯子是这样的”"


async def test_a_question_of_an_older_release_is_told_by_what_it_is_for(data_dir: Path) -> None:
    async with desk(data_dir) as at:
        copilot = at.app.assist.copilot
        talk = await at.app.house.conversations.get(at.talk.conversation_id)
        assert talk is not None
        memory = replace(talk.memory, task=Task(action="change_address", asked="nothing_of_today"))
        summed = await copilot.summary(replace(talk, memory=memory), Language.ZH, now=at.clock())
        [item] = summed.summary.row(Row.WAITS)
        assert (item.key, item.action) == ("slot", "change_address")
        assert item.text == "等顾客回答 · 修改收货地址"


def retold(asked: Asked) -> str:
    """What a good model says of the facts it was given, with its order and its amount."""
    facts = told(asked, "facts")
    order, amount = re.search(r"ORDER-[A-Z]+", facts), re.search(r"¥[\d,.]+\d", facts)
    assert order
    assert amount
    if "Simplified Chinese" in asked.text:
        return f"顾客想取消订单；{order[0]} 已取消，退 {amount[0]}。顾客在等人工。"
    return (
        f"The customer wanted to cancel; {order[0]} was cancelled, {amount[0]} back. They wait for a person."
    )


@pytest.mark.parametrize("email", ["mei.lin@example.com", ALEX])
async def test_with_a_model_it_is_worded_of_exactly_those_facts(data_dir: Path, email: str) -> None:
    model = Model()
    async with desk(data_dir, model, email=email, llm_voice="never") as at:
        zh = email != ALEX
        orders, reads = await a_long_story(at, zh), "zh" if zh else "en"
        model.says = retold
        made = await at.summary(reads)
        assert made["wording"]["state"] == "ready", model.asked[-1].last
        assert made["wording"]["note"] == ""
        assert orders["paid"] in made["wording"]["text"]
        assert [secret for secret in at.secrets() if secret in model.saw] == []
        calls = await SqlCalls(at.app.store).used(at.app.policy.shop_id, since=at.clock().replace(hour=0))
        assert [(one.became, one.calls) for one in calls if one.purpose is Purpose.ASSIST] == [("said", 1)]
        promise = "我们保证今天退款到账。" if zh else " We guarantee the refund today."
        done = "已经为您换成新的。" if zh else " The address has been changed."
        lies = [
            lambda asked: retold(asked).replace("¥", "¥9"),
            lambda asked: re.sub("ORDER-[A-Z]+", "ORDER-BBBBB", retold(asked)),
            lambda asked: retold(asked) + promise,
            lambda asked: retold(asked) + done,
        ]
        for lie in lies:
            model.says = lie
            made = await at.summary(reads)
            assert (made["wording"]["state"], made["wording"]["text"]) == ("unsafe", ""), made
            assert rows(made)["done"]
        for gone in GONE:
            model.says = gone
            made = await at.summary(reads)
            assert (made["wording"]["state"], made["wording"]["text"]) == ("model_gone", "")
            assert made["wording"]["note"]
            assert rows(made)["done"]


async def test_a_model_that_says_nothing_is_not_waited_for(data_dir: Path) -> None:
    model = Model()
    async with desk(data_dir, model, llm_voice="never", llm_assist_s=0.3) as at:
        await a_long_story(at)
        model.says = SILENT
        made = await at.summary()
        assert (made["wording"]["state"], made["wording"]["text"]) == ("model_gone", "")
        assert rows(made)["done"]
        suggested = await at.suggestions()
        assert suggested["state"] == "model_gone"
        assert suggested["drafts"]


async def test_while_the_shop_is_down_nothing_leaves_and_the_records_are_there(data_dir: Path) -> None:
    model = Model()
    async with desk(data_dir, model, llm_voice="never") as at:
        await a_long_story(at)
        model.asked.clear()
        at.shop.mode = "down"
        made = await at.summary()
        assert made["wording"]["state"] == "model_gone"
        assert rows(made)["done"]
        assert (await at.suggestions())["state"] == "model_gone"
        assert (await at.rewrite("好的", "warmer"))["state"] == "model_gone"
        assert (await at.translate("en", text="好的"))["state"] == "model_gone"
        assert model.asked == []


async def test_nothing_said_is_nothing_to_word(data_dir: Path) -> None:
    model = Model("所有订单都退款了。")
    async with desk(data_dir, model) as at:
        made = await at.summary()
        assert [row["items"] for row in made["rows"]] == [[]] * len(ROWS)
        assert made["wording"]["state"] == "nothing"
        made = await at.suggestions("en")
        assert (made["state"], made["drafts"]) == ("nothing", [])
        assert model.asked == []


async def test_only_staff_of_the_shop(data_dir: Path) -> None:
    async with desk(data_dir) as at:
        routes: list[tuple[str, str, Any]] = [
            ("GET", "summary", None),
            ("POST", "suggestions", None),
            ("POST", "rewrite", {"text": "x", "how": "warmer"}),
            ("POST", "translate", {"text": "x", "to": "en"}),
        ]
        unknown = {"Authorization": "Bearer x"}
        other = await at.app.house.conversations.open(
            Actor(shop_id=ShopId("another"), role=Role.CUSTOMER),
            language=Language.ZH,
            time_zone="Asia/Shanghai",
            channel="web",
            now=at.clock(),
        )
        for method, rest, given in routes:
            stranger = await at.http.request(method, f"{at.path}/{rest}", json=given, headers=unknown)
            assert problem(stranger) == (401, "staff_token")
            nowhere = f"/v1/staff/conversations/nobody/{rest}"
            assert problem(await at.http.request(method, nowhere, json=given)) == (404, "no_conversation")
            foreign = f"/v1/staff/conversations/{other.id}/{rest}"
            assert problem(await at.http.request(method, foreign, json=given)) == (404, "no_conversation")
        draft = f"/v1/staff/kb/gaps/{'a' * 16}/draft"
        assert problem(await at.http.post(draft, headers={"Authorization": ""})) == (401, "staff_token")
        assert problem(await at.http.post(draft)) == (404, "no_gap")


def test_both_languages_name_everything() -> None:
    chinese, english = staff_words(Language.ZH), staff_words(Language.EN)
    for name in ("rows", "moods", "promises", "tickets", "waits", "handed", "actions"):
        assert getattr(chinese, name).keys() == getattr(english, name).keys(), name
    assert set(chinese.promises) == {kind.value for kind in PromiseKind}
    assert set(chinese.tickets) == {kind.value for kind in TicketKind}
    assert set(chinese.moods) == {mood.value for mood in Mood}
    for action in CATALOGUE:
        if not reads_only(action):
            assert action_name(action, Language.ZH) != action, action
            assert action_name(action, Language.EN) != action, action
