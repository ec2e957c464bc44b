"""Goods that came broken: the same once more, or the money back; nothing has to be sent in."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions import making_good
from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.evidence import shown
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.request_return import line_choices
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import CaseReason, Line, Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.photos import Photo
from xiaoer.domain.rules.care import Remedy, may_claim_damage
from xiaoer.domain.rules.parcels import arrived_at, may_report_damage
from xiaoer.domain.verdict import Verdict
from xiaoer.guard.access import owned_order, tier_of


class ReportDamageArgs(Args):
    """Report an item that arrived broken, and have it sent again or its money back."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(description="The line of the order that came broken")
    remedy: Remedy | None = Field(default=None, description="What the customer wants: resend or refund")
    photo_id: str = Field(default="", max_length=64, description="Left out: the latest photo of this chat")


class ReportDamage(Action[ReportDamageArgs]):
    name = "report_damage"
    risk = Risk.MONEY
    takes = ReportDamageArgs

    @override
    async def check(self, args: ReportDamageArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (line := order.line(args.line_id)) is None:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        photo = await shown(order, reach, photo_id=args.photo_id)
        if (no := (await _verdict(order, line, photo, actor, reach)).refused()) is not None:
            return no
        facts = await making_good.facts_of(order, (line,), args.remedy, reach)
        if isinstance(facts, Refused):
            return facts
        given = {**args.model_dump(mode="json"), "photo_id": photo.id if photo else ""}
        return Plan(self.name, given, facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        lines = [line for line in order.lines if line.id == plan.args["line_id"]]
        done = await making_good.make_good(order, lines, plan, CaseReason.DAMAGED, reach, key=key)
        if photo_id := str(plan.args.get("photo_id") or ""):
            number = str(done.get("case_id") or "")
            await reach.photos.tie(reach.conversation_id, [photo_id], order_id=order.id, number=number)
        return Done(self.name, done)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What cannot be settled here is said so before anything is promised."""
        missing = [slot for slot in ("order_id", "line_id", "remedy") if not known.get(slot)]
        if missing != ["remedy"]:
            return missing
        return missing if await self.choices("remedy", known, actor, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(
                actor, reach, lambda o: _recent(o, reach), lambda o: any(arrived_at(o, x) for x in o.lines)
            )
        if slot == "line_id":
            return await line_choices(known, actor, reach, with_all=False)
        if slot != "remedy":  # a photo is sent, not chosen
            return ()
        order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
        line = None if isinstance(order, Refused) else order.line(str(known.get("line_id", "")))
        if isinstance(order, Refused) or line is None:
            return ()
        photo = await shown(order, reach)
        if not (await _verdict(order, line, photo, actor, reach)).allowed:
            return ()
        return making_good.remedy_choices(await making_good.possible(order, (line,), reach))


async def _verdict(order: Order, line: Line, photo: Photo | None, actor: Actor, reach: Reach) -> Verdict:
    tier = await tier_of(reach.shop, actor)
    return may_claim_damage(order, line, reach.policy, reach.now, photo=photo is not None, tier=tier)


def _recent(order: Order, reach: Reach) -> bool:
    return any(may_report_damage(order, line, reach.policy, reach.now).allowed for line in order.lines)


offer(ReportDamage())
