"""MemoryShop: the smallest order system that keeps every promise of the `Shop` port."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from xiaoer.domain.catalog import Category, Product, Variant, Wanted
from xiaoer.domain.changes import Can, CustomerChange, OrderChange
from xiaoer.domain.ids import CaseId, CustomerId, OrderId, ProductId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Case, CaseState, Order, OrderState
from xiaoer.domain.people import Address, Customer
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import CaseRequest, Shop, StaleOrder
from xiaoer.domain.rules.returns import case_of_line
from xiaoer.domain.ways import Way
from xiaoer.shops.books import After, changed
from xiaoer.shops.guests import changed_customer
from xiaoer.shops.money_back import extra_of, refunds_of_cancelled, refunds_of_case, set_aside

_STILL_HERE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PACKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a shop starts with."""

    customers: tuple[Customer, ...] = ()
    orders: tuple[Order, ...] = ()
    products: tuple[Product, ...] = ()
    categories: tuple[Category, ...] = ()


class MemoryShop(Shop):
    """One process, nothing kept. Nothing is awaited inside a call, so calls never mix."""

    def __init__(self, stock: Stock, policy: Policy, *, clock: Callable[[], datetime]) -> None:
        self._customers = {c.id: c for c in stock.customers}
        self._orders = {o.id: o for o in stock.orders}
        self._products = {p.id: p for p in stock.products}
        self._categories = {c.key: c for c in stock.categories}
        self._effects: dict[str, CaseId | None] = {}
        self._policy = policy
        self._clock = clock

    @override
    async def customer(self, customer_id: CustomerId) -> Customer | None:
        return self._customers.get(customer_id)

    @override
    async def customer_by_email(self, email: str) -> Customer | None:
        asked = email.strip().lower()
        return next((c for c in self._customers.values() if c.email.lower() == asked), None)

    @override
    async def customers(self, *, limit: int) -> Sequence[Customer]:
        return list(self._customers.values())[:limit]

    @override
    async def order(self, order_id: OrderId) -> Order | None:
        return self._orders.get(order_id)

    @override
    async def orders_of(self, customer_id: CustomerId, *, limit: int) -> Sequence[Order]:
        theirs = [order for order in self._orders.values() if order.customer_id == customer_id]
        return sorted(theirs, key=lambda order: (order.placed_at, order.id), reverse=True)[:limit]

    @override
    async def product(self, product_id: ProductId) -> Product | None:
        return self._products.get(product_id)

    @override
    async def categories(self) -> Sequence[Category]:
        return list(self._categories.values())

    @override
    async def find(self, wanted: Wanted, *, limit: int) -> Sequence[Product]:
        fit = (p for p in self._products.values() if any(_fits(v, wanted) for v in p.variants))
        shelf = (p for p in fit if wanted.category in ("", p.category))
        words = wanted.words.lower().split()
        return [p for p in shelf if all(word in self._text(p) for word in words)][:limit]

    @override
    async def cancel(self, order: Order, reason: str, *, key: str) -> Order:
        if key in self._effects:
            return self._orders[order.id]
        now = self._clock()
        current = self._as_seen(order, _STILL_HERE)
        refunds = current.refunds + refunds_of_cancelled(current, self._policy, now=now)
        self._move_stock({line.variant_id: line.quantity for line in current.lines})
        return self._put(replace(current, state=OrderState.CANCELLED, cancelled_at=now, refunds=refunds), key)

    @override
    async def change_address(self, order: Order, address: Address, *, key: str) -> Order:
        if key in self._effects:
            return self._orders[order.id]
        return self._put(replace(self._as_seen(order, _STILL_HERE), address=address), key)

    @override
    async def open_case(self, order: Order, request: CaseRequest, *, key: str) -> Case:
        if key in self._effects:
            return next(case for case in self._orders[order.id].cases if case.id == self._effects[key])
        current = self._as_seen(order, frozenset(OrderState))
        lines = [line for line in current.lines if line.id in request.line_ids]
        if len(lines) != len(request.line_ids) or any(case_of_line(current, line) for line in lines):
            raise StaleOrder(f"{order.id}: these lines cannot have a case")
        case = self._case(current, request)
        self._move_stock({v: -count for v, count in set_aside(current, request).items()})
        refunds = current.refunds
        refunds += refunds_of_case(current, lines, request, case_id=case.id, now=case.requested_at)
        self._put(replace(current, cases=(*current.cases, case), refunds=refunds), key, case.id)
        return case

    @property
    @override
    def can(self) -> frozenset[Can]:
        return frozenset(Can)

    @override
    async def change(self, order: Order, change: OrderChange, *, key: str) -> Order:
        if key in self._effects:
            return self._orders[order.id]
        current = self._as_seen(order, frozenset(OrderState))
        after = changed(current, change, self._policy, now=self._clock())
        self._move_stock(after.stock)
        self._credit(current, after)
        return self._put(after.order, key)

    @override
    async def change_customer(self, customer: Customer, change: CustomerChange, *, key: str) -> Customer:
        if key not in self._effects:
            current = self._customers.get(customer.id)
            if current is None:
                raise StaleOrder("no such customer")
            after = changed_customer(customer, current, change, key=key, now=self._clock())
            if any(c.email == after.email and c.id != after.id for c in self._customers.values()):
                raise StaleOrder("another customer has that e-mail")
            self._customers[after.id] = after
            self._effects[key] = None
        return self._customers[customer.id]

    @override
    async def effect(self, key: str) -> bool:
        return key in self._effects

    @override
    async def export(self, customer_id: CustomerId) -> Mapping[str, Any]:
        if customer_id not in self._customers:
            return {}
        orders = await self.orders_of(customer_id, limit=len(self._orders))
        return {
            "customer": asdict(self._customers[customer_id]),
            "orders": [{"id": order.id, "address": asdict(order.address)} for order in orders],
        }

    @override
    async def forget(self, customer_id: CustomerId) -> None:
        if customer_id not in self._customers:
            return
        nobody = f"{customer_id}@forgotten.invalid".lower()
        self._customers[customer_id] = replace(
            self._customers[customer_id], name="", phone="", email=nobody, addresses=(), coupons=()
        )
        for order in await self.orders_of(customer_id, limit=len(self._orders)):
            parcels = tuple(replace(p, tracking_number="", events=()) for p in order.parcels)
            address = replace(order.address, name="", phone="", city="", street="", postcode="")
            self._put(replace(order, address=address, parcels=parcels))

    def _credit(self, order: Order, after: After) -> None:
        """To and from gift cards; StaleOrder if one does not hold so much."""
        owner = self._customers.get(order.customer_id)
        if owner is None or not (after.credit or after.way_credit):
            return
        ways = tuple(_credited(way, after.way_credit.get(way.id, 0)) for way in owner.ways)
        before = owner.gift_card_balance or Money(0, self._policy.currency)
        balance = Money(before.minor + after.credit + sum(after.way_credit.values()), before.currency)
        if balance.minor < 0 or any(way.balance and way.balance.minor < 0 for way in ways):
            raise StaleOrder("the gift card does not hold so much")
        self._customers[owner.id] = replace(owner, gift_card_balance=balance, ways=ways)

    def _as_seen(self, seen: Order, states: frozenset[OrderState]) -> Order:
        current = self._orders.get(seen.id)
        if current is None or current.version != seen.version or current.state not in states:
            raise StaleOrder(f"{seen.id} is not what it was")
        return current

    def _put(self, order: Order, key: str = "", case_id: CaseId | None = None) -> Order:
        self._orders[order.id] = replace(order, version=order.version + 1)
        if key:
            self._effects[key] = case_id
        return self._orders[order.id]

    def _case(self, order: Order, request: CaseRequest) -> Case:
        return Case(
            id=CaseId(f"{order.id}-{request.kind.value}-{len(order.cases) + 1}"),
            kind=request.kind,
            order_id=order.id,
            line_ids=request.line_ids,
            state=CaseState.APPROVED,
            reason=request.reason,
            requested_at=self._clock(),
            new_variant_ids=request.new_variant_ids,
            extra=extra_of(request, self._policy.currency),
            way_id=request.by.way_id if request.by else None,
        )

    def _move_stock(self, counts: Mapping[str, int]) -> None:
        """All or nothing: StaleOrder if a variant has too few left."""
        known = {v.id for product in self._products.values() for v in product.variants}
        if any(count < 0 and variant_id not in known for variant_id, count in counts.items()):
            raise StaleOrder("no such variant")
        moved = {
            p.id: replace(p, variants=tuple(_moved(p.variants, counts))) for p in self._products.values()
        }
        if any(v.stock < 0 for product in moved.values() for v in product.variants):
            raise StaleOrder("too few are left")
        self._products = moved

    def _text(self, product: Product) -> str:
        shelf = self._categories.get(product.category)
        names = (product.title.zh, product.title.en, *product.tags, *(shelf.synonyms if shelf else ()))
        return " ".join(names).lower()


def _credited(way: Way, minor: int) -> Way:
    return replace(way, balance=way.balance + Money(minor, way.balance.currency)) if way.balance else way


def _fits(variant: Variant, wanted: Wanted) -> bool:
    lowest, highest = wanted.price_min_minor, wanted.price_max_minor
    return (
        (variant.stock > 0 or not wanted.in_stock_only)
        and (lowest is None or variant.price.minor >= lowest)
        and (highest is None or variant.price.minor <= highest)
        and _is(variant, "size", wanted.size)
        and _is(variant, "colour", wanted.colour)
    )


def _is(variant: Variant, option: str, wanted: str) -> bool:
    words = variant.options.get(option)
    return not wanted or (words is not None and words.en.lower() == wanted.lower())


def _moved(variants: Iterable[Variant], counts: Mapping[str, int]) -> Iterable[Variant]:
    return (replace(v, stock=v.stock + counts.get(v.id, 0)) for v in variants)
