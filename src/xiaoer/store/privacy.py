"""A person's copy of what is stored of them, and its erasure: both follow from notes.py alone."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, select, update
from sqlalchemy.sql.dml import Delete, Update

from xiaoer.domain.ids import CustomerId, OrderId, ShopId
from xiaoer.store.columns import Json
from xiaoer.store.engine import Store
from xiaoer.store.notes import blanks_of, deletes, note_of, rows_of
from xiaoer.store.tables import conversations, metadata

AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer of a shop, and all their orders: a guest's conversation is theirs whose order it proved."""

    shop_id: ShopId
    customer_id: CustomerId
    order_ids: Sequence[OrderId] = ()


async def export(store: Store, person: Person) -> dict[str, list[dict[str, object]]]:
    """Every personal column of every row of theirs, by table, ready for JSON."""
    return await store.read(lambda conn: _export(conn, person))


async def erase(store: Store, person: Person) -> dict[str, int]:
    """Delete or blank all of theirs, as each column says, and make the bytes leave the files.

    Rows touched, by table. StoreDown: also if a reader kept old bytes in the files; then do it again.
    """
    counts = await store.write(person.customer_id, lambda conn: _erase(conn, person))
    await store.scrub([table.name for table in metadata.sorted_tables if table.name in counts])
    return counts


def _export(conn: Connection, person: Person) -> dict[str, list[dict[str, object]]]:
    ids = _conversations(conn, person)
    return {table.name: _copy(conn, table, _theirs(table, person, ids)) for table in _personal_tables()}


def _copy(conn: Connection, table: Table, theirs: Iterator[ColumnElement[bool]]) -> list[dict[str, object]]:
    columns = [column for column in table.c if note_of(column).personal]
    found = {}
    for where in theirs:
        for row in conn.execute(select(table).where(where).order_by(*table.primary_key)).mappings():
            key = tuple(row[column] for column in table.primary_key)
            found[key] = {column.name: _shown(column, row[column]) for column in columns}
    return list(found.values())


def _erase(conn: Connection, person: Person) -> dict[str, int]:
    ids = _conversations(conn, person)
    _lock(conn, ids)
    counts: dict[str, int] = {}
    for table in reversed(_personal_tables()):
        for theirs in _theirs(table, person, ids):
            touched = conn.execute(_erasure(table).where(theirs)).rowcount
            counts[table.name] = counts.get(table.name, 0) + touched
    return counts


def _erasure(table: Table) -> Delete | Update:
    return delete(table) if deletes(table) else update(table).values(blanks_of(table))


def _personal_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if rows_of(table).whose != "nobody"]


def _conversations(conn: Connection, person: Person) -> list[str]:
    """Their own, and those in which a guest proved an order of theirs."""
    c = conversations.c
    found = set(
        conn.scalars(select(c.id).where(c.shop_id == person.shop_id, c.customer_id == person.customer_id))
    )
    for table in _personal_tables():
        reach = rows_of(table)
        if not reach.order:
            continue
        for orders in _pieces(person.order_ids):
            guests = select(table.c[reach.conversation]).join(conversations)
            proven = (c.shop_id == person.shop_id, c.customer_id.is_(None), table.c[reach.order].in_(orders))
            found.update(conn.scalars(guests.where(*proven)))
    return sorted(found)


def _lock(conn: Connection, ids: Sequence[str]) -> None:
    """So that nothing is added to one while it goes."""
    c = conversations.c
    for some in _pieces(ids):
        conn.execute(select(c.id).where(c.id.in_(some)).order_by(c.id).with_for_update())


def _theirs(table: Table, person: Person, ids: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together meet every row of theirs, some rows twice."""
    reach, of_shop = rows_of(table), table.c.shop_id == person.shop_id
    for some in _pieces(ids):
        yield of_shop & table.c[reach.conversation].in_(some)
    if reach.customer:
        yield of_shop & (table.c[reach.customer] == person.customer_id)


def _pieces(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _shown(column: "Column[Any]", value: object) -> object:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(column.type, Json) and isinstance(value, str):
        return json.loads(value)
    return value
