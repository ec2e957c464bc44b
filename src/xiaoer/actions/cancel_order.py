"""Cancel an order before it is packed."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of, refusal
from xiaoer.actions.views import goods
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.money import left_to_refund, refund_of_all, spread
from xiaoer.domain.rules.orders import cancel_reason, may_cancel, may_cancel_for
from xiaoer.guard.access import owned_order


class CancelOrderArgs(Args):
    """Cancel an order that is not packed yet; what was paid goes back the way it came."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    reason: str = Field(default="", max_length=200, description="Why, in the customer's words")


class CancelOrder(Action[CancelOrderArgs]):
    name = "cancel_order"
    risk = Risk.MONEY
    takes = CancelOrderArgs

    @override
    async def check(self, args: CancelOrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (no := await refusal(may_cancel(order, reach.policy), order, actor, reach)) is not None:
            return no
        back = spread(order, left_to_refund(order))
        listed = reach.policy.cancel_reasons
        if listed and not args.reason:
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "reason"})
        if (no := may_cancel_for(order, args.reason, reach.policy).refused()) is not None:
            return no
        reason = cancel_reason(args.reason, reach.policy) or args.reason
        facts: Facts = {
            "order_id": order.id,
            "items": goods(order),
            "total": order.total,
            "refund": refund_of_all(order) if order.payments else None,
            "methods": tuple(dict.fromkeys(source.method.value for source, _ in back)),
            **({"reason": listed[reason]} if listed else {}),
        }
        return Plan(self.name, {"order_id": order.id, "reason": reason}, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        await reach.shop.cancel(order, str(plan.args["reason"]), key=key)
        situation = "refund" if plan.facts["refund"] is not None else "unpaid"
        days = [reach.policy.refund_days.get(p.method, 0) for p in order.payments]
        return Done(self.name, {**plan.facts, "situation": situation, "refund_days": max(days, default=0)})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """Why, only where the shop's rules want to know; never of what cannot be cancelled any more."""
        order_id, said = str(known.get("order_id") or ""), str(known.get("reason") or "")
        if not order_id:
            return ["order_id"]
        if not reach.policy.cancel_reasons or cancel_reason(said, reach.policy):
            return ()
        order = await owned_order(reach.shop, actor, OrderId(order_id))
        return () if isinstance(order, Refused) or not may_cancel(order, reach.policy).allowed else ["reason"]

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "reason":
            return [Choice(key, words) for key, words in reach.policy.cancel_reasons.items()]
        return await order_choices(actor, reach, lambda o: may_cancel(o, reach.policy).allowed)


offer(CancelOrder())
