"""A coupon for an order that went wrong. What it is worth and how often is the policy's to say."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import OrderArgs, order_choices, order_of
from xiaoer.domain.changes import Can, IssueCoupon
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.rules.care import went_wrong
from xiaoer.domain.rules.coupons import may_give_coupon
from xiaoer.guard.access import owned_order, signed_in


class GiveCoupon(Action[OrderArgs]):
    name = "give_coupon"
    risk = Risk.MONEY
    needs = Can.COUPONS
    takes = OrderArgs

    @override
    async def check(self, args: OrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if signed_in(actor) is None:  # it goes to an account
            return Refused(Reason.SIGN_IN_NEEDED)
        customer = await reach.shop.customer(order.customer_id)
        if customer is None:
            return Refused(Reason.NO_SUCH_ORDER, {"order_id": order.id})
        verdict = may_give_coupon(order, customer.coupons, reach.policy, reach.now)
        if (no := verdict.refused()) is not None:
            return no
        return Plan(self.name, {"order_id": order.id}, verdict.facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        customer = await reach.shop.customer(order.customer_id)
        if customer is None:
            raise StaleOrder("the customer has gone")
        issue = IssueCoupon(
            amount=cast(Money, plan.facts["coupon"]),
            until=cast(datetime, plan.facts["until"]),
            order_id=order.id,
        )
        after = await reach.shop.change_customer(customer, issue, key=key)
        mine = [c for c in after.coupons if c.order_id == issue.order_id]
        facts: Facts = {**plan.facts, "code": mine[-1].code if mine else ""}
        return Done(self.name, facts)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return await order_choices(actor, reach, lambda o: went_wrong(o, reach.now))


offer(GiveCoupon())
