"""SqlTrials: what a language model would have done, in a database (domain.rollout_ports.Trials)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from xiaoer.domain.ids import ConversationId, ShopId, TurnId
from xiaoer.domain.rollout import Counted, Judged, Meant, Mode, Past, Since, Trial, Verdict
from xiaoer.store import trial_rows
from xiaoer.store.engine import Store, insert_missing
from xiaoer.store.tables import conversations, llm_trials, turns
from xiaoer.store.trial_rows import COUNTED, counted_of, meant_json, row_of, trial_of

_KNOWN = (Verdict.AGREED.value, Verdict.HELD.value, Verdict.GONE.value)  # a person need not look


class SqlTrials:
    """Trials in a database. They go with their conversation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def past(self, shop_id: ShopId, turn_id: TurnId) -> Past | None:
        this = (turns.c.id == turn_id) & (turns.c.shop_id == shop_id)
        return await self._store.read(lambda conn: trial_rows.past(conn, this))

    async def since(self, past: Past) -> Since:
        return await self._store.read(lambda conn: trial_rows.since(conn, past))

    async def add(self, trial: Trial) -> bool:
        return await self._store.write(trial.turn_id, lambda conn: _add(conn, trial))

    async def get(self, shop_id: ShopId, turn_id: TurnId) -> Trial | None:
        return await self._store.read(lambda conn: _get(conn, shop_id, turn_id))

    async def settle(self, trial: Trial, verdict: Verdict, really: Meant) -> None:
        this = (llm_trials.c.turn_id == trial.turn_id, llm_trials.c.verdict == Verdict.OPEN.value)
        change = update(llm_trials).where(*this).values(verdict=verdict.value, really=meant_json(really))
        await self._store.write(trial.turn_id, lambda conn: conn.execute(change))

    async def judge(
        self, shop_id: ShopId, turn_id: TurnId, judged: Judged, *, by: str, now: datetime
    ) -> Trial | None:
        this = (llm_trials.c.turn_id == turn_id, llm_trials.c.shop_id == shop_id)
        change = update(llm_trials).where(*this).values(judged=judged.value, judged_by=by, judged_at=now)

        def judge(conn: Connection) -> Trial | None:
            return _get(conn, shop_id, turn_id) if conn.execute(change).rowcount else None

        return await self._store.write(turn_id, judge)

    async def listed(
        self, shop_id: ShopId, *, intent: str = "", to_judge: bool = True, limit: int
    ) -> Sequence[Trial]:
        c = llm_trials.c
        query = select(llm_trials).where(c.shop_id == shop_id)
        if intent:
            query = query.where(c.intent == intent)
        if to_judge:
            unknown_first = case((c.verdict == Verdict.OPEN.value, 0), else_=1)
            query = query.where(c.judged.is_(None), c.verdict.not_in(_KNOWN)).order_by(unknown_first)
        query = query.order_by(c.at.desc(), c.turn_id).limit(limit)
        return await self._store.read(lambda conn: [trial_of(row) for row in conn.execute(query).mappings()])

    async def suggested(self, conversation_id: ConversationId, *, limit: int) -> Sequence[Trial]:
        c = llm_trials.c
        kept = (c.conversation_id == conversation_id, c.mode == Mode.SUGGEST.value, c.words != "")
        query = select(llm_trials).where(*kept).order_by(c.at.desc(), c.turn_id).limit(limit)
        return await self._store.read(lambda conn: [trial_of(row) for row in conn.execute(query).mappings()])

    async def counted(self, shop_id: ShopId, model: str, *, limit: int) -> Sequence[Counted]:
        c = llm_trials.c
        query = select(*COUNTED).where(c.shop_id == shop_id, c.model == model).order_by(c.at.desc())
        newest = query.limit(limit)
        return await self._store.read(
            lambda conn: [counted_of(row) for row in conn.execute(newest).mappings()]
        )


def _add(conn: Connection, trial: Trial) -> bool:
    """Locked, so that it is not added while the conversation is erased."""
    c = conversations.c
    there = select(c.id).where(c.id == trial.conversation_id, c.shop_id == trial.shop_id).with_for_update()
    if conn.scalar(there) is None or _get(conn, trial.shop_id, trial.turn_id) is not None:
        return False
    insert_missing(conn, llm_trials, row_of(trial))
    return True


def _get(conn: Connection, shop_id: ShopId, turn_id: TurnId) -> Trial | None:
    c = llm_trials.c
    query = select(llm_trials).where(c.turn_id == turn_id, c.shop_id == shop_id)
    row = conn.execute(query).mappings().one_or_none()
    return trial_of(row) if row else None
