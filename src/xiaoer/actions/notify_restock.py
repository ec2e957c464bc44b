"""Tell the customer, in this conversation, when something is back in stock; and take that back."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.compare_products import product_named
from xiaoer.actions.orders import NoArgs
from xiaoer.actions.products import fits_options
from xiaoer.actions.views import variants_words
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId, ProductId
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.restock import MOST_OPEN, Wished, WishEnd
from xiaoer.guard.access import signed_in


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
        if (product := await product_named(args.product, reach)) is None:
            return Refused(Reason.NO_SUCH_PRODUCT)
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
        return () if known.get("product") or signed_in(actor) is None else ["product"]


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
