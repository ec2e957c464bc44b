"""SqlDesk: the queue to a person, and who has which conversation."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from xiaoer.domain.conversation import State
from xiaoer.domain.ids import ConversationId, ShopId, StaffId
from xiaoer.domain.ports import Waiting
from xiaoer.domain.reply import Origin
from xiaoer.domain.words import Language
from xiaoer.store.engine import Store
from xiaoer.store.rows import Event, advance, new_id, next_place, put
from xiaoer.store.tables import conversations, handoffs, messages

BY_STAFF = "staff"  # why, when nobody had asked: a person stepped in


class SqlDesk:
    """The desk in a database. Each change of state is an event: kind "state", its text the new state."""

    def __init__(self, store: Store, ring: Callable[[ConversationId], None] | None = None) -> None:
        self._store = store
        self._ring = ring or (lambda _: None)

    async def queue(self, conversation_id: ConversationId, why: str, *, now: datetime) -> int:
        """0 also when a person has it already. A closed conversation queues like any other. LookupError."""
        changed, ahead = await self._store.write(
            conversation_id, lambda conn: _queue(conn, conversation_id, why, now)
        )
        if changed:
            self._ring(conversation_id)
        return ahead

    async def waiting(self, shop_id: ShopId, *, limit: int) -> Sequence[Waiting]:
        query = _waiting(shop_id).limit(limit)
        return await self._store.read(
            lambda conn: [_waiting_of(row) for row in conn.execute(query).mappings()]
        )

    async def take(self, conversation_id: ConversationId, staff_id: StaffId, *, now: datetime) -> bool:
        """True also for who has it already."""
        changed, taken = await self._store.write(
            conversation_id, lambda conn: _take(conn, conversation_id, staff_id, now)
        )
        if changed:
            self._ring(conversation_id)
        return taken

    async def close(self, conversation_id: ConversationId, *, now: datetime, to: State) -> None:
        """Nothing happens to one that is with the bot or closed. ValueError for another `to`."""
        if to not in (State.BOT, State.CLOSED):
            raise ValueError(f"a person leaves a conversation to the bot or closes it, not {to}")
        if await self._store.write(conversation_id, lambda conn: _close(conn, conversation_id, to, now)):
            self._ring(conversation_id)


def _from(*states: State) -> ReturningUpdate[Any]:
    fits = conversations.c.state.in_([state.value for state in states])
    return advance("state", "staff_id", where=fits)


_QUEUED = _from(State.BOT, State.CLOSED)
_TAKEN = _from(State.BOT, State.WAITING)
_LEFT = _from(State.HUMAN, State.WAITING)


def _turn_to(
    conn: Connection, conversation_id: ConversationId, event: Event, *, by: ReturningUpdate[Any]
) -> str | None:
    """Change the state to the event's and tell it; the shop, or None if it was in no state for that."""
    given = {"to_state": event.text, "to_staff_id": event.staff_id}
    place = next_place(conn, conversation_id, event, by=by, given=given)
    if place is None:
        return None
    put(conn, place, event)
    return place.shop_id


def _state_event(to: State, now: datetime, staff_id: StaffId | None = None) -> Event:
    return Event(kind="state", origin=Origin.FLOW, text=to.value, at=now, staff_id=staff_id)


def _queue(conn: Connection, conversation_id: ConversationId, why: str, now: datetime) -> tuple[bool, int]:
    event = _state_event(State.WAITING, now)
    shop_id = _turn_to(conn, conversation_id, event, by=_QUEUED)
    if shop_id is not None:
        row = {"shop_id": shop_id, "conversation_id": conversation_id, "why": why, "queued_at": now}
        conn.execute(insert(handoffs), {"id": new_id(), **row})
    elif conn.scalar(select(conversations.c.id).where(conversations.c.id == conversation_id)) is None:
        raise LookupError(conversation_id)
    return shop_id is not None, _ahead(conn, conversation_id)


def _ahead(conn: Connection, conversation_id: ConversationId) -> int:
    mine = conn.execute(
        select(handoffs).where(handoffs.c.conversation_id == conversation_id, _waits())
    ).one_or_none()
    if mine is None:
        return 0
    before = or_(
        handoffs.c.queued_at < mine.queued_at,
        and_(handoffs.c.queued_at == mine.queued_at, handoffs.c.id < mine.id),
    )
    query = select(func.count()).where(handoffs.c.shop_id == mine.shop_id, _waits(), before)
    return conn.scalar(query) or 0


def _waits() -> ColumnElement[bool]:
    return and_(handoffs.c.closed_at.is_(None), handoffs.c.taken_at.is_(None))


def _take(
    conn: Connection, conversation_id: ConversationId, staff_id: StaffId, now: datetime
) -> tuple[bool, bool]:
    event = _state_event(State.HUMAN, now, staff_id)
    shop_id = _turn_to(conn, conversation_id, event, by=_TAKEN)
    if shop_id is None:
        query = select(conversations.c.state, conversations.c.staff_id)
        held = conn.execute(query.where(conversations.c.id == conversation_id)).one_or_none()
        return False, held is not None and tuple(held) == (State.HUMAN.value, staff_id)
    taken = {"taken_at": now, "staff_id": staff_id}
    if conn.execute(update(handoffs).where(_open(conversation_id)).values(taken)).rowcount == 0:
        row = {"shop_id": shop_id, "conversation_id": conversation_id, "why": BY_STAFF, "queued_at": now}
        conn.execute(insert(handoffs), {"id": new_id(), **row, **taken})
    return True, True


def _open(conversation_id: ConversationId) -> ColumnElement[bool]:
    return and_(handoffs.c.conversation_id == conversation_id, handoffs.c.closed_at.is_(None))


def _close(conn: Connection, conversation_id: ConversationId, to: State, now: datetime) -> bool:
    event = _state_event(to, now)
    if _turn_to(conn, conversation_id, event, by=_LEFT) is None:
        return False
    conn.execute(update(handoffs).where(_open(conversation_id)).values(closed_at=now))
    return True


def _waiting(shop_id: ShopId) -> Select[Any]:
    last_text = (
        select(messages.c.text)
        .where(messages.c.conversation_id == conversations.c.id, messages.c.seq == conversations.c.asked_seq)
        .scalar_subquery()
    )
    return (
        select(
            handoffs.c.conversation_id,
            handoffs.c.why,
            handoffs.c.queued_at,
            conversations.c.state,
            conversations.c.language,
            conversations.c.staff_id,
            func.coalesce(last_text, "").label("last_text"),
        )
        .join(conversations, conversations.c.id == handoffs.c.conversation_id)
        .where(handoffs.c.shop_id == shop_id, handoffs.c.closed_at.is_(None))
        .order_by(handoffs.c.queued_at, handoffs.c.id)
    )


def _waiting_of(row: RowMapping) -> Waiting:
    return Waiting(
        conversation_id=ConversationId(row["conversation_id"]),
        why=row["why"],
        since=row["queued_at"],
        state=State(row["state"]),
        language=Language(row["language"]),
        last_text=row["last_text"],
        staff_id=row["staff_id"] and StaffId(row["staff_id"]),
    )
