"""The only door: parse, check, confirm, do once. Every caller comes through `run`."""

from datetime import timedelta
from typing import Any

import structlog
from pydantic import ValidationError

from xiaoer.actions.base import CATALOGUE, Action, Reach, Risk, lacks
from xiaoer.domain.decision import Do, Ruling
from xiaoer.domain.ids import CustomerId, IntentId, OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import (
    Done,
    Failed,
    NeedsApproval,
    NeedsConfirm,
    Outcome,
    Plan,
    Possible,
    Reason,
    Refused,
)
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import Proposal, ProposalState, Shop, ShopError, ShopUnclear, StaleOrder
from xiaoer.domain.rules.clock import start_of_day
from xiaoer.domain.rules.money import approval_for, given_back
from xiaoer.guard.proposed import is_fact

CARD_LIVES = timedelta(
    minutes=30
)  # long enough to look something up, short enough that prices and stock hold
_RESULTS = frozenset({ProposalState.DONE, ProposalState.REFUSED, ProposalState.UNCLEAR})
MOST_ORDERS = 1_000  # of one customer, whose effects of a day are counted together
_log = structlog.get_logger(__name__)


async def run(call: Do, actor: Actor, reach: Reach) -> Outcome:
    """Do `call` for `actor`. A write first comes back as NeedsConfirm, or as Possible if it was only asked
    about; never raises ShopError.
    """
    if call.confirmed is not None and call.ruling is not None:
        return await _ruled(call.confirmed, call.ruling, actor, reach)
    if call.confirmed is not None:
        return await _confirmed(call.confirmed, actor, reach)
    action = CATALOGUE.get(call.action)
    if action is None:
        return Refused(Reason.NO_SUCH_ACTION, {"action": call.action})
    try:
        plan = await _plan(action, dict(call.args), actor, reach)
        if isinstance(plan, Refused):
            return plan
        if action.risk >= Risk.WRITE and call.asks:
            return Possible(plan)
        if action.risk >= Risk.WRITE:
            return await _propose(plan, actor, reach)
        return await action.do(plan, reach, key="")
    except ShopError as error:
        _log.warning("shop_error", action=call.action, error=type(error).__name__)
        return Failed(call.action, Reason.SHOP_UNREACHABLE)


async def decline(intent_id: IntentId, actor: Actor, reach: Reach) -> Proposal | None:
    """The customer said no to a card; None if it is not theirs. An answered card stays as it is."""
    proposal = await own_card(intent_id, actor, reach)
    if proposal is not None and proposal.state in (ProposalState.OPEN, ProposalState.NEEDS_STAFF):
        await reach.ledger.finish(intent_id, ProposalState.DECLINED, None, now=reach.now)
        return await reach.ledger.proposal(intent_id)
    return proposal


async def foreseen(call: Do, actor: Actor, reach: Reach) -> Outcome:
    """What `run` would answer. Only what reads is done: of anything else the card that would be shown.

    Its id is nobody's: it stands in no ledger, and nothing can be answered with it.
    """
    action = CATALOGUE.get(call.action)
    if action is None or action.risk is Risk.READ:
        return await run(Do(call.action, call.args), actor, reach)
    if action.counts:
        return NeedsConfirm(IntentId(""), Plan(action.name, call.args, {}))
    try:
        plan = await _plan(action, dict(call.args), actor, reach)
    except ShopError as error:
        _log.warning("shop_error", action=call.action, error=type(error).__name__)
        return Failed(call.action, Reason.SHOP_UNREACHABLE)
    if isinstance(plan, Refused):
        return plan
    return Possible(plan) if call.asks else NeedsConfirm(IntentId(""), plan)


async def _plan(action: Action[Any], args: dict[str, Any], actor: Actor, reach: Reach) -> Plan | Refused:
    if lacks(action, reach):
        return Refused(Reason.NOT_OFFERED, {"instead": "call_person"})
    if unkept := sorted(
        name for name in args if name in action.takes.model_fields and not is_fact(args[name])
    ):
        return Refused(Reason.BAD_ARGUMENTS, {"fields": ", ".join(unkept)})
    try:
        parsed = action.takes.model_validate(args)
    except ValidationError as error:
        said = {str(e["loc"][0]) for e in error.errors(include_input=False) if e["loc"]}
        wrong = sorted(said & set(action.takes.model_fields))  # a name we do not know is not repeated
        return Refused(Reason.BAD_ARGUMENTS, {"fields": ", ".join(wrong)})
    return await action.check(parsed, actor, reach)


async def _propose(plan: Plan, actor: Actor, reach: Reach) -> NeedsConfirm:
    expires = reach.now + CARD_LIVES
    intent_id = await reach.ledger.propose(
        plan, actor, reach.conversation_id, now=reach.now, expires_at=expires
    )
    ahead = await _approval(intent_id, reach)
    return NeedsConfirm(intent_id, plan, ahead[0] if ahead else None)


async def _approval(intent_id: IntentId, reach: Reach) -> tuple[Reason, str] | None:
    """Why a colleague must agree to this effect, and the rule that says so: all that was given counts.

    ShopError.
    """
    effect = await reach.ledger.proposal(intent_id)
    if effect is None:
        return None
    amount = Money(given_back(effect.plan), reach.policy.currency)
    owner = await _owner(effect, reach) if amount.minor else None
    orders = await reach.shop.orders_of(owner, limit=MOST_ORDERS) if owner else ()
    spent = await reach.ledger.spent(
        effect,
        since=start_of_day(reach.now, reach.policy),
        owner=owner,
        orders=[order.id for order in orders],
    )
    return approval_for(effect.plan.action, amount, spent, reach.policy)


async def _owner(effect: Proposal, reach: Reach) -> CustomerId | None:
    """Whose money it is: a guest who has proven an order asks for its customer. ShopError."""
    if effect.actor.customer_id is not None:
        return effect.actor.customer_id
    order = await reach.shop.order(OrderId(str(effect.plan.facts.get("order_id", ""))))
    return order.customer_id if order else None


async def own_card(intent_id: IntentId, actor: Actor, reach: Reach) -> Proposal | None:
    """The card, if it was shown to this very actor in this very conversation."""
    proposal = await reach.ledger.proposal(intent_id)
    if proposal is None or proposal.conversation_id != reach.conversation_id:
        return None
    same = (proposal.actor.shop_id, proposal.actor.customer_id) == (actor.shop_id, actor.customer_id)
    return proposal if same else None


async def _confirmed(intent_id: IntentId, actor: Actor, reach: Reach) -> Outcome:
    proposal = await own_card(intent_id, actor, reach)
    if proposal is None:
        return Refused(Reason.CARD_UNKNOWN)
    if proposal.state is not ProposalState.OPEN:
        return _answered(proposal)
    if reach.now >= proposal.expires_at:
        await reach.ledger.finish(intent_id, ProposalState.EXPIRED, None, now=reach.now)
        return Refused(Reason.CARD_EXPIRED, {"action": proposal.plan.action})
    if not await reach.ledger.take(intent_id, now=reach.now):
        return _answered(await reach.ledger.proposal(intent_id) or proposal)  # somebody else was first
    # Taken first and counted then: of two at once at least the later sees the other.
    try:
        needed = await _approval(intent_id, reach)
    except ShopError as error:
        _log.warning("shop_error", intent_id=intent_id, error=type(error).__name__)
        failed = Failed(proposal.plan.action, Reason.SHOP_UNREACHABLE)
        await reach.ledger.finish(intent_id, ProposalState.REFUSED, failed, now=reach.now)
        return failed
    if needed is not None:
        await reach.ledger.hold(intent_id, *needed, now=reach.now)
        return NeedsApproval(intent_id, proposal.plan, needed[0])
    return await _done(proposal, actor, reach)


async def _ruled(intent_id: IntentId, ruling: Ruling, actor: Actor, reach: Reach) -> Outcome:
    """A colleague's word. The world is looked at again here too."""
    proposal = await own_card(intent_id, actor, reach)
    if proposal is None:
        return Refused(Reason.CARD_UNKNOWN)
    if not ruling.yes:
        said_no = Refused(
            Reason.COLLEAGUE_SAID_NO, {"action": proposal.plan.action, "why": ruling.why or None}
        )
        await reach.ledger.finish(intent_id, ProposalState.DECLINED, said_no, now=reach.now)
        return said_no
    if not await reach.ledger.agree(intent_id, ruling.staff_id, now=reach.now):
        return _answered(proposal)
    return await _done(proposal, actor, reach)


async def _done(proposal: Proposal, actor: Actor, reach: Reach) -> Outcome:
    state, outcome = await _carry_out(proposal, actor, reach)
    await reach.ledger.finish(proposal.id, state, outcome, now=reach.now)
    return outcome


def _answered(proposal: Proposal) -> Outcome:
    """A card pressed again hears the first result again, or that there is none yet."""
    if proposal.state is ProposalState.NEEDS_STAFF:
        return NeedsApproval(proposal.id, proposal.plan, proposal.approval or Reason.NEEDS_COLLEAGUE)
    if proposal.state in _RESULTS and proposal.outcome is not None:
        return proposal.outcome
    reasons = {
        ProposalState.EXPIRED: Reason.CARD_EXPIRED,
        ProposalState.TAKEN: Reason.CARD_UNDER_WAY,
    }
    reason = reasons.get(proposal.state, Reason.CARD_USED)
    return Refused(reason, {"action": proposal.plan.action})


async def _carry_out(proposal: Proposal, actor: Actor, reach: Reach) -> tuple[ProposalState, Outcome]:
    """The world is looked at again: only what the card showed is done."""
    action = CATALOGUE[proposal.plan.action]
    try:
        plan = await _plan(action, dict(proposal.plan.args), actor, reach)
        if isinstance(plan, Refused):
            return ProposalState.REFUSED, plan
        if plan.facts != proposal.plan.facts:
            return ProposalState.REFUSED, Refused(Reason.WORLD_CHANGED, {"action": action.name})
        return ProposalState.DONE, await action.do(plan, reach, key=proposal.id)
    except StaleOrder:
        return ProposalState.REFUSED, Refused(Reason.WORLD_CHANGED, {"action": action.name})
    except ShopUnclear:
        return await look_up(proposal, reach.shop)
    except ShopError as error:
        _log.warning("shop_error", intent_id=proposal.id, error=type(error).__name__)
        return ProposalState.REFUSED, Failed(action.name, Reason.SHOP_UNREACHABLE)


async def look_up(proposal: Proposal, shop: Shop) -> tuple[ProposalState, Outcome]:
    """The answer to a write was lost: ask by its key; never repeat it blindly."""
    plan = proposal.plan
    try:
        if await shop.effect(proposal.id):
            # What the shop's own answer would have told (the number of a return) is not known here.
            return ProposalState.DONE, Done(plan.action, {**plan.facts, "situation": "looked_up"})
    except ShopError as error:
        _log.warning("effect_unknown", intent_id=proposal.id, error=type(error).__name__)
    return ProposalState.UNCLEAR, Failed(plan.action, Reason.SHOP_UNCLEAR)
