"""Lines of an order as callers name them: one, several or all, and each with the variant wanted instead."""

from collections.abc import Sequence

from pydantic import Field

from xiaoer.actions.base import Args, Reach
from xiaoer.actions.views import line_choice, options_words
from xiaoer.domain.catalog import Variant
from xiaoer.domain.facts import Facts
from xiaoer.domain.order import Line, Order
from xiaoer.domain.outcome import Reason, Refused
from xiaoer.domain.words import Words

ALL = "all"
SEVERAL = ","  # between ids
SAME = "same"  # among what a choice is about: the very one that was bought
MOST_LINES = 50  # of one call

Swaps = tuple[tuple[Line, Variant], ...]


class SwapArgs(Args):
    """Which lines, and what is wanted instead of each: one of each, or as many of both."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    line_id: str = Field(default="", description="The line of the order, or several with commas between them")
    variant_id: str = Field(default="", description="The variant wanted instead; of several lines, of each")
    line_ids: tuple[str, ...] = Field(default=(), max_length=MOST_LINES, description="The same as a list")
    variant_ids: tuple[str, ...] = Field(default=(), max_length=MOST_LINES, description="The same as a list")
    way_id: str = Field(
        default="", description="The way to pay on file by which a difference is paid or goes back"
    )


def ids_of(one: str, several: Sequence[str] = ()) -> tuple[str, ...]:
    return tuple(several) or tuple(part.strip() for part in one.split(SEVERAL) if part.strip())


def lines_named(order: Order, line_id: str, line_ids: Sequence[str] = ()) -> tuple[Line, ...]:
    """In the order they are named; none if one of them is not there, or is named twice."""
    if line_id == ALL and not line_ids:
        return order.lines
    ids = ids_of(line_id, line_ids)
    found = tuple(line for line in map(order.line, ids) if line is not None)
    return found if len(found) == len(ids) == len(set(ids)) else ()


async def swaps_named(order: Order, lines: Sequence[Line], args: SwapArgs, reach: Reach) -> Swaps | Refused:
    """Each line with its variant. Refused if one has none, or another product's."""
    ids = ids_of(args.variant_id, args.variant_ids)
    if len(ids) > len(lines) or (1 < len(lines) != len(ids)):
        return Refused(Reason.BAD_ARGUMENTS, {"fields": "variant_id"})
    found: list[tuple[Line, Variant]] = []
    for line, variant_id in zip(lines, ids or [""], strict=True):
        wanted = await variant_of(line, variant_id, reach)
        if wanted is None:
            return Refused(Reason.NO_SUCH_VARIANT, {"order_id": order.id, "item": line.title})
        found.append((line, wanted))
    return tuple(found)


async def variant_of(line: Line, variant_id: str, reach: Reach) -> Variant | None:
    """The variant of the line's own product; None if it has none of this id."""
    product = await reach.shop.product(line.product_id)
    return next((v for v in product.variants if v.id == variant_id), None) if product else None


def swap_known(known: Facts) -> SwapArgs:
    """What is known so far, as far as it says what is swapped for what."""
    names = ("order_id", "line_id", "variant_id")
    return SwapArgs.model_validate({name: str(known.get(name) or "") for name in names})


def swap_args(swaps: Swaps, args: SwapArgs, way_id: str) -> dict[str, str]:
    """The arguments of a plan: what was named, in one form."""
    return {
        "order_id": args.order_id,
        "line_id": SEVERAL.join(line.id for line, _ in swaps),
        "variant_id": SEVERAL.join(variant.id for _, variant in swaps),
        "way_id": way_id,
    }


def swap_facts(swaps: Swaps) -> Facts:
    """What is swapped for what; of several, in one phrase."""
    if len(swaps) == 1:
        line, wanted = swaps[0]
        return {
            "item": line_choice(line).label,
            "variant": options_words(wanted.options),
            "quantity": line.quantity,
        }
    each = [_swapped(line, wanted) for line, wanted in swaps]
    return {"variant": Words("；".join(w.zh for w in each), "; ".join(w.en for w in each))}


def _swapped(line: Line, wanted: Variant) -> Words:
    old, new = line_choice(line).label, options_words(wanted.options)
    return Words(f"{old.zh} → {new.zh}", f"{old.en} → {new.en}")
