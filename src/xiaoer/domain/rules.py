"""What the shop's policy allows, computed. Pure: (order, policy, request, now) -> Refused or None."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from xiaoer.domain.catalog import Variant
from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseReason, CaseState, Line, Order, OrderState, ParcelState, RefundState
from xiaoer.domain.outcome import Reason, Refused
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Policy

FAULTS = frozenset(
    {CaseReason.FAULTY, CaseReason.DAMAGED, CaseReason.WRONG_ITEM, CaseReason.NOT_AS_DESCRIBED}
)
_TOO_LATE = {
    OrderState.CANCELLED: Reason.ALREADY_CANCELLED,
    OrderState.PACKED: Reason.ALREADY_PACKED,
    OrderState.SHIPPED: Reason.ALREADY_SHIPPED,
    OrderState.DELIVERED: Reason.ALREADY_DELIVERED,
    OrderState.AWAITING_PAYMENT: Reason.NOT_PAID_YET,
    OrderState.PAID: Reason.ALREADY_PACKED,
}


def refuse_cancel(order: Order, policy: Policy) -> Refused | None:
    if order.state in policy.cancel_states:
        return None
    instead = {OrderState.PACKED: "call_person", OrderState.DELIVERED: "request_return"}
    return _too_late(order, instead.get(order.state, ""))


def refuse_change_address(order: Order, policy: Policy) -> Refused | None:
    if order.state in policy.change_address_states:
        return None
    instead = {OrderState.PACKED: "call_person", OrderState.SHIPPED: "call_person"}
    return _too_late(order, instead.get(order.state, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAsk:
    """What a customer says of the goods to send back."""

    reason: CaseReason
    unopened: bool | None = None


def refuse_return(
    order: Order, line: Line, ask: ReturnAsk, *, policy: Policy, now: datetime
) -> Refused | None:
    """Order of the checks is the order a customer would want to hear them in."""
    if (early := _not_here_yet(order, line)) is not None:
        return early
    faulty = ask.reason in FAULTS
    facts: Facts = {"order_id": order.id, "item": line.title}
    if line.final_sale and not (faulty and policy.final_sale_returns == "faulty_only"):
        return Refused(Reason.FINAL_SALE, {**facts, "instead": "call_person"})
    until = return_until(order, line, policy)
    if now > until:
        return Refused(Reason.RETURN_WINDOW_OVER, {**facts, "until": until, "instead": "call_person"})
    if line.category in policy.unopened_only and not faulty and ask.unopened is not True:
        return Refused(Reason.OPENED_GOODS, {**facts, "instead": "call_person"})
    return None


def refuse_exchange(order: Order, line: Line, *, policy: Policy, now: datetime) -> Refused | None:
    """Whether this line may be swapped at all; for what, is `refuse_variant`'s."""
    if (early := _not_here_yet(order, line)) is not None:
        return early
    facts: Facts = {"order_id": order.id, "item": line.title}
    until = exchange_until(order, line, policy)
    if now > until:
        return Refused(Reason.EXCHANGE_WINDOW_OVER, {**facts, "until": until, "instead": "call_person"})
    if line.final_sale:
        return Refused(Reason.FINAL_SALE, {**facts, "instead": "call_person"})
    return None


def refuse_variant(order: Order, line: Line, wanted: Variant) -> Refused | None:
    """Whether a line may be swapped for this very variant."""
    facts: Facts = {"order_id": order.id, "item": line.title}
    if wanted.id == line.variant_id:
        return Refused(Reason.SAME_VARIANT, facts)
    if wanted.stock < line.quantity:
        return Refused(Reason.OUT_OF_STOCK, {**facts, "instead": "request_return"})
    if wanted.price != line.unit_price:
        prices: Facts = {"paid": line.unit_price, "price": wanted.price, "instead": "request_return"}
        return Refused(Reason.PRICE_DIFFERS, {**facts, **prices})
    return None


def return_until(order: Order, line: Line, policy: Policy) -> datetime:
    """The end of the last day, in the shop's zone, on which a return may be asked for. UTC."""
    days = policy.return_days_by_category.get(line.category, policy.return_days)
    return _end_of_day(_arrived(order, line), days, policy)


def exchange_until(order: Order, line: Line, policy: Policy) -> datetime:
    days = policy.exchange_days_by_category.get(line.category, policy.exchange_days)
    return _end_of_day(_arrived(order, line), days, policy)


def return_fee(reason: CaseReason, tier: Tier, policy: Policy) -> Money:
    """What the customer bears of the way back."""
    free = reason in FAULTS or tier in policy.return_free_tiers
    return Money(0, policy.currency) if free else policy.return_fee


def refund_for(order: Order, line: Line, fee: Money) -> Money:
    """The line's share of what was paid for the goods, less the fee, and never below zero.

    A discount on the order is shared by value. Shipping is not refunded. Rounded down to a minor unit:
    the shares of all lines together never exceed what was paid.
    """
    goods = sum(item.unit_price.minor * item.quantity for item in order.lines)
    value = line.unit_price.minor * line.quantity
    share = value - -(-order.discount.minor * value // goods) if goods else 0
    return Money(max(0, share - fee.minor), order.total.currency)


def open_case(order: Order, line: Line) -> str | None:
    """Id of a return or exchange of this line that is under way or was carried out."""
    over = {CaseState.CLOSED}
    return next((c.id for c in order.cases if line.id in c.line_ids and c.state not in over), None)


def situation(order: Order, now: datetime) -> str:
    """One word for where an order stands, finer than its state: the key of the phrase that tells it."""
    if order.state is OrderState.CANCELLED:
        return (
            "cancelled_refund"
            if any(r.state is not RefundState.FAILED for r in order.refunds)
            else "cancelled"
        )
    if order.state in (OrderState.PAID, OrderState.PACKED):
        late = order.ship_by is not None and now > order.ship_by
        return f"{order.state.value}_late" if late else order.state.value
    if order.state is OrderState.SHIPPED:
        return _on_the_way(order, now)
    return order.state.value


def _on_the_way(order: Order, now: datetime) -> str:
    states = {p.state for p in order.parcels}
    for state in (
        ParcelState.LOST,
        ParcelState.RETURNED,
        ParcelState.RETURNING,
        ParcelState.OUT_FOR_DELIVERY,
    ):
        if state in states:
            return state.value
    etas = [p.eta for p in order.parcels if p.delivered_at is None and p.eta is not None]
    if not etas:
        return "shipped_no_eta"
    return "shipped_late" if now > max(etas) else "shipped"


def _not_here_yet(order: Order, line: Line) -> Refused | None:
    facts: Facts = {"order_id": order.id, "item": line.title}
    if order.state is OrderState.CANCELLED:
        return Refused(Reason.ALREADY_CANCELLED, facts)
    if _parcel_arrived(order, line) is None:
        cancellable = order.state in (OrderState.AWAITING_PAYMENT, OrderState.PAID)
        return Refused(Reason.NOT_DELIVERED_YET, {**facts, "instead": "cancel_order" if cancellable else ""})
    if (case := open_case(order, line)) is not None:
        return Refused(Reason.CASE_OPEN, {**facts, "case_id": case})
    return None


def _parcel_arrived(order: Order, line: Line) -> datetime | None:
    times = [p.delivered_at for p in order.parcels if not p.line_ids or line.id in p.line_ids]
    known = [t for t in times if t is not None]
    return max(known) if known else None


def _arrived(order: Order, line: Line) -> datetime:
    return _parcel_arrived(order, line) or order.placed_at


def _end_of_day(start: datetime, days: int, policy: Policy) -> datetime:
    zone = ZoneInfo(policy.time_zone)
    day = start.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(ZoneInfo("UTC"))


def _too_late(order: Order, instead: str) -> Refused:
    facts: Facts = {"order_id": order.id, "state": order.state.value}
    return Refused(_TOO_LATE[order.state], {**facts, "instead": instead} if instead else facts)
