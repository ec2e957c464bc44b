"""Swap goods for another size or colour of the same product."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.evidence import keep_with
from xiaoer.actions.lines import (
    SAME,
    SEVERAL,
    SwapArgs,
    Swaps,
    ids_of,
    lines_named,
    swap_args,
    swap_facts,
    swap_known,
    swaps_named,
)
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.request_return import line_choices
from xiaoer.actions.settling import money_facts, settled_by, source_of, way_choices, way_missing
from xiaoer.actions.views import priced_choice, variant_choice
from xiaoer.domain.catalog import Variant
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId, OrderId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseKind, CaseReason, Line, Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Tier
from xiaoer.domain.ports import CaseRequest, StaleOrder
from xiaoer.domain.rules.orders import difference, enough_of_each, may_change_items, may_swap
from xiaoer.domain.rules.returns import ReturnAsk, exchange_until, may_exchange, may_return, none_here
from xiaoer.domain.ways import Way
from xiaoer.domain.words import Words
from xiaoer.guard.access import owned_order, tier_of
from xiaoer.speak.book import term


class RequestExchangeArgs(SwapArgs):
    """Swap delivered items for another size or colour."""

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
        lines = lines_named(order, args.line_id, args.line_ids)
        if not lines and _is_not_here(order, reach):
            lines = order.lines
        if not lines:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        tier = await tier_of(reach.shop, actor)
        for line in lines:
            verdict = may_exchange(order, line, policy=reach.policy, now=reach.now, tier=tier)
            if (no := verdict.refused()) is not None:
                return no
        swaps = await swaps_named(order, lines, args, reach)
        if isinstance(swaps, Refused):
            return swaps
        if (refused := _swaps_refused(order, swaps, tier, reach)) is not None:
            return refused
        extra = difference(swaps, order.total.currency)
        chosen = await settled_by(order, extra, args.way_id, actor, reach, rule="exchange.other_price")
        if isinstance(chosen, Refused):
            return chosen
        plan_args: Facts = {
            **swap_args(swaps, args, chosen.id if chosen else ""),
            "reason": args.reason.value,
        }
        facts = _facts(order, swaps, extra, chosen)
        until = min(exchange_until(order, line, reach.policy, tier) for line in lines)
        return Plan(self.name, plan_args, {**facts, "until": until}, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        args = RequestExchangeArgs.model_validate(dict(plan.args))
        order = await order_of(plan, reach)
        swaps = await swaps_named(order, lines_named(order, args.line_id), args, reach)
        if isinstance(swaps, Refused):
            raise StaleOrder(f"{self.name}: a variant is gone")
        customer = await reach.shop.customer(order.customer_id)
        ways = customer.ways if customer else ()
        request = CaseRequest(
            kind=CaseKind.EXCHANGE,
            line_ids=tuple(LineId(line.id) for line, _ in swaps),
            reason=args.reason,
            new_variant_ids=tuple(VariantId(variant.id) for _, variant in swaps),
            difference_minor=difference(swaps, order.total.currency).minor,
            by=source_of(next((way for way in ways if way.id == args.way_id), None)),
        )
        case = await reach.shop.open_case(order, request, key=key)
        await keep_with(order, case.id, request.reason, reach)
        return Done(self.name, {**plan.facts, "case_id": case.id})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """An item that cannot be swapped any more is said so before a variant is asked for."""
        missing = [slot for slot in ("order_id", "line_id") if not known.get(slot)]
        if "order_id" in missing:
            return [*missing, "variant_id"]
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if missing and not isinstance(order, Refused) and not _is_not_here(order, reach):
            return [*missing, "variant_id"]
        lines = () if isinstance(order, Refused) else lines_named(order, str(known.get("line_id", "")))
        if isinstance(order, Refused) or not lines:
            return ()
        tier = await tier_of(reach.shop, actor)
        if not all(_swappable(order, line, tier, reach) for line in lines):
            return ()
        if len(ids_of(str(known.get("variant_id") or ""))) < len(lines):
            return ["variant_id"]
        return ["way_id"] if await _way_missing(order, lines, known, actor, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            tier = await tier_of(reach.shop, actor)
            return await order_choices(
                actor, reach, lambda o: any(_swappable(o, x, tier, reach) for x in o.lines)
            )
        if slot == "line_id":
            return await line_choices(known, actor, reach, with_all=False)
        if slot == "way_id":
            return await way_choices(actor, reach)
        return await _variants(known, actor, reach)


def _swaps_refused(order: Order, swaps: Swaps, tier: Tier, reach: Reach) -> Refused | None:
    policy, sealed = reach.policy, ReturnAsk(reason=CaseReason.CHANGED_MIND, unopened=True)
    for line, wanted in swaps:
        back = may_return(order, line, sealed, policy=policy, now=reach.now, tier=tier)
        verdict = may_swap(
            order,
            line,
            wanted,
            policy,
            same_price=not policy.exchange_other_price,
            same_variant=policy.exchange_same_variant,
            instead="request_return" if back.allowed else "call_person",
        )
        if (no := verdict.refused()) is not None:
            return no
    return enough_of_each(order, swaps, policy).refused()


def _facts(order: Order, swaps: Swaps, extra: Money, chosen: Way | None) -> Facts:
    facts: Facts = {"order_id": order.id, **swap_facts(swaps)}
    if len(swaps) == 1 and extra.minor == 0:
        return facts
    situation = "settled" if len(swaps) == 1 else "several"
    return {**facts, **money_facts(order, extra, chosen), "situation": situation}


async def _way_missing(order: Order, lines: Sequence[Line], known: Facts, actor: Actor, reach: Reach) -> bool:
    swaps = await swaps_named(order, lines, swap_known(known), reach)
    if isinstance(swaps, Refused):
        return False
    if _swaps_refused(order, swaps, await tier_of(reach.shop, actor), reach) is not None:
        return False
    return await way_missing(difference(swaps, order.total.currency), known, actor, reach)


def line_at(order: Order, known: Facts) -> tuple[Line | None, tuple[str, ...]]:
    """The line that still needs a variant, and the variants chosen for those before it."""
    chosen = ids_of(str(known.get("variant_id") or ""))
    lines = lines_named(order, str(known.get("line_id") or ""))
    return (lines[len(chosen)] if len(chosen) < len(lines) else None), chosen


async def other_variants(known: Facts, actor: Actor, reach: Reach) -> tuple[Line | None, Sequence[Variant]]:
    """The line that is asked about, and what else of its product is in stock, likest first."""
    order = await owned_order(reach.shop, actor, OrderId(str(known.get("order_id", ""))))
    line = None if isinstance(order, Refused) else line_at(order, known)[0]
    product = await reach.shop.product(line.product_id) if line else None
    if line is None or product is None:
        return line, ()
    others = [v for v in product.variants if v.stock >= line.quantity and v.id != line.variant_id]
    return line, sorted(others, key=lambda v: -_alike(v, line))


def same_again(line: Line, allowed: bool) -> list[Choice]:
    """The very same once more, where the rules let it be asked for."""
    return [Choice(line.variant_id, term("variant.same"), (SAME,))] if allowed else []


def after_those_before(line: Line, found: Sequence[Choice], known: Facts) -> list[Choice]:
    """Choices for one of several lines: each with its name, and with what was chosen for the lines before."""
    before = ids_of(str(known.get("variant_id") or ""))
    if SEVERAL not in str(known.get("line_id") or ""):
        return list(found)
    title = line.title
    return [
        Choice(
            SEVERAL.join([*before, c.value]),
            Words(f"{title.zh}：{c.label.zh}", f"{title.en}: {c.label.en}"),
            c.about,
        )
        for c in found
    ]


async def _variants(known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
    """Other variants of the item that are in stock, at the same price unless the shop settles another."""
    line, others = await other_variants(known, actor, reach)
    if line is None:
        return ()
    if reach.policy.exchange_other_price:
        found = [priced_choice(line, v) for v in others]
    else:
        found = [variant_choice(v) for v in others if v.price == line.unit_price]
    again = same_again(line, reach.policy.exchange_same_variant)
    return after_those_before(line, [*found, *again], known)


def _alike(variant: Variant, line: Line) -> int:
    return sum(1 for key, value in variant.options.items() if line.options.get(key) == value)


def _swappable(order: Order, line: Line, tier: Tier, reach: Reach) -> bool:
    return may_exchange(order, line, policy=reach.policy, now=reach.now, tier=tier).allowed


def _is_not_here(order: Order, reach: Reach) -> bool:
    """Then which of its items is meant makes no difference, unless it is changed in the order instead."""
    return none_here(order, reach.policy) is not None and not may_change_items(order, reach.policy).allowed


offer(RequestExchange())
