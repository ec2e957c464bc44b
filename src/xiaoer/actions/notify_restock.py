"""Tell the customer, in this conversation, when something is back in stock; and take that back."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import NoArgs
from xiaoer.actions.products import fits_options
from xiaoer.actions.views import variants_words
from xiaoer.domain.catalog import Product, Wanted
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId, ProductId
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.restock import MOST_OPEN, Wished, WishEnd
from xiaoer.domain.words import Words
from xiaoer.guard.access import signed_in

_LOOKED_AT = 60  # products of a name or a category
_OFFERED = 8


class NotifyRestockArgs(Args):
    """Tell the customer once when a product, in a size or colour, is back in stock."""

    product: str = Field(max_length=200, description="The product's id or name")
    colour: str = Field(default="", max_length=40, description="Colour key, e.g. blue; empty: any")
    size: str = Field(default="", max_length=40, description="Size as the shop writes it; empty: any")


class NotifyRestock(Action[NotifyRestockArgs]):
    name = "notify_restock"
    risk = Risk.HOUSE
    takes = NotifyRestockArgs

    @override
    async def check(self, args: NotifyRestockArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (customer_id := signed_in(actor)) is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        if not (meant := await _meant(args.product, args.colour, args.size, reach)):
            return Refused(Reason.NO_SUCH_PRODUCT)
        product = meant[0]
        fits = [v for v in product.variants if fits_options(v, args.colour, args.size)]
        have = variants_words([v for v in product.variants if v.stock > 0])
        facts: Facts = {"product_id": product.id, "item": product.title}
        if not fits:
            return Refused(Reason.NO_SUCH_VARIANT, {**facts, "have": have})
        if there := [v for v in fits if v.stock > 0]:
            return Refused(Reason.IN_STOCK, {**facts, "have": variants_words(there)})
        waits = await reach.restocks.open_of(reach.policy.shop_id, customer_id)
        if len(waits) >= MOST_OPEN:
            return Refused(Reason.TOO_MANY_WISHES, {"count": len(waits), "instead": "cancel_restock"})
        exact = bool(args.colour or args.size)
        told: Facts = {**facts, "variant": variants_words(fits) if exact else ""}
        given = {"customer_id": customer_id, "colour": args.colour, "size": args.size.lower()}
        return Plan(self.name, given, told)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        wished = Wished(
            shop_id=reach.policy.shop_id,
            conversation_id=reach.conversation_id,
            customer_id=CustomerId(str(plan.args["customer_id"])),
            product_id=ProductId(str(plan.facts["product_id"])),
            colour=str(plan.args["colour"]),
            size=str(plan.args["size"]),
        )
        wish = await reach.restocks.add(wished, now=reach.now)
        return Done(self.name, {**plan.facts, "until": wish.until})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        if signed_in(actor) is None:
            return ()
        several = len(await self.choices("product", known, actor, reach)) > 1
        return ["product"] if several or not known.get("product") else ()

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        """Of a kind of thing those that are missed, where more than one fits what was said."""
        named, colour, size = (str(known.get(name) or "") for name in ("product", "colour", "size"))
        if slot != "product" or not named:
            return ()
        return [Choice(product.id, product.title) for product in await _meant(named, colour, size, reach)]


async def _meant(named: str, colour: str, size: str, reach: Reach) -> Sequence[Product]:
    """By id or name. Of several that a name fits as well, or of a whole category, those out of stock."""
    if (product := await reach.shop.product(ProductId(named))) is not None:
        return [product]
    if named in {category.key for category in await reach.shop.categories()}:
        of_name = found = await reach.shop.find(Wanted(category=named, in_stock_only=False), limit=_LOOKED_AT)
    else:
        found = await reach.shop.find(Wanted(words=named, in_stock_only=False), limit=_LOOKED_AT)
        of_name = [product for product in found if _is_in(named, product.title)]
    missed = [product for product in of_name if _is_missed(product, colour, size)]
    return (missed or of_name[:1] or found[:1])[:_OFFERED]


def _is_in(named: str, title: Words) -> bool:
    said = _letters(named)
    return said in _letters(title.zh) or said in _letters(title.en)


def _letters(text: str) -> str:
    return "".join(text.lower().split())


def _is_missed(product: Product, colour: str, size: str) -> bool:
    fits = [variant for variant in product.variants if fits_options(variant, colour, size)]
    return bool(fits) and not any(variant.stock > 0 for variant in fits)


class CancelRestock(Action[NoArgs]):
    """All of them: a customer has few, and may say again what still matters."""

    name = "cancel_restock"
    about = "Forget what the customer asked to be told about when it is back."
    risk = Risk.HOUSE
    takes = NoArgs

    @override
    async def check(self, args: NoArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (customer_id := signed_in(actor)) is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        waits = await reach.restocks.open_of(reach.policy.shop_id, customer_id)
        if not waits:
            return Refused(Reason.NO_WISH)
        products = [await reach.shop.product(wish.wished.product_id) for wish in waits]
        items = tuple(product.title for product in products if product is not None)
        return Plan(self.name, {"ids": tuple(wish.id for wish in waits)}, {"items": items})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        ids = plan.args["ids"]
        for wish_id in ids if isinstance(ids, tuple) else ():
            await reach.restocks.close(str(wish_id), WishEnd.CANCELLED, now=reach.now)
        return Done(self.name, plan.facts)


offer(NotifyRestock())
offer(CancelRestock())
