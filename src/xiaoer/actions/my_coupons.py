"""The coupons a customer has: what each is worth, from which order value, until when. Gives none away."""

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import NoArgs
from xiaoer.domain.changes import Can
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Coupon
from xiaoer.domain.rules.coupons import holding
from xiaoer.guard.access import signed_in

MOST = 5  # told in a chat; the account shows all


class MyCoupons(Action[NoArgs]):
    name = "my_coupons"
    about = "The customer's own coupons: what they are worth, until when, from what amount."
    risk = Risk.READ
    needs = Can.COUPONS
    takes = NoArgs

    @override
    async def check(self, args: NoArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        customer_id = signed_in(actor)
        customer = await reach.shop.customer(customer_id) if customer_id else None
        if customer is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        held = holding(customer.coupons, reach.now)
        if not held:
            return Refused(Reason.NO_COUPON)
        facts: Facts = {"coupons": tuple(map(_told, held[:MOST])), "count": len(held)}
        return Plan(self.name, {}, facts)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


def _told(coupon: Coupon) -> Facts:
    return {"code": coupon.code, "amount": coupon.amount, "minimum": coupon.minimum, "until": coupon.until}


offer(MyCoupons())
