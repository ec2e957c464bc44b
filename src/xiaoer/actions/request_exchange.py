"""Swap goods for another size or colour of the same product, at the same price."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import MOST_CHOICES, Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.request_return import line_choices
from xiaoer.actions.views import line_choice, options_words, variant_choice
from xiaoer.domain.catalog import Variant
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId, OrderId, VariantId
from xiaoer.domain.order import CaseKind, CaseReason, Line, Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Tier
from xiaoer.domain.ports import CaseRequest
from xiaoer.domain.rules.orders import may_swap
from xiaoer.domain.rules.returns import exchange_until, may_exchange
from xiaoer.guard.access import owned_order, tier_of


class RequestExchangeArgs(Args):
    """Swap a delivered item for another size or colour."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(description="The line of the order")
    variant_id: str = Field(default="", description="The variant wanted instead")
    reason: CaseReason = Field(default=CaseReason.WRONG_SIZE, description="Why it is swapped")


class RequestExchange(Action[RequestExchangeArgs]):
    name = "request_exchange"
    risk = Risk.MONEY
    takes = RequestExchangeArgs

    @override
    async def check(self, args: RequestExchangeArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        line = order.line(args.line_id)
        if line is None:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        tier = await tier_of(reach.shop, actor)
        verdict = may_exchange(order, line, policy=reach.policy, now=reach.now, tier=tier)
        if (no := verdict.refused()) is not None:
            return no
        wanted = await variant_of(line, args.variant_id, reach)
        if wanted is None:
            return Refused(Reason.NO_SUCH_VARIANT, {"item": line.title})
        swap = may_swap(order, line, wanted, reach.policy, same_price=True, instead="request_return")
        if (no := swap.refused()) is not None:
            return no
        facts: Facts = {
            "order_id": order.id,
            "item": line_choice(line).label,
            "variant": options_words(wanted.options),
            "quantity": line.quantity,
            "until": exchange_until(order, line, reach.policy, tier),
        }
        return Plan(self.name, args.model_dump(mode="json"), facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        args = RequestExchangeArgs.model_validate(dict(plan.args))
        order = await order_of(plan, reach)
        request = CaseRequest(
            kind=CaseKind.EXCHANGE,
            line_ids=(LineId(args.line_id),),
            reason=args.reason,
            new_variant_id=VariantId(args.variant_id),
        )
        case = await reach.shop.open_case(order, request, key=key)
        return Done(self.name, {**plan.facts, "case_id": case.id})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """An item that cannot be swapped any more is said so before a variant is asked for."""
        missing = [slot for slot in ("order_id", "line_id", "variant_id") if not known.get(slot)]
        if missing != ["variant_id"]:
            return missing
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        line = None if isinstance(order, Refused) else order.line(str(known["line_id"]))
        if isinstance(order, Refused) or line is None:
            return ()
        tier = await tier_of(reach.shop, actor)
        return missing if _swappable(order, line, tier, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            tier = await tier_of(reach.shop, actor)
            return await order_choices(
                actor, reach, lambda o: any(_swappable(o, x, tier, reach) for x in o.lines)
            )
        if slot == "line_id":
            return await line_choices(known, actor, reach, with_all=False)
        return await _variants(known, actor, reach)


async def variant_of(line: Line, variant_id: str, reach: Reach) -> Variant | None:
    """The variant of the line's own product; None if it has none of this id."""
    product = await reach.shop.product(line.product_id)
    return next((v for v in product.variants if v.id == variant_id), None) if product else None


async def other_variants(known: Facts, actor: Actor, reach: Reach) -> tuple[Line | None, Sequence[Variant]]:
    """The line that is known, and what else of its product is in stock, likest first."""
    order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
    line = None if isinstance(order, Refused) else order.line(str(known.get("line_id", "")))
    product = await reach.shop.product(line.product_id) if line else None
    if line is None or product is None:
        return line, ()
    others = [v for v in product.variants if v.stock >= line.quantity and v.id != line.variant_id]
    return line, sorted(others, key=lambda v: -_alike(v, line))


async def _variants(known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
    """Other variants of the item that are in stock at the same price."""
    line, others = await other_variants(known, actor, reach)
    fits = [v for v in others if line and v.price == line.unit_price]
    return [variant_choice(v) for v in fits][: MOST_CHOICES * 2]


def _alike(variant: Variant, line: Line) -> int:
    return sum(1 for key, value in variant.options.items() if line.options.get(key) == value)


def _swappable(order: Order, line: Line, tier: Tier, reach: Reach) -> bool:
    return may_exchange(order, line, policy=reach.policy, now=reach.now, tier=tier).allowed


offer(RequestExchange())
