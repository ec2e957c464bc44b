"""Find products inside the customer's limits; see whether one is in stock."""

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

SHOWN = 4  # product cards that fit a phone without scrolling away the answer
LOW_STOCK = 5  # from here on the number left is said


class FindProductArgs(Args):
    """Find products by words, category, colour, size and price."""

    words: str = Field(default="", max_length=200, description="What it is called or for")
    category: str = Field(default="", description="Category key, e.g. running_shoes")
    colour: str = Field(default="", description="Colour key, e.g. blue")
    size: str = Field(default="", description="Size as the shop writes it, e.g. 42 or L")
    price_min_minor: int | None = Field(default=None, ge=0, description="Lowest price in minor units")
    price_max_minor: int | None = Field(default=None, ge=0, description="Highest price in minor units")


class FindProduct(Action[FindProductArgs]):
    name = "find_product"
    risk = Risk.READ
    takes = FindProductArgs

    @override
    async def check(self, args: FindProductArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        wanted = Wanted(**args.model_dump())
        found = await reach.shop.find(wanted, limit=SHOWN + 1)
        if not found:
            return await _nearest(wanted, reach)
        products = tuple(product_card(p, wanted) for p in found[:SHOWN])
        facts: Facts = {
            "products": products,
            "shown": len(products),
            "situation": "one" if len(products) == 1 else "more" if len(found) > SHOWN else "some",
        }
        return Plan(self.name, args.model_dump(), facts)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


class CheckStockArgs(Args):
    """Whether a product, in a size or colour, can be bought now."""

    product_id: str = Field(description="The product")
    colour: str = Field(default="", description="Colour key, e.g. blue")
    size: str = Field(default="", description="Size as the shop writes it, e.g. 42 or L")


class CheckStock(Action[CheckStockArgs]):
    name = "check_stock"
    risk = Risk.READ
    takes = CheckStockArgs

    @override
    async def check(self, args: CheckStockArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        product = await reach.shop.product(ProductId(args.product_id))
        if product is None:
            return Refused(Reason.NO_SUCH_PRODUCT)
        fits = [v for v in product.variants if fits_options(v, args.colour, args.size)]
        if not fits:
            have = variants_words([v for v in product.variants if v.stock > 0])
            return Refused(Reason.NO_SUCH_VARIANT, {"item": product.title, "have": have})
        return Plan(self.name, args.model_dump(), _stock_facts(product, fits, args))

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


def fits_options(variant: Variant, colour: str, size: str) -> bool:
    """Whether a variant has this colour key and this size; an empty limit fits all."""
    has_colour = not colour or colour in _said(variant, "colour")
    return has_colour and (not size or size.lower() in _said(variant, "size"))


def _said(variant: Variant, option: str) -> tuple[str, ...]:
    words = variant.options.get(option)
    return (words.zh.lower(), words.en.lower()) if words else ()


def _stock_facts(product: Product, fits: Sequence[Variant], args: CheckStockArgs) -> Facts:
    there = [v for v in fits if v.stock > 0]
    left = sum(v.stock for v in there)
    exact = bool(args.colour or args.size)
    others = [v for v in product.variants if v.stock > 0 and v not in fits]
    plenty = "low" if exact and left <= LOW_STOCK else "yes"
    situation = plenty if there else "others" if others else "no"
    have = there if there else others
    wanted = Wanted(colour=args.colour, size=args.size)
    return {
        "product_id": product.id,
        "item": product.title,
        "situation": situation,
        "left": left,
        "variant": variants_words(fits) if exact else Words("", ""),
        "have": variants_words(have),
        "products": (product_card(product, wanted),) if there or others else (),
    }


async def _nearest(wanted: Wanted, reach: Reach) -> Refused:
    """Nothing fits: say what the same search gives without its limits."""
    loose = await reach.shop.find(Wanted(words=wanted.words, category=wanted.category), limit=SHOWN)
    if not loose:
        return Refused(Reason.NOTHING_FOUND, {"situation": "none"})
    cards = tuple(product_card(p, Wanted()) for p in loose)
    return Refused(
        Reason.NOTHING_FOUND,
        {"situation": "near", "products": cards, "from": min(p.price_from for p in loose)},
    )


def product_card(product: Product, wanted: Wanted) -> Facts:
    fits = [v for v in product.variants if v.stock > 0 and fits_options(v, wanted.colour, wanted.size)]
    shown = fits or list(product.variants)
    return {
        "product_id": product.id,
        "title": product.title,
        "price": min(v.price for v in shown),
        "options": variants_words(shown),
        "variants": len(shown),
        "stock": sum(v.stock for v in fits),
        "image": product.image,
    }


offer(FindProduct())
offer(CheckStock())
