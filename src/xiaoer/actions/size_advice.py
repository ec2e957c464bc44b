"""Which size of a shoe fits a foot, or somebody who wears another maker's size."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.views import variants_words
from xiaoer.domain.catalog import Product, Variant, Wanted
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ProductId
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.words import Words
from xiaoer.understand.sizes import shoe_size_in


class SizeAdviceArgs(Args):
    """Work out a shoe size from the length of a foot or a size in another system."""

    measure: str = Field(max_length=200, description="E.g. foot 26.5 cm, 265 mm, UK 8, US 9 women, EU 42")
    product_id: str = Field(default="", description="The shoe; empty: any")
    words: str = Field(default="", max_length=200, description="The shoe's name, if its id is not known")


class SizeAdvice(Action[SizeAdviceArgs]):
    name = "size_advice"
    risk = Risk.READ
    takes = SizeAdviceArgs

    @override
    async def check(self, args: SizeAdviceArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        size = shoe_size_in(args.measure)
        if size is None:
            return Refused(Reason.BAD_SIZE)
        product = await _product(args, reach)
        exact = float(size.value)
        known: Facts = {"said": size.said, "exact": size.value, "size": size.value}
        if product is None:
            return Plan(self.name, args.model_dump(), {**known, "situation": "general"})
        sized = [(number, v) for v in product.variants if (number := _number(v)) is not None]
        if not sized:
            return Refused(Reason.NO_SIZES, {"item": product.title, "instead": "call_person"})
        return Plan(self.name, args.model_dump(), {**known, **_of_product(product, sized, exact)})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


async def _product(args: SizeAdviceArgs, reach: Reach) -> Product | None:
    if args.product_id:
        return await reach.shop.product(ProductId(args.product_id))
    if not args.words:
        return None
    found = await reach.shop.find(Wanted(words=args.words, in_stock_only=False), limit=1)
    return found[0] if found else None


def _number(variant: Variant) -> float | None:
    size = variant.options.get("size")
    try:
        return float(size.en) if size else None
    except ValueError:
        return None


def _of_product(product: Product, sized: Sequence[tuple[float, Variant]], exact: float) -> Facts:
    """Between two sizes the larger one: a shoe too short is worn by nobody."""
    there = [v for _, v in sized if v.stock > 0]
    have = variants_words(there) if there else Words("", "")
    facts: Facts = {"product_id": product.id, "item": product.title, "have": have}
    smallest = min(number for number, _ in sized)
    large_enough = sorted({number for number, _ in sized if number >= exact})
    if not large_enough or exact < smallest - 1:
        return {**facts, "situation": "none"}
    size = large_enough[0]
    in_stock = any(v.stock > 0 for number, v in sized if number == size)
    return {**facts, "size": f"{size:g}", "situation": "there" if in_stock else "out"}


offer(SizeAdvice())
