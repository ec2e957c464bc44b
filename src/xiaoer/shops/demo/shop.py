"""DemoShop: the tables of one shop, made up or imported, behind the `Shop` port."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, true
from typing_extensions import override

from xiaoer.domain.catalog import Category, Product, Wanted
from xiaoer.domain.changes import Can, CustomerChange, OrderChange
from xiaoer.domain.ids import CustomerId, OrderId, ProductId
from xiaoer.domain.order import Case, Order
from xiaoer.domain.people import Address, Customer
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import CaseRequest, Shop, ShopUnclear, ShopUnreachable, StoreDown
from xiaoer.shops.demo import guest_book, reading, writing
from xiaoer.shops.demo import tables as t
from xiaoer.shops.demo.ranking import Shelves
from xiaoer.shops.demo.reading import Of
from xiaoer.shops.demo.writing import Write
from xiaoer.store.engine import Store

T = TypeVar("T")


class DemoShop(Shop):
    """An order system in a database of its own; the shop is the policy's. `clock` is its own time (UTC)."""

    def __init__(self, store: Store, policy: Policy, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._of = Of(policy.shop_id, policy.currency)
        self._clock = clock
        self._shelves = Shelves((), ())

    @override
    async def customer(self, customer_id: CustomerId) -> Customer | None:
        return await self._one_customer(t.customer.c.id == customer_id)

    @override
    async def customer_by_email(self, email: str) -> Customer | None:
        return await self._one_customer(t.customer.c.email == email.strip().lower())

    @override
    async def customers(self, *, limit: int) -> Sequence[Customer]:
        return await self._read(lambda conn: reading.customers(conn, true(), limit=limit, of=self._of))

    @override
    async def order(self, order_id: OrderId) -> Order | None:
        return await self._find(lambda conn: reading.order(conn, order_id, self._of))

    @override
    async def orders_of(self, customer_id: CustomerId, *, limit: int) -> Sequence[Order]:
        return await self._read(lambda conn: reading.orders_of(conn, customer_id, limit, self._of))

    @override
    async def product(self, product_id: ProductId) -> Product | None:
        found = await self._find(lambda conn: reading.products(conn, [product_id], self._of))
        return found[0] if found else None

    @override
    async def categories(self) -> Sequence[Category]:
        return await self._read(lambda conn: reading.categories(conn, self._of))

    @override
    async def find(self, wanted: Wanted, *, limit: int) -> Sequence[Product]:
        inside = await self._find(lambda conn: reading.inside_limits(conn, wanted, self._of)) or ()
        shelves = await self._shelves_with(inside)
        best = shelves.rank(wanted.words, inside)[:limit]
        return await self._read(lambda conn: reading.products(conn, best, self._of))

    @override
    async def cancel(self, order: Order, reason: str, *, key: str) -> Order:
        return await self._write(order, key, lambda conn, write: writing.cancel(conn, write, reason))

    @override
    async def change_address(self, order: Order, address: Address, *, key: str) -> Order:
        return await self._write(order, key, lambda conn, write: writing.change_address(conn, write, address))

    @override
    async def open_case(self, order: Order, request: CaseRequest, *, key: str) -> Case:
        return await self._write(order, key, lambda conn, write: writing.open_case(conn, write, request))

    @property
    @override
    def can(self) -> frozenset[Can]:
        return frozenset(Can)

    @override
    async def change(self, order: Order, change: OrderChange, *, key: str) -> Order:
        return await self._write(order, key, lambda conn, write: writing.change(conn, write, change))

    @override
    async def change_customer(self, customer: Customer, change: CustomerChange, *, key: str) -> Customer:
        def write(conn: Connection) -> Customer:
            return guest_book.change(conn, customer, change, key=key, at=self._clock(), of=self._of)

        try:
            return await self._store.write(key, write)
        except StoreDown as error:
            raise ShopUnclear("the demo shop's database went away") from error

    @override
    async def effect(self, key: str) -> bool:
        return await self._read(lambda conn: reading.effect(conn, key, self._of) is not None)

    @override
    async def export(self, customer_id: CustomerId) -> Mapping[str, Any]:
        return await self._read(lambda conn: reading.export(conn, customer_id, self._of))

    @override
    async def forget(self, customer_id: CustomerId) -> None:
        try:
            await self._store.write(customer_id, lambda conn: writing.forget(conn, customer_id, self._of))
        except StoreDown as error:
            raise ShopUnreachable("the demo shop's database is not there") from error  # safe to repeat

    async def _one_customer(self, where: ColumnElement[bool]) -> Customer | None:
        found = await self._find(lambda conn: reading.customers(conn, where, 1, self._of))
        return found[0] if found else None

    async def _shelves_with(self, ids: Sequence[str]) -> Shelves:
        """The texts kept in this process, read again if a product came that they do not have."""
        if not all(product_id in self._shelves for product_id in ids):
            products, categories = await self._read(partial(_catalogue, of=self._of))
            self._shelves = Shelves(products, categories)
        return self._shelves

    async def _find(self, fn: Callable[[Connection], T]) -> T | None:
        """Like _read; nothing for an id or an e-mail that no database can hold (NUL, lone surrogate)."""
        try:
            return await self._read(fn)
        except ValueError:
            return None

    async def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            return await self._store.read(fn)
        except StoreDown as error:
            raise ShopUnreachable("the demo shop's database is not there") from error

    async def _write(self, order: Order, key: str, fn: Callable[[Connection, Write], T]) -> T:
        write = Write(order, key, self._clock(), self._policy)
        try:
            return await self._store.write(key, lambda conn: fn(conn, write))
        except StoreDown as error:  # the COMMIT itself may have been what broke
            raise ShopUnclear("the demo shop's database went away") from error


def _catalogue(conn: Connection, of: Of) -> tuple[Sequence[Product], Sequence[Category]]:
    ids = reading.product_ids(conn, of)
    return reading.products(conn, ids, of), reading.categories(conn, of)
