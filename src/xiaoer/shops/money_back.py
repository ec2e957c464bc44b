"""What goes back to a customer, and by which of the ways they paid: for shops that keep their own books."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaoer.domain.ids import CaseId, RefundId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, PayMethod, Refund, RefundState
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.money import refund_for, spread


def refunds_of_cancelled(order: Order, policy: Policy, *, now: datetime) -> tuple[Refund, ...]:
    """All that was paid, back the way it came. A gift card is credited at once, the rest takes its time."""
    parts = spread(order, order.total)
    return tuple(_refund(order, nth, part, policy, now) for nth, part in enumerate(parts, start=1))


def refunds_of_return(
    order: Order, lines: Sequence[Line], *, fee: Money, case_id: CaseId, now: datetime
) -> tuple[Refund, ...]:
    """Promised for when the goods are back: no date is known before."""
    nothing = Money(0, fee.currency)
    worth = sum(refund_for(order, line, nothing).minor for line in lines)
    parts = spread(order, Money(max(0, worth - fee.minor), fee.currency))
    first = len(order.refunds) + 1
    return tuple(
        Refund(
            id=_refund_id(order, nth),
            order_id=order.id,
            amount=amount,
            method=method,
            state=RefundState.AWAITING_GOODS,
            created_at=now,
            expected_by=None,
            case_id=case_id,
        )
        for nth, (method, amount) in enumerate(parts, start=first)
    )


def _refund(order: Order, nth: int, part: tuple[PayMethod, Money], policy: Policy, now: datetime) -> Refund:
    method, amount = part
    days = policy.refund_days.get(method)
    at_once = days == 0
    return Refund(
        id=_refund_id(order, nth + len(order.refunds)),
        order_id=order.id,
        amount=amount,
        method=method,
        state=RefundState.DONE if at_once else RefundState.PROCESSING,
        created_at=now,
        expected_by=None if days is None else now + timedelta(days=days),
        done_at=now if at_once else None,
    )


def _refund_id(order: Order, nth: int) -> RefundId:
    return RefundId(f"F{order.id.removeprefix('M')}-{nth}")
