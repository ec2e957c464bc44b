"""Pay an order another way: what was paid goes back, and all of it is paid anew."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.views import way_choice, ways_back
from xiaoer.domain.changes import Can, ChangePayment
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId, WayId
from xiaoer.domain.order import Order, PayMethod
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.money import left_to_refund
from xiaoer.domain.rules.orders import may_change_payment
from xiaoer.domain.ways import Way
from xiaoer.guard.access import gift_card_of, owned_order, signed_in, ways_of
from xiaoer.speak.book import term


class ChangePaymentArgs(Args):
    """Pay an order another way; what was paid before goes back."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    method: PayMethod | None = Field(default=None, description="The way of paying wanted instead")
    way_id: str = Field(default="", description="The one wanted of those the customer has on file")


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
        if reach.policy.change_payment.on_file:
            return await _to_one_on_file(order, args, actor, reach)
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
        plan_args: Facts = {"order_id": order.id, "method": method.value}
        return Plan(self.name, plan_args, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        way_id = str(plan.args.get("way_id") or "")
        change = ChangePayment(
            method=PayMethod(str(plan.args["method"])), way_id=WayId(way_id) if way_id else None
        )
        await reach.shop.change(order, change, key=key)
        days = [reach.policy.refund_days.get(payment.method, 0) for payment in order.payments]
        return Done(self.name, {**plan.facts, "refund_days": max(days, default=0)})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What cannot be changed, whatever the way, is said so before one is chosen."""
        slot = "way_id" if reach.policy.change_payment.on_file else "method"
        missing = [name for name in ("order_id", slot) if not known.get(name)]
        if missing != [slot]:
            return missing
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if not isinstance(order, Order):
            return ()
        if slot == "way_id":
            return missing if len(await _on_file(order, actor, reach)) > 1 else ()
        return missing if await _ways(order, actor, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: _changeable(o, reach))
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        if slot == "way_id":
            on_file = await _on_file(order, actor, reach) if isinstance(order, Order) else ()
            return [way_choice(one) for one in on_file]
        ways = await _ways(order, actor, reach) if isinstance(order, Order) else ()
        return [Choice(way.value, term(f"method.{way.value}")) for way in ways]


async def _to_one_on_file(
    order: Order, args: ChangePaymentArgs, actor: Actor, reach: Reach
) -> Plan | Refused:
    """To a way the customer has on file; the only one that it may be, if none is named."""
    if signed_in(actor) is None:
        return Refused(Reason.SIGN_IN_NEEDED, {"order_id": order.id})
    theirs, may = await ways_of(reach.shop, actor), await _on_file(order, actor, reach)
    named = next((way for way in theirs if way.id == args.way_id), None)
    if args.way_id and named is None:
        return Refused(Reason.NO_SUCH_WAY, {"order_id": order.id})
    fit = [way for way in may if args.method in (None, way.method)]
    wanted = named or (fit[0] if len(fit) == 1 else None)
    method = wanted.method if wanted else args.method or _another(order)
    verdict = may_change_payment(order, method, reach.policy, way=wanted or (theirs[0] if theirs else None))
    if wanted is None and len(fit) > 1:
        return Refused(Reason.BAD_ARGUMENTS, {"fields": "way_id"})
    if (no := verdict.refused()) is not None:
        return no
    if wanted is None:
        return Refused(Reason.NO_SUCH_WAY, {"order_id": order.id})
    amount = left_to_refund(order)
    facts: Facts = {
        "order_id": order.id,
        "with": wanted.label,
        "amount": amount,
        "back": ways_back(order, amount, theirs),
        "situation": "on_file",
    }
    plan_args: Facts = {"order_id": order.id, "method": wanted.method.value, "way_id": wanted.id}
    return Plan(ChangeOfPayment.name, plan_args, facts, order.version)


async def _on_file(order: Order, actor: Actor, reach: Reach) -> list[Way]:
    """Those on file that the order may be changed to."""
    return [
        way
        for way in await ways_of(reach.shop, actor)
        if may_change_payment(order, way.method, reach.policy, way=way).allowed
    ]


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
