"""Until when a bought item is under the shop's warranty."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices
from xiaoer.actions.request_return import line_choices
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Line
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.care import warranty_of
from xiaoer.guard.access import owned_order


class WarrantyArgs(Args):
    """How long a bought item is under warranty."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(description="The line of the order")


class Warranty(Action[WarrantyArgs]):
    name = "warranty"
    risk = Risk.READ
    takes = WarrantyArgs

    @override
    async def check(self, args: WarrantyArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (line := order.line(args.line_id)) is None:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        verdict = warranty_of(order, line, reach.policy, reach.now)
        return verdict.refused() or Plan(self.name, args.model_dump(), verdict.facts)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: any(_has_one(x, reach) for x in o.lines))
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        if isinstance(order, Refused):
            return ()
        having = {line.id for line in order.lines if _has_one(line, reach)}
        found = await line_choices(known, actor, reach, with_all=False)
        return [choice for choice in found if choice.value in having] or found


def _has_one(line: Line, reach: Reach) -> bool:
    return line.category in reach.policy.warranty_months


offer(Warranty())
