"""Every verdict on an order at once: what a command explains, and which buttons a desk greys out."""

from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseReason, Line, Order, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.money import Spent, approval_for, left_to_refund, may_give_goodwill, refund_for
from xiaoer.domain.rules.orders import (
    may_cancel,
    may_cancel_lines,
    may_change_address,
    may_change_items,
    may_change_payment,
)
from xiaoer.domain.rules.parcels import may_report_damage, may_report_lost
from xiaoer.domain.rules.returns import ReturnAsk, may_exchange, may_return, return_fee
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


def explain(order: Order, policy: Policy, now: datetime, supposed: Supposed) -> tuple[Explained, ...]:
    """All that depends on order and policy alone: neither stock nor what was given before is asked."""
    whole = (
        Explained(action=name, line=None, verdict=verdict)
        for name, verdict in (
            ("cancel_order", _limited("cancel_order", may_cancel(order, policy), order, supposed, policy)),
            ("cancel_items", may_cancel_lines(order, (), policy)),
            ("change_address", may_change_address(order, policy)),
            ("change_items", may_change_items(order, policy)),
            ("change_payment", may_change_payment(order, supposed.method, policy)),
            ("report_lost", may_report_lost(order, policy, now)),
            ("goodwill", may_give_goodwill(order, policy, given_before=0)),
        )
    )
    each = (
        Explained(action=name, line=line, verdict=verdict)
        for line in order.lines
        for name, verdict in (
            ("request_return", _return(order, line, policy, now, supposed)),
            ("request_exchange", may_exchange(order, line, policy=policy, now=now, tier=supposed.tier)),
            ("report_damage", may_report_damage(order, line, policy, now)),
        )
    )
    return (*whole, *each)


def _return(order: Order, line: Line, policy: Policy, now: datetime, supposed: Supposed) -> Verdict:
    ask = ReturnAsk(reason=supposed.reason, unopened=supposed.unopened)
    verdict = may_return(order, line, ask, policy=policy, now=now, tier=supposed.tier)
    if not verdict.allowed:
        return verdict
    fee = return_fee(supposed.reason, supposed.tier, policy)
    facts = {**verdict.facts, "fee": fee, "refund": refund_for(order, line, fee)}
    told = Verdict(rule=verdict.rule, policy=verdict.policy, facts=facts)
    return _limited("request_return", told, order, supposed, policy)


def _limited(action: str, verdict: Verdict, order: Order, supposed: Supposed, policy: Policy) -> Verdict:
    """With what a colleague would have to agree to."""
    if not verdict.allowed:
        return verdict
    refund = verdict.facts.get("refund")
    amount = refund if isinstance(refund, Money) else left_to_refund(order)
    if (why := approval_for(action, amount, supposed.spent, policy)) is None:
        return verdict
    reason, rule = why
    facts = {**verdict.facts, "refund": amount}
    return Verdict(rule=rule, policy=verdict.policy, facts=facts, approval=reason)
