"""expire(store, now): what has had its time goes, by the classes the tables name (notes.py)."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Connection, Delete, Table, Update, delete, or_, select, tuple_, update

from xiaoer.store.engine import Store
from xiaoer.store.notes import Erase, note_of, rows_of
from xiaoer.store.tables import metadata

AT_ONCE = 500  # rows in one transaction: others write in between
ROUNDS = 1_000  # of one call; the next call goes on


async def expire(store: Store, now: datetime) -> dict[str, int]:
    """Rows deleted or blanked, by table. What hangs on a deleted conversation goes with it, uncounted."""
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        for statement in _due(table, now):
            counts[table.name] = counts.get(table.name, 0) + await _in_pieces(store, statement)
    return counts


async def _in_pieces(store: Store, statement: Delete | Update) -> int:
    total = 0
    for _ in range(ROUNDS):
        done = await store.write("expire", partial(_rows, statement=statement))
        total += done
        if done < AT_ONCE:
            break
    return total


def _rows(conn: Connection, *, statement: Delete | Update) -> int:
    return conn.execute(statement).rowcount


def _due(table: Table, now: datetime) -> list[Delete | Update]:
    reach = rows_of(table)
    if reach.clock is None:
        return []
    clock = table.c[reach.clock]
    if reach.keep.days is not None:
        return [delete(table).where(_some(table, clock < now - timedelta(days=reach.keep.days)))]
    return [
        update(table)
        .values(blanks)
        .where(_some(table, (clock < now - timedelta(days=days)) & _filled(table, blanks)))
        for days, blanks in _blanks_by_days(table).items()
    ]


def _some(table: Table, due: ColumnElement[bool]) -> ColumnElement[bool]:
    keys = list(table.primary_key)
    return tuple_(*keys).in_(select(*keys).where(due).limit(AT_ONCE))


def _blanks_by_days(table: Table) -> dict[int, dict[str, str | None]]:
    found: dict[int, dict[str, str | None]] = {}
    for column in table.c:
        note = note_of(column)
        if note.erase is Erase.BLANK and note.keep.days is not None:
            found.setdefault(note.keep.days, {})[column.name] = note.blank
    return found


def _filled(table: Table, blanks: dict[str, str | None]) -> ColumnElement[bool]:
    return or_(*(table.c[name].is_distinct_from(blank) for name, blank in blanks.items()))
