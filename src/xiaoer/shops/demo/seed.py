"""Fill the demo shop's database with a generated world, once."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Table, func, insert, inspect, select

from xiaoer.domain.order import Order
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Shop
from xiaoer.shops.demo import tables as t
from xiaoer.shops.demo import to_rows as rows
from xiaoer.shops.demo.generate import SEED, generate
from xiaoer.shops.demo.world import World
from xiaoer.store.engine import Store, one_upgrader

_LOCK = 0x64656D6F  # "demo": one process at a time fills it
_MOST_CUSTOMERS = 1_000
_MOST_ORDERS = 100
_log = structlog.get_logger(__name__)

Rows = Iterable[Mapping[str, Any]]


async def ensure(store: Store, *, now: datetime, policy: Policy, seed: int = SEED) -> bool:
    """Tables, and a world if they are empty; whether it was filled. Safe in several processes at once."""

    def fill(conn: Connection) -> bool:
        one_upgrader(conn, _LOCK)
        if _older(conn):
            _log.warning("demo_shop_made_anew")
            t.metadata.drop_all(conn)
        t.metadata.create_all(conn)
        if conn.execute(select(func.count()).select_from(t.category)).scalar_one():
            return False
        _insert(conn, generate(seed, now, policy=policy))
        return True

    return await store.write("demo shop", fill)


async def reset(store: Store, *, now: datetime, policy: Policy, seed: int = SEED) -> None:
    """A fresh world instead of whatever happened in the old one."""

    def refill(conn: Connection) -> None:
        one_upgrader(conn, _LOCK)
        t.metadata.drop_all(conn)
        t.metadata.create_all(conn)
        _insert(conn, generate(seed, now, policy=policy))

    await store.write("demo shop", refill)


def _older(conn: Connection) -> bool:
    """Whether its tables are those of an earlier release: it is a demo, and made anew then."""
    there = inspect(conn)
    known = set(there.get_table_names())
    return any(
        {column.name for column in table.columns} - {column["name"] for column in there.get_columns(name)}
        for name, table in t.metadata.tables.items()
        if name in known
    )


async def customers_json(shop: Shop) -> list[dict[str, Any]]:
    """Who can be tried out, with their orders, newest first. Forgotten people are left out."""
    return [
        {
            "email": customer.email,
            "name": customer.name,
            "phone": customer.phone,
            "language": customer.language.value,
            "orders": [
                {"id": order.id, "state": order.state.value}
                for order in await shop.orders_of(customer.id, limit=_MOST_ORDERS)
            ],
        }
        for customer in await shop.customers(limit=_MOST_CUSTOMERS)
        if customer.name
    ]


def _insert(conn: Connection, world: World) -> None:
    _put(conn, t.category, (rows.category_row(c, place) for place, c in enumerate(world.categories)))
    _put(conn, t.product, (rows.product_row(p) for p in world.products))
    variants = ((p, v, place) for p in world.products for place, v in enumerate(p.variants))
    _put(conn, t.variant, (rows.variant_row(*variant) for variant in variants))
    _put(conn, t.customer, (rows.customer_row(c) for c in world.customers))
    addresses = ((c.id, place, a) for c in world.customers for place, a in enumerate(c.addresses))
    _put(
        conn,
        t.customer_address,
        ({"customer_id": who, "place": place, **rows.address_row(a)} for who, place, a in addresses),
    )
    coupons = ((c.id, place, coupon) for c in world.customers for place, coupon in enumerate(c.coupons))
    _put(
        conn,
        t.coupon,
        ({"customer_id": who, "place": place, **rows.coupon_row(one)} for who, place, one in coupons),
    )
    _put(conn, t.order, (rows.order_row(order) for order in world.orders))
    for table, parts in _parts(world.orders).items():
        _put(conn, table, parts)
    _put(
        conn,
        t.view,
        ({"customer_id": v.customer_id, "product_id": v.product_id, "at": v.at} for v in world.views),
    )
    _put(conn, t.search, ({"customer_id": s.customer_id, "text": s.text, "at": s.at} for s in world.searches))
    _put(
        conn,
        t.cart_item,
        (
            {"customer_id": i.customer_id, "variant_id": i.variant_id, "quantity": i.quantity, "at": i.at}
            for i in world.carts
        ),
    )


def _parts(orders: Iterable[Order]) -> dict[Table, list[dict[str, Any]]]:
    parts: dict[Table, list[dict[str, Any]]] = {table: [] for table in t.OF_AN_ORDER}
    for order in orders:
        made = {
            t.line: map(rows.line_row, order.lines),
            t.payment: map(rows.payment_row, order.payments),
            t.parcel: map(rows.parcel_row, order.parcels),
            t.case: map(rows.case_row, order.cases),
            t.refund: map(rows.refund_row, order.refunds),
        }
        for table, some in made.items():
            parts[table] += [{"order_id": order.id, "place": place, **row} for place, row in enumerate(some)]
    return parts


def _put(conn: Connection, table: Table, some: Rows) -> None:
    if values := list(some):
        conn.execute(insert(table), values)
