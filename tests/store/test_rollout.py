"""Switches and trials of a language model, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.store.samples import NOW, SHOP, customer, opened, said, turn
from typing_extensions import override

from xiaoer.domain.conversation import Memory, Step
from xiaoer.domain.decision import Chosen, Do
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, StaffId, TurnId
from xiaoer.domain.reply import NOTHING, Origin, TextPart
from xiaoer.domain.rollout import Bar, Counted, Judged, Meant, Mode, Since, Trial, Turned, Verdict
from xiaoer.domain.rollout_ports import Switches
from xiaoer.domain.understanding import Wish
from xiaoer.learn.rollout import Asked as AskedFor
from xiaoer.learn.rollout import Gate, Ruled
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.privacy import Person, erase
from xiaoer.store.switches import SqlSwitches
from xiaoer.store.trials import SqlTrials

OTHER = ShopId("another")
WHERE = Meant(deeds=(("track_parcel", "M1"),), slugs=("shipping",))


def turned(intent: str, mode: Mode) -> Turned:
    return Turned(intent=intent, mode=mode, by="mei", at=NOW, why="试一试", anyway=True, figures={"n": 3})


async def kept(store: Store, **changes: object) -> Trial:
    """A trial of a turn of its own."""
    log = SqlConversations(store)
    conversation = await opened(log, customer())
    await said(log, conversation.id, "在哪")
    async with log.lease(conversation.id, now=NOW):
        record = await turn(log, conversation.id)
        await log.finish_turn(record, now=NOW)
    trial = Trial(
        turn_id=record.turn.id,
        shop_id=SHOP,
        conversation_id=conversation.id,
        customer_id=CustomerId("c-lin"),
        intent="order_status",
        mode=Mode.SUGGEST,
        sure=False,
        model="m@here",
        at=NOW,
        meant=WHERE,
        verdict=Verdict.OPEN,
        words="ORDER-BCDFG 在路上",
        ms=900,
        micros=12,
    )
    made = replace(trial, **changes)  # type: ignore[arg-type]
    assert await SqlTrials(store).add(made)
    return made


async def test_switches_are_kept_in_their_order_and_by_shop(store: Store, database_url: str) -> None:
    switches = SqlSwitches(store)
    first = await switches.turn(SHOP, [turned("returns", Mode.SHADOW), turned("*", Mode.OFF)], after=0)
    assert first is not None
    assert [one.place for one in first] == [1, 2]
    assert await switches.turned(SHOP) == first
    assert await switches.turned(SHOP, after=2) == []
    assert await switches.turned(OTHER) == []
    assert await switches.turn(SHOP, [], after=2) == []
    async with await Store.open(database_url) as elsewhere:
        both = [switches, SqlSwitches(elsewhere)]
        calls = [both[n % 2].turn(SHOP, [turned(f"i{n}", Mode.SUGGEST)], after=2) for n in range(8)]
        done = [one for one in await asyncio.gather(*calls) if one is not None]
    assert [[one.place for one in turned] for turned in done] == [[3]]
    assert await switches.turned(SHOP, after=2) == done[0]


async def test_a_model_that_is_switched_off_meanwhile_stays_off(store: Store) -> None:
    """Down from automatic needs no trials; from off the same mode is a step up, and needs them."""

    def gate(switches: Switches) -> Gate:
        bar = Bar()
        return Gate(switches, SqlTrials(store), SHOP, begins=Mode.AUTOMATIC, bar=bar, model="m@here")

    class Overtaken(SqlSwitches):
        """A colleague switches it off just after it was read."""

        @override
        async def turned(self, shop_id: ShopId, *, after: int = 0) -> Sequence[Turned]:
            read = await super().turned(shop_id, after=after)
            if not read:
                off = AskedFor(intent="order_status", mode=Mode.OFF, by="lin")
                assert isinstance(await gate(SqlSwitches(store)).turn(off, now=NOW), Ruled)
            return read

    down = AskedFor(intent="order_status", mode=Mode.SUGGEST, by="mei")
    ruled = await gate(Overtaken(store)).turn(down, now=NOW)
    assert isinstance(ruled, Ruled)
    assert (ruled.turned, [row.intent for row in ruled.kept]) == ((), ["order_status"])
    assert [(one.mode, one.by) for one in await SqlSwitches(store).turned(SHOP)] == [(Mode.OFF, "lin")]


async def test_the_whole_shop_is_switched_off_whatever_else_is_switched(store: Store) -> None:
    class Overtaken(SqlSwitches):
        @override
        async def turned(self, shop_id: ShopId, *, after: int = 0) -> Sequence[Turned]:
            read = await super().turned(shop_id, after=after)
            if not read:
                await self.turn(SHOP, [turned("returns", Mode.SHADOW)], after=0)
            return read

    gate = Gate(Overtaken(store), SqlTrials(store), SHOP, begins=Mode.AUTOMATIC, bar=Bar(), model="m@here")
    off = await gate.whole_shop(Mode.OFF, by="mei", now=NOW)
    assert off is not None
    assert (off.place, off.mode) == (2, Mode.OFF)


async def test_a_trial_is_kept_once_and_settled_once(store: Store) -> None:
    trials, trial = SqlTrials(store), await kept(store)
    assert await trials.get(SHOP, trial.turn_id) == trial
    assert await trials.get(OTHER, trial.turn_id) is None
    assert not await trials.add(replace(trial, words="again"))
    await trials.settle(trial, Verdict.AGREED, WHERE)
    await trials.settle(trial, Verdict.DIFFERED, Meant())
    settled = replace(trial, verdict=Verdict.AGREED, really=WHERE)
    assert await trials.get(SHOP, trial.turn_id) == settled
    assert await trials.judge(OTHER, trial.turn_id, Judged.BAD, by="mei", now=NOW) is None
    assert await trials.judge(SHOP, TurnId("none"), Judged.BAD, by="mei", now=NOW) is None
    for judged in (Judged.BAD, Judged.GOOD):
        said_so = await trials.judge(SHOP, trial.turn_id, judged, by="mei", now=NOW)
    assert said_so == replace(settled, judged=Judged.GOOD, judged_by="mei", judged_at=NOW)
    assert await trials.counted(SHOP, "m@here", limit=9) == [
        Counted("order_status", False, Verdict.AGREED, Judged.GOOD, 900, 12)
    ]
    assert await trials.counted(SHOP, "another", limit=9) == []


async def test_what_nobody_knows_is_listed_first(store: Store) -> None:
    trials = SqlTrials(store)
    differed = await kept(store, verdict=Verdict.DIFFERED, at=NOW + timedelta(minutes=2))
    unknown = await kept(store, intent="returns", mode=Mode.SHADOW)
    agreed = await kept(store, verdict=Verdict.AGREED, at=NOW + timedelta(minutes=3), words="")
    assert await trials.listed(SHOP, limit=9) == [unknown, differed]
    assert await trials.listed(SHOP, limit=1) == [unknown]
    assert await trials.listed(SHOP, intent="order_status", limit=9) == [differed]
    assert await trials.listed(SHOP, to_judge=False, limit=9) == [agreed, differed, unknown]
    assert await trials.listed(OTHER, to_judge=False, limit=9) == []
    await trials.judge(SHOP, unknown.turn_id, Judged.BAD, by="mei", now=NOW)
    assert await trials.listed(SHOP, limit=9) == [differed]
    for one, shown in ((differed, [differed]), (unknown, []), (agreed, [])):
        assert await trials.suggested(one.conversation_id, limit=9) == shown


async def test_none_is_added_to_a_conversation_that_is_gone(store: Store) -> None:
    trials, trial = SqlTrials(store), await kept(store)
    counts = await erase(store, Person(shop_id=SHOP, customer_id=CustomerId("c-lin")))
    assert counts["llm_trials"] == 1
    assert not await trials.add(trial)
    assert await trials.past(SHOP, trial.turn_id) is None


async def test_a_turn_is_read_back_as_it_began(store: Store) -> None:
    log, trials = SqlConversations(store), SqlTrials(store)
    conversation = await opened(log, customer())
    ids = [await answered(log, conversation.id, n) for n in range(3)]
    past = await trials.past(SHOP, ids[1])
    assert past is not None
    assert [message.text for message in past.turn.messages] == ["第 1 句"]
    assert past.turn.memory == past.turn.conversation.memory == Memory(order_id="M0")
    assert past.turn.conversation.last_seq == past.turn.messages[-1].seq
    assert [step.chosen.why for step in past.steps] == ["local:1"]
    assert await trials.past(OTHER, ids[1]) is None
    first = await trials.past(SHOP, ids[0])
    assert first is not None
    assert first.turn.memory == Memory()


async def test_what_came_after_it_ends_with_the_customer_s_next_words(store: Store) -> None:
    log, trials = SqlConversations(store), SqlTrials(store)
    conversation = await opened(log, customer())
    first = await trials.past(SHOP, await answered(log, conversation.id, 0))
    assert first is not None
    assert await trials.since(first) == Since()
    await log.say(
        conversation.id, "在路上", (TextPart(text="在路上"),), Origin.HUMAN, now=NOW, staff_id=StaffId("mei")
    )
    assert (await trials.since(first)).words == ("在路上",)
    following = await answered(log, conversation.id, 1)
    await log.say(
        conversation.id, "不客气", (TextPart(text="不客气"),), Origin.HUMAN, now=NOW, staff_id=StaffId("mei")
    )
    await answered(log, conversation.id, 2, why="staff:ruling")
    since = await trials.since(first)
    assert since.words == ("在路上",)
    assert since.next is not None
    assert since.next.turn.id == following
    assert [step.chosen.why for step in since.ruled] == ["staff:ruling"]


async def answered(
    log: SqlConversations, conversation_id: ConversationId, n: int, *, why: str = ""
) -> TurnId:
    """A turn that leaves the number of an order in the memory."""
    await said(log, conversation_id, f"第 {n} 句")
    async with log.lease(conversation_id, now=NOW):
        record = await turn(log, conversation_id)
        step = Step(chosen=Chosen(Do("track_parcel"), why or f"local:{n}"), outcome=None, reply=NOTHING)
        heard = replace(record.turn.understanding, wishes=(Wish(text="x", guesses=()),))
        whole = replace(record.turn, memory=Memory(order_id=f"M{n}"), steps=(step,), understanding=heard)
        await log.finish_turn(replace(record, turn=whole), now=NOW)
    return record.turn.id
