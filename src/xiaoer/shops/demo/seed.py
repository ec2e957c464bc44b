"""Fill the demo shop's database with a generated world, once."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, update

from xiaoer.domain.ids import ShopId
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
        if _there(conn, policy.shop_id):
            return False
        _insert(conn, policy.shop_id, generate(seed, now, policy=policy))
        return True

    return await store.write("demo shop", fill)


async def reset(store: Store, *, now: datetime, policy: Policy, seed: int = SEED) -> None:
    """A fresh world instead of whatever happened in the old one."""

    def refill(conn: Connection) -> None:
        _put_instead(conn, policy.shop_id, generate(seed, now, policy=policy))

    await store.write("demo shop", refill)


async def put(store: Store, world: World, shop_id: ShopId, *, uncounted: bool) -> None:
    """Keep this world as that shop's, instead of the one it had. `uncounted`: see tables.variant."""

    def put_in(conn: Connection) -> None:
        _put_instead(conn, shop_id, world)
        if uncounted:
            conn.execute(update(t.variant).where(t.variant.c.shop_id == shop_id).values(counted=False))

    await store.write("imported shop", put_in)


async def is_there(store: Store, shop_id: ShopId) -> bool:
    """Whether a shop of this id was put in."""

    def look(conn: Connection) -> bool:
        known = set(inspect(conn).get_table_names())
        return t.category.name in known and not _older(conn) and _there(conn, shop_id)

    return await store.read(look)


def _put_instead(conn: Connection, shop_id: ShopId, world: World) -> None:
    one_upgrader(conn, _LOCK)
    if _older(conn):
        t.metadata.drop_all(conn)
    t.metadata.create_all(conn)
    for table in reversed(t.metadata.sorted_tables):
        conn.execute(delete(table).where(table.c.shop_id == shop_id))
    _insert(conn, shop_id, world)


def _there(conn: Connection, shop_id: ShopId) -> bool:
    count = select(func.count()).select_from(t.category).where(t.category.c.shop_id == shop_id)
    return bool(conn.execute(count).scalar_one())


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


def _insert(conn: Connection, shop_id: ShopId, world: World) -> None:
    def put(table: Table, some: Rows) -> None:
        if values := [{"shop_id": shop_id, **row} for row in some]:
            conn.execute(insert(table), values)

    put(t.category, (rows.category_row(c, place) for place, c in enumerate(world.categories)))
    put(t.product, (rows.product_row(p) for p in world.products))
    variants = ((p, v, place) for p in world.products for place, v in enumerate(p.variants))
    put(t.variant, (rows.variant_row(*variant) for variant in variants))
    put(t.customer, (rows.customer_row(c) for c in world.customers))
    for table, some in (*_of_customers(world).items(), *_of_orders(world.orders).items()):
        put(table, some)
    put(t.cart_item, (asdict(item) for item in world.carts))
    put(t.view, (asdict(view) for view in world.views))
    put(t.search, (asdict(search) for search in world.searches))


def _of_customers(world: World) -> dict[Table, list[dict[str, Any]]]:
    parts: dict[Table, list[dict[str, Any]]] = {t.customer_address: [], t.way: [], t.coupon: []}
    for customer in world.customers:
        made = {
            t.customer_address: map(rows.address_row, customer.addresses),
            t.way: map(rows.way_row, customer.ways),
            t.coupon: map(rows.coupon_row, customer.coupons),
        }
        for table, some in made.items():
            own = ({"customer_id": customer.id, "place": n, **row} for n, row in enumerate(some))
            parts[table] += own
    return parts


def _of_orders(orders: Iterable[Order]) -> dict[Table, list[dict[str, Any]]]:
    orders = list(orders)
    parts: dict[Table, list[dict[str, Any]]] = {t.order: [rows.order_row(order) for order in orders]}
    parts |= {table: [] for table in t.OF_AN_ORDER}
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
