"""Reading orders: look one up, list them, track a parcel."""

from collections.abc import Callable, Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import MOST_CHOICES, Action, Args, Reach, Risk, offer
from xiaoer.actions.views import order_choice, order_facts
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order, OrderState
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.rules.orders import may_urge
from xiaoer.domain.rules.parcels import is_late
from xiaoer.domain.rules.returns import offer_the_possible
from xiaoer.domain.verdict import Verdict
from xiaoer.guard.access import owned_order, owned_orders, tier_of

UNDER_WAY = frozenset({OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED})


class OrderArgs(Args):
    """One of the customer's own orders."""

    order_id: str = Field(description="The order number, e.g. M20260001")


class NoArgs(Args):
    """Nothing to ask."""


async def order_choices(actor: Actor, reach: Reach, *likely: Callable[[Order], bool]) -> Sequence[Choice]:
    """The customer's orders to choose from, newest first within each of `likely`, likeliest first.

    Orders that fit none of them are left out, unless none fits any: then a customer may still name one
    and hear why it cannot be.
    """
    orders = await owned_orders(reach.shop, actor)
    if isinstance(orders, Refused):
        return ()
    fit = {order.id: order for test in likely for order in orders if test(order)}
    return [order_choice(order) for order in list(fit.values() or orders)[:MOST_CHOICES]]


async def refusal(verdict: Verdict, order: Order, actor: Actor, reach: Reach) -> Refused | None:
    """A no as it is told: with what is possible instead, not with what would be refused in turn."""
    if verdict.allowed:
        return None
    tier = await tier_of(reach.shop, actor)
    return offer_the_possible(verdict, order, policy=reach.policy, now=reach.now, tier=tier).refused()


async def order_of(plan: Plan, reach: Reach) -> Order:
    """The order as `check` saw it. StaleOrder if it changed since: nothing else was read out."""
    order = await reach.shop.order(OrderId(str(plan.args["order_id"])))
    if order is None or order.version != plan.version:
        raise StaleOrder(f"{plan.action}: the order is not what it was")
    return order


async def order_with_parcel(tracking_number: str, actor: Actor, reach: Reach) -> str:
    """The customer's order that this parcel belongs to; the number itself if it is none of theirs."""
    orders = await owned_orders(reach.shop, actor)
    theirs = () if isinstance(orders, Refused) else orders
    wanted = tracking_number.casefold()
    named = (o.id for o in theirs if any(p.tracking_number.casefold() == wanted for p in o.parcels))
    return next(named, tracking_number)


class LookUpOrder(Action[OrderArgs]):
    name = "look_up_order"
    about = "Where an order of the customer stands: items, state, amounts, parcels."
    risk = Risk.READ
    takes = OrderArgs

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        return Plan(self.name, {"order_id": order.id}, order_facts(order, reach.now))

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(actor, reach, lambda o: o.state in UNDER_WAY, _is_unpaid)


class TrackParcel(LookUpOrder):
    """The same facts, told from the parcel's side."""

    name = "track_parcel"
    about = "How far the parcel of an order is, and its expected day."

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if not order.parcels and order.state is not OrderState.CANCELLED:
            urge = is_late(order, reach.now) and may_urge(order, reach.policy, reach.now).allowed
            facts = {**order_facts(order, reach.now), "instead": "urge_shipping" if urge else ""}
            return Refused(Reason.NOT_SHIPPED_YET, facts)
        return Plan(self.name, {"order_id": order.id}, order_facts(order, reach.now))

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(actor, reach, lambda o: o.state is OrderState.SHIPPED)


class ListOrders(Action[NoArgs]):
    name = "list_orders"
    about = "The customer's own orders, newest first."
    risk = Risk.READ
    takes = NoArgs

    @override
    async def check(self, args: NoArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        orders = await owned_orders(reach.shop, actor)
        if isinstance(orders, Refused):
            return orders
        if not orders:
            return Refused(Reason.NO_ORDERS)
        shown = tuple(order_facts(o, reach.now) for o in orders[:MOST_CHOICES])
        return Plan(self.name, {}, {"orders": shown, "shown": len(shown), "count": len(orders)})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


def _is_unpaid(order: Order) -> bool:
    return order.state is OrderState.AWAITING_PAYMENT


offer(LookUpOrder())
offer(TrackParcel())
offer(ListOrders())
