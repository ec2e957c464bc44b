"""What is left on the customer's gift card."""

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import NoArgs
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.guard.access import signed_in


class GiftCardBalance(Action[NoArgs]):
    name = "gift_card_balance"
    about = "What is left on the customer's gift card."
    risk = Risk.READ
    takes = NoArgs

    @override
    async def check(self, args: NoArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        customer_id = signed_in(actor)
        customer = await reach.shop.customer(customer_id) if customer_id else None
        if customer is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        if (balance := customer.gift_card_balance) is None:
            return Refused(Reason.NO_GIFT_CARD)
        situation = "left" if balance.minor > 0 else "empty"
        return Plan(self.name, {}, {"balance": balance, "situation": situation})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


offer(GiftCardBalance())
