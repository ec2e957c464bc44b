"""A whole shop out of a seed: the same seed and moment give the same world, to the last order number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from xiaoer.domain.catalog import Product
from xiaoer.domain.people import Customer
from xiaoer.domain.policy import Policy
from xiaoer.domain.words import Language
from xiaoer.shops.demo.catalogue import make_categories, make_products
from xiaoer.shops.demo.coupons import with_coupons
from xiaoer.shops.demo.histories import make_orders
from xiaoer.shops.demo.residents import make_customers
from xiaoer.shops.demo.texts import texts
from xiaoer.shops.demo.world import CartItem, Search, View, World

SEED = 20_26  # of the shop that `make run` opens
_BROWSED_DAYS = 30


def generate(seed: int, now: datetime, *, policy: Policy) -> World:
    """Dates are relative to `now` (UTC); amounts in `policy`'s currency. Pure and deterministic."""
    rng = Random(seed)  # noqa: S311 - a world to play in, not a secret
    products = make_products(rng, policy.currency)
    customers = with_coupons(make_customers(rng, policy.currency), policy.currency, now)
    orders = make_orders(rng, products, customers, policy=policy, now=now)
    browsing = _Browsing(rng, now)
    return World(
        categories=make_categories(),
        products=products,
        customers=customers,
        orders=orders,
        views=tuple(v for c in customers for v in browsing.views(c, products)),
        carts=tuple(i for c in customers for i in browsing.cart(c, products)),
        searches=tuple(s for c in customers for s in browsing.searches(c)),
    )


@dataclass(frozen=True, slots=True)
class _Browsing:
    """What customers looked at without buying."""

    rng: Random
    now: datetime

    def views(self, customer: Customer, products: tuple[Product, ...]) -> list[View]:
        seen = self.rng.sample(products, self.rng.randint(6, 15))
        return sorted((View(customer.id, p.id, self._some_time_ago()) for p in seen), key=lambda v: v.at)

    def cart(self, customer: Customer, products: tuple[Product, ...]) -> list[CartItem]:
        chosen = self.rng.sample(products, self.rng.randint(0, 3))
        variants = [self.rng.choice(p.variants) for p in chosen]
        return [CartItem(customer.id, v.id, self.rng.randint(1, 2), self._some_time_ago()) for v in variants]

    def searches(self, customer: Customer) -> list[Search]:
        shelves = self.rng.sample(texts().categories, self.rng.randint(2, 5))
        typed = [s.searches.zh if customer.language is Language.ZH else s.searches.en for s in shelves]
        found = [Search(customer.id, self.rng.choice(t), self._some_time_ago()) for t in typed]
        return sorted(found, key=lambda s: s.at)

    def _some_time_ago(self) -> datetime:
        return self.now - timedelta(minutes=self.rng.randint(30, _BROWSED_DAYS * 24 * 60))
