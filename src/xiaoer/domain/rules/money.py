"""Money that goes back: how much, and when a colleague must agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.catalog import Product
from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, OrderState, RefundState, RefundWhy
from xiaoer.domain.outcome import Plan, Reason
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.clock import end_of_day, months_after
from xiaoer.domain.rules.parcels import arrived_at
from xiaoer.domain.verdict import OF_THE_ORDER, Verdict
from xiaoer.domain.ways import Source

_PAID_AGAIN = frozenset({"change_payment"})
# Counted over all of a customer's orders, in the order system's own books, and the line that says how often.
GESTURES: Mapping[str, str] = {"give_goodwill": "goodwill.times", "give_coupon": "coupons.times"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What has gone back to people by itself already, in minor units."""

    order: int = 0
    customer_today: int = 0
    shop_today: int = 0
    gestures: int = 0  # under way to this customer: how many, for no book holds them yet


def refund_for(order: Order, line: Line, fee: Money) -> Money:
    """The line's share of what was paid for the goods, less the fee, and never below zero.

    A discount on the order is shared by value. Shipping is not refunded. Rounded down to a minor unit:
    the shares of all lines together never exceed what was paid. What went back for this very line before
    (it got cheaper, it came damaged) is not given twice; a gesture of goodwill is the customer's to keep.
    """
    return Money(max(0, share_of(order, [line]).minor - fee.minor), order.total.currency)


def share_of(order: Order, lines: Iterable[Line]) -> Money:
    """What some lines together were paid with: their value less their part of the discount, rounded once.

    Less what has gone back for them already, goodwill apart.
    """
    wanted = tuple(lines)
    goods = sum(item.unit_price.minor * item.quantity for item in order.lines)
    value = sum(line.unit_price.minor * line.quantity for line in wanted)
    share = value - -(-order.discount.minor * value // goods) if goods else 0
    back = sum(_given_for(order, line) for line in wanted)
    return Money(max(0, share - back), order.total.currency)


def _given_for(order: Order, line: Line) -> int:
    """What has gone back for a line, at most its worth."""
    given = (
        refund.amount.minor
        for refund in order.refunds
        if refund.line_id == line.id
        and refund.state is not RefundState.FAILED
        and refund.why is not RefundWhy.GOODWILL
    )
    return min(sum(given), line.unit_price.minor * line.quantity)


def spread(order: Order, amount: Money) -> list[tuple[Source, Money]]:
    """The amount over what it was paid with, first ones first: of each at most what has not gone back yet."""
    held = {payment.source: 0 for payment in order.payments}
    for payment in order.payments:
        held[payment.source] += payment.amount.minor
    for refund in order.refunds:
        if refund.source in held and refund.state is not RefundState.FAILED:
            held[refund.source] -= refund.amount.minor
    parts: list[tuple[Source, Money]] = []
    left = min(amount.minor, left_to_refund(order).minor)
    for source, there in held.items():
        if (part := min(left, there)) > 0:
            parts.append((source, Money(part, amount.currency)))
            left -= part
    return parts


def left_to_refund(order: Order) -> Money:
    """What was paid and has not gone back, nor is on its way back."""
    paid = sum(payment.amount.minor for payment in order.payments)
    return Money(max(0, paid - _gone_back(order)), order.total.currency)


def refund_of_all(order: Order) -> Money:
    """What goes back of a paid order that is cancelled: its total, as far as it has not gone back before."""
    return Money(min(order.total.minor, left_to_refund(order).minor), order.total.currency)


def _gone_back(order: Order) -> int:
    return sum(r.amount.minor for r in order.refunds if r.state is not RefundState.FAILED)


def given_back(plan: Plan) -> int:
    """What a plan gives away, minor units, a coupon too. What is paid again another way does not count."""
    given, back = plan.facts.get("refund") or plan.facts.get("coupon"), plan.facts.get("back")
    if isinstance(given, Money):
        return given.minor
    if plan.action in _PAID_AGAIN or not isinstance(back, tuple):
        return 0
    amounts = [way.get("amount") for way in back if isinstance(way, Mapping)]
    return sum(amount.minor for amount in amounts if isinstance(amount, Money))


def approval_for(action: str, refund: Money, spent: Spent, policy: Policy) -> tuple[Reason, str] | None:
    """Why a colleague must agree before so much goes back, and the line that says so; None: nobody need."""
    if action in policy.people_only:
        return Reason.NEEDS_COLLEAGUE, "people.always"
    if action in GESTURES and spent.gestures:
        return Reason.NEEDS_COLLEAGUE, GESTURES[action]
    limits = policy.limits
    for limit, before, name in (
        (limits.per_order, spent.order, "per_order"),
        (limits.per_customer_day, spent.customer_today, "per_customer_day"),
        (limits.per_shop_day, spent.shop_today, "per_shop_day"),
    ):
        if limit is not None and refund.minor > 0 and before + refund.minor > limit.minor:
            return Reason.ABOVE_LIMIT, f"limits.{name}"
    return None


def may_give_goodwill(order: Order, policy: Policy, *, given_before: int) -> Verdict:
    """A gesture for an order that went wrong; how much stands in the facts."""
    facts: Facts = {"order_id": order.id, "instead": "call_person"}
    if policy.goodwill is None:
        return Verdict(rule="goodwill", policy=policy.version, reason=Reason.NOT_OFFERED, facts=facts)
    if given_before >= policy.goodwill.times:
        rule = "goodwill.times"
        return Verdict(rule=rule, policy=policy.version, reason=Reason.GIVEN_BEFORE, facts=facts)
    share = order.total.minor * policy.goodwill.percent // 100
    minor = min(share, policy.goodwill.most.minor, left_to_refund(order).minor)
    if minor <= 0:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOTHING_LEFT, facts=facts)
    amount = Money(minor, order.total.currency)
    return Verdict(
        rule="goodwill.most", policy=policy.version, facts={"order_id": order.id, "refund": amount}
    )


def may_protect_price(
    order: Order, line: Line, product: Product | None, *, policy: Policy, now: datetime, given_before: bool
) -> Verdict:
    """The difference to today's price of the same variant, for a while after it arrived (or was bought)."""
    facts: Facts = {"order_id": order.id, "item": line.title}
    if policy.price_protection_days is None:
        told: Facts = {**facts, "instead": "call_person"}
        return Verdict(rule="price_protection", policy=policy.version, reason=Reason.NOT_OFFERED, facts=told)
    rule = "price_protection.window_days"
    until = end_of_day(arrived_at(order, line) or order.placed_at, policy.price_protection_days, policy)
    if now > until:
        over: Facts = {**facts, "until": until}
        return Verdict(rule=rule, policy=policy.version, reason=Reason.PRICE_WINDOW_OVER, facts=over)
    if given_before:
        return Verdict(rule=rule, policy=policy.version, reason=Reason.GIVEN_BEFORE, facts=facts)
    if order.state is OrderState.CANCELLED:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.ALREADY_CANCELLED, facts=facts)
    if order.state is OrderState.AWAITING_PAYMENT:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOT_PAID_YET, facts=facts)
    today = next((v.price for v in product.variants if v.id == line.variant_id), None) if product else None
    if today is None or today.minor >= line.unit_price.minor:
        same: Facts = {**facts, "paid": line.unit_price, "price": today}
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOT_CHEAPER, facts=same)
    paid = refund_for(order, line, Money(0, order.total.currency))
    worth = min(paid.minor - today.minor * line.quantity, left_to_refund(order).minor)
    if worth <= 0:
        same = {**facts, "paid": line.unit_price, "price": today}
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOT_CHEAPER, facts=same)
    amount = Money(worth, order.total.currency)
    given: Facts = {**facts, "paid": line.unit_price, "price": today, "refund": amount, "until": until}
    return Verdict(rule=rule, policy=policy.version, facts=given)


def warranty_until(order: Order, line: Line, policy: Policy) -> datetime | None:
    """The end of the shop's warranty on a line; None if its category has none."""
    months = policy.warranty_months.get(line.category)
    start = arrived_at(order, line)
    return months_after(start, months, policy) if months and start else None
