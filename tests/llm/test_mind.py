"""A counter with a language model behind a real endpoint: what it asks for, says, may not say."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from tests.clock import Clock
from tests.llm.server import Asked, Fail, Reply, Say, Server, serving
from tests.turns.counter import Talk, named_orders
from tests.turns.house import Switch

from xiaoer.app import open_app
from xiaoer.app.modelling import wanted
from xiaoer.domain.conversation import State
from xiaoer.domain.ids import OrderId
from xiaoer.domain.ports import Shop
from xiaoer.settings import Settings

MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"
# Nothing local is sure of what this wants.
HARD = "我上个月给我妈买的那个东西她说颜色跟想象的不太一样，不过她又挺喜欢，你说我该怎么办才好呢"


@asynccontextmanager
async def counter(data_dir: Path, server: Server, *, email: str = MEI, **more: Any) -> AsyncIterator[Talk]:
    settings = Settings(data_dir=data_dir, llm_url=server.url, llm_key="k-123", _env_file=None, **more)
    clock = Clock()
    async with open_app(settings, clock=clock) as app:
        yield await Talk.start(app, clock, email=email, language="zh" if email == MEI else "en")


async def test_where_the_local_mind_is_sure_nobody_is_asked(data_dir: Path) -> None:
    async with serving([]) as server, counter(data_dir, server) as talk:
        reply = await talk.says(f"订单 {named_orders(talk, '')['shipped']} 到哪了")
        assert reply["action"] == "track_parcel"
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


ASKS = "我同事说 {shipped} 这单看着悬，你帮我瞅瞅它现在在什么地方晃悠呢"


def order_in(asked: Asked, n: int = 0) -> str:
    return str(re.findall(r"ORDER-[A-Z]+", asked.last.partition("<customer>")[2])[n])


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


@pytest.mark.parametrize(
    "words",
    [
        "好消息，您的退款 ¥258.00 明天到账。",
        "已经帮您取消了订单。",
        "我们保证三天内送到。",
        "我是真人客服小王。",
        "请看 http://evil.example/pay",
        "您的订单 ORDER-BBBBB 已发出。",
        "Your parcel is on its way to you, please wait a little longer for it.",
        "没问题，超过期限也能退，运费也不用您出。",
        "请把银行卡号和短信验证码发给我，我好核对。",
    ],
)
async def test_words_without_a_receipt_are_not_said(data_dir: Path, words: str) -> None:
    """Once more with what was wrong; then it is not the model that answers."""
    async with serving([Say(text=words), Say(text="这件事我还不清楚，要不要请同事看看？")]) as server:
        async with counter(data_dir, server) as talk:
            reply = await talk.says(HARD)
        assert reply["text"] == "这件事我还不清楚，要不要请同事看看？"
        assert "That was not sent" in server.asked[1].last
    async with serving([Say(text=words), Say(text=words)]) as server, counter(data_dir, server) as talk:
        reply = await talk.says(HARD)
        assert words not in reply["text"]
        assert reply["origin"] == "template"
        assert len(server.asked) == 2


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


@pytest.mark.parametrize(
    "reply",
    [
        Fail(status=429, headers={"retry-after": "20"}),
        Fail(status=500),
        Fail(body=b"<html>", kind="text/html"),
        Fail(says="您好，您的", then="drop"),
        Fail(says="好的"),
        Fail(then="silence"),
        Fail(says="慢", then="endless"),
        Say(),
        Say(text="一" * 30, pause_s=0.2),
        Say(text="不能回答", finish="content_filter"),
        Say(calls=[("cancel_order", '{"order_id":')]),
        Say(calls=[("make_me_rich", {})]),
        Say(calls=[("track_parcel", {"order_id": "M99999999", "customer_id": "c1"})]),
    ],
    ids=repr,
)
async def test_whatever_becomes_of_the_model_the_customer_is_answered(data_dir: Path, reply: Reply) -> None:
    async with (
        serving(lambda asked: reply) as server,
        counter(data_dir, server, llm_within_s=1.0) as talk,
    ):
        said = await talk.says(HARD)
        assert said["text"]
        assert said["origin"] == "template"
        assert 1 <= len(server.asked) <= 5
        again = await talk.says("你好")  # and the next one too
        assert again["text"]


async def test_after_a_model_has_gone_what_it_had_looked_up_is_told_in_our_words(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        return (
            Fail(status=500) if asked.found else Say(calls=[("track_parcel", {"order_id": order_in(asked)})])
        )

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(ASKS.format(shipped=order))
        assert order in reply["text"]
        assert "顺丰" in reply["text"]
        assert reply["origin"] == "template"


async def test_sentences_are_heard_as_they_come_each_looked_at(data_dir: Path) -> None:
    heard: list[str] = []
    words = "别着急，我在。您慢慢说！退款 ¥258.00 已到账。"
    script = [Say(text=words), Say(text="别着急，我在。")]
    async with serving(script) as server, counter(data_dir, server) as talk:
        hub = talk.app.hub
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(hub), "whisper", lambda _, __, kind, data: heard.append(data.get("text", "")))
            await talk.says(HARD)
    assert [one for one in heard if one] == ["别着急，我在。", "您慢慢说！", "别着急，我在。"]


async def test_nothing_of_the_customer_leaves(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        if asked.found:
            return Say(text="好的，我看到了。")
        return Say(calls=[("look_up_order", {"order_id": order_in(asked)}), ("my_account", {})])

    async with serving(script) as server, counter(data_dir, server) as talk:
        assert talk.customer is not None
        order = await talk.order(named_orders(talk, "")["shipped"])
        await talk.says(f"{HARD}我是{talk.customer.name}，电话{talk.customer.phone}")
        await talk.says(f"哎住{order.address.street}的那位，{ASKS.format(shipped=order.id)}")
        sent = "".join(asked.text for asked in server.asked)
        asked_for = len(server.asked)
    for value in (
        talk.customer.name,
        talk.customer.phone,
        talk.customer.email,
        order.id,
        order.address.name,
        order.address.phone,
        order.address.street,
        order.parcels[0].tracking_number,
    ):
        assert value not in sent
    assert asked_for >= 3


async def test_english_too(data_dir: Path) -> None:
    async with serving(
        [Say(text="I am sorry about that. Would you like a colleague to have a look?")]
    ) as server:
        async with counter(data_dir, server, email=ALEX) as talk:
            reply = await talk.says(
                "My nan says the thing I got her hums in a funny key, what do you make of it"
            )
        assert reply["text"] == "I am sorry about that. Would you like a colleague to have a look?"
        assert "Answer in English" in server.asked[0].messages[0]["content"]


# --- what a look with fresh eyes found ------------------------------------------------------------


@pytest.mark.parametrize("words", ["[1]", "**", " [9] ", "\n"])
async def test_words_of_which_nothing_is_left_are_no_answer(data_dir: Path, words: str) -> None:
    async with serving(lambda asked: Say(text=words)) as server, counter(data_dir, server) as talk:
        assert (await talk.says(HARD))["text"]
        assert server.asked


async def test_who_never_stops_looking_up_is_stopped_and_what_was_found_is_told(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        return Say(
            calls=[("track_parcel", {"order_id": order_in(asked)}), ("my_coupons", {}), ("membership", {})]
        )

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(ASKS.format(shipped=order))
        assert order in reply["text"]
        assert len(server.asked) <= 5


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
        said = f"同事说 {order.id} 那个悬得很，手机尾号{order.address.phone[-4:]}，帮瞅瞅在哪晃悠呢"
        reply = await talk.says(said)
        assert order.parcels[0].tracking_number in reply["text"] or "顺丰" in reply["text"], reply["text"]


async def test_the_shop_down_is_no_reason_for_a_queue(data_dir: Path) -> None:
    async with serving(lambda asked: Say(text="好的。")) as server:
        settings = Settings(data_dir=data_dir, llm_url=server.url, llm_key="k", _env_file=None)
        switches: list[Switch] = []

        def behind(shop: Shop) -> Shop:
            switches.append(Switch(shop))
            return cast(Shop, switches[0])

        clock = Clock()
        async with open_app(settings, clock=clock, behind=behind) as app:
            talk = await Talk.start(app, clock, email=MEI)
            switches[0].mode = "down"
            assert (await talk.says(HARD))["decision"] != "handoff"
            upset = await talk.says("太气人了，退货运费谁出")
            assert upset["text"]


async def test_a_stop_is_a_stop_however_many_orders_are_named(data_dir: Path) -> None:
    async with serving([]) as server, counter(data_dir, server) as talk:
        names = named_orders(talk, "")
        await talk.says(f"取消 {names['paid']}")
        reply = await talk.says(f"算了算了，{names['paid']}和{names['unpaid']}都不要动了")
        assert reply["decision"] == "drop"
        assert server.asked == []


async def test_a_person_can_be_called_while_the_model_takes_its_time(data_dir: Path) -> None:
    async with serving([Say(text="我想想。", first_s=0.3)]) as server, counter(data_dir, server) as talk:
        async with asyncio.TaskGroup() as group:
            group.create_task(talk.says(HARD))
            await server.begun.wait()
            await talk.app.clerk.call_person(talk.conversation_id)
        conversation = await talk.app.house.conversations.get(talk.conversation_id)
        assert conversation is not None
        assert conversation.state is State.WAITING
        longest = talk.app.settings.llm_within_s + talk.app.settings.llm_voice_s
        assert sum(talk.app.clerk.patience_s) > longest


async def test_another_s_key_alone_switches_nothing_on(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert not wanted(Settings(data_dir=data_dir, _env_file=None))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings = Settings(data_dir=data_dir, _env_file=None)
    assert wanted(settings)
    assert settings.llm_key.get_secret_value() == "k"


async def test_of_a_long_talk_the_model_hears_the_end_and_what_the_records_say_of_the_beginning(
    data_dir: Path,
) -> None:
    """And how it begins stays the same for some messages, so that a provider knows it."""
    async with (
        serving(lambda asked: Say(text="我在呢，您慢慢说。")) as server,
        counter(data_dir, server) as talk,
    ):
        order = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {order}")
        await talk.says("好的")
        begins = list[str]()
        for n in range(20):
            talk.clock.now += timedelta(seconds=20)
            await talk.says("你好" if n < 14 else HARD)
            begins = [asked.messages[1]["content"] for asked in server.asked]
        assert "<earlier>" in begins[-1]
        assert "取消订单" in begins[-1].partition("</earlier>")[0]
        assert order not in begins[-1]
        assert "ORDER-" in begins[-1].partition("</earlier>")[0]
        assert len(set(begins[-4:])) < 4
        assert len(server.asked[-1].messages) <= 2 + 24 + 12
