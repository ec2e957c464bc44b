"""Where a refund stands."""

from collections.abc import Sequence

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import OrderArgs, order_choices
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order, Refund, RefundState
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.guard.access import owned_order


class RefundStatus(Action[OrderArgs]):
    name = "refund_status"
    about = "How far the refund of an order is."
    risk = Risk.READ
    takes = OrderArgs

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if not order.refunds:
            return Refused(Reason.NO_REFUND, {"order_id": order.id})
        refund = _newest(order)
        late = refund.state is not RefundState.DONE and _late(refund, reach)
        facts: Facts = {
            "order_id": order.id,
            "situation": f"{refund.state.value}_late" if late else refund.state.value,
            "refund": refund.amount,
            "method": refund.method.value,
            "created_at": refund.created_at,
            "expected_by": refund.expected_by,
            "done_at": refund.done_at,
            "days": reach.policy.refund_after_receipt_days,
        }
        return Plan(self.name, {"order_id": order.id}, facts)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(actor, reach, lambda o: bool(o.refunds))


def _newest(order: Order) -> Refund:
    """The one still under way, else the last."""
    under_way = [r for r in order.refunds if r.state is not RefundState.DONE]
    return (under_way or list(order.refunds))[-1]


def _late(refund: Refund, reach: Reach) -> bool:
    return (
        refund.state is RefundState.PROCESSING
        and refund.expected_by is not None
        and reach.now > refund.expected_by
    )


offer(RefundStatus())
