"""Two products side by side."""

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.products import product_card
from xiaoer.actions.views import variants_words
from xiaoer.domain.catalog import Product, Wanted
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ProductId
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.words import Words


class CompareProductsArgs(Args):
    """Compare two products: price, sizes, stock and kind."""

    first: str = Field(max_length=200, description="A product's id or name")
    second: str = Field(max_length=200, description="Another product's id or name")


class CompareProducts(Action[CompareProductsArgs]):
    name = "compare_products"
    risk = Risk.READ
    takes = CompareProductsArgs

    @override
    async def check(self, args: CompareProductsArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        first, second = [await product_named(named, reach) for named in (args.first, args.second)]
        if first is None or second is None:
            return Refused(Reason.NO_SUCH_PRODUCT)
        if first.id == second.id:
            return Refused(Reason.SAME_PRODUCT, {"item": first.title, "product_id": first.id})
        return Plan(self.name, args.model_dump(), _facts(first, second))

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


async def product_named(named: str, reach: Reach) -> Product | None:
    if not named.strip():
        return None
    if (product := await reach.shop.product(ProductId(named))) is not None:
        return product
    found = await reach.shop.find(Wanted(words=named, in_stock_only=False), limit=1)
    return found[0] if found else None


def _facts(first: Product, second: Product) -> Facts:
    less, more = sorted((first, second), key=lambda p: p.price_from)
    difference = Money(more.price_from.minor - less.price_from.minor, less.price_from.currency)
    return {
        "products": (product_card(first, Wanted()), product_card(second, Wanted())),
        **_side("first", first),
        **_side("second", second),
        "cheaper": less.title,
        "difference": difference,
        "situation": "same_price" if difference.minor == 0 else "differs",
    }


def _side(side: str, product: Product) -> Facts:
    there = [v for v in product.variants if v.stock > 0]
    return {
        side: product.title,
        f"{side}_category": product.category_name,
        f"{side}_price": product.price_from,
        f"{side}_have": variants_words(there) if there else Words("", ""),
    }


offer(CompareProducts())
