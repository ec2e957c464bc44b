"""SqlTickets: what a person has to see to, each with its number (domain.care_ports)."""

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from xiaoer.domain.care_ports import Asked, Ticket, TicketKind
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId
from xiaoer.store.engine import Store, insert_missing
from xiaoer.store.tables import conversations, tickets

_NUMBERS = 100_000_000  # eight digits: short enough to read out, too many to guess
_TRIES = 5  # a number may be another ticket's


class SqlTickets:
    """Tickets in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self, asked: Asked, *, now: datetime) -> Ticket:
        return await self._store.write(asked.conversation_id, lambda conn: _open(conn, asked, now))

    async def current(
        self, kind: TicketKind, conversation_id: ConversationId, customer_id: CustomerId | None
    ) -> Ticket | None:
        c = tickets.c
        theirs: ColumnElement[bool] = c.conversation_id == conversation_id
        if customer_id is not None:  # another shop may have given the same id to somebody else
            here = select(conversations.c.shop_id).where(conversations.c.id == conversation_id)
            theirs = or_(theirs, and_(c.shop_id == here.scalar_subquery(), c.customer_id == customer_id))
        query = select(tickets).where(c.kind == kind.value, c.closed_at.is_(None), theirs)
        newest = query.order_by(c.made_at.desc(), c.number).limit(1)
        return await self._store.read(lambda conn: _first(conn.execute(newest).mappings().first()))

    async def waiting(self, shop_id: ShopId, *, limit: int) -> list[Ticket]:
        c = tickets.c
        query = select(tickets).where(c.shop_id == shop_id, c.closed_at.is_(None))
        soonest = query.order_by(c.due_at, c.number).limit(limit)
        return await self._store.read(lambda conn: [ticket_of(r) for r in conn.execute(soonest).mappings()])

    async def close(self, shop_id: ShopId, number: str, *, now: datetime) -> bool:
        c = tickets.c
        this = (c.shop_id == shop_id, c.number == number, c.closed_at.is_(None))
        closed = update(tickets).where(*this).values(closed_at=now)
        return await self._store.write(number, lambda conn: conn.execute(closed).rowcount == 1)


def _open(conn: Connection, asked: Asked, now: datetime) -> Ticket:
    """Two at once make one: the second finds the first. RuntimeError if no number is free."""
    c = tickets.c
    mine = select(tickets).where(
        c.conversation_id == asked.conversation_id, c.kind == asked.kind.value, c.closed_at.is_(None)
    )
    for _ in range(_TRIES):
        insert_missing(conn, tickets, _row(asked, now))
        if (found := conn.execute(mine).mappings().first()) is not None:
            return ticket_of(found)
    raise RuntimeError("no number is free for a ticket")


def _row(asked: Asked, now: datetime) -> dict[str, object]:
    return {
        "shop_id": asked.shop_id,
        "number": f"T{secrets.randbelow(_NUMBERS):08d}",
        "conversation_id": asked.conversation_id,
        "customer_id": asked.customer_id,
        "kind": asked.kind.value,
        "words": asked.words,
        "contact": asked.contact,
        "made_at": now,
        "due_at": asked.due_at,
    }


def _first(row: RowMapping | None) -> Ticket | None:
    return None if row is None else ticket_of(row)


def ticket_of(row: RowMapping) -> Ticket:
    asked = Asked(
        kind=TicketKind(row["kind"]),
        shop_id=ShopId(row["shop_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        customer_id=row["customer_id"] and CustomerId(row["customer_id"]),
        words=row["words"],
        contact=row["contact"],
        due_at=row["due_at"],
    )
    return Ticket(number=row["number"], asked=asked, made_at=row["made_at"], closed_at=row["closed_at"])
