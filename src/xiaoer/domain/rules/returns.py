"""Sending goods back: for the money, or for another size or colour."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import Case, CaseKind, CaseReason, CaseState, Line, Order, OrderState
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.clock import end_of_day
from xiaoer.domain.rules.orders import may_cancel, may_change_items
from xiaoer.domain.rules.parcels import arrived_at
from xiaoer.domain.verdict import OF_THE_ORDER, Could, Verdict

FAULTS = frozenset(
    {CaseReason.FAULTY, CaseReason.DAMAGED, CaseReason.WRONG_ITEM, CaseReason.NOT_AS_DESCRIBED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAsk:
    """What a customer says of the goods to send back."""

    reason: CaseReason
    unopened: bool | None = None


def may_return(
    order: Order, line: Line, ask: ReturnAsk, *, policy: Policy, now: datetime, tier: Tier = Tier.MEMBER
) -> Verdict:
    """Order of the checks is the order a customer would want to hear them in."""
    if (early := _not_here_yet(order, line, policy)) is not None:
        return early
    faulty = ask.reason in FAULTS
    facts: Facts = {"order_id": order.id, "item": line.title}
    person: Facts = {**facts, "instead": "call_person"}
    until, window = return_until(order, line, policy, tier), _rule("return", line, policy, tier)
    in_time = now <= until
    if line.final_sale and not (faulty and policy.final_sale_returns == "faulty_only"):
        by_fault = policy.final_sale_returns == "faulty_only" and in_time
        return _no(
            policy, "return.final_sale", Reason.FINAL_SALE, person, *([Could.FAULTY] if by_fault else [])
        )
    if not in_time:
        return _no(policy, window, Reason.RETURN_WINDOW_OVER, {**person, "until": until})
    if line.category in policy.unopened_only and not faulty and ask.unopened is not True:
        could = [Could.FAULTY] if ask.unopened is False else [Could.SEALED, Could.FAULTY]
        return _no(policy, "return.unopened_only", Reason.OPENED_GOODS, {**person, "until": until}, *could)
    return Verdict(rule=window, policy=policy.version, facts={**facts, "until": until})


def may_exchange(
    order: Order, line: Line, *, policy: Policy, now: datetime, tier: Tier = Tier.MEMBER
) -> Verdict:
    """Whether this line may be swapped at all; for what, is `orders.may_swap`'s.

    Of what is not packed yet, the order may be changed instead.
    """
    changeable = may_change_items(order, policy).allowed
    if (early := _not_here_yet(order, line, policy, "change_items" if changeable else "")) is not None:
        return early
    facts: Facts = {"order_id": order.id, "item": line.title}
    person: Facts = {**facts, "instead": "call_person"}
    until, window = exchange_until(order, line, policy, tier), _rule("exchange", line, policy, tier)
    if now > until:
        return _no(policy, window, Reason.EXCHANGE_WINDOW_OVER, {**person, "until": until})
    if line.final_sale:
        return _no(policy, "return.final_sale", Reason.FINAL_SALE, person)
    return Verdict(rule=window, policy=policy.version, facts={**facts, "until": until})


def none_here(order: Order, policy: Policy, instead: str = "") -> Verdict | None:
    """Why nothing of an order can come back, whichever of it is meant; None if something might."""
    if order.state is not OrderState.CANCELLED and any(arrived_at(order, line) for line in order.lines):
        return None
    return _not_here_yet(order, order.lines[0], policy, instead) if order.lines else None


def may_withdraw(order: Order, case: Case | None, policy: Policy) -> Verdict:
    """A return or exchange may be called off while its goods are still with the customer."""
    if case is None or case.kind is CaseKind.RESEND:
        facts: Facts = {"order_id": order.id}
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NO_CASE, facts=facts)
    told: Facts = {"order_id": order.id, "case_id": case.id, "case_state": case.state.value}
    late = None if case.state is CaseState.APPROVED else Reason.CASE_UNDER_WAY
    if late:
        told = {**told, "instead": "return_status"}
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=late, facts=told)


def offer_the_possible(
    verdict: Verdict, order: Order, *, policy: Policy, now: datetime, tier: Tier = Tier.MEMBER
) -> Verdict:
    """Nobody is told of a return or exchange instead that would be refused in turn: a colleague is named."""
    asked = ReturnAsk(reason=CaseReason.CHANGED_MIND, unopened=True)
    match verdict.facts.get("instead"):
        case "request_return":
            every = [may_return(order, x, asked, policy=policy, now=now, tier=tier) for x in order.lines]
        case "request_exchange":
            every = [may_exchange(order, x, policy=policy, now=now, tier=tier) for x in order.lines]
        case _:
            return verdict
    if any(one.allowed for one in every):
        return verdict
    return replace(verdict, facts={**verdict.facts, "instead": "call_person"})


def return_until(order: Order, line: Line, policy: Policy, tier: Tier = Tier.MEMBER) -> datetime:
    """The end of the last day, in the shop's zone, on which a return may be asked for. UTC."""
    days = _days(policy.return_days, policy.return_days_by_category, policy.return_days_by_tier, line, tier)
    return end_of_day(_arrived(order, line), days, policy)


def exchange_until(order: Order, line: Line, policy: Policy, tier: Tier = Tier.MEMBER) -> datetime:
    by_category, by_tier = policy.exchange_days_by_category, policy.exchange_days_by_tier
    days = _days(policy.exchange_days, by_category, by_tier, line, tier)
    return end_of_day(_arrived(order, line), days, policy)


def return_fee(reason: CaseReason, tier: Tier, policy: Policy) -> Money:
    """What the customer bears of the way back."""
    free = reason in FAULTS or tier in policy.return_free_tiers
    return Money(0, policy.currency) if free else policy.return_fee


def case_of_line(order: Order, line: Line) -> str | None:
    """Id of a return or exchange of this line that is under way or was carried out."""
    over = {CaseState.CLOSED}
    return next((c.id for c in order.cases if line.id in c.line_ids and c.state not in over), None)


def _days(
    days: int, by_category: Mapping[str, int], by_tier: Mapping[Tier, int], line: Line, tier: Tier
) -> int:
    """A category's window stands in the place of the general one; membership may only lengthen it."""
    return max(by_category.get(line.category, days), by_tier.get(tier, 0))


def _rule(part: str, line: Line, policy: Policy, tier: Tier) -> str:
    """The line of policy.yaml that a window comes from."""
    back = part == "return"
    days = policy.return_days if back else policy.exchange_days
    by_category = policy.return_days_by_category if back else policy.exchange_days_by_category
    by_tier = policy.return_days_by_tier if back else policy.exchange_days_by_tier
    if by_tier.get(tier, 0) > by_category.get(line.category, days):
        return f"{part}.by_tier.{tier.value}"
    return f"{part}.by_category.{line.category}" if line.category in by_category else f"{part}.window_days"


def _not_here_yet(order: Order, line: Line, policy: Policy, instead: str = "") -> Verdict | None:
    facts: Facts = {"order_id": order.id, "item": line.title}
    if order.state is OrderState.CANCELLED:
        return _no(policy, OF_THE_ORDER, Reason.ALREADY_CANCELLED, facts)
    if arrived_at(order, line) is None:
        cancel = "cancel_order" if may_cancel(order, policy).allowed else ""
        told: Facts = {**facts, "instead": instead or cancel}
        return _no(policy, OF_THE_ORDER, Reason.NOT_DELIVERED_YET, told)
    if (case := case_of_line(order, line)) is not None:
        return _no(policy, OF_THE_ORDER, Reason.CASE_OPEN, {**facts, "case_id": case})
    if policy.one_case and order.cases:
        told = {**facts, "case_id": order.cases[-1].id, "instead": "call_person"}
        return _no(policy, "return.once", Reason.CASE_OPEN, told)
    return None


def _no(policy: Policy, rule: str, reason: Reason, facts: Facts, *could: Could) -> Verdict:
    return Verdict(rule=rule, policy=policy.version, reason=reason, facts=facts, could=could)


def _arrived(order: Order, line: Line) -> datetime:
    return arrived_at(order, line) or order.placed_at
