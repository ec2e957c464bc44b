"""Coupons: which of a customer's hold, and when the counter may give one by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaoer.domain.facts import Facts
from xiaoer.domain.order import Order, RefundState, RefundWhy
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Coupon
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.care import went_wrong
from xiaoer.domain.rules.clock import end_of_day
from xiaoer.domain.verdict import OF_THE_ORDER, Verdict


def holding(coupons: Sequence[Coupon], now: datetime) -> list[Coupon]:
    """Those that can still be used, the first to run out first."""
    return sorted((c for c in coupons if not c.used and now <= c.until), key=lambda c: (c.until, c.code))


def may_give_coupon(order: Order, coupons: Sequence[Coupon], policy: Policy, now: datetime) -> Verdict:
    """For an order that went wrong, once an order, within the budget; never for asking."""
    facts: Facts = {"order_id": order.id, "instead": "call_person"}
    budget = policy.coupons
    if budget is None:
        return Verdict(rule="coupons", policy=policy.version, reason=Reason.NOT_OFFERED, facts=facts)
    if not went_wrong(order, now):
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOTHING_WRONG, facts=facts)
    since = now - timedelta(days=budget.within_days)
    gestures = [c for c in coupons if c.order_id is not None and c.given_at >= since]
    if len(gestures) >= budget.times:
        return Verdict(rule="coupons.times", policy=policy.version, reason=Reason.GIVEN_BEFORE, facts=facts)
    if _consoled(order, coupons):
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.GIVEN_BEFORE, facts=facts)
    until = end_of_day(now, budget.valid_days, policy)
    given: Facts = {"order_id": order.id, "coupon": budget.amount, "until": until}
    return Verdict(rule="coupons.amount", policy=policy.version, facts=given)


def _consoled(order: Order, coupons: Sequence[Coupon]) -> bool:
    """Money or a coupon, one gesture an order."""
    money = any(r.why is RefundWhy.GOODWILL and r.state is not RefundState.FAILED for r in order.refunds)
    return money or any(c.order_id == order.id for c in coupons)
