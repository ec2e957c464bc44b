"""Ask the warehouse to hurry."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import OrderArgs, order_choices, order_of
from xiaoer.actions.views import goods
from xiaoer.domain.changes import Can, Urge
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order, OrderState
from xiaoer.domain.outcome import Done, Plan, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import ShopUnclear
from xiaoer.domain.rules.orders import may_urge
from xiaoer.domain.rules.parcels import is_late
from xiaoer.guard.access import owned_order

_NOT_SENT = frozenset({OrderState.PAID, OrderState.PACKED})


class UrgeShipping(Action[OrderArgs]):
    """Done at once, without a card: nobody is asked whether they mean it when they ask to hurry.

    It is a word to the warehouse. It moves no money and no goods, takes nothing from the customer, and said
    twice on a day it is said once: the key is the order's and the day's.
    """

    name = "urge_shipping"
    about = "Ask the warehouse to hurry with an order; says until when it is promised."
    risk = Risk.HOUSE
    takes = OrderArgs
    needs = Can.URGE

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (no := may_urge(order, reach.policy, reach.now).refused()) is not None:
            return no
        facts: Facts = {
            "order_id": order.id,
            "item": goods(order),
            "ship_by": order.ship_by,
            "situation": "late" if is_late(order, reach.now) else "in_time",
        }
        return Plan(self.name, {"order_id": order.id}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        day = reach.now.astimezone(ZoneInfo(reach.policy.time_zone)).date()
        once = f"urge-{order.id}-{day.isoformat()}"
        try:
            await reach.shop.change(order, Urge(), key=once)
        except ShopUnclear:
            if not await reach.shop.effect(once):
                raise
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(
            actor,
            reach,
            lambda o: _not_sent(o) and is_late(o, reach.now),
            _not_sent,
            lambda o: o.state is OrderState.SHIPPED,
        )


def _not_sent(order: Order) -> bool:
    return order.state in _NOT_SENT


offer(UrgeShipping())
