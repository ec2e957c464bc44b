"""Each guard, and how the house is without it. What nobody misses when it is gone is not tested."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import or_, select

from xiaoer import turn
from xiaoer.actions import change_address, run
from xiaoer.actions.base import CATALOGUE
from xiaoer.decide import outside, router
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Chosen, Do
from xiaoer.domain.ids import IntentId, OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Outcome, Plan
from xiaoer.domain.people import Actor, Address
from xiaoer.domain.ports import Proposal, ProposalState
from xiaoer.guard import access, outbound
from xiaoer.guard.proposed import kept
from xiaoer.shops import memory
from xiaoer.store import tables, turns
from xiaoer.store.codec import dumps
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.tickets import SqlTickets, ticket_of
from xiaoer.store.tries import SqlTries

Patch = pytest.MonkeyPatch
_CARDS = {"talk": 6, "steal": 4}
_PROOFS = {"prove": 1}
_PEOPLE = {"person": 1, "hand_back": 1}
_MONEY = {"talk": 10, "press": 4}
_TALK = {"talk": 1}
_DOOR = {"door": 1}
_SAME = {"talk": 4, "press": 8, "swap": 1}
_OLD = {"talk": 3, "press": 6, "clock": 1}
Off = Callable[[Patch], None]


def _anybodys_order(patch: Patch) -> None:
    patch.setattr(access, "_may_see", lambda actor, order: True)


def _anybodys_card(patch: Patch) -> None:
    async def any_card(intent_id: IntentId, actor: Actor, reach: Any) -> Proposal | None:
        found: Proposal | None = await reach.ledger.proposal(intent_id)
        return found

    patch.setattr(run, "own_card", any_card)
    patch.setattr(turn, "own_card", any_card)


def _yes_of_a_mind(patch: Patch) -> None:
    def kept_only(chosen: Chosen, turn_: Turn) -> Chosen:
        call = chosen.decision
        return (
            replace(chosen, decision=replace(call, args=kept(call.args))) if isinstance(call, Do) else chosen
        )

    patch.setattr(turn, "proposed", kept_only)


def _yes_before_the_card(patch: Patch) -> None:
    async def never(*_: Any) -> bool:
        return False

    patch.setattr(turn.Clerk, "_shown_since", never)


def _world_not_looked_at(patch: Patch) -> None:
    """The plan of the card is carried out as it is, whatever the order is by now."""
    real = run._carry_out

    async def blindly(proposal: Proposal, actor: Actor, reach: Any) -> tuple[ProposalState, Outcome]:
        action, plan = CATALOGUE[proposal.plan.action], proposal.plan
        if "order_id" not in plan.args:
            return await real(proposal, actor, reach)
        order = await reach.shop.order(OrderId(str(plan.args["order_id"])))
        now = Plan(plan.action, plan.args, plan.facts, order.version)
        return ProposalState.DONE, await action.do(now, reach, key=proposal.id)

    patch.setattr(run, "_carry_out", blindly)


def _state_not_looked_at(patch: Patch) -> None:
    """A card that was answered is answered again."""
    real = SqlLedger.proposal

    async def open_again(self: SqlLedger, intent_id: IntentId) -> Proposal | None:
        found = await real(self, intent_id)
        return None if found is None else replace(found, state=ProposalState.OPEN)

    patch.setattr(SqlLedger, "proposal", open_again)


def _taken_by_all(patch: Patch) -> None:
    real = SqlLedger.take

    async def take(self: SqlLedger, intent_id: IntentId, *, now: Any) -> bool:
        await real(self, intent_id, now=now)
        return True

    patch.setattr(SqlLedger, "take", take)


def _new_keys(patch: Patch) -> None:
    """The order system is called with another key each time."""
    real, numbers = run._done, iter(range(10**9))

    async def done(proposal: Proposal, actor: Actor, reach: Any) -> Outcome:
        state, outcome = await run._carry_out(
            replace(proposal, id=IntentId(f"{proposal.id}#{next(numbers)}")), actor, reach
        )
        await reach.ledger.finish(proposal.id, state, outcome, now=reach.now)
        return outcome

    assert real is not None
    patch.setattr(run, "_done", done)


def _for_ever(patch: Patch) -> None:
    """The door does not look at the time of a card; the ledger still does."""
    real = SqlLedger.proposal

    async def young(self: SqlLedger, intent_id: IntentId) -> Proposal | None:
        found = await real(self, intent_id)
        return None if found is None else replace(found, expires_at=found.expires_at.replace(year=2100))

    patch.setattr(SqlLedger, "proposal", young)


def _taken_late(patch: Patch) -> None:
    real = SqlLedger.take

    async def take(self: SqlLedger, intent_id: IntentId, *, now: Any) -> bool:
        query = select(tables.intents.c.created_at).where(tables.intents.c.id == intent_id)
        made: Any = await self._store.read(lambda conn: conn.scalar(query))
        return await real(self, intent_id, now=made)

    patch.setattr(SqlLedger, "take", take)


def _no_links_read(patch: Patch) -> None:
    patch.setattr(outbound, "links", lambda reply, hosts: ())


def _no_receipts_asked(patch: Patch) -> None:
    patch.setattr(outbound, "unproven", lambda reply, evidence: ())


def _no_last_look(patch: Patch) -> None:
    patch.setattr(turn, "found_in", lambda *_: ())


def _bare_mind(patch: Patch) -> None:
    async def as_it_is(self: outside.Outside, turn_: Turn) -> Chosen | None:
        return await self._mind.next(turn_)

    patch.setattr(outside.Outside, "next", as_it_is)


def _any_words(patch: Patch) -> None:
    patch.setattr(outside._Named, "has", lambda self, name, value: True)


def _any_number_of_tries(patch: Patch) -> None:
    async def allow(self: SqlTries, key: str, **_: Any) -> bool:
        return True

    patch.setattr(SqlTries, "allow", allow)


def _no_limits(patch: Patch) -> None:
    patch.setattr(run, "approval_for", lambda *_: None)


def _no_end(patch: Patch) -> None:
    patch.setattr(turn, "MOST_STEPS", 12)


def _nobody_is_called(patch: Patch) -> None:
    real = router._by_rule

    def deaf(turn_: Turn) -> Chosen | None:
        heard = replace(turn_.understanding, wants_person=False)
        return real(replace(turn_, understanding=heard))

    patch.setattr(router, "_by_rule", deaf)


def _no_record(patch: Patch) -> None:
    real = turns._turn_row
    patch.setattr(turns, "_turn_row", lambda *args: real(*args) | {"steps": dumps(())})


def _one_queue(patch: Patch) -> None:
    """Tickets of whoever has the same id, in whichever shop."""

    async def current(self: SqlTickets, kind: Any, conversation_id: str, customer_id: str | None) -> Any:
        c = tables.tickets.c
        theirs = or_(c.conversation_id == conversation_id, c.customer_id == (customer_id or "-"))
        query = select(tables.tickets).where(c.kind == kind.value, c.closed_at.is_(None), theirs).limit(1)
        row = await self._store.read(lambda conn: conn.execute(query).mappings().first())
        return row and ticket_of(row)

    patch.setattr(SqlTickets, "current", current)


def _stale_writes(patch: Patch) -> None:
    """The order system lets a write to any version through."""

    def as_it_is(self: memory.MemoryShop, seen: Order, states: Any) -> Order:
        return self._orders[seen.id]

    patch.setattr(memory.MemoryShop, "_as_seen", as_it_is)


def _wrong_address(patch: Patch) -> None:
    """Not a guard: a `do` that carries out something else than was read out."""
    real = change_address._unmasked

    def elsewhere(shown: Address, order: Order) -> Address:
        return replace(real(shown, order), street="evil street 1")

    patch.setattr(change_address, "_unmasked", elsewhere)


@dataclass(frozen=True, slots=True)
class Guard:
    """`found`: the invariants one of which breaks without it; empty: another layer holds alone."""

    off: Off
    found: str
    talks: Mapping[str, int] | None = None  # what must happen for it to be missed soon; None: anything
    life: int = 100  # the first that is tried: in some it is missed at once, in others never


GUARDS: Mapping[str, Guard] = {
    "own orders only": Guard(_anybodys_order, "I1 I4", _DOOR, life=103),
    "own cards only": Guard(_anybodys_card, ""),
    "a mind says no yes": Guard(_yes_of_a_mind, ""),
    "yes only to what was read": Guard(_yes_before_the_card, "I2", {"crossed": 1}),
    "the world is looked at again": Guard(_world_not_looked_at, ""),
    "an answered card is answered": Guard(_state_not_looked_at, ""),
    "taken once": Guard(_taken_by_all, ""),
    "one key an effect": Guard(_new_keys, "I2"),
    "time of a card, at the door": Guard(_for_ever, ""),
    "time of a card, in the ledger": Guard(_taken_late, ""),
    "links": Guard(_no_links_read, "I7"),
    "receipts": Guard(_no_receipts_asked, "I6"),
    "the last look": Guard(_no_last_look, "I6 I7"),
    "the model's words": Guard(_bare_mind, "I6 I7 crash"),
    "only what was named": Guard(_any_words, "I1 I4 I6 I7"),
    "tries of a proof": Guard(_any_number_of_tries, "I8", _PROOFS),
    "limits": Guard(_no_limits, "I8", _MONEY, life=103),
    "an end of a turn": Guard(_no_end, "I8"),
    "a person by rule": Guard(_nobody_is_called, "I9", _PEOPLE),
    "a row of each call": Guard(_no_record, "I10"),
    "tickets of this shop": Guard(_one_queue, "I6", _TALK, life=106),
    "versions in the order system": Guard(_stale_writes, ""),
    "what was shown is done": Guard(_wrong_address, "I2b", life=106),
}
# Layers that stand in for each other: all of them gone, it shows.
LAYERS: Sequence[tuple[tuple[str, ...], str, Mapping[str, int]]] = (
    (("own cards only", "own orders only"), "I2 I4", _CARDS),
    (("a mind says no yes", "the model's words"), "I2", _TALK),
    (("the world is looked at again", "versions in the order system"), "I2b", {"talk": 4, "swap": 4}),
    (("time of a card, at the door", "time of a card, in the ledger"), "I2", _OLD),
    (("an answered card is answered", "taken once", "the world is looked at again"), "I3 crash", _SAME),
)
