"""Leases: one task at a time answers a conversation, over all processes. Never an open transaction."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from xiaoer.domain.ids import ConversationId
from xiaoer.domain.ports import Busy, StoreDown
from xiaoer.store.engine import Store
from xiaoer.store.rows import new_id
from xiaoer.store.tables import conversations

LASTS = timedelta(seconds=30)  # a turn is bounded well below

# What the running task holds, by (leases, conversation). It is the task that holds a lease, not the process:
# one that outlived its time must not finish with the token of the task that took over.
_held: ContextVar[Mapping[tuple[int, str], "_Held"] | None] = ContextVar("held", default=None)


@dataclass(slots=True)
class _Held:
    token: str
    over: bool = False  # the turn has ended it


# Statements are built once, at import: that takes six times as long as running them.
FREE: ColumnElement[bool] = or_(
    conversations.c.lease_holder.is_(None), conversations.c.lease_until <= bindparam("now")
)
_THIS = conversations.c.id == bindparam("this")
_KNOWN = select(conversations.c.id).where(_THIS)
_TAKE = (
    update(conversations)
    .where(_THIS, FREE)
    .values(lease_holder=bindparam("token"), lease_until=bindparam("until"))
)
_RELEASE = (
    update(conversations)
    .where(_THIS, conversations.c.lease_holder == bindparam("token"))
    .values(lease_holder=None, lease_until=None)
)


class Leases:
    """A column with a holder and an end, compared and set."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def hold(self, conversation_id: ConversationId, *, now: datetime) -> AsyncIterator[None]:
        """Busy if another holds it. LookupError if there is no such conversation."""
        token = new_id()
        await self._store.write(conversation_id, lambda conn: _take(conn, conversation_id, token, now))
        before, held = _held.get(), _Held(token)
        _held.set({**(before or {}), (id(self), conversation_id): held})
        try:
            yield
        finally:
            _held.set(before)
            if not held.over:
                with suppress(StoreDown):  # then it runs out by itself
                    await self._store.write(
                        conversation_id, lambda conn: _release(conn, conversation_id, token)
                    )

    def token(self, conversation_id: ConversationId) -> str:
        """What this task holds it with. Busy if it does not."""
        held = (_held.get() or {}).get((id(self), conversation_id))
        if held is None or held.over:
            raise Busy("not inside its lease")
        return held.token

    def ended(self, conversation_id: ConversationId) -> None:
        """Told by whoever has freed the row in a transaction of its own."""
        if held := (_held.get() or {}).get((id(self), conversation_id)):
            held.over = True


def _take(conn: Connection, conversation_id: ConversationId, token: str, now: datetime) -> None:
    given = {"this": conversation_id, "now": now, "token": token, "until": now + LASTS}
    if conn.execute(_TAKE, given).rowcount == 0:
        known = conn.scalar(_KNOWN, {"this": conversation_id})
        raise LookupError(conversation_id) if known is None else Busy(conversation_id)


def _release(conn: Connection, conversation_id: ConversationId, token: str) -> None:
    conn.execute(_RELEASE, {"this": conversation_id, "token": token})
