"""A turn: one reply, never silence, and a yes only for what was just shown."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.actions.bench import Watched
from tests.clock import Clock
from tests.turns.counter import Talk, named_orders
from tests.turns.house import Opened
from typing_extensions import override

from xiaoer.app import App
from xiaoer.domain.conversation import Conversation, Inbound, Message, State, Turn
from xiaoer.domain.decision import Chosen, Do, Ruling, Say
from xiaoer.domain.ids import IntentId, StaffId
from xiaoer.domain.order import OrderState
from xiaoer.domain.outcome import NeedsConfirm, Outcome
from xiaoer.domain.ports import Mind, ProposalState, ShopUnclear
from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.understanding import Understanding
from xiaoer.speak.voice import TemplateVoice

MEI = "mei.lin@example.com"


class Scripted:
    """A mind that does as it is told; an exception is raised."""

    def __init__(self, *steps: Chosen | Exception | None, then: Mind | None = None) -> None:
        self._steps = list(steps)
        self._then = then

    async def next(self, turn: Turn) -> Chosen | None:
        if not self._steps:
            return await self._then.next(turn) if self._then else None
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            raise step
        return step


class Heard:
    """A listener to what is whispered while a turn runs."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def ring(self, conversation_id: object) -> None: ...

    def whisper(self, conversation_id: object, kind: str, data: Any) -> None:
        if kind == "part":
            self.parts.append(data["text"])


class Boastful(TemplateVoice):
    """Adds a number nobody has given it."""

    @override
    def say(self, chosen: Chosen, outcome: Outcome | None, turn: Turn) -> Reply:
        reply = super().say(chosen, outcome, turn)
        if chosen.why == "rule:unproven":
            return reply
        return replace(reply, parts=(*reply.parts, TextPart(text="and ¥77.00 off")))


class Incurable(TemplateVoice):
    """Adds a promise to everything, to the apology too."""

    @override
    def say(self, chosen: Chosen, outcome: Outcome | None, turn: Turn) -> Reply:
        reply = super().say(chosen, outcome, turn)
        return replace(reply, parts=(*reply.parts, TextPart(text="保证给您免单，已为您退款。")))


class Deaf:
    version, waits = "deaf", False

    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        raise KeyError("a word it did not know")


def changed(talk: Talk, **parts: Any) -> Talk:
    """The same talk, with another mind, voice or ear at the counter."""
    return replace(talk, app=replace(talk.app, clerk=replace(talk.app.clerk, **parts)))


async def writes(app: App, talk: Talk, text: str) -> None:
    inbound = Inbound(conversation_id=talk.conversation_id, client_id=text, text=text)
    await app.house.conversations.receive(inbound, now=talk.clock())


async def replies(talk: Talk) -> list[Message]:
    found = await talk.app.house.conversations.after(talk.conversation_id, 0, limit=100)
    return [m for m in found if m.kind == "message" and m.origin is not Origin.CUSTOMER]


async def state(talk: Talk) -> State:
    conversation = await talk.app.house.conversations.get(talk.conversation_id)
    assert conversation is not None
    return conversation.state


async def test_two_at_once_give_one_reply(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        await writes(app, talk, "你好")
        both = await asyncio.gather(*(app.clerk.answer(talk.conversation_id) for _ in range(5)))
        assert sorted(len(records) for records in both) == [0, 0, 0, 0, 1]
        assert len(await replies(talk)) == 1
        assert await app.clerk.answer(talk.conversation_id) == ()


async def test_a_burst_is_one_reply_and_what_comes_during_it_the_next(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)

        class Interrupted:
            async def next(self, turn: Turn) -> Chosen | None:
                if any(m.text == "还有" for m in turn.messages) or turn.steps:
                    return await app.clerk.mind.next(turn)
                await writes(app, talk, "还有")
                assert await app.clerk.answer(turn.conversation.id) == ()  # turned away meanwhile
                return await app.clerk.mind.next(turn)

        await writes(app, talk, "你好")
        await writes(app, talk, "在吗")
        records = await replace(app.clerk, mind=Interrupted()).answer(talk.conversation_id)
        assert [[m.text for m in r.turn.messages] for r in records] == [["你好", "在吗"], ["还有"]]
        assert len(await replies(talk)) == 2


async def test_a_broken_mind_or_ear_brings_a_person(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        for parts in ({"mind": Scripted(KeyError("x"))}, {"understander": Deaf()}):
            talk = changed(await Talk.start(app, Clock(), email=MEI), **parts)
            said = await talk.says("我的订单呢")
            assert said["why"] == "rule:broken"
            assert "同事" in said["text"]
            assert await state(talk) is State.WAITING


async def test_what_was_done_before_a_bug_is_told(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        paid = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {paid}")
        card = talk.records[-1].turn.memory.proposal
        yes = Chosen(Do("cancel_order", confirmed=card), "rule:yes")
        said = await changed(talk, mind=Scripted(yes, KeyError("x"))).says("好的")
        assert (await talk.order(paid)).state is OrderState.CANCELLED
        assert f"订单 {paid} 已取消" in said["text"]
        assert await state(talk) is State.WAITING


async def test_a_bug_behind_a_button_brings_a_person_too(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        await talk.says(f"取消订单 {named_orders(talk, '')['paid']}")
        card = await changed(talk, mind=Scripted(KeyError("x"))).presses(yes=True)
        assert card is not None
        assert card.state is ProposalState.DONE
        assert await state(talk) is State.WAITING


async def test_an_unproven_number_is_not_said_and_its_card_hears_no_yes(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk, heard = await Talk.start(app, Clock(), email=MEI), Heard()
        paid = named_orders(talk, "")["paid"]
        voice = Boastful(card_lives=app.clerk.voice._card_lives)
        said = await changed(talk, voice=voice, wakeups=heard).says(f"取消订单 {paid}")
        assert "77" not in said["text"]
        assert said["text"]
        assert not [part for part in heard.parts if "77" in part]
        assert await changed(talk).says("好的")
        assert (await talk.order(paid)).state is OrderState.PAID
        assert await state(talk) is State.WAITING  # the yes was to "shall I bring a person?"


async def test_what_was_found_is_recorded_by_its_kind_and_no_word_of_it_logged(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        boastful = changed(talk, voice=Boastful(card_lives=app.clerk.voice._card_lives))
        with capture_logs() as logs:
            await boastful.says("你好")
        (step,) = [s for s in boastful.records[-1].turn.steps if s.chosen.why == "rule:unproven"]
        assert isinstance(step.chosen.decision, Say)
        assert step.chosen.decision.facts == {"found": ("money",)}
        (log,) = [log for log in logs if log["event"] == "unproven_reply"]
        assert log["kinds"] == ("money",)
        assert "77.00" not in str(log)


async def test_what_is_said_instead_is_looked_at_too(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        lying = changed(talk, voice=Incurable(card_lives=app.clerk.voice._card_lives))
        said = await lying.says("我的订单呢")
        assert said["text"] == ""
        assert [card["kind"] for card in said["cards"]] == ["queue"]  # nobody is met with silence
        assert await state(talk) is State.WAITING
        assert [m.text for m in await replies(talk)] == [""]


@pytest.mark.parametrize(("between", "yes", "after"), [
    ((), "好的", OrderState.CANCELLED),
    ((), "可以", OrderState.CANCELLED),
    ((), "好的，不过等一下，运费谁出？", OrderState.PAID),
    (("谢谢",), "好的", OrderState.PAID),
    (("运费怎么算？",), "好的", OrderState.PAID),
    (("不用了",), "好的", OrderState.PAID),
])  # fmt: skip
async def test_yes_counts_only_right_after_the_card(
    opened: Opened, between: tuple[str, ...], yes: str, after: OrderState
) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        paid = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {paid}")
        for text in between:
            await talk.says(text)
        await talk.says(yes)
        assert (await talk.order(paid)).state is after


async def test_a_corrected_wish_has_one_card(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        names = named_orders(talk, "")
        await talk.says(f"取消订单 {names['paid']}")
        first = talk.records[-1].turn.memory.card
        await talk.says(f"不对，是取消 {names['unpaid']}")
        assert first is not None
        old = await app.clerk.press(talk.conversation_id, first, yes=True)
        assert old is not None
        assert old.state is ProposalState.EXPIRED
        assert (await talk.order(names["paid"])).state is OrderState.PAID


async def test_a_button_pressed_many_times_at_once_works_once(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        await talk.says(f"取消订单 {named_orders(talk, '')['paid']}")
        before = len(await replies(talk))
        cards = await asyncio.gather(*(talk.presses(yes=n % 2 == 0) for n in range(6)))
        assert len({card.state for card in cards if card}) == 1
        assert len(await replies(talk)) == before + 1
        guest = await Talk.start(app, Clock())
        card = IntentId(cards[0].id) if cards[0] else IntentId("")
        assert await app.clerk.press(guest.conversation_id, card, yes=True) is None


async def test_an_effect_whose_answer_was_lost_is_looked_up_and_told(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        for done in (False, True):
            talk = await Talk.start(app, Clock(), email=MEI)
            paid = named_orders(talk, "")["paid"]
            shop: Any = Watched(app.house.shop)
            (shop.after if done else shop.before)["cancel"] = ShopUnclear("lost")
            await talk.says(f"取消订单 {paid}")
            said = await changed(talk, house=replace(app.house, shop=shop)).says("好的")
            order = await talk.order(paid)
            assert order.state is (OrderState.CANCELLED if done else OrderState.PAID)
            assert await state(talk) is (State.BOT if done else State.WAITING)
            assert (f"订单 {paid} 已取消" in said["text"]) is done


async def test_a_proof_answers_for_itself(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        owner = await Talk.start(app, Clock(), email=MEI)
        assert owner.customer is not None
        tail, order_id = owner.customer.phone[-4:], owner.orders[0].id
        guest = (await Talk.start(app, Clock())).conversation_id
        wrong = "0000" if tail != "0000" else "0001"
        tried = [
            await app.clerk.prove(guest, order_id=order_id, contact=contact)
            for contact in (wrong, tail, wrong)
        ]
        assert tried == [False, True, False]
        assert not await app.clerk.prove(guest, order_id="M99999999", contact=tail)


async def test_a_mind_that_never_ends_is_ended(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        said = await changed(talk, mind=Scripted(Chosen(Say("thanks"), "for ever"))).says("你好")
        assert len(said["steps"]) == 8


async def test_a_yes_written_before_the_card_came_is_not_to_the_card(opened: Opened) -> None:
    """It crossed the card on the way: the customer had not read what it says."""
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        paid = named_orders(talk, "")["paid"]

        class Crossed:
            async def next(self, turn: Turn) -> Chosen | None:
                if not turn.steps and turn.messages[0].text != "好的":
                    await writes(app, talk, "好的")
                return await app.clerk.mind.next(turn)

        await writes(app, talk, f"取消订单 {paid}")
        both = await replace(app.clerk, mind=Crossed()).answer(talk.conversation_id)
        assert [[m.text for m in r.turn.messages] for r in both] == [[f"取消订单 {paid}"], ["好的"]]
        assert (await talk.order(paid)).state is OrderState.PAID
        await writes(app, talk, "确认")
        await app.clerk.answer(talk.conversation_id)
        assert (await talk.order(paid)).state is OrderState.PAID
        card = both[0].turn.memory.card
        assert card is not None
        await app.clerk.press(talk.conversation_id, card, yes=True)
        assert (await talk.order(paid)).state is OrderState.CANCELLED


@pytest.mark.parametrize("said", ["好的，不过等一下，运费谁出？", "你好"])
@pytest.mark.parametrize("ruling", [None, Ruling(StaffId("lin"), yes=True)])
async def test_a_mind_does_not_say_yes_for_anybody(opened: Opened, said: str, ruling: Ruling | None) -> None:
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        paid = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {paid}")
        card = talk.records[-1].turn.memory.proposal
        yes = Chosen(Do("cancel_order", {"order_id": paid}, confirmed=card, ruling=ruling), "a model's")
        await changed(talk, mind=Scripted(yes, None)).says(said)
        assert (await talk.order(paid)).state is OrderState.PAID
        assert isinstance(talk.records[-1].turn.steps[0].outcome, NeedsConfirm)  # proposed again, no more


async def test_arguments_that_cannot_be_kept_are_left_out(opened: Opened) -> None:
    odd: dict[str, Any] = {"a": math.nan, "b": "\ud800", "c": "\0", "d": object(), "e": 10**400}
    deep: Any = "x"
    for _ in range(2_000):
        deep = [deep]
    async with opened(Clock()) as (app, _):
        talk = await Talk.start(app, Clock(), email=MEI)
        call = Chosen(Do("list_orders", {**odd, "f": "x" * 9_000, "g": deep, "h": 1}), "a model's")
        said = await changed(talk, mind=Scripted(call, None)).says("你好")
        assert said["text"]
        assert talk.records[-1].turn.steps[0].chosen.decision == Do("list_orders", {"h": 1})
