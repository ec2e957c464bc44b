"""Putting things right: parcels that were lost, goods that came broken, gestures, invoices, warranties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    CaseKind,
    CaseReason,
    CaseState,
    Line,
    Order,
    OrderState,
    RefundState,
    RefundWhy,
)
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Coupon, Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.money import left_to_refund, may_give_goodwill, refund_for, warranty_until
from xiaoer.domain.rules.parcels import arrived_at, is_late, may_report_damage, may_report_lost
from xiaoer.domain.rules.returns import FAULTS, ReturnAsk, case_of_line, may_return
from xiaoer.domain.verdict import OF_THE_ORDER, Could, Verdict

_MADE_GOOD = frozenset({RefundWhy.LOST, RefundWhy.DAMAGED})


class Remedy(StrEnum):
    RESEND = "resend"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a shop can do of it at all, and what is on its shelf, by variant."""

    stock: Mapping[str, int]
    remedies: frozenset[Remedy] = frozenset(Remedy)


def lines_not_here(order: Order) -> tuple[Line, ...]:
    """What was in the parcels that have not come."""
    return tuple(line for line in order.lines if arrived_at(order, line) is None)


def may_claim_lost(order: Order, policy: Policy, now: datetime) -> Verdict:
    """As `may_report_lost`, with what is possible instead."""
    verdict = may_report_lost(order, policy, now)
    instead = {Reason.NOT_LOST_YET: "track_parcel", Reason.NOT_SHIPPED_YET: "look_up_order"}
    if verdict.reason in (None, Reason.ALREADY_CANCELLED):
        return verdict
    return _told(verdict, {"instead": instead.get(verdict.reason, "call_person")})


def may_claim_damage(
    order: Order, line: Line, policy: Policy, now: datetime, *, photo: bool = False, tier: Tier = Tier.MEMBER
) -> Verdict:
    """As `may_report_damage`; too late for that, it may still go back as any faulty thing."""
    verdict = may_report_damage(order, line, policy, now)
    if verdict.reason is Reason.NOT_DELIVERED_YET:
        return verdict
    if not verdict.allowed:
        ask = ReturnAsk(reason=CaseReason.DAMAGED)
        back = may_return(order, line, ask, policy=policy, now=now, tier=tier).allowed
        return _told(verdict, {"instead": "request_return" if back else "call_person"})
    if policy.parcels is not None and policy.parcels.photo_needed and not photo:
        facts: Facts = {**verdict.facts, "instead": "call_person"}  # for who cannot send one
        rule = "parcels.photo_needed"
        return Verdict(rule=rule, policy=policy.version, reason=Reason.PHOTO_NEEDED, facts=facts)
    return verdict


def may_make_good(
    order: Order, lines: Sequence[Line], remedy: Remedy, means: Means, policy: Policy
) -> Verdict:
    """Whether these lines are sent again or paid back, and what goes back; each line once."""
    facts: Facts = {"order_id": order.id}
    if (before := _settled(order, lines, policy)) is not None:
        return before
    worth, there = worth_of(order, lines), in_stock(lines, means)
    pays = worth.minor > 0 and Remedy.REFUND in means.remedies
    sends = there and Remedy.RESEND in means.remedies
    if remedy is Remedy.RESEND and not sends:
        reason = Reason.NOT_OFFERED if there else Reason.OUT_OF_STOCK
        no: Facts = {**facts, "item": _missing(lines, means).title, "instead": "" if pays else "call_person"}
        could = (Could.REFUND,) if pays else ()
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=reason, facts=no, could=could)
    if remedy is Remedy.REFUND and not pays:
        reason = Reason.NOT_OFFERED if worth.minor else Reason.NOTHING_LEFT
        no = {**facts, "instead": "" if sends else "call_person"}
        could = (Could.RESEND,) if sends else ()
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=reason, facts=no, could=could)
    given: Facts = {**facts, "refund": worth} if remedy is Remedy.REFUND else facts
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts=given)


def worth_of(order: Order, lines: Sequence[Line]) -> Money:
    """The lines' shares of what was paid, less what went back for each before; never above what is left."""
    nothing = Money(0, order.total.currency)
    worth = sum(refund_for(order, x, nothing).minor for x in lines)
    return Money(min(worth, left_to_refund(order).minor), order.total.currency)


def in_stock(lines: Sequence[Line], means: Means) -> bool:
    return bool(lines) and all(_there(line, lines, means) for line in lines)


def went_wrong(order: Order, now: datetime) -> bool:
    """Late, lost, or with something that was the shop's fault."""
    faults = FAULTS | {CaseReason.LOST}
    case = any(c.reason in faults and c.state is not CaseState.CLOSED for c in order.cases)
    paid_back = any(r.why in _MADE_GOOD and r.state is not RefundState.FAILED for r in order.refunds)
    return is_late(order, now) or case or paid_back


def may_be_consoled(
    order: Order, policy: Policy, now: datetime, *, given_before: int, coupons: Sequence[Coupon] = ()
) -> Verdict:
    """A gesture is for what went wrong, never for asking; whom a coupon has consoled is not paid as well."""
    facts: Facts = {"order_id": order.id, "instead": "call_person"}
    if policy.goodwill is not None and not went_wrong(order, now):
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOTHING_WRONG, facts=facts)
    if policy.goodwill is not None and any(coupon.order_id == order.id for coupon in coupons):
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.GIVEN_BEFORE, facts=facts)
    return may_give_goodwill(order, policy, given_before=given_before)


def goodwill_given(orders: Sequence[Order], policy: Policy, now: datetime) -> int:
    """Gestures a customer has had within the days the policy counts; parts of one gesture are one."""
    if policy.goodwill is None:
        return 0
    since = now - timedelta(days=policy.goodwill.within_days)
    given = {
        (order.id, r.created_at)
        for order in orders
        for r in order.refunds
        if r.why is RefundWhy.GOODWILL and r.state is not RefundState.FAILED and r.created_at >= since
    }
    return len(given)


def may_ask_invoice(order: Order, policy: Policy, now: datetime) -> Verdict:
    """One invoice an order, once it is paid; the one asked for before is told."""
    facts: Facts = {"order_id": order.id}
    if order.state is OrderState.CANCELLED:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.ALREADY_CANCELLED, facts=facts)
    if order.invoice is not None:
        asked = order.invoice
        until = asked.asked_at + timedelta(hours=policy.promises.invoice_hours)
        told: Facts = {
            **facts,
            "situation": "made" if asked.number else "asked" if now <= until else "late",
            "title": asked.title,
            "number": asked.number,
            "until": until,
            "instead": "call_person",
        }
        rule = "promises.invoice_hours"
        return Verdict(rule=rule, policy=policy.version, reason=Reason.INVOICE_ASKED, facts=told)
    if not order.payments:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOT_PAID_YET, facts=facts)
    return Verdict(rule="promises.invoice_hours", policy=policy.version, facts=facts)


def returned_or_settled(order: Order, line: Line) -> bool:
    """Whether all of a line's money went back, or is to."""
    case = any(
        c.kind is CaseKind.RETURN and line.id in c.line_ids and c.state is not CaseState.CLOSED
        for c in order.cases
    )
    return case or _made_good(order, line)


def warranty_of(order: Order, line: Line, policy: Policy, now: datetime) -> Verdict:
    """Until when the shop's warranty on a line holds, or held."""
    facts: Facts = {"order_id": order.id, "item": line.title}
    rule = f"warranty.months_by_category.{line.category}"
    if not policy.warranty_months.get(line.category):
        no: Facts = {**facts, "instead": "call_person"}
        return Verdict(rule="warranty", policy=policy.version, reason=Reason.NO_WARRANTY, facts=no)
    if (until := warranty_until(order, line, policy)) is None:
        return Verdict(rule=rule, policy=policy.version, reason=Reason.NOT_DELIVERED_YET, facts=facts)
    situation = "over" if now > until else "holds"
    return Verdict(rule=rule, policy=policy.version, facts={**facts, "until": until, "situation": situation})


def _settled(order: Order, lines: Sequence[Line], policy: Policy) -> Verdict | None:
    for line in lines:
        facts: Facts = {"order_id": order.id, "item": line.title, "instead": "call_person"}
        if (case := case_of_line(order, line)) is not None:
            facts = {**facts, "case_id": case}
            return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.CASE_OPEN, facts=facts)
        if _made_good(order, line):
            return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.GIVEN_BEFORE, facts=facts)
    return None


def _made_good(order: Order, line: Line) -> bool:
    return any(
        r.state is not RefundState.FAILED
        and (
            (r.why is RefundWhy.DAMAGED and r.line_id == line.id)
            or (r.why is RefundWhy.LOST and (r.line_id == line.id or not r.line_id))
        )
        for r in order.refunds
    )


def _there(line: Line, lines: Sequence[Line], means: Means) -> bool:
    needed = sum(x.quantity for x in lines if x.variant_id == line.variant_id)
    return means.stock.get(line.variant_id, 0) >= needed


def _missing(lines: Sequence[Line], means: Means) -> Line:
    return next((x for x in lines if not _there(x, lines, means)), lines[0])


def _told(verdict: Verdict, more: Facts) -> Verdict:
    return Verdict(
        rule=verdict.rule,
        policy=verdict.policy,
        reason=verdict.reason,
        facts={**verdict.facts, **more},
        could=verdict.could,
    )
