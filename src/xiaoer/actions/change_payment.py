"""Pay an order another way: what was paid goes back, and all of it is paid anew."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.views import ways_back
from xiaoer.domain.changes import Can, ChangePayment
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order, PayMethod
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.money import left_to_refund
from xiaoer.domain.rules.orders import may_change_payment
from xiaoer.guard.access import gift_card_of, owned_order
from xiaoer.speak.book import term


class ChangePaymentArgs(Args):
    """Pay an order another way; what was paid before goes back."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    method: PayMethod | None = Field(default=None, description="The way of paying wanted instead")


class ChangeOfPayment(Action[ChangePaymentArgs]):
    name = "change_payment"
    risk = Risk.MONEY
    takes = ChangePaymentArgs
    needs = Can.CHANGE_PAYMENT

    @override
    async def check(self, args: ChangePaymentArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        gift_card = await gift_card_of(reach.shop, actor)
        method = args.method or _another(order)
        verdict = may_change_payment(order, method, reach.policy, gift_card=gift_card)
        if (no := verdict.refused()) is not None:
            return no
        if args.method is None:
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "method"})
        amount = left_to_refund(order)
        facts: Facts = {
            "order_id": order.id,
            "method": method.value,
            "amount": amount,
            "back": ways_back(order, amount),
        }
        return Plan(self.name, args.model_dump(mode="json"), facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        await reach.shop.change(order, ChangePayment(method=PayMethod(str(plan.args["method"]))), key=key)
        days = [reach.policy.refund_days.get(payment.method, 0) for payment in order.payments]
        return Done(self.name, {**plan.facts, "refund_days": max(days, default=0)})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What cannot be changed, whatever the way, is said so before one is chosen."""
        missing = [slot for slot in ("order_id", "method") if not known.get(slot)]
        if missing != ["method"]:
            return missing
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        return missing if isinstance(order, Order) and await _ways(order, actor, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: _changeable(o, reach))
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        ways = await _ways(order, actor, reach) if isinstance(order, Order) else ()
        return [Choice(way.value, term(f"method.{way.value}")) for way in ways]


async def _ways(order: Order, actor: Actor, reach: Reach) -> list[PayMethod]:
    """What the order may be changed to."""
    gift_card = await gift_card_of(reach.shop, actor)
    return [
        way for way in PayMethod if may_change_payment(order, way, reach.policy, gift_card=gift_card).allowed
    ]


def _another(order: Order) -> PayMethod:
    """Where none is named: any but those it was paid with, to be told what holds for all."""
    paid = {payment.method for payment in order.payments}
    return next((way for way in PayMethod if way not in paid), PayMethod.CARD)


def _changeable(order: Order, reach: Reach) -> bool:
    return any(may_change_payment(order, way, reach.policy).allowed for way in PayMethod)


offer(ChangeOfPayment())
