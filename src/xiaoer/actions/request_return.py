"""Send goods back for a refund."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.evidence import keep_with
from xiaoer.actions.lines import ALL, MOST_LINES, SEVERAL, lines_named
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.settling import outlets, paid_out_to
from xiaoer.actions.views import joined, line_choice, way, way_choice
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId, WayId
from xiaoer.domain.money import Money, total
from xiaoer.domain.order import CaseKind, CaseReason, Line, Order, OrderState
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Tier
from xiaoer.domain.ports import CaseRequest
from xiaoer.domain.rules.money import left_to_refund, refund_for
from xiaoer.domain.rules.returns import FAULTS, ReturnAsk, may_return, none_here, return_fee, return_until
from xiaoer.domain.ways import PayMethod, Source, Way
from xiaoer.guard.access import owned_order, tier_of
from xiaoer.speak.book import term

RETURN_REASONS = tuple(reason for reason in CaseReason if reason is not CaseReason.LOST)


class RequestReturnArgs(Args):
    """Send delivered goods back and get the money for them."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(
        default="", description="The line of the order, several with commas between them, or `all`"
    )
    reason: CaseReason | None = Field(default=None, description="Why it goes back")
    unopened: bool | None = Field(default=None, description="Whether the goods are still sealed")
    line_ids: tuple[str, ...] = Field(
        default=(), max_length=MOST_LINES, description="The lines of the order as a list"
    )
    way_id: str = Field(default="", description="The way to pay on file that the refund goes to")


class RequestReturn(Action[RequestReturnArgs]):
    name = "request_return"
    risk = Risk.MONEY
    takes = RequestReturnArgs

    @override
    async def check(self, args: RequestReturnArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (early := none_here(order, reach.policy)) is not None and (no := early.refused()) is not None:
            return no
        lines = lines_named(order, args.line_id, args.line_ids)
        if not lines:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        reason = args.reason or (None if reach.policy.return_reasons else CaseReason.CHANGED_MIND)
        if reason is None:
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "reason"})
        tier = await tier_of(reach.shop, actor)
        ask = ReturnAsk(reason=reason, unopened=args.unopened)
        for line in lines:
            verdict = may_return(order, line, ask, policy=reach.policy, now=reach.now, tier=tier)
            if (no := verdict.refused()) is not None:
                return no
        to = await paid_out_to(order, args.way_id, actor, reach)
        if isinstance(to, Refused):
            return to
        plan_args: Facts = {
            "order_id": order.id,
            "line_id": args.line_id if args.line_id == ALL else SEVERAL.join(line.id for line in lines),
            "reason": reason.value,
            "unopened": args.unopened,
            "way_id": to.id if to else "",
        }
        return Plan(self.name, plan_args, _facts(order, lines, reason, to, tier, reach), order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        fee, way_id = plan.facts["fee"], str(plan.args.get("way_id") or "")
        request = CaseRequest(
            kind=CaseKind.RETURN,
            line_ids=tuple(line.id for line in lines_named(order, str(plan.args["line_id"]))),
            reason=CaseReason(str(plan.args["reason"])),
            fee_minor=fee.minor if isinstance(fee, Money) else 0,
            by=Source(PayMethod(str(plan.facts["to"])), WayId(way_id)) if way_id else None,
        )
        case = await reach.shop.open_case(order, request, key=key)
        await keep_with(order, case.id, request.reason, reach)
        days = reach.policy.refund_after_receipt_days
        return Done(self.name, {**plan.facts, "case_id": case.id, "refund_days": days})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        missing = [slot for slot in ("order_id", "line_id", "reason") if not known.get(slot)]
        missing = [slot for slot in missing if slot != "reason" or reach.policy.return_reasons]
        if "order_id" in missing:
            return missing
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if isinstance(order, Refused) or none_here(order, reach.policy) is not None:
            return ()  # is said so before anything is chosen of it
        lines = lines_named(order, str(known.get("line_id", ALL)))
        if not missing and known.get("unopened") is None and _seal_matters(lines, known, reach):
            return ["unopened"]
        if not missing and not known.get("way_id") and len(await outlets(order, actor, reach)) > 1:
            return ["way_id"]
        return missing

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            tier = await tier_of(reach.shop, actor)
            return await order_choices(actor, reach, lambda o: _in_time(o, tier, reach))
        if slot == "line_id":
            return await line_choices(known, actor, reach, with_all=True)
        if slot == "reason":
            return [Choice(reason.value, term(f"reason.{reason.value}")) for reason in RETURN_REASONS]
        if slot == "way_id":
            order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
            to = () if isinstance(order, Refused) else await outlets(order, actor, reach)
            return [way_choice(one) for one in to]
        if slot != "unopened":
            return ()
        return [Choice("true", term("unopened.true")), Choice("false", term("unopened.false"))]


async def line_choices(known: Facts, actor: Actor, reach: Reach, *, with_all: bool) -> Sequence[Choice]:
    order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
    if isinstance(order, Refused):
        return ()
    found = [line_choice(line) for line in order.lines]
    return [*found, Choice(ALL, term("line.all"))] if with_all and len(found) > 1 else found


def _seal_matters(lines: tuple[Line, ...], known: Facts, reach: Reach) -> bool:
    if known.get("reason") in FAULTS:
        return False
    return any(line.category in reach.policy.unopened_only and not line.final_sale for line in lines)


def _in_time(order: Order, tier: Tier, reach: Reach) -> bool:
    if order.state is not OrderState.DELIVERED:
        return False
    return any(reach.now <= return_until(order, line, reach.policy, tier) for line in order.lines)


def _facts(
    order: Order, lines: tuple[Line, ...], reason: CaseReason, to: Way | None, tier: Tier, reach: Reach
) -> Facts:
    fee = return_fee(reason, tier, reach.policy)
    free = Money(0, fee.currency)
    shares = [refund_for(order, line, free) for line in lines]
    goods = total(shares, fee.currency)
    taken = Money(min(fee.minor, goods.minor), fee.currency)
    refund = Money(min(goods.minor - taken.minor, left_to_refund(order).minor), fee.currency)
    until = min(return_until(order, line, reach.policy, tier) for line in lines)
    return {
        "order_id": order.id,
        "items": joined([line_choice(line).label for line in lines]),
        "reason": reason.value if reach.policy.return_reasons else None,
        "goods": goods,
        "fee": taken,
        "refund": refund,
        "methods": () if to else tuple(p.method.value for p in order.payments),
        "back": (way(to.method, refund, to),) if to else (),
        "to": to.method.value if to else "",
        "until": until,
        "situation": "free" if fee.minor == 0 else "fee",
    }


offer(RequestReturn())
