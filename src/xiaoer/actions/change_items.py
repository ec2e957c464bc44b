"""Another size or colour, before the order is packed."""

from collections.abc import Sequence

from typing_extensions import override

from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.lines import (
    SwapArgs,
    Swaps,
    ids_of,
    lines_named,
    swap_args,
    swap_facts,
    swap_known,
    swaps_named,
)
from xiaoer.actions.orders import order_choices, order_of, refusal
from xiaoer.actions.request_exchange import after_those_before, other_variants, same_again
from xiaoer.actions.request_return import line_choices
from xiaoer.actions.settling import money_facts, settled_by, way_choices, way_missing
from xiaoer.actions.views import priced_choice, way, ways_back
from xiaoer.domain.changes import Can, ChangeItems, Swap
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId, OrderId, WayId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, PayMethod
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.rules.orders import (
    difference,
    enough_of_each,
    may_cancel,
    may_change_items,
    may_settle,
    may_swap,
    pays_on,
)
from xiaoer.domain.ways import Way
from xiaoer.guard.access import gift_card_of, owned_order


class ChangeItemsArgs(SwapArgs):
    """Another size or colour of items in an order that is not packed yet."""


class ChangeOfItems(Action[ChangeItemsArgs]):
    name = "change_items"
    risk = Risk.MONEY
    takes = ChangeItemsArgs
    needs = Can.CHANGE_ITEMS

    @override
    async def check(self, args: ChangeItemsArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (no := await refusal(may_change_items(order, reach.policy), order, actor, reach)) is not None:
            return no
        lines = lines_named(order, args.line_id, args.line_ids)
        if not lines:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        swaps = await swaps_named(order, lines, args, reach)
        if isinstance(swaps, Refused):
            return await _no_such(swaps, args, lines, actor, reach)
        if (refused := _swaps_refused(order, swaps, reach)) is not None:
            return refused
        extra = difference(swaps, order.total.currency)
        chosen = await _settled(order, extra, args, actor, reach)
        if isinstance(chosen, Refused):
            return chosen
        facts = _facts(order, swaps, extra, chosen)
        return Plan(self.name, swap_args(swaps, args, chosen.id if chosen else ""), facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        args = ChangeItemsArgs.model_validate(dict(plan.args))
        order = await order_of(plan, reach)
        swaps = await swaps_named(order, lines_named(order, args.line_id), args, reach)
        if isinstance(swaps, Refused):
            raise StaleOrder(f"{self.name}: the variant is gone")
        change = ChangeItems(
            swaps=tuple(Swap(line_id=LineId(line.id), variant=wanted) for line, wanted in swaps),
            # Nothing is paid of an order without payments: the way is not looked at then.
            method=PayMethod(str(plan.facts.get("by") or pays_on(order) or PayMethod.CARD)),
            way_id=WayId(args.way_id) if args.way_id else None,
        )
        await reach.shop.change(order, change, key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What cannot be changed any more, or comes in nothing else, is said so before more is asked."""
        if not known.get("order_id"):
            return ["order_id"]
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if isinstance(order, Refused) or not may_change_items(order, reach.policy).allowed:
            return ()
        if not known.get("line_id"):
            return [slot for slot in ("line_id", "variant_id") if not known.get(slot)]
        lines = lines_named(order, str(known["line_id"]))
        if len(ids_of(str(known.get("variant_id") or ""))) < len(lines):
            return ["variant_id"] if (await other_variants(known, actor, reach))[1] else ()
        return ["way_id"] if await _way_missing(order, lines, known, actor, reach) else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: may_change_items(o, reach.policy).allowed)
        if slot == "line_id":
            return await line_choices(known, actor, reach, with_all=False)
        if slot == "way_id":
            return await way_choices(actor, reach)
        line, others = await other_variants(known, actor, reach)
        if line is None:
            return ()
        found = [priced_choice(line, variant) for variant in others]
        again = same_again(line, reach.policy.change_same_variant)
        return after_those_before(line, [*found, *again], known)


def _swaps_refused(order: Order, swaps: Swaps, reach: Reach) -> Refused | None:
    policy = reach.policy
    instead = "cancel_items" if len(order.lines) > 1 and policy.cancel_lines else "cancel_order"
    instead = instead if may_cancel(order, policy).allowed else "call_person"
    for line, wanted in swaps:
        again = policy.change_same_variant
        verdict = may_swap(order, line, wanted, policy, same_price=False, same_variant=again, instead=instead)
        if (no := verdict.refused()) is not None:
            return no
    return enough_of_each(order, swaps, policy).refused()


async def _settled(
    order: Order, extra: Money, args: ChangeItemsArgs, actor: Actor, reach: Reach
) -> Way | Refused | None:
    if reach.policy.change_items.on_file:
        return await settled_by(order, extra, args.way_id, actor, reach, rule="change_items.on_file")
    gift_card = await gift_card_of(reach.shop, actor)
    return may_settle(order, extra, reach.policy, gift_card=gift_card).refused()


async def _way_missing(order: Order, lines: Sequence[Line], known: Facts, actor: Actor, reach: Reach) -> bool:
    if not reach.policy.change_items.on_file:
        return False
    swaps = await swaps_named(order, lines, swap_known(known), reach)
    if isinstance(swaps, Refused) or _swaps_refused(order, swaps, reach) is not None:
        return False
    return await way_missing(difference(swaps, order.total.currency), known, actor, reach)


async def _no_such(
    refused: Refused, args: ChangeItemsArgs, lines: Sequence[Line], actor: Actor, reach: Reach
) -> Refused:
    """Another product's variant; or none was named, as there is no other in stock."""
    if len(lines) > 1 or args.variant_id or args.variant_ids:
        return refused
    _, others = await other_variants(args.model_dump(), actor, reach)
    if others:
        return refused
    facts: Facts = {"order_id": args.order_id, "item": lines[0].title, "situation": "no_other"}
    return Refused(Reason.OUT_OF_STOCK, {**facts, "instead": "call_person"})


def _facts(order: Order, swaps: Swaps, extra: Money, chosen: Way | None) -> Facts:
    facts: Facts = {
        "order_id": order.id,
        **swap_facts(swaps),
        "new_total": order.total + extra if extra.minor else None,
    }
    if chosen is not None:
        told = {"by": chosen.method.value, "situation": "settled" if len(swaps) == 1 else "several"}
        return {**facts, **money_facts(order, extra, chosen), **told}
    method = pays_on(order)
    dearer, cheaper = method is not None and extra.minor > 0, method is not None and extra.minor < 0
    less = Money(-extra.minor, extra.currency)
    one = "dearer" if dearer else "cheaper" if cheaper else "same"
    return {
        **facts,
        "extra": (way(method, extra),) if method and dearer else (),
        "back": ways_back(order, less) if cheaper else (),
        "situation": one if len(swaps) == 1 else "several",
    }


offer(ChangeOfItems())
