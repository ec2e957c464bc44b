"""CarefulShop: any connector, with a time limit and a look at what it says before anyone believes it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import structlog
from typing_extensions import override

from xiaoer.domain.catalog import Category, Product, Wanted
from xiaoer.domain.changes import Can, CustomerChange, OrderChange
from xiaoer.domain.ids import CustomerId, OrderId, ProductId
from xiaoer.domain.order import Case, Order, OrderState
from xiaoer.domain.people import Address, Customer
from xiaoer.domain.ports import CaseRequest, Shop, ShopError, ShopUnclear, ShopUnreachable, StaleOrder
from xiaoer.shops.sound import sound

T = TypeVar("T")

_NOTHING_SENT = (ConnectionRefusedError, socket.gaierror)  # nobody was there to hear it
_log = structlog.get_logger(__name__)


class _Rubbish(Exception):
    """The answer has another form, or is about something else, than what was asked."""


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked, of which id (never a name or an e-mail), and what an answer must be."""

    name: str
    about: str
    form: Any  # a type, as in the Protocol's signature
    fits: Callable[[Any], bool] = lambda _: True

    def checked(self, answer: T) -> T:
        if not (sound(answer, self.form) and self.fits(answer)):
            raise _Rubbish
        return answer

    def broke(self, error: Exception, as_: type[ShopError]) -> NoReturn:
        why = type(error).__name__.strip("_")  # its message may hold what it must not
        _log.warning("shop_broke", call=self.name, about=self.about, why=why, told=as_.__name__)
        raise as_(f"{self.name} {self.about}: {why}") from error


class CarefulShop(Shop):
    """Lets only ShopUnreachable, ShopUnclear and StaleOrder out, and no answer that cannot be true.

    A read that fails in any way is ShopUnreachable. A write is so only if it surely was not sent; after
    that, whatever goes wrong, an answer that makes no sense too, is ShopUnclear.
    """

    def __init__(self, shop: Shop, *, read_timeout_s: float, write_timeout_s: float) -> None:
        self._shop = shop
        self._read_timeout_s = read_timeout_s
        self._write_timeout_s = write_timeout_s

    @override
    async def customer(self, customer_id: CustomerId) -> Customer | None:
        call = _Call("customer", customer_id, Customer | None, lambda c: c is None or c.id == customer_id)
        return await self._read(call, self._shop.customer(customer_id))

    @override
    async def customer_by_email(self, email: str) -> Customer | None:
        asked = email.strip().lower()
        call = _Call(
            "customer_by_email", "", Customer | None, lambda c: c is None or c.email.lower() == asked
        )
        return await self._read(call, self._shop.customer_by_email(email))

    @override
    async def customers(self, *, limit: int) -> Sequence[Customer]:
        call = _Call("customers", "", Sequence[Customer], lambda some: len(some) <= limit)
        return await self._read(call, self._shop.customers(limit=limit))

    @override
    async def order(self, order_id: OrderId) -> Order | None:
        call = _Call("order", order_id, Order | None, lambda order: order is None or order.id == order_id)
        return await self._read(call, self._shop.order(order_id))

    @override
    async def orders_of(self, customer_id: CustomerId, *, limit: int) -> Sequence[Order]:
        def theirs(orders: Sequence[Order]) -> bool:
            return len(orders) <= limit and all(order.customer_id == customer_id for order in orders)

        call = _Call("orders_of", customer_id, Sequence[Order], theirs)
        return await self._read(call, self._shop.orders_of(customer_id, limit=limit))

    @override
    async def product(self, product_id: ProductId) -> Product | None:
        call = _Call("product", product_id, Product | None, lambda p: p is None or p.id == product_id)
        return await self._read(call, self._shop.product(product_id))

    @override
    async def categories(self) -> Sequence[Category]:
        return await self._read(_Call("categories", "", Sequence[Category]), self._shop.categories())

    @override
    async def find(self, wanted: Wanted, *, limit: int) -> Sequence[Product]:
        call = _Call("find", "", Sequence[Product], lambda some: len(some) <= limit)
        return await self._read(call, self._shop.find(wanted, limit=limit))

    @override
    async def cancel(self, order: Order, reason: str, *, key: str) -> Order:
        def cancelled(after: Order) -> bool:
            return after.id == order.id and after.state is OrderState.CANCELLED

        call = _Call("cancel", order.id, Order, cancelled)
        return await self._write(call, self._shop.cancel(order, reason, key=key))

    @override
    async def change_address(self, order: Order, address: Address, *, key: str) -> Order:
        call = _Call("change_address", order.id, Order, lambda after: after.id == order.id)
        return await self._write(call, self._shop.change_address(order, address, key=key))

    @override
    async def open_case(self, order: Order, request: CaseRequest, *, key: str) -> Case:
        def of_it(case: Case) -> bool:
            return case.order_id == order.id and case.kind is request.kind

        call = _Call("open_case", order.id, Case, of_it)
        return await self._write(call, self._shop.open_case(order, request, key=key))

    @property
    @override
    def can(self) -> frozenset[Can]:
        return self._shop.can

    @override
    async def change(self, order: Order, change: OrderChange, *, key: str) -> Order:
        call = _Call("change", order.id, Order, lambda after: after.id == order.id)
        return await self._write(call, self._shop.change(order, change, key=key))

    @override
    async def change_customer(self, customer: Customer, change: CustomerChange, *, key: str) -> Customer:
        call = _Call("change_customer", customer.id, Customer, lambda after: after.id == customer.id)
        return await self._write(call, self._shop.change_customer(customer, change, key=key))

    @override
    async def effect(self, key: str) -> bool:
        return await self._read(_Call("effect", key, bool), self._shop.effect(key))

    @override
    async def export(self, customer_id: CustomerId) -> Mapping[str, Any]:
        call = _Call("export", customer_id, Mapping[str, Any])
        return await self._read(call, self._shop.export(customer_id))

    @override
    async def forget(self, customer_id: CustomerId) -> None:
        await self._write(_Call("forget", customer_id, None), self._shop.forget(customer_id))

    async def _read(self, call: _Call, answer: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._read_timeout_s):
                return call.checked(await answer)
        except Exception as error:  # noqa: BLE001 - whatever broke out there, nothing was read
            call.broke(error, ShopUnreachable)

    async def _write(self, call: _Call, answer: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._write_timeout_s):
                return call.checked(await answer)
        except StaleOrder:
            raise
        except (ShopUnreachable, *_NOTHING_SENT) as error:
            call.broke(error, ShopUnreachable)
        except Exception as error:  # noqa: BLE001 - it was sent: nobody knows what came of it
            call.broke(error, ShopUnclear)
