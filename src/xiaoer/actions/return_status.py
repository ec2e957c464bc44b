"""Where a return or an exchange stands."""

from collections.abc import Sequence

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import OrderArgs, order_choices
from xiaoer.actions.views import case_goods
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.money import total
from xiaoer.domain.order import Case, CaseState, Order, RefundState
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.guard.access import owned_order

_OVER = frozenset({CaseState.CLOSED, CaseState.REFUNDED, CaseState.REPLACED})


class ReturnStatus(Action[OrderArgs]):
    name = "return_status"
    about = "How far the return or exchange of an order is, and by when to send it."
    risk = Risk.READ
    takes = OrderArgs

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        case = _newest(order)
        if case is None:
            instead = "refund_status" if order.refunds else ""
            return Refused(Reason.NO_CASE, {"order_id": order.id, "instead": instead})
        return Plan(self.name, {"order_id": order.id}, _facts(order, case, reach))

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(actor, reach, _under_way, lambda o: bool(o.cases))


def _under_way(order: Order) -> bool:
    return any(case.state not in _OVER for case in order.cases)


def _newest(order: Order) -> Case | None:
    """The one still under way, else the last."""
    under_way = [case for case in order.cases if case.state not in _OVER]
    return next(reversed(under_way or list(order.cases)), None)


def _facts(order: Order, case: Case, reach: Reach) -> Facts:
    to_come = [r for r in order.refunds if r.case_id == case.id and r.state is not RefundState.FAILED]
    refund = total([r.amount for r in to_come], order.total.currency)
    dates = [r.expected_by for r in to_come if r.expected_by is not None]
    return {
        "order_id": order.id,
        "case_id": case.id,
        "items": case_goods(order, case),
        "situation": f"{case.kind.value}_{case.state.value}",
        "until": case.return_by,
        "refund": refund if refund.minor else None,
        "methods": tuple(dict.fromkeys(r.method.value for r in to_come)),
        "expected_by": max(dates, default=None),
        "days": reach.policy.refund_after_receipt_days,
    }


offer(ReturnStatus())
