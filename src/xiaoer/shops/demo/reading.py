"""Reads of the demo tables: plain Core code inside one unit of work."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, select

from xiaoer.domain.catalog import Category, Product, Wanted
from xiaoer.domain.order import Order
from xiaoer.domain.people import Customer
from xiaoer.shops.demo import tables as t
from xiaoer.shops.demo.from_rows import (
    PartsOf,
    Row,
    category_of,
    customer_of,
    order_of,
    product_of,
    variant_of,
    words_of,
)

_Grouped = dict[str, list[Row]]
_ORDER = select(t.order).where(t.order.c.shop_id == bindparam("shop"), t.order.c.id == bindparam("this"))
_ORDERS_OF = (
    select(t.order)
    .where(t.order.c.shop_id == bindparam("shop"), t.order.c.customer_id == bindparam("whose"))
    .order_by(t.order.c.placed_at.desc(), t.order.c.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Of:
    """Whose rows are read, and the currency of its amounts."""

    shop_id: str
    currency: str


def order(conn: Connection, order_id: str, of: Of) -> Order | None:
    found = _orders(conn, conn.execute(_ORDER, {"shop": of.shop_id, "this": order_id}).mappings().all(), of)
    return found[0] if found else None


def orders_of(conn: Connection, customer_id: str, limit: int, of: Of) -> Sequence[Order]:
    asked = {"shop": of.shop_id, "whose": customer_id, "most": limit}
    return _orders(conn, conn.execute(_ORDERS_OF, asked).mappings().all(), of)


def customers(conn: Connection, where: ColumnElement[bool], limit: int, of: Of) -> Sequence[Customer]:
    theirs = select(t.customer).where(t.customer.c.shop_id == of.shop_id, where)
    rows = _rows(conn, theirs.order_by(t.customer.c.id).limit(limit))
    ids = [row["id"] for row in rows]
    addresses, ways, coupons = (
        _grouped(conn, table, "customer_id", ids, of) for table in (t.customer_address, t.way, t.coupon)
    )
    return [
        customer_of(row, PartsOf(addresses[row["id"]], ways[row["id"]], coupons[row["id"]]), of.currency)
        for row in rows
    ]


def categories(conn: Connection, of: Of) -> Sequence[Category]:
    theirs = select(t.category).where(t.category.c.shop_id == of.shop_id)
    return [category_of(row) for row in _rows(conn, theirs.order_by(t.category.c.place))]


def products(conn: Connection, ids: Sequence[str], of: Of) -> Sequence[Product]:
    """In the order of `ids`; what is not there is left out."""
    asked = select(t.product).where(t.product.c.shop_id == of.shop_id, t.product.c.id.in_(ids))
    rows = {row["id"]: row for row in _rows(conn, asked)}
    variants = _grouped(conn, t.variant, "product_id", ids, of)
    shelves = select(t.category).where(t.category.c.shop_id == of.shop_id)
    names = {row["key"]: words_of(row, "name") for row in _rows(conn, shelves)}
    return [
        product_of(row, names[row["category"]], [variant_of(v, of.currency) for v in variants[row["id"]]])
        for row in (rows[product_id] for product_id in ids if product_id in rows)
    ]


def product_ids(conn: Connection, of: Of) -> Sequence[str]:
    theirs = select(t.product.c.id).where(t.product.c.shop_id == of.shop_id)
    return conn.execute(theirs.order_by(t.product.c.id)).scalars().all()


def inside_limits(conn: Connection, wanted: Wanted, of: Of) -> Sequence[str]:
    """Products of which one and the same variant keeps every limit."""
    column = t.variant.c
    limits: list[ColumnElement[bool]] = [column.shop_id == of.shop_id]
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
    same = and_(column.shop_id == t.product.c.shop_id, column.product_id == t.product.c.id)
    joined = t.variant.join(t.product, same)
    query = select(column.product_id).select_from(joined).where(and_(True, *limits)).distinct()
    return conn.execute(query).scalars().all()


def effect(conn: Connection, key: str, of: Of) -> Row | None:
    done = select(t.effect).where(t.effect.c.shop_id == of.shop_id, t.effect.c.key == key)
    return conn.execute(done).mappings().first()


def export(conn: Connection, customer_id: str, of: Of) -> dict[str, Any]:
    """Every row of a customer, as JSON. Empty for somebody who is not one."""
    people = _held(conn, t.customer, "id", [customer_id], of)
    orders = _held(conn, t.order, "customer_id", [customer_id], of)
    ids = [row["id"] for row in orders]
    if not people:
        return {}
    return {
        "customer": people[0],
        **{table.name: _held(conn, table, "customer_id", [customer_id], of) for table in t.OF_A_CUSTOMER},
        t.order.name: orders,
        **{table.name: _held(conn, table, "order_id", ids, of) for table in (*t.OF_AN_ORDER, t.effect)},
    }


def _orders(conn: Connection, rows: Sequence[Row], of: Of) -> list[Order]:
    ids = [row["id"] for row in rows]
    parts = {table.name: _grouped(conn, table, "order_id", ids, of) for table in t.OF_AN_ORDER}
    return [
        order_of(row, {name: some[row["id"]] for name, some in parts.items()}, of.currency) for row in rows
    ]


def _grouped(conn: Connection, table: Table, owner: str, ids: Iterable[str], of: Of) -> _Grouped:
    """The table's rows of these owners, in their own order; an empty list for an owner without any."""
    grouped: _Grouped = defaultdict(list)
    for row in conn.execute(_of_owners(table, owner), {"shop": of.shop_id, "ids": list(ids)}).mappings():
        grouped[row[owner]].append(row)
    return grouped


@cache
def _of_owners(table: Table, owner: str) -> Select[Any]:
    """Built once: that takes six times as long as running it."""
    theirs = table.c[owner].in_(bindparam("ids", expanding=True))
    return select(table).where(table.c.shop_id == bindparam("shop"), theirs).order_by(table.c.place)


def _held(conn: Connection, table: Table, owner: str, ids: Iterable[str], of: Of) -> list[dict[str, Any]]:
    theirs = select(table).where(table.c.shop_id == of.shop_id, table.c[owner].in_(list(ids)))
    return [_json(row) for row in _rows(conn, theirs)]


def _rows(conn: Connection, query: Select[Any]) -> Sequence[Row]:
    return conn.execute(query).mappings().all()


def _json(row: Row) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}
