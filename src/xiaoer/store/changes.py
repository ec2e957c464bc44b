"""Which conversations got events, so that a process can follow what others wrote."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from xiaoer.domain.ids import ConversationId
from xiaoer.store.engine import Store
from xiaoer.store.tables import conversations

MOST_IDS = 10_000  # PostgreSQL takes 65,535 parameters, SQLite 32,766


async def changed_since(
    store: Store, moment: datetime, ids: Collection[ConversationId], *, limit: int
) -> Sequence[tuple[ConversationId, int]]:
    """(conversation, its last seq) of those among `ids` with an event at `moment` or later, oldest first.

    An event's time is taken before its commit: look back some seconds further than the last look, and
    compare the seq. ValueError for more than MOST_IDS.
    """
    if len(ids) > MOST_IDS:
        raise ValueError(f"more than {MOST_IDS} conversations in one look")
    query = (
        select(conversations.c.id, conversations.c.last_seq)
        .where(conversations.c.updated_at >= moment, conversations.c.id.in_(ids))
        .order_by(conversations.c.updated_at)
        .limit(limit)
    )
    return await store.read(
        lambda conn: [(ConversationId(row.id), row.last_seq) for row in conn.execute(query)]
    )
