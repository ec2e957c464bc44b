"""Tickets, on both databases; the memory of tests/actions keeps the same promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.actions.bench import MemoryTickets
from tests.store.samples import NOW, SHOP, customer, opened

from xiaoer.domain.care_ports import Asked, TicketKind, Tickets
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.tickets import SqlTickets

LIN = CustomerId("c-lin")
COMPLAINT = Asked(
    kind=TicketKind.COMPLAINT,
    shop_id=SHOP,
    conversation_id=ConversationId("c1"),
    customer_id=LIN,
    words="箱子摔坏了",
    due_at=NOW + timedelta(hours=48),
)


async def asked(store: Store, name: str = "c-lin") -> Asked:
    conversation = await opened(SqlConversations(store), customer(name))
    return replace(COMPLAINT, conversation_id=conversation.id, customer_id=CustomerId(name))


async def kept(tickets: Tickets, one: Asked, elsewhere: ConversationId) -> None:
    first = await tickets.open(one, now=NOW)
    assert (first.asked, first.made_at, first.closed_at) == (one, NOW, None)
    assert first.number.startswith("T")
    assert await tickets.open(replace(one, words="again"), now=NOW + timedelta(hours=1)) == first
    other = await tickets.open(replace(one, kind=TicketKind.CALL_BACK), now=NOW)
    assert other.number != first.number
    assert await tickets.current(TicketKind.COMPLAINT, one.conversation_id, None) == first
    assert await tickets.current(TicketKind.COMPLAINT, elsewhere, one.customer_id) == first
    assert await tickets.current(TicketKind.COMPLAINT, elsewhere, None) is None
    assert await tickets.current(TicketKind.UNSUBSCRIBE, one.conversation_id, one.customer_id) is None


async def test_one_open_ticket_of_a_kind(store: Store) -> None:
    elsewhere = (await asked(store)).conversation_id
    await kept(SqlTickets(store), await asked(store), elsewhere)


async def test_one_open_ticket_of_a_kind_in_memory() -> None:
    await kept(MemoryTickets(), COMPLAINT, ConversationId("elsewhere"))


async def test_twenty_at_once_make_one(store: Store, database_url: str) -> None:
    one = await asked(store)
    async with await Store.open(database_url) as other:
        both = [SqlTickets(store), SqlTickets(other)]
        made = await asyncio.gather(*(both[n % 2].open(one, now=NOW) for n in range(20)))
    assert len({ticket.number for ticket in made}) == 1


async def test_what_is_open_is_listed_until_it_is_closed(store: Store) -> None:
    tickets = SqlTickets(store)
    late = await tickets.open(await asked(store), now=NOW)
    soon = await tickets.open(replace(await asked(store, "c-wu"), due_at=NOW), now=NOW)
    assert await tickets.waiting(SHOP, limit=9) == [soon, late]
    assert await tickets.waiting(SHOP, limit=1) == [soon]
    assert await tickets.waiting(ShopId("another"), limit=9) == []
    assert not await tickets.close(ShopId("another"), soon.number, now=NOW)
    assert await tickets.close(SHOP, soon.number, now=NOW)
    assert not await tickets.close(SHOP, soon.number, now=NOW)
    assert await tickets.waiting(SHOP, limit=9) == [late]
    anew = await tickets.open(soon.asked, now=NOW)
    assert anew.number != soon.number


async def test_a_number_that_is_taken_is_not_given_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter([1, 1, 2])
    monkeypatch.setattr("xiaoer.store.tickets.secrets.randbelow", lambda _: next(numbers))
    tickets = SqlTickets(store)
    made = [await tickets.open(await asked(store, name), now=NOW) for name in ("c-lin", "c-wu")]
    assert [ticket.number for ticket in made] == ["T00000001", "T00000002"]
