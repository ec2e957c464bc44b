"""The customer's tier, and what the policy gives it."""

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import NoArgs
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Tier
from xiaoer.domain.policy import Policy
from xiaoer.guard.access import signed_in


class Membership(Action[NoArgs]):
    name = "membership"
    about = "The customer's tier, and what it gives them."
    risk = Risk.READ
    takes = NoArgs

    @override
    async def check(self, args: NoArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        customer_id = signed_in(actor)
        customer = await reach.shop.customer(customer_id) if customer_id else None
        if customer is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        return Plan(self.name, {}, benefits(customer.tier, reach.policy))

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


def benefits(tier: Tier, policy: Policy) -> Facts:
    """What differs from what everybody has; nothing: what everybody has."""
    free = tier in policy.return_free_tiers
    longer_return = policy.return_days_by_tier.get(tier, 0) > policy.return_days
    longer_exchange = policy.exchange_days_by_tier.get(tier, 0) > policy.exchange_days
    plain = not (free or longer_return or longer_exchange)
    return {
        "tier": tier.value,
        "situation": "plain" if plain else "more",
        "free": "free_returns" if free else "",
        "return_days": policy.return_days_by_tier[tier] if longer_return else policy.return_days,
        "exchange_days": policy.exchange_days_by_tier[tier] if longer_exchange else policy.exchange_days,
        "fee": policy.return_fee,
    }


offer(Membership())
