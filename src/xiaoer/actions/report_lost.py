"""A parcel that never came: its goods once more, or their money back."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions import making_good
from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import CaseReason, OrderState
from xiaoer.domain.outcome import Done, Plan, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.care import Remedy, lines_not_here, may_claim_lost
from xiaoer.guard.access import owned_order


class ReportLostArgs(Args):
    """Report a parcel that never came, and have its goods sent again or their money back."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    remedy: Remedy | None = Field(default=None, description="What the customer wants: resend or refund")


class ReportLost(Action[ReportLostArgs]):
    name = "report_lost"
    risk = Risk.MONEY
    takes = ReportLostArgs

    @override
    async def check(self, args: ReportLostArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (no := may_claim_lost(order, reach.policy, reach.now).refused()) is not None:
            return no
        lines = lines_not_here(order)
        facts = await making_good.facts_of(order, lines, args.remedy, reach)
        if isinstance(facts, Refused):
            return facts
        return Plan(self.name, args.model_dump(mode="json"), facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        lines = lines_not_here(order)
        done = await making_good.make_good(order, lines, plan, CaseReason.LOST, reach, key=key)
        return Done(self.name, done)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """A parcel that is not lost is said so before anything is promised."""
        missing = [slot for slot in self.takes.model_fields if not known.get(slot)]
        if missing != ["remedy"]:
            return missing
        return missing if await self.choices("remedy", known, actor, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            lost = [
                lambda o: may_claim_lost(o, reach.policy, reach.now).allowed,
                lambda o: o.state is OrderState.SHIPPED,
            ]
            return await order_choices(actor, reach, *lost)
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        if isinstance(order, Refused) or not may_claim_lost(order, reach.policy, reach.now).allowed:
            return ()
        return making_good.remedy_choices(await making_good.possible(order, lines_not_here(order), reach))


offer(ReportLost())
