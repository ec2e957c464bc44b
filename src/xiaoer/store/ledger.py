"""SqlLedger: effects proposed, taken at most once, finished. The rows stay for ever."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from xiaoer.domain.ids import ConversationId, CustomerId, IntentId, OrderId, ShopId, StaffId
from xiaoer.domain.job import SETTLE, NewJob
from xiaoer.domain.outcome import Done, Failed, NeedsApproval, NeedsConfirm, Outcome, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.ports import Proposal, ProposalState
from xiaoer.domain.reply import ConfirmCard, Origin
from xiaoer.domain.rules.money import GESTURES, Spent, given_back
from xiaoer.store import job_rows
from xiaoer.store.codec import dumps, loads
from xiaoer.store.engine import Store
from xiaoer.store.rows import Event, append, new_id
from xiaoer.store.tables import intents

AT_WORK = timedelta(seconds=30)  # a turn's lease: whoever carries the effect out is done by then, or dead
SOON = timedelta(seconds=5)  # until an effect whose answer was lost is looked up again

# What the customer's card says. UNCLEAR is told by a person, so the card only says it did not go through.
_CARD = {
    ProposalState.DONE: "done",
    ProposalState.REFUSED: "failed",
    ProposalState.UNCLEAR: "failed",
    ProposalState.DECLINED: "declined",
    ProposalState.EXPIRED: "expired",
}
_WORKING = "taken"  # what the card says while a colleague thinks about it
_LIVE = (ProposalState.OPEN.value, ProposalState.TAKEN.value, ProposalState.NEEDS_STAFF.value)
_GIVEN = (ProposalState.TAKEN.value, ProposalState.UNCLEAR.value, ProposalState.DONE.value)
_FOUND_OUT = (*_LIVE, ProposalState.UNCLEAR.value)
_UNTOUCHED = (ProposalState.OPEN.value, ProposalState.NEEDS_STAFF.value)  # nothing was sent
_BEFORE = {
    ProposalState.DONE: _FOUND_OUT,
    ProposalState.REFUSED: _FOUND_OUT,
    ProposalState.DECLINED: _UNTOUCHED,
    ProposalState.EXPIRED: _UNTOUCHED,
}
_OUTCOMES = (Done, Refused, NeedsConfirm, NeedsApproval, Failed)


class SqlLedger:
    """Effects in a database. `ring` is called after a commit that told a conversation of one."""

    def __init__(self, store: Store, ring: Callable[[ConversationId], None] | None = None) -> None:
        self._store = store
        self._ring = ring or (lambda _: None)

    async def propose(
        self,
        plan: Plan,
        actor: Actor,
        conversation_id: ConversationId,
        *,
        now: datetime,
        expires_at: datetime,
    ) -> IntentId:
        proposal = Proposal(
            id=IntentId(new_id()),
            actor=actor,
            conversation_id=conversation_id,
            plan=plan,
            state=ProposalState.OPEN,
            created_at=now,
            expires_at=expires_at,
        )
        row = _row_of(proposal)
        await self._store.write(conversation_id, lambda conn: conn.execute(insert(intents), row))
        return proposal.id

    async def proposal(self, intent_id: IntentId) -> Proposal | None:
        query = select(intents).where(intents.c.id == intent_id)
        found = await self._store.read(lambda conn: _proposals(conn, query))
        return found[0] if found else None

    async def take(self, intent_id: IntentId, *, now: datetime) -> bool:
        """Also False for a card whose time is over.

        With it stands the job that settles it after a crash, until a turn is kept that says what came of it.
        """
        change = (
            update(intents)
            .where(
                intents.c.id == intent_id,
                intents.c.state == ProposalState.OPEN.value,
                intents.c.expires_at > now,
            )
            .values(state=ProposalState.TAKEN.value, taken_at=now)
            .returning(intents.c.shop_id, intents.c.conversation_id, intents.c.customer_id)
        )
        return await self._store.write(intent_id, lambda conn: _take(conn, change, intent_id, now))

    async def hold(self, intent_id: IntentId, reason: Reason, rule: str, *, now: datetime) -> None:
        why = {"approval": reason.value, "rule": rule}
        told = await self._store.write(intent_id, lambda conn: _hold(conn, intent_id, why, now))
        if told is not None:
            self._ring(told)

    async def agree(self, intent_id: IntentId, staff_id: StaffId, *, now: datetime) -> bool:
        change = (
            update(intents)
            .where(intents.c.id == intent_id, intents.c.state == ProposalState.NEEDS_STAFF.value)
            .values(state=ProposalState.TAKEN.value, taken_at=now, agreed_by=staff_id)
            .returning(intents.c.shop_id, intents.c.conversation_id, intents.c.customer_id)
        )
        return await self._store.write(intent_id, lambda conn: _take(conn, change, intent_id, now))

    async def held(self, shop_id: ShopId, *, limit: int) -> Sequence[Proposal]:
        query = (
            select(intents)
            .where(intents.c.shop_id == shop_id, intents.c.state == ProposalState.NEEDS_STAFF.value)
            .order_by(intents.c.taken_at, intents.c.id)
            .limit(limit)
        )
        return await self._store.read(lambda conn: _proposals(conn, query))

    async def spent(
        self, effect: Proposal, *, since: datetime, owner: CustomerId | None, orders: Collection[OrderId]
    ) -> Spent:
        return await self._store.read(lambda conn: _spent(conn, effect, since, owner, orders))

    async def finish(
        self, intent_id: IntentId, state: ProposalState, outcome: Outcome | None, *, now: datetime
    ) -> None:
        """Nothing happens to one that is finished, but UNCLEAR may be found out. ValueError: OPEN, TAKEN."""
        if state not in _CARD:
            raise ValueError(f"an effect does not end as {state}")
        changes = {
            "state": state.value,
            "outcome": None if outcome is None else dumps(outcome),
            "finished_at": now,
        }
        told = await self._store.write(intent_id, lambda conn: _finish(conn, intent_id, changes))
        if told is not None:
            self._ring(told)


def _take(conn: Connection, change: ReturningUpdate[Any], intent_id: IntentId, now: datetime) -> bool:
    row = conn.execute(change).one_or_none()
    if row is None:
        return False
    job = NewJob(
        shop_id=ShopId(row.shop_id),
        kind=SETTLE,
        key=intent_id,
        run_at=now + AT_WORK,
        payload={"intent_id": intent_id},
        conversation_id=ConversationId(row.conversation_id),
        customer_id=row.customer_id and CustomerId(row.customer_id),
    )
    if not job_rows.enqueue(conn, job, now):
        job_rows.again(conn, job.shop_id, SETTLE, intent_id, at=job.run_at)
    return True


def _hold(conn: Connection, intent_id: IntentId, why: dict[str, str], now: datetime) -> ConversationId | None:
    row = conn.execute(
        update(intents)
        .where(intents.c.id == intent_id, intents.c.state == ProposalState.TAKEN.value)
        .values(state=ProposalState.NEEDS_STAFF.value, **why)
        .returning(intents.c.shop_id, intents.c.conversation_id, intents.c.action, intents.c.expires_at)
    ).one_or_none()
    if row is None:
        return None
    job_rows.drop(conn, row.shop_id, SETTLE, intent_id, now)
    return _tell_card(conn, intent_id, row, _WORKING, now)


def _spent(
    conn: Connection,
    effect: Proposal,
    since: datetime,
    owner: CustomerId | None,
    orders: Collection[OrderId],
) -> Spent:
    """Effects nobody had to agree to, and gestures under way, agreed to or not. Its own row is left out."""
    c = intents.c
    others = and_(c.shop_id == effect.actor.shop_id, c.id != effect.id)
    alone = and_(others, c.state.in_(_GIVEN), c.agreed_by.is_(None))
    today = and_(alone, c.taken_at >= since)
    theirs = or_(c.customer_id == owner, c.order_id.in_(list(orders)))
    lost = and_(c.state == ProposalState.UNCLEAR.value, c.taken_at >= since)
    sent = and_(
        others, theirs, c.action.in_(tuple(GESTURES)), or_(c.state == ProposalState.TAKEN.value, lost)
    )

    def total(where: ColumnElement[bool]) -> int:
        return int(conn.scalar(select(func.coalesce(func.sum(c.amount), 0)).where(where)) or 0)

    return Spent(
        order=total(and_(alone, c.order_id == _order_of(effect.plan))),
        customer_today=total(and_(today, theirs)) if owner else 0,
        shop_today=total(today),
        gestures=int(conn.scalar(select(func.count()).where(sent)) or 0) if owner else 0,
    )


def _order_of(plan: Plan) -> str:
    return str(plan.facts.get("order_id", ""))


def _finish(conn: Connection, intent_id: IntentId, changes: dict[str, Any]) -> ConversationId | None:
    state, now = ProposalState(changes["state"]), changes["finished_at"]
    before = _BEFORE.get(state, _LIVE)
    row = conn.execute(
        update(intents)
        .where(intents.c.id == intent_id, intents.c.state.in_(before))
        .values(changes)
        .returning(intents.c.shop_id, intents.c.conversation_id, intents.c.action, intents.c.expires_at)
    ).one_or_none()
    if row is None:
        return None
    if state is ProposalState.UNCLEAR:
        job_rows.put_off(conn, row.shop_id, SETTLE, intent_id, until=now + SOON)
    return _tell_card(conn, intent_id, row, _CARD[state], now)


def _tell_card(
    conn: Connection,
    intent_id: IntentId,
    row: Any,  # noqa: ANN401 - of the effect
    state: str,
    now: datetime,
) -> ConversationId | None:
    """Its title and rows stand in the message that showed it; the client finds that by intent_id."""
    card = ConfirmCard(
        intent_id=intent_id,
        action=row.action,
        title="",
        rows=(),
        yes="",
        no="",
        expires_at=row.expires_at.isoformat(),
        state=state,
    )
    event = Event(kind="card", origin=Origin.FLOW, parts=(card,), at=now)
    told = append(conn, ConversationId(row.conversation_id), event)
    return None if told is None else told.conversation_id


def _row_of(proposal: Proposal) -> dict[str, Any]:
    actor, plan = proposal.actor, proposal.plan
    return {
        "id": proposal.id,
        "shop_id": actor.shop_id,
        "conversation_id": proposal.conversation_id,
        "role": actor.role.value,
        "proof": actor.proof.value,
        "customer_id": actor.customer_id,
        "proven_orders": dumps(tuple(sorted(actor.proven_orders))),
        "staff_id": actor.staff_id,
        "action": plan.action,
        "args": dumps(plan.args),
        "facts": dumps(plan.facts),
        "order_id": _order_of(plan),
        "amount": given_back(plan),
        "state": proposal.state.value,
        "created_at": proposal.created_at,
        "expires_at": proposal.expires_at,
    }


def _proposals(conn: Connection, query: Select[Any]) -> list[Proposal]:
    return [proposal_of(row) for row in conn.execute(query).mappings()]


def proposal_of(row: RowMapping) -> Proposal:
    return Proposal(
        id=IntentId(row["id"]),
        actor=Actor(
            shop_id=ShopId(row["shop_id"]),
            role=Role(row["role"]),
            proof=Proof(row["proof"]),
            customer_id=row["customer_id"] and CustomerId(row["customer_id"]),
            proven_orders=frozenset(loads(row["proven_orders"], tuple)),
            staff_id=row["staff_id"] and StaffId(row["staff_id"]),
        ),
        conversation_id=ConversationId(row["conversation_id"]),
        plan=Plan(row["action"], loads(row["args"], dict), loads(row["facts"], dict)),
        state=ProposalState(row["state"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        outcome=None if row["outcome"] is None else _outcome_of(row["outcome"]),
        taken_at=row["taken_at"],
        approval=row["approval"] and Reason(row["approval"]),
        rule=row["rule"] or "",
    )


def _outcome_of(text: str) -> Outcome:
    outcome = loads(text, object)
    if not isinstance(outcome, _OUTCOMES):
        raise ValueError("a stored outcome is none")
    return outcome
