"""Another size or colour, before the order is packed."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import MOST_CHOICES, Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.actions.request_exchange import other_variants, variant_of
from xiaoer.actions.request_return import line_choices
from xiaoer.actions.views import line_choice, options_words, variant_choice, way, ways_back
from xiaoer.domain.catalog import Variant
from xiaoer.domain.changes import Can, ChangeItems, Swap
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId, OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, PayMethod
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.rules.orders import difference, may_change_items, may_settle, may_swap, pays_on
from xiaoer.domain.words import Language, Words
from xiaoer.guard.access import gift_card_of, owned_order
from xiaoer.speak.formats import money


class ChangeItemsArgs(Args):
    """Another size or colour of an item in an order that is not packed yet."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(default="", description="The line of the order")
    variant_id: str = Field(default="", description="The variant wanted instead")


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
        if (no := may_change_items(order, reach.policy).refused()) is not None:
            return no
        line = order.line(args.line_id)
        if line is None:
            return Refused(Reason.NO_SUCH_LINE, {"order_id": order.id})
        wanted = await variant_of(line, args.variant_id, reach)
        if wanted is None:
            return await _no_such(args, line, actor, reach)
        instead = "cancel_items" if len(order.lines) > 1 and reach.policy.cancel_lines else "cancel_order"
        swap = may_swap(order, line, wanted, reach.policy, same_price=False, instead=instead)
        if (no := swap.refused()) is not None:
            return no
        extra = difference([(line, wanted)], order.total.currency)
        gift_card = await gift_card_of(reach.shop, actor)
        if (no := may_settle(order, extra, reach.policy, gift_card=gift_card).refused()) is not None:
            return no
        facts = _facts(order, line, wanted, extra)
        return Plan(self.name, args.model_dump(mode="json"), facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order = await order_of(plan, reach)
        line = order.line(str(plan.args["line_id"]))
        wanted = await variant_of(line, str(plan.args["variant_id"]), reach) if line else None
        if line is None or wanted is None:
            raise StaleOrder(f"{self.name}: the variant is gone")
        # Nothing is paid of an order without payments: the way is not looked at then.
        method = pays_on(order) or PayMethod.CARD
        swap = Swap(line_id=LineId(line.id), variant=wanted)
        await reach.shop.change(order, ChangeItems(swaps=(swap,), method=method), key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """What cannot be changed any more, or comes in nothing else, is said so before more is asked."""
        if not known.get("order_id"):
            return ["order_id"]
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if isinstance(order, Refused) or not may_change_items(order, reach.policy).allowed:
            return ()
        missing = [slot for slot in ("line_id", "variant_id") if not known.get(slot)]
        if missing == ["variant_id"]:
            return missing if (await other_variants(known, actor, reach))[1] else ()
        return missing

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(actor, reach, lambda o: may_change_items(o, reach.policy).allowed)
        if slot == "line_id":
            return await line_choices(known, actor, reach, with_all=False)
        line, others = await other_variants(known, actor, reach)
        return [_priced(line, variant) for variant in others if line][: MOST_CHOICES * 2]


async def _no_such(args: ChangeItemsArgs, line: Line, actor: Actor, reach: Reach) -> Refused:
    """Another product's variant; or none was named, as there is no other in stock."""
    _, others = await other_variants(args.model_dump(), actor, reach)
    if args.variant_id or others:
        return Refused(Reason.NO_SUCH_VARIANT, {"order_id": args.order_id, "item": line.title})
    facts: Facts = {"order_id": args.order_id, "item": line.title, "situation": "no_other"}
    return Refused(Reason.OUT_OF_STOCK, {**facts, "instead": "call_person"})


def _priced(line: Line, variant: Variant) -> Choice:
    """With its price, where that is another."""
    plain = variant_choice(variant)
    if variant.price == line.unit_price:
        return plain
    zh, en = money(variant.price, Language.ZH), money(variant.price, Language.EN)
    return Choice(plain.value, Words(f"{plain.label.zh} {zh}", f"{plain.label.en} {en}"), plain.about)


def _facts(order: Order, line: Line, wanted: Variant, extra: Money) -> Facts:
    method = pays_on(order)
    dearer, cheaper = method is not None and extra.minor > 0, method is not None and extra.minor < 0
    less = Money(-extra.minor, extra.currency)
    return {
        "order_id": order.id,
        "item": line_choice(line).label,
        "variant": options_words(wanted.options),
        "quantity": line.quantity,
        "extra": (way(method, extra),) if method and dearer else (),
        "back": ways_back(order, less) if cheaper else (),
        "new_total": order.total + extra if extra.minor else None,
        "situation": "dearer" if dearer else "cheaper" if cheaper else "same",
    }


offer(ChangeOfItems())
