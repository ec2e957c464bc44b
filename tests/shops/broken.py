"""BrokenShop: an order system that is slow, down or mad, for tests of everything that stands on one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar, cast

from typing_extensions import override

from xiaoer.domain.catalog import Category, Product, Wanted
from xiaoer.domain.changes import Can, CustomerChange, OrderChange
from xiaoer.domain.ids import CustomerId, OrderId, ProductId
from xiaoer.domain.order import Case, Order
from xiaoer.domain.people import Address, Customer
from xiaoer.domain.ports import CaseRequest, Shop, ShopUnclear, ShopUnreachable

T = TypeVar("T")


class Mode(StrEnum):
    FINE = "fine"
    SLOW = "slow"  # reads and writes never come back
    DEAF = "deaf"  # carries writes out, and is never heard of again; reads are fine
    DOWN = "down"  # connection refused
    DROPS = "drops"  # the connection breaks when half of the answer is there
    CRASHES = "crashes"  # an exception nobody foresaw
    REFUSES = "refuses"  # the connector itself says unreachable
    DOUBTS = "doubts"  # the connector itself says unclear
    RUBBISH = "rubbish"  # nonsense instead of an answer
    NEGATIVE = "negative"  # amounts below zero
    OTHER = "other"  # well-formed, but about somebody else's order


class BrokenShop(Shop):
    """Wraps a working shop; `mode` may be changed at any time (`shop.mode = Mode.FINE`: it is mended)."""

    def __init__(self, shop: Shop, mode: Mode | str = Mode.DOWN) -> None:
        self.shop = shop
        self.mode = Mode(mode)

    @override
    async def customer(self, customer_id: CustomerId) -> Customer | None:
        return await self._read(lambda: self.shop.customer(customer_id))

    @override
    async def customer_by_email(self, email: str) -> Customer | None:
        return await self._read(lambda: self.shop.customer_by_email(email))

    @override
    async def customers(self, *, limit: int) -> Sequence[Customer]:
        return await self._read(lambda: self.shop.customers(limit=limit))

    @override
    async def order(self, order_id: OrderId) -> Order | None:
        return await self._read(lambda: self.shop.order(order_id))

    @override
    async def orders_of(self, customer_id: CustomerId, *, limit: int) -> Sequence[Order]:
        return await self._read(lambda: self.shop.orders_of(customer_id, limit=limit))

    @override
    async def product(self, product_id: ProductId) -> Product | None:
        return await self._read(lambda: self.shop.product(product_id))

    @override
    async def categories(self) -> Sequence[Category]:
        return await self._read(self.shop.categories)

    @override
    async def find(self, wanted: Wanted, *, limit: int) -> Sequence[Product]:
        return await self._read(lambda: self.shop.find(wanted, limit=limit))

    @override
    async def cancel(self, order: Order, reason: str, *, key: str) -> Order:
        return await self._write(lambda: self.shop.cancel(order, reason, key=key))

    @property
    @override
    def can(self) -> frozenset[Can]:
        return self.shop.can

    @override
    async def change(self, order: Order, change: OrderChange, *, key: str) -> Order:
        return await self._write(lambda: self.shop.change(order, change, key=key))

    @override
    async def change_customer(self, customer: Customer, change: CustomerChange, *, key: str) -> Customer:
        return await self._write(lambda: self.shop.change_customer(customer, change, key=key))

    @override
    async def change_address(self, order: Order, address: Address, *, key: str) -> Order:
        return await self._write(lambda: self.shop.change_address(order, address, key=key))

    @override
    async def open_case(self, order: Order, request: CaseRequest, *, key: str) -> Case:
        return await self._write(lambda: self.shop.open_case(order, request, key=key))

    @override
    async def effect(self, key: str) -> bool:
        return await self._read(lambda: self.shop.effect(key))

    @override
    async def export(self, customer_id: CustomerId) -> Mapping[str, Any]:
        return await self._read(lambda: self.shop.export(customer_id))

    @override
    async def forget(self, customer_id: CustomerId) -> None:
        await self._write(lambda: self.shop.forget(customer_id))

    async def _read(self, call: Callable[[], Awaitable[T]]) -> T:
        return await self._answer(call, reading=True)

    async def _write(self, call: Callable[[], Awaitable[T]]) -> T:
        return await self._answer(call, reading=False)

    async def _answer(self, call: Callable[[], Awaitable[T]], *, reading: bool) -> T:
        self._fail_before()
        if self.mode is Mode.SLOW:
            await _for_ever()
        answer = await call()
        if self.mode is Mode.DEAF and not reading:
            await _for_ever()
        if self.mode is Mode.DROPS:
            raise ConnectionResetError("the line went dead")
        return cast(T, self._spoilt(answer))  # or so it says

    def _fail_before(self) -> None:
        match self.mode:
            case Mode.DOWN:
                raise ConnectionRefusedError("nobody is there")
            case Mode.REFUSES:
                raise ShopUnreachable("not today")
            case Mode.DOUBTS:
                raise ShopUnclear("who knows")
            case Mode.CRASHES:
                raise KeyError("data of mei.lin@example.com")

    def _spoilt(self, answer: Any) -> Any:
        if self.mode is Mode.RUBBISH:
            return {"<html>": "502 Bad Gateway"}
        if isinstance(answer, list | tuple):
            return [self._spoilt(one) for one in answer]
        if self.mode is Mode.NEGATIVE and isinstance(answer, Order):
            return replace(answer, total=replace(answer.total, minor=-1))
        return _of_another(answer) if self.mode is Mode.OTHER else answer


def _of_another(answer: Any) -> Any:
    match answer:
        case Order():
            return replace(answer, id=OrderId(answer.id + "X"), customer_id=CustomerId("C9999"))
        case Case():
            return replace(answer, order_id=OrderId(answer.order_id + "X"))
        case Customer():
            return replace(answer, id=CustomerId(answer.id + "X"), email="x" + answer.email)
        case Product():
            return replace(answer, id=ProductId(answer.id + "X"))
        case _:
            return answer


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()
