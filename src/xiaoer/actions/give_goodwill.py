"""A gesture for an order that went wrong. How much is the policy's to say, never the customer's."""

from collections.abc import Sequence
from typing import cast

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import OrderArgs, order_choices, order_of
from xiaoer.actions.views import refund_words
from xiaoer.domain.changes import Can, GiveBack
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, RefundWhy
from xiaoer.domain.outcome import Done, Plan, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.care import goodwill_given, may_be_consoled, went_wrong
from xiaoer.guard.access import MOST_ORDERS, owned_order


class GiveGoodwill(Action[OrderArgs]):
    name = "give_goodwill"
    about = "A gesture for an order that went wrong, as much as the policy says."
    risk = Risk.MONEY
    needs = Can.GIVE_BACK
    takes = OrderArgs

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        before, owner = await _given_before(order, reach), await reach.shop.customer(order.customer_id)
        coupons = owner.coupons if owner else ()
        verdict = may_be_consoled(order, reach.policy, reach.now, given_before=before, coupons=coupons)
        if (no := verdict.refused()) is not None:
            return no
        facts: Facts = {**verdict.facts, **refund_words(order, reach.policy)}
        return Plan(self.name, {"order_id": order.id}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        back = GiveBack(amount=cast(Money, plan.facts["refund"]), why=RefundWhy.GOODWILL)
        await reach.shop.change(order, back, key=key)
        return Done(self.name, plan.facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(actor, reach, lambda o: went_wrong(o, reach.now))


async def _given_before(order: Order, reach: Reach) -> int:
    """To whoever owns the order, over all their orders: also if a guest asks."""
    theirs = await reach.shop.orders_of(order.customer_id, limit=MOST_ORDERS)
    return goodwill_given(theirs, reach.policy, reach.now)


offer(GiveGoodwill())
