"""Where an order and its parcels stand, finer than their states."""

from datetime import datetime, timedelta

from xiaoer.domain.facts import Facts
from xiaoer.domain.order import Line, Order, OrderState, Parcel, ParcelState, RefundState
from xiaoer.domain.outcome import Reason
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.clock import end_of_day
from xiaoer.domain.verdict import OF_THE_ORDER, Verdict

_ON_THE_WAY = frozenset({ParcelState.LABELLED, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY})


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


def may_report_lost(order: Order, policy: Policy, now: datetime) -> Verdict:
    """A parcel counts as lost when the carrier says so, or has not brought it long after its own estimate."""
    facts: Facts = {"order_id": order.id}
    if order.state is not OrderState.SHIPPED:
        reason = {
            OrderState.CANCELLED: Reason.ALREADY_CANCELLED,
            OrderState.DELIVERED: Reason.ALREADY_DELIVERED,
        }.get(order.state, Reason.NOT_SHIPPED_YET)
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=reason, facts=facts)
    if any(p.state is ParcelState.LOST for p in order.parcels):
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts=facts)
    if policy.parcels is None:
        return Verdict(rule="parcels", policy=policy.version, reason=Reason.NOT_OFFERED, facts=facts)
    rule = "parcels.lost_after_days"
    lost_from = _lost_from(order, policy.parcels.lost_after_days, policy)
    if lost_from is None or now <= lost_from:
        told: Facts = {**facts, "from": lost_from}
        return Verdict(rule=rule, policy=policy.version, reason=Reason.NOT_LOST_YET, facts=told)
    return Verdict(rule=rule, policy=policy.version, facts=facts)


def may_report_damage(order: Order, line: Line, policy: Policy, now: datetime) -> Verdict:
    """Goods that came broken are told of soon, so that the carrier can be held to it."""
    facts: Facts = {"order_id": order.id, "item": line.title}
    if policy.parcels is None:
        return Verdict(rule="parcels", policy=policy.version, reason=Reason.NOT_OFFERED, facts=facts)
    arrived = arrived_at(order, line)
    if arrived is None:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOT_DELIVERED_YET, facts=facts)
    until = end_of_day(arrived, policy.parcels.report_damage_days, policy)
    late = Reason.DAMAGE_WINDOW_OVER if now > until else None
    return Verdict(
        rule="parcels.report_damage_days", policy=policy.version, reason=late, facts={**facts, "until": until}
    )


def arrived_at(order: Order, line: Line) -> datetime | None:
    """When the last parcel with this line was delivered."""
    times = [p.delivered_at for p in order.parcels if not p.line_ids or line.id in p.line_ids]
    known = [t for t in times if t is not None]
    return max(known) if known else None


def is_late(order: Order, now: datetime) -> bool:
    """Not sent, or not brought, by the time the shop or the carrier had said."""
    if order.state in (OrderState.PAID, OrderState.PACKED):
        return order.ship_by is not None and now > order.ship_by
    return order.state is OrderState.SHIPPED and _on_the_way(order, now) in ("shipped_late", "lost")


def _lost_from(order: Order, days: int, policy: Policy) -> datetime | None:
    under_way = [p for p in order.parcels if p.state in _ON_THE_WAY]
    estimates = [_estimate(p) for p in under_way]
    known = [at for at in estimates if at is not None]
    return end_of_day(max(known), days, policy) if known else None


def _estimate(parcel: Parcel) -> datetime | None:
    """The carrier's; without one, a week after it was last seen."""
    if parcel.eta is not None:
        return parcel.eta
    return parcel.events[-1].at + timedelta(days=7) if parcel.events else None


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
