"""A counter with a language model behind a real endpoint: what it asks for, and what becomes of that."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from tests.clock import Clock
from tests.llm.minded import ALEX, ASKS, HARD, MEI, counter, order_in
from tests.llm.server import Asked, Reply, Say, serving
from tests.turns.counter import Talk, named_orders

from xiaoer.app import open_app
from xiaoer.domain.ids import OrderId
from xiaoer.domain.ports import Shop
from xiaoer.settings import Settings


async def test_where_the_local_mind_is_sure_nobody_is_asked(data_dir: Path) -> None:
    async with serving([]) as server, counter(data_dir, server) as talk:
        reply = await talk.says(f"订单 {named_orders(talk, '')['shipped']} 到哪了")
        assert reply["action"] in ("look_up_order", "track_parcel")
        assert server.asked == []


async def test_it_answers_what_the_local_mind_is_not_sure_of_in_one_call(data_dir: Path) -> None:
    async with serving(
        [Say(text="听起来妈妈还挺喜欢的，那就先留着吧。想换颜色也可以随时告诉我。")]
    ) as server:
        async with counter(data_dir, server) as talk:
            reply = await talk.says(HARD)
        assert reply["text"] == "听起来妈妈还挺喜欢的，那就先留着吧。想换颜色也可以随时告诉我。"
        assert reply["origin"] == "ai"
        (asked,) = server.asked
        assert HARD in asked.last
        assert "track_parcel" in asked.tools
        assert "search_articles" in asked.tools


async def test_a_look_up_takes_two_calls_and_its_card_stays(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if not asked.found:
            return Say(calls=[("track_parcel", {"order_id": order_in(asked)})])
        return Say(text=f"您的包裹由{json.loads(asked.found[0])['facts']['carrier']}在送，请再等等。")

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(ASKS.format(shipped=order))
        assert len(server.asked) == 2
        assert reply["text"] == "您的包裹由顺丰速运在送，请再等等。"
        kinds = [type(part).__name__ for part in talk.records[-1].reply.parts]
        assert kinds == ["TextPart", "OrderCard"]  # first the words, then what they are about
        assert "order" in [card["kind"] for card in reply["cards"]]
        assert order not in "".join(asked.text for asked in server.asked)


async def test_a_change_is_only_proposed_and_the_next_one_follows_the_first_yes(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        orders = [order_in(asked, 0), order_in(asked, 1)]
        return Say(text="好的，我来办。", calls=[("cancel_order", {"order_id": one}) for one in orders])

    async with serving(script) as server, counter(data_dir, server) as talk:
        names = named_orders(talk, "")
        first, second = names["paid"], names["unpaid"]
        reply = await talk.says(f"{first} 和 {second} 我老公说都别要了吧你看咋整")
        assert reply["outcome"]["kind"] == "needsconfirm"
        assert first in reply["text"]
        assert [(await talk.order(one)).state.value for one in (first, second)] == [
            "paid",
            "awaiting_payment",
        ]
        reply = await talk.says("好的")
        assert (await talk.order(first)).state.value == "cancelled"
        assert second in reply["text"]
        assert (await talk.order(second)).state.value == "awaiting_payment"
        await talk.says("好的")
        assert (await talk.order(second)).state.value == "cancelled"
        assert len(server.asked) == 1


async def test_what_is_missing_is_asked_for_by_us_with_choices(data_dir: Path) -> None:
    async with serving([Say(calls=[("request_return", {})])]) as server, counter(data_dir, server) as talk:
        reply = await talk.says(HARD)
        assert (reply["decision"], reply["action"]) == ("ask", "request_return")
        assert "quick_replies" in [card["kind"] for card in reply["cards"]]
        assert len(server.asked) == 1


class Meeting:
    """A shop where nobody gets an order before two have asked for one."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.both: asyncio.Barrier | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shop, name)

    async def order(self, order_id: OrderId) -> Any:
        if self.both is not None:
            await self.both.wait()
        return await self.shop.order(order_id)


async def test_several_look_ups_are_made_at_once(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if not asked.found:
            return Say(calls=[("look_up_order", {"order_id": order_in(asked, n)}) for n in (0, 1)])
        meeting.both = None
        return Say(text="两个订单我都看过了，详情在下面。")

    async with serving(script) as server:
        settings = Settings(data_dir=data_dir, llm_url=server.url, llm_key="k", _env_file=None)
        meetings: list[Meeting] = []

        def behind(shop: Shop) -> Shop:
            meetings.append(Meeting(shop))
            return cast(Shop, meetings[0])

        clock = Clock()
        async with open_app(settings, clock=clock, behind=behind) as app:
            meeting = meetings[0]
            talk = await Talk.start(app, clock, email=MEI)
            names = named_orders(talk, "")
            meeting.both = asyncio.Barrier(2)
            reply = await talk.says(f"{names['paid']} 和 {names['shipped']} 我老公说瞅着都挺悬，你看咋整")
        assert reply["text"] == "两个订单我都看过了，详情在下面。"
        assert [card["kind"] for card in reply["cards"]].count("order") == 2
        assert len(server.asked) == 2


async def test_each_of_five_look_ups_has_its_answer(data_dir: Path) -> None:
    """An endpoint refuses a talk in which a call of its was never answered."""
    five = ["list_orders", "my_coupons", "membership", "gift_card_balance", "list_orders"]

    def script(asked: Asked) -> Reply:
        return Say(text="都看过了。") if asked.found else Say(calls=[(name, {}) for name in five])

    async with serving(script) as server, counter(data_dir, server) as talk:
        assert (await talk.says(HARD))["text"]
        messages = server.asked[1].messages
        asked = [call["id"] for one in messages for call in one.get("tool_calls") or ()]
        answered = [one["tool_call_id"] for one in messages if one["role"] == "tool"]
        assert len(asked) == len(five)
        assert sorted(answered) == sorted(asked)


@pytest.mark.parametrize(("email", "yes"), [(MEI, "好的"), (ALEX, "yes")])
async def test_what_is_only_asked_about_is_answered_by_the_rules_and_prepared_on_a_yes(
    data_dir: Path, email: str, yes: str
) -> None:
    def script(asked: Asked) -> Reply:
        if not asked.found:
            order = order_in(asked)
            return Say(calls=[("preview", {"tool": "cancel_order", "arguments": {"order_id": order}})])
        told.append(json.loads(asked.found[0]))
        return Say(text=told[0]["in_our_words"])

    told: list[dict[str, Any]] = []
    async with serving(script) as server, counter(data_dir, server, email=email) as talk:
        order = await talk.order(named_orders(talk, "")["paid"])
        asks = (
            f"{order.id} 我老公说要是不要了能拿回来多少，我先问问，还没想好呢"
            if email == MEI
            else f"Mum is in two minds about {order.id}: suppose it never came, what sum is that, no rush"
        )
        reply = await talk.says(asks)
        assert told[0]["result"].startswith("possible")
        assert reply["outcome"]["kind"] == "possible"
        assert told[0]["facts"]["refund"] in reply["text"]
        assert (await talk.order(order.id)).state.value == "paid"
        assert "confirm" not in [card["kind"] for card in reply["cards"]]
        assert (await talk.says(yes))["outcome"]["kind"] == "needsconfirm"
        await talk.says(yes)
        assert (await talk.order(order.id)).state.value == "cancelled"


async def test_of_what_is_not_possible_the_reason_is_told(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if not asked.found:
            order = order_in(asked)
            return Say(calls=[("preview", {"tool": "cancel_order", "arguments": {"order_id": order}})])
        found = json.loads(asked.found[0])
        assert found["result"] == "refused"
        return Say(text=found["in_our_words"])

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(f"{order} 我老公说要是不要了能拿回来多少，我先问问，还没想好呢")
        assert reply["outcome"]["kind"] == "refused"


@pytest.mark.parametrize(
    "args",
    [
        {"tool": "make_me_rich", "arguments": {}},
        {"tool": "preview", "arguments": {}},
        {"tool": "look_up_order", "arguments": {}},
        {"tool": "cancel_order", "arguments": "all"},
        {"tool": ["cancel_order"], "arguments": {}},
        {},
    ],
)
async def test_a_preview_of_nothing_is_answered_as_such(data_dir: Path, args: dict[str, Any]) -> None:
    def script(asked: Asked) -> Reply:
        return Say(text="我还不清楚，请再说说看？") if asked.found else Say(calls=[("preview", args)])

    async with serving(script) as server, counter(data_dir, server) as talk:
        assert (await talk.says(HARD))["text"] == "我还不清楚，请再说说看？"
        assert "not done" in server.asked[1].found[0]


async def test_articles_are_searched_and_cited(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if not asked.found:
            return Say(calls=[("search_articles", {"question": "退货 几天"})])
        number, text = re.findall(r"\[(\d+)\] [^:]+: ([^。]+。)", json.loads(asked.found[0])["articles"])[0]
        return Say(text=f"{text}[{number}]")

    async with serving(script) as server, counter(data_dir, server) as talk:
        reply = await talk.says(HARD)
        assert "citation" in [card["kind"] for card in reply["cards"]]
        assert "[" not in reply["text"]
        assert len(server.asked) == 2


async def test_a_person_is_called(data_dir: Path) -> None:
    async with serving([Say(calls=[("call_person", {})])]) as server, counter(data_dir, server) as talk:
        assert (await talk.says(HARD))["decision"] == "handoff"
        assert len(server.asked) == 1


async def test_of_several_wishes_the_others_wait_where_one_has_to_be_asked_about(data_dir: Path) -> None:
    """Also where the first comes to nothing."""

    def script(asked: Asked) -> Reply:
        return Say(calls=[("request_return", {}), ("cancel_order", {"order_id": order_in(asked)})])

    def first_of(reply: dict[str, Any]) -> str:
        return str(next(c for c in reply["cards"] if c["kind"] == "quick_replies")["options"][0]["text"])

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["paid"]
        which = await talk.says(ASKS.format(shipped=order))
        assert (which["decision"], which["action"]) == ("ask", "request_return")
        why = await talk.says(first_of(which))
        assert (why["decision"], why["action"]) == ("ask", "request_return")
        reply = await talk.says(first_of(why))  # it is under way already
        assert (reply["action"], reply["outcome"]["kind"]) == ("cancel_order", "needsconfirm")
        assert order in reply["text"]
        assert len(server.asked) == 1


async def test_a_thing_that_was_done_leaves_no_question_open(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if asked.found:
            return Say(text="运费的事请看这里。")
        return Say(calls=[("search_articles", {"question": "运费"}), ("complaint", {"what": "太慢了"})])

    async with serving(script) as server, counter(data_dir, server) as talk:
        reply = await talk.says(f"{HARD}，我就觉得太慢了")
        assert len(server.asked) == 2
        assert "运费的事请看这里。" in reply["text"]
        assert re.search(r"T\d{8}", reply["text"]), reply["text"]


async def test_a_guest_s_wish_goes_on_once_the_order_is_proven(data_dir: Path) -> None:
    async with serving([]) as server, counter(data_dir, server) as owner:
        order = await owner.order(named_orders(owner, "")["shipped"])
        talk = await Talk.start(owner.app, owner.clock)

        def script(asked: Asked) -> Reply:
            number, contact = re.findall(r"(?:NUMBER|ORDER)-[A-Z]+", asked.last)[0], order.address.phone[-4:]
            return Say(
                calls=[
                    ("prove_order", {"order_id": number, "contact": contact}),
                    ("track_parcel", {"order_id": number}),
                ]
            )

        server.script = script
        said = f"同事说 {order.id} 这单看着悬，手机尾号{order.address.phone[-4:]}，你给掌掌眼"
        reply = await talk.says(said)
        assert order.parcels[0].tracking_number in reply["text"] or "顺丰" in reply["text"], reply["text"]


async def test_a_stop_is_a_stop_however_many_orders_are_named(data_dir: Path) -> None:
    async with serving([]) as server, counter(data_dir, server) as talk:
        names = named_orders(talk, "")
        await talk.says(f"取消 {names['paid']}")
        reply = await talk.says(f"算了算了，{names['paid']}和{names['unpaid']}都不要动了")
        assert reply["decision"] == "drop"
        assert server.asked == []
