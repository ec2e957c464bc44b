"""SqlCaseFiles: the records of one conversation (domain.case_ports), read together."""

from sqlalchemy import Connection, RowMapping, select
from typing_extensions import override

from xiaoer.domain.case_ports import CaseFile, CaseFiles, HandedOver, KeptTurn
from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.promise import PromiseState
from xiaoer.domain.understanding import Understanding
from xiaoer.store.codec import loads
from xiaoer.store.engine import Store
from xiaoer.store.ledger import proposal_of
from xiaoer.store.promise_rows import promise_of
from xiaoer.store.tables import handoffs, intents, promises, tickets, turns
from xiaoer.store.tickets import ticket_of

MOST_TURNS = 50  # of a conversation, the latest
MOST = 50  # effects, promises, tickets


class SqlCaseFiles(CaseFiles):
    """Case files in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def of(self, conversation_id: ConversationId) -> CaseFile:
        return await self._store.read(lambda conn: _read(conn, conversation_id))


def _read(conn: Connection, this: ConversationId) -> CaseFile:
    t, e, p, k, h = turns.c, intents.c, promises.c, tickets.c, handoffs.c
    late = select(turns).where(t.conversation_id == this).order_by(t.at.desc(), t.id).limit(MOST_TURNS)
    effects = select(intents).where(e.conversation_id == this).order_by(e.created_at.desc(), e.id).limit(MOST)
    owed = select(promises).where(p.conversation_id == this, p.state == PromiseState.OPEN.value)
    asked = select(tickets).where(k.conversation_id == this, k.closed_at.is_(None))
    called = select(handoffs).where(h.conversation_id == this, h.closed_at.is_(None))
    handed = conn.execute(called).mappings().first()
    return CaseFile(
        turns=tuple(_turn_of(row) for row in reversed(conn.execute(late).mappings().all())),
        effects=tuple(proposal_of(row) for row in reversed(conn.execute(effects).mappings().all())),
        promises=tuple(map(promise_of, conn.execute(owed.order_by(p.due_at, p.id).limit(MOST)).mappings())),
        tickets=tuple(
            map(ticket_of, conn.execute(asked.order_by(k.due_at, k.number).limit(MOST)).mappings())
        ),
        handed_over=HandedOver(why=handed["why"], since=handed["queued_at"]) if handed else None,
    )


def _turn_of(row: RowMapping) -> KeptTurn:
    return KeptTurn(
        id=TurnId(row["id"]),
        at=row["at"],
        understanding=loads(row["understanding"], Understanding),
        steps=loads(row["steps"], tuple),
    )
