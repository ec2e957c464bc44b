"""The way to a person; on both databases."""

import asyncio
from datetime import timedelta

import pytest
from tests.store.samples import NOW, SHOP, customer, opened, said

from xiaoer.domain.conversation import State
from xiaoer.domain.ids import ConversationId, ShopId, StaffId
from xiaoer.domain.ports import Waiting
from xiaoer.domain.reply import Origin
from xiaoer.domain.words import Language
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.desk import BY_STAFF, SqlDesk
from xiaoer.store.engine import Store

LIN, WANG = StaffId("s-lin"), StaffId("s-wang")


def at(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


async def state_of(log: SqlConversations, conversation_id: ConversationId) -> tuple[State, StaffId | None]:
    found = await log.get(conversation_id)
    assert found is not None
    return found.state, found.staff_id


async def events(log: SqlConversations, conversation_id: ConversationId) -> list[str]:
    found = await log.after(conversation_id, 0, limit=50)
    assert all(e.origin is Origin.FLOW for e in found if e.kind == "state")
    return [event.text for event in found if event.kind == "state"]


async def test_first_come_first_served(store: Store) -> None:
    log, desk = SqlConversations(store), SqlDesk(store)
    talks = [await opened(log) for _ in range(3)]
    elsewhere = await opened(log, customer(shop_id=ShopId("other")))
    await desk.queue(elsewhere.id, "asked", now=NOW)
    assert [await desk.queue(t.id, "asked", now=NOW + at(n)) for n, t in enumerate(talks)] == [0, 1, 2]
    assert await desk.queue(talks[2].id, "angry", now=NOW + at(9)) == 2
    assert await desk.take(talks[0].id, LIN, now=NOW + at(9))
    assert await desk.queue(talks[2].id, "angry", now=NOW + at(9)) == 1
    assert await desk.queue(talks[0].id, "angry", now=NOW + at(9)) == 0
    assert await events(log, talks[2].id) == ["waiting"]


async def test_the_queue_shows_who_waits_and_why(store: Store) -> None:
    log, desk = SqlConversations(store), SqlDesk(store)
    second, first, quiet = [await opened(log) for _ in range(3)]
    for text in ("东西坏了", "我要投诉"):
        await said(log, first.id, text)
    await log.say(first.id, "请稍等", (), Origin.TEMPLATE, now=NOW)
    await desk.queue(second.id, "lost", now=NOW + at(1))
    await desk.queue(first.id, "angry", now=NOW)
    await desk.take(first.id, LIN, now=NOW + at(2))
    waiting = await desk.waiting(SHOP, limit=10)
    assert waiting[0] == Waiting(
        conversation_id=first.id,
        why="angry",
        since=NOW,
        state=State.HUMAN,
        language=Language.ZH,
        last_text="我要投诉",
        staff_id=LIN,
    )
    assert [(w.conversation_id, w.last_text, w.state) for w in waiting[1:]] == [
        (second.id, "", State.WAITING)
    ]
    assert quiet.id not in {w.conversation_id for w in waiting}
    assert len(await desk.waiting(SHOP, limit=1)) == 1
    assert await desk.waiting(ShopId("other"), limit=10) == []


async def test_of_twenty_who_take_a_conversation_one_gets_it(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        desks = [SqlDesk(store), SqlDesk(other)]
        conversation = await opened(SqlConversations(store))
        await desks[0].queue(conversation.id, "asked", now=NOW)
        staff = [StaffId(f"s{n}") for n in range(20)]
        took = await asyncio.gather(
            *(desks[n % 2].take(conversation.id, who, now=NOW) for n, who in enumerate(staff))
        )
    assert took.count(True) == 1
    log = SqlConversations(store)
    assert await state_of(log, conversation.id) == (State.HUMAN, staff[took.index(True)])
    assert await events(log, conversation.id) == ["waiting", "human"]


async def test_who_has_it_keeps_it(store: Store) -> None:
    log, desk = SqlConversations(store), SqlDesk(store)
    conversation = await opened(log)
    assert await desk.take(conversation.id, LIN, now=NOW)
    assert await desk.take(conversation.id, LIN, now=NOW)
    assert not await desk.take(conversation.id, WANG, now=NOW)
    assert await events(log, conversation.id) == ["human"]
    assert [w.why for w in await desk.waiting(SHOP, limit=10)] == [BY_STAFF]


@pytest.mark.parametrize("to", [State.BOT, State.CLOSED])
async def test_a_person_gives_it_back_or_closes_it(store: Store, to: State) -> None:
    heard: list[ConversationId] = []
    log, desk = SqlConversations(store), SqlDesk(store, heard.append)
    conversation = await opened(log)
    await desk.queue(conversation.id, "asked", now=NOW)
    await desk.take(conversation.id, LIN, now=NOW)
    await desk.close(conversation.id, now=NOW, to=to)
    await desk.close(conversation.id, now=NOW, to=to)
    assert await state_of(log, conversation.id) == (to, None)
    assert await desk.waiting(SHOP, limit=10) == []
    assert await events(log, conversation.id) == ["waiting", "human", to.value]
    assert heard == [conversation.id] * 3
    assert await desk.queue(conversation.id, "asked", now=NOW) == 0
    assert await state_of(log, conversation.id) == (State.WAITING, None)


async def test_a_closed_conversation_is_not_taken(store: Store) -> None:
    log, desk = SqlConversations(store), SqlDesk(store)
    conversation = await opened(log)
    await desk.queue(conversation.id, "asked", now=NOW)
    await desk.close(conversation.id, now=NOW, to=State.CLOSED)
    assert not await desk.take(conversation.id, LIN, now=NOW)


async def test_a_person_leaves_it_to_the_bot_or_closed(store: Store) -> None:
    desk = SqlDesk(store)
    with pytest.raises(ValueError, match="waiting"):
        await desk.close(ConversationId("c"), now=NOW, to=State.WAITING)
    with pytest.raises(LookupError):
        await desk.queue(ConversationId("nowhere"), "asked", now=NOW)
    assert not await desk.take(ConversationId("nowhere"), LIN, now=NOW)
