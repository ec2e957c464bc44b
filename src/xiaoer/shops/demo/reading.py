"""Reads of the demo tables: plain Core code inside one unit of work."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, select

from xiaoer.domain.catalog import Category, Product, Wanted
from xiaoer.domain.order import Order
from xiaoer.domain.people import Customer
from xiaoer.shops.demo import tables as t
from xiaoer.shops.demo.from_rows import (
    Row,
    category_of,
    customer_of,
    order_of,
    product_of,
    variant_of,
    words_of,
)

_Grouped = dict[str, list[Row]]
_ORDER = select(t.order).where(t.order.c.id == bindparam("this"))
_ORDERS_OF = (
    select(t.order)
    .where(t.order.c.customer_id == bindparam("whose"))
    .order_by(t.order.c.placed_at.desc(), t.order.c.id.desc())
    .limit(bindparam("most"))
)


def order(conn: Connection, order_id: str, currency: str) -> Order | None:
    found = _orders(conn, conn.execute(_ORDER, {"this": order_id}).mappings().all(), currency)
    return found[0] if found else None


def orders_of(conn: Connection, customer_id: str, limit: int, currency: str) -> Sequence[Order]:
    theirs = conn.execute(_ORDERS_OF, {"whose": customer_id, "most": limit}).mappings().all()
    return _orders(conn, theirs, currency)


def customers(conn: Connection, where: ColumnElement[bool], limit: int, currency: str) -> Sequence[Customer]:
    rows = _rows(conn, select(t.customer).where(where).order_by(t.customer.c.id).limit(limit))
    addresses = _grouped(conn, t.customer_address, "customer_id", [row["id"] for row in rows])
    coupons = _grouped(conn, t.coupon, "customer_id", [row["id"] for row in rows])
    return [customer_of(row, addresses[row["id"]], coupons[row["id"]], currency) for row in rows]


def categories(conn: Connection) -> Sequence[Category]:
    return [category_of(row) for row in _rows(conn, select(t.category).order_by(t.category.c.place))]


def products(conn: Connection, ids: Sequence[str], currency: str) -> Sequence[Product]:
    """In the order of `ids`; what is not there is left out."""
    rows = {row["id"]: row for row in _rows(conn, select(t.product).where(t.product.c.id.in_(ids)))}
    variants = _grouped(conn, t.variant, "product_id", ids)
    names = {row["key"]: words_of(row, "name") for row in _rows(conn, select(t.category))}
    return [
        product_of(row, names[row["category"]], [variant_of(v, currency) for v in variants[row["id"]]])
        for row in (rows[product_id] for product_id in ids if product_id in rows)
    ]


def product_ids(conn: Connection) -> Sequence[str]:
    return conn.execute(select(t.product.c.id).order_by(t.product.c.id)).scalars().all()


def inside_limits(conn: Connection, wanted: Wanted) -> Sequence[str]:
    """Products of which one and the same variant keeps every limit."""
    column = t.variant.c
    limits: list[ColumnElement[bool]] = []
    if wanted.in_stock_only:
        limits.append(column.stock > 0)
    if wanted.size:
        limits.append(column.size == wanted.size.lower())
    if wanted.colour:
        limits.append(column.colour == wanted.colour)
    if wanted.price_min_minor is not None:
        limits.append(column.price >= wanted.price_min_minor)
    if wanted.price_max_minor is not None:
        limits.append(column.price <= wanted.price_max_minor)
    if wanted.category:
        limits.append(t.product.c.category == wanted.category)
    joined = t.variant.join(t.product, column.product_id == t.product.c.id)
    query = select(column.product_id).select_from(joined).where(and_(True, *limits)).distinct()
    return conn.execute(query).scalars().all()


def effect(conn: Connection, key: str) -> Row | None:
    return conn.execute(select(t.effect).where(t.effect.c.key == key)).mappings().first()


def export(conn: Connection, customer_id: str) -> dict[str, Any]:
    """Every row of a customer, as JSON. Empty for somebody who is not one."""
    people = _rows(conn, select(t.customer).where(t.customer.c.id == customer_id))
    orders = _rows(conn, select(t.order).where(t.order.c.customer_id == customer_id))
    ids = [row["id"] for row in orders]
    if not people:
        return {}
    return {
        "customer": _json(people[0]),
        **{table.name: _held(conn, table, "customer_id", [customer_id]) for table in t.OF_A_CUSTOMER},
        t.order.name: [_json(row) for row in orders],
        **{table.name: _held(conn, table, "order_id", ids) for table in (*t.OF_AN_ORDER, t.effect)},
    }


def _orders(conn: Connection, rows: Sequence[Row], currency: str) -> list[Order]:
    ids = [row["id"] for row in rows]
    parts = {table.name: _grouped(conn, table, "order_id", ids) for table in t.OF_AN_ORDER}
    return [order_of(row, {name: of[row["id"]] for name, of in parts.items()}, currency) for row in rows]


def _grouped(conn: Connection, table: Table, owner: str, ids: Iterable[str]) -> _Grouped:
    """The table's rows of these owners, in their own order; an empty list for an owner without any."""
    grouped: _Grouped = defaultdict(list)
    for row in conn.execute(_of_owners(table, owner), {"ids": list(ids)}).mappings():
        grouped[row[owner]].append(row)
    return grouped


@cache
def _of_owners(table: Table, owner: str) -> Select[Any]:
    """Built once: that takes six times as long as running it."""
    theirs = table.c[owner].in_(bindparam("ids", expanding=True))
    return select(table).where(theirs).order_by(table.c.place)


def _held(conn: Connection, table: Table, owner: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    return [_json(row) for row in _rows(conn, select(table).where(table.c[owner].in_(list(ids))))]


def _rows(conn: Connection, query: Select[Any]) -> Sequence[Row]:
    return conn.execute(query).mappings().all()


def _json(row: Row) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}
