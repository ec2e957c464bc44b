"""What goes back to a customer, and by which of the ways they paid: for shops that keep their own books."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from xiaoer.domain.ids import CaseId, RefundId
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseKind, Line, Order, Refund, RefundState, RefundWhy
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import CaseRequest
from xiaoer.domain.rules.money import left_to_refund, refund_for, spread
from xiaoer.domain.ways import Source


def refunds_of_cancelled(order: Order, policy: Policy, *, now: datetime) -> tuple[Refund, ...]:
    """All that was paid, back the way it came. A gift card is credited at once, the rest takes its time."""
    parts = spread(order, order.total)
    return tuple(_refund(order, nth, part, policy, now) for nth, part in enumerate(parts, start=1))


def refunds_of_case(
    order: Order, lines: Sequence[Line], request: CaseRequest, *, case_id: CaseId, now: datetime
) -> tuple[Refund, ...]:
    """Of a return, or of an exchange for something cheaper."""
    currency = order.total.currency
    if request.kind is CaseKind.RETURN:
        fee = Money(request.fee_minor, currency)
        return refunds_of_return(order, lines, fee=fee, case_id=case_id, now=now, to=request.by)
    amount = Money(max(0, -request.difference_minor), currency)
    return _awaiting(order, amount, RefundWhy.CHANGED, request.by, case_id=case_id, now=now)


def refunds_of_return(
    order: Order,
    lines: Sequence[Line],
    *,
    fee: Money,
    case_id: CaseId,
    now: datetime,
    to: Source | None = None,
) -> tuple[Refund, ...]:
    """Promised for when the goods are back: no date is known before. `to`: elsewhere than it was paid."""
    nothing = Money(0, fee.currency)
    worth = sum(refund_for(order, line, nothing).minor for line in lines)
    amount = Money(max(0, worth - fee.minor), fee.currency)
    return _awaiting(order, amount, RefundWhy.GOODS, to, case_id=case_id, now=now)


def extra_of(request: CaseRequest, currency: str) -> Money | None:
    """What is still to pay for an exchange."""
    return Money(request.difference_minor, currency) if request.difference_minor > 0 else None


def set_aside(order: Order, request: CaseRequest) -> Mapping[str, int]:
    """How many of each variant an exchange takes from the shelf."""
    quantities = {line.id: line.quantity for line in order.lines}
    wanted = Counter[str]()
    for line_id, variant_id in zip(request.line_ids, request.new_variant_ids, strict=False):
        wanted[variant_id] += quantities.get(line_id, 0)
    return wanted


def parts_to(order: Order, amount: Money, to: Source | None) -> list[tuple[Source, Money]]:
    """The amount over what it was paid with, or all of it to one way; never more than is left."""
    if to is None:
        return spread(order, amount)
    part = min(amount.minor, left_to_refund(order).minor)
    return [(to, Money(part, amount.currency))] if part > 0 else []


def _awaiting(
    order: Order, amount: Money, why: RefundWhy, to: Source | None, *, case_id: CaseId, now: datetime
) -> tuple[Refund, ...]:
    parts = parts_to(order, amount, to)
    first = len(order.refunds) + 1
    return tuple(
        Refund(
            id=_refund_id(order, nth),
            order_id=order.id,
            amount=amount,
            method=source.method,
            way_id=source.way_id,
            state=RefundState.AWAITING_GOODS,
            created_at=now,
            expected_by=None,
            case_id=case_id,
            why=why,
        )
        for nth, (source, amount) in enumerate(parts, start=first)
    )


def _refund(order: Order, nth: int, part: tuple[Source, Money], policy: Policy, now: datetime) -> Refund:
    source, amount = part
    days = policy.refund_days.get(source.method)
    at_once = days == 0
    return Refund(
        id=_refund_id(order, nth + len(order.refunds)),
        order_id=order.id,
        amount=amount,
        method=source.method,
        way_id=source.way_id,
        state=RefundState.DONE if at_once else RefundState.PROCESSING,
        created_at=now,
        expected_by=None if days is None else now + timedelta(days=days),
        done_at=now if at_once else None,
    )


def _refund_id(order: Order, nth: int) -> RefundId:
    return RefundId(f"F{order.id.removeprefix('M')}-{nth}")
