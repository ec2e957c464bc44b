"""Turns behind the acknowledgement: one at a time per conversation, none forgotten, an end at shutdown."""

import asyncio

from tests.channels.counter import POLICY, house

from xiaoer.channels.web.turns import Pace, Turns
from xiaoer.domain.ids import ConversationId
from xiaoer.store.engine import Store

A, B = ConversationId("a"), ConversationId("b")
NOW = Pace(settle_s=0, longest_s=0)


class Work:
    """Turns that last until they are let go."""

    def __init__(self, pace: Pace) -> None:
        self.begun: list[ConversationId] = []
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.turns = Turns(self._answer, pace)

    async def _answer(self, conversation_id: ConversationId) -> None:
        self.begun.append(conversation_id)
        self.began.set()
        await self.may_end.wait()

    async def until_begun(self) -> None:
        await self.began.wait()
        self.began.clear()


async def test_what_is_said_during_a_turn_gets_another_look() -> None:
    """The running turn may have looked for the last time already."""
    work = Work(NOW)
    work.turns.soon(A)
    await work.until_begun()
    for _ in range(3):
        work.turns.soon(A)
        await asyncio.sleep(0)
    work.may_end.set()
    await work.turns.drain()
    assert work.begun == [A, A]


async def test_who_keeps_writing_is_not_put_off_for_ever() -> None:
    work = Work(Pace(settle_s=600, longest_s=0))
    work.may_end.set()
    work.turns.soon(A)
    work.turns.soon(A)
    await work.until_begun()
    assert work.begun == [A]


async def test_so_many_at_once_and_the_rest_in_line() -> None:
    work = Work(Pace(settle_s=0, longest_s=0, at_once=1))
    work.turns.soon(A)
    work.turns.soon(B)
    await work.until_begun()
    assert len(work.begun) == 1
    work.may_end.set()
    await work.turns.drain()
    assert sorted(work.begun) == [A, B]


async def test_at_the_end_nobody_waits_for_a_turn_that_does_not_end() -> None:
    work = Work(Pace(settle_s=0, longest_s=0, drain_s=0.01))
    work.turns.soon(A)
    await work.until_begun()
    work.turns.soon(A)
    await work.turns.drain()
    assert work.begun == [A]


async def test_going_down_answers_what_was_acknowledged(store: Store) -> None:
    async with house(store) as counter:
        visitor = await counter.visitor()
        await visitor.say("还没等到回复")
    assert counter.clerk.turns == [["还没等到回复"]]
    assert await counter.log.unanswered(POLICY.shop_id, limit=9) == []


async def test_what_runs_beside_the_requests_ends_with_the_app(store: Store) -> None:
    seen: list[str] = []

    async def beside() -> None:
        seen.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("ended")

    async with house(store, beside=[beside]) as counter:
        await counter.visitor()
    assert seen == ["begun", "ended"]
