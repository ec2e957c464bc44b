"""The demo shop's own website: what it sells, and a sign-in as any of its customers. Demo only.

A real shop has its own site; all it does for the counter is what `sign_in` here does.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from xiaoer.domain.catalog import Product, Wanted
from xiaoer.domain.ids import CustomerId
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Shop
from xiaoer.domain.words import Language, Words
from xiaoer.guard.identity import ShopSigner, SignKey

MOST_SHOWN = 200  # more than the demo has
MOST_CUSTOMERS = 100  # a switcher nobody scrolls further in


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class WordsOut(_Out):
    zh: str
    en: str


class MoneyOut(_Out):
    minor: int = Field(description="Minor units: fen, cents.")
    currency: str


class CategoryOut(_Out):
    key: str
    name: WordsOut


class ProductOut(_Out):
    id: str
    title: WordsOut
    description: WordsOut
    category: str
    price_from: MoneyOut = Field(description="The lowest of its variants.")
    in_stock: bool
    options: dict[str, list[WordsOut]] = Field(
        description="What it comes in: always `colour` and `size`, and what else it has."
    )
    image: str


class ProductsOut(_Out):
    products: list[ProductOut]


class CategoriesOut(_Out):
    categories: list[CategoryOut]


class CustomerOut(_Out):
    customer_id: str
    name: str
    email: str
    language: Language
    tier: str


class CustomersOut(_Out):
    customers: list[CustomerOut]


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    customer_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class SignedIn(_Out):
    token: str = Field(description="Goes to POST /v1/conversations as bearer token, within ten minutes.")


class Storefront:
    """The endpoints, over any shop."""

    def __init__(self, shop: Shop, signer: ShopSigner, clock: Callable[[], datetime]) -> None:
        self._shop = shop
        self._signer = signer
        self._clock = clock

    async def products(
        self,
        category: Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]*$")] = "",
        q: Annotated[str, Query(max_length=100, description="Words to search for.")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 60,
    ) -> ProductsOut:
        """What the shop sells, best match first."""
        wanted = Wanted(words=q.replace("\0", " "), category=category, in_stock_only=False)
        found = await self._shop.find(wanted, limit=limit)
        return ProductsOut(products=[_product(p) for p in found])

    async def categories(self) -> CategoriesOut:
        """The shelves of the shop."""
        found = await self._shop.categories()
        return CategoriesOut(categories=[CategoryOut(key=c.key, name=_words(c.name)) for c in found])

    async def customers(self) -> CustomersOut:
        """Whom one can be in the demo."""
        found = await self._shop.customers(limit=MOST_CUSTOMERS)
        return CustomersOut(
            customers=[
                CustomerOut(
                    customer_id=c.id, name=c.name, email=c.email, language=c.language, tier=c.tier.value
                )
                for c in found
            ]
        )

    async def sign_in(self, request: Request, body: SignIn) -> SignedIn:
        """Be that customer. The shop says so to the counter with a signed token, as a real one would."""
        customer = await self._shop.customer(CustomerId(body.customer_id))
        if customer is None:
            raise HTTPException(404)
        request.state.language = customer.language
        return SignedIn(token=self._signer.token(customer.id, now=self._clock()))


def router(
    shop: Shop, policy: Policy, *, key: SignKey, kid: str, audience: str, clock: Callable[[], datetime]
) -> APIRouter:
    signer = ShopSigner(kid=kid, key=key, audience=audience, shop_id=policy.shop_id)
    front = Storefront(shop, signer, clock)
    made = APIRouter(prefix="/demo/api", tags=["demo shop"])
    made.add_api_route("/products", front.products, methods=["GET"])
    made.add_api_route("/categories", front.categories, methods=["GET"])
    made.add_api_route("/customers", front.customers, methods=["GET"])
    made.add_api_route("/sign-in", front.sign_in, methods=["POST"])
    return made


def _product(product: Product) -> ProductOut:
    options: dict[str, dict[str, WordsOut]] = {"colour": {}, "size": {}}  # a page can rely on these two
    for variant in product.variants:
        for name, value in variant.options.items():
            options.setdefault(name, {})[value.en] = _words(value)
    price = product.price_from
    return ProductOut(
        id=product.id,
        title=_words(product.title),
        description=_words(product.description),
        category=product.category,
        price_from=MoneyOut(minor=price.minor, currency=price.currency),
        in_stock=product.in_stock,
        options={name: list(values.values()) for name, values in options.items()},
        image=product.image,
    )


def _words(words: Words) -> WordsOut:
    return WordsOut(zh=words.zh, en=words.en)
