"""Every verdict on an order at once: what a command explains, and which buttons a desk greys out."""

from dataclasses import dataclass, replace
from datetime import datetime

from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseReason, Line, Order, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.money import Spent, approval_for, may_give_goodwill, refund_for, refund_of_all
from xiaoer.domain.rules.orders import (
    may_cancel,
    may_cancel_lines,
    may_change_address,
    may_change_items,
    may_change_payment,
)
from xiaoer.domain.rules.parcels import may_report_damage, may_report_lost
from xiaoer.domain.rules.returns import (
    ReturnAsk,
    may_exchange,
    may_return,
    offer_the_possible,
    return_fee,
)
from xiaoer.domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What is supposed of the customer and the goods, where only a talk would tell."""

    reason: CaseReason = CaseReason.CHANGED_MIND
    unopened: bool | None = None
    tier: Tier = Tier.MEMBER
    method: PayMethod = PayMethod.ALIPAY
    spent: Spent = Spent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One action, of one line of the order or (line None) of all of it, and what the policy says."""

    action: str
    line: Line | None
    verdict: Verdict


_NAMED = {"goodwill": "give_goodwill"}  # the action in the catalogue


def explain(order: Order, policy: Policy, now: datetime, supposed: Supposed) -> tuple[Explained, ...]:
    """All that depends on order and policy alone: neither stock nor what was given before is asked."""
    whole = (
        (name, None, verdict)
        for name, verdict in (
            ("cancel_order", may_cancel(order, policy)),
            ("cancel_items", may_cancel_lines(order, (), policy)),
            ("change_address", may_change_address(order, policy)),
            ("change_items", may_change_items(order, policy)),
            ("change_payment", may_change_payment(order, supposed.method, policy)),
            ("report_lost", may_report_lost(order, policy, now)),
            ("goodwill", may_give_goodwill(order, policy, given_before=0)),
        )
    )
    each = (
        (name, line, verdict)
        for line in order.lines
        for name, verdict in (
            ("request_return", _return(order, line, policy, now, supposed)),
            ("request_exchange", may_exchange(order, line, policy=policy, now=now, tier=supposed.tier)),
            ("report_damage", may_report_damage(order, line, policy, now)),
        )
    )
    told = [
        (name, line, offer_the_possible(verdict, order, policy=policy, now=now, tier=supposed.tier))
        for name, line, verdict in (*whole, *each)
    ]
    return tuple(
        Explained(action=name, line=line, verdict=_limited(name, verdict, order, supposed, policy))
        for name, line, verdict in told
    )


def _return(order: Order, line: Line, policy: Policy, now: datetime, supposed: Supposed) -> Verdict:
    ask = ReturnAsk(reason=supposed.reason, unopened=supposed.unopened)
    verdict = may_return(order, line, ask, policy=policy, now=now, tier=supposed.tier)
    if not verdict.allowed:
        return verdict
    fee = return_fee(supposed.reason, supposed.tier, policy)
    return replace(verdict, facts={**verdict.facts, "fee": fee, "refund": refund_for(order, line, fee)})


def _limited(action: str, verdict: Verdict, order: Order, supposed: Supposed, policy: Policy) -> Verdict:
    """With what a colleague would have to agree to, by the amount where order and policy alone say it."""
    if not verdict.allowed:
        return verdict
    refund = refund_of_all(order) if action == "cancel_order" else verdict.facts.get("refund")
    amount = refund if isinstance(refund, Money) else Money(0, policy.currency)
    if (why := approval_for(_NAMED.get(action, action), amount, supposed.spent, policy)) is None:
        return verdict
    reason, rule = why
    facts = {**verdict.facts, "refund": amount} if amount.minor else verdict.facts
    return replace(verdict, rule=rule, facts=facts, approval=reason)
