"""Store: units of work on SQLite or PostgreSQL. The only file that asks which of the two it is."""

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from xiaoer.domain.ports import StoreDown
from xiaoer.store import crash
from xiaoer.store.lanes import Full, GroupCommit, Lane, Pooled

T = TypeVar("T")

READERS = 2  # SQLite reads are microseconds under one interpreter lock: more threads only wait
POOL = 8  # PostgreSQL connections per process
QUEUE = 2_000  # units waiting: about a second of work; more would be late anyway
CONFLICTS = frozenset({"40001", "40P01"})  # serialization failure, deadlock: PostgreSQL says try again


class Store:
    """A database, open. `fn(conn)` is plain synchronous SQLAlchemy Core and never waits for a network.

    It may be run more than once (a deadlock, a lost connection), so it must touch nothing but `conn`.
    """

    def __init__(self, reads: Lane, writes: Lane, *, wait_s: float) -> None:
        self._reads = reads
        self._writes = writes
        self._wait_s = wait_s

    @classmethod
    async def open(cls, url: str, *, busy_timeout_s: float = 5.0, wait_s: float = 15.0) -> Self:
        """Connect. `busy_timeout_s`: for a lock another process holds; `wait_s`: for its turn in the queue.

        ValueError for a URL of another kind of database, StoreDown if it cannot be reached.
        """
        reads, writes = _lanes(url, busy_timeout_s)
        store = cls(reads, writes, wait_s=wait_s)
        try:
            await store.read(lambda conn: conn.execute(text("SELECT 1")))
        except StoreDown:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """What was accepted is still committed."""
        for lane in {id(lane): lane for lane in (self._writes, self._reads)}.values():
            await asyncio.to_thread(lane.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def write(self, key: str, fn: Callable[[Connection], T]) -> T:
        """The result of `fn`, committed. `key` says in an error what it was about (a conversation's id).

        StoreDown: nothing was stored, unless the connection broke in the very COMMIT; then it is not known,
        and a repeat must be harmless. ValueError: a text that cannot be stored (NUL, a lone surrogate).
        """
        with _told(key):
            crash.boundary()
            value = await self._result(self._writes.submit(fn))
            crash.boundary()
            return value

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """The result of `fn`, which sees one moment's state on SQLite. StoreDown."""
        with _told("read"):
            return await self._result(self._reads.submit(fn))

    async def scrub(self, tables: Sequence[str]) -> None:
        """Make deleted bytes leave the files: VACUUM, and on SQLite an empty write-ahead log. StoreDown."""
        with _told("scrub"):
            await self._result(self._writes.alone(partial(_scrub, tables=tables)))

    async def _result(self, future: "Future[T]") -> T:
        waiting = asyncio.wrap_future(future)
        done, _ = await asyncio.wait({waiting}, timeout=self._wait_s)
        if not done and future.cancel():
            raise StoreDown("waited too long for its turn")
        return await waiting  # running: bounded by the database's own timeouts


@contextmanager
def _told(key: str) -> Iterator[None]:
    """The database's errors as the callers know them; never with a row's content in the message."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, Full) as error:
        raise StoreDown(f"{key}: {_name(error)}") from error
    except DataError as error:
        raise ValueError(f"{key}: cannot be stored") from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):
            raise ValueError(f"{key}: {error.orig}") from error
        if type(error) is DatabaseError or (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise StoreDown(f"{key}: {_name(error)}") from error
        raise


def _name(error: Exception) -> str:
    return type(getattr(error, "orig", None) or error).__name__


# --- one door for what the two databases do differently -----------------------------------------


def upsert(
    conn: Connection,
    table: Table,
    key: Sequence[str],
    row: Mapping[str, Any],
    *,
    where: ColumnElement[bool] | None = None,
    keep: Sequence[str] = (),
) -> None:
    """Insert `row`, or give the row with the same `key` columns its other values, but for those to `keep`.

    `where`: the condition of the unique index, if it has one.
    """
    insert = _insert(conn)(table).values(row)
    changes = {name: insert.excluded[name] for name in row if name not in (*key, *keep)}
    conn.execute(insert.on_conflict_do_update(index_elements=list(key), index_where=where, set_=changes))


def insert_missing(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert `row` unless one with the same key is there."""
    conn.execute(_insert(conn)(table).values(row).on_conflict_do_nothing())


def _insert(conn: Connection) -> Callable[[Table], sqlite.Insert | postgresql.Insert]:
    return sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert


def engine(url: str, *, busy_timeout_s: float = 5.0, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """A plain engine, for migrations and tests. `begin` counts on SQLite only."""
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _sqlite(address, busy_timeout_s, begin)
    return create_engine(
        address,
        hide_parameters=True,  # an error's text goes to the log; rows do not
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=busy_timeout_s,
        connect_args=_postgres_limits(address, busy_timeout_s),
    )


def one_upgrader(conn: Connection, key: int) -> None:
    """Hold until the transaction ends: another process that upgrades the same database waits here."""
    if conn.dialect.name != "sqlite":  # there BEGIN IMMEDIATE has done it
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def in_turn(conn: Connection, what: str) -> None:
    """Hold until the transaction ends: who writes `what` does so after the other. On SQLite all do anyway."""
    digest = hashlib.blake2b(what.encode(), digest_size=8).digest()
    one_upgrader(conn, int.from_bytes(digest, signed=True))


def _lanes(url: str, busy_timeout_s: float) -> tuple[Lane, Lane]:
    if _address(url).get_backend_name() == "sqlite":
        readers = engine(url, busy_timeout_s=busy_timeout_s, begin="BEGIN")
        reads = Pooled(readers, threads=READERS, limit=QUEUE, again=lambda _: False)
        return reads, GroupCommit(engine(url, busy_timeout_s=busy_timeout_s), limit=QUEUE)
    pool = Pooled(engine(url, busy_timeout_s=busy_timeout_s), threads=POOL, limit=QUEUE, again=_again)
    return pool, pool


def _address(url: str) -> URL:
    address = make_url(url)
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return address
        case "postgresql" | "postgres":
            return address.set(drivername="postgresql+psycopg")
    raise ValueError("the database URL must be sqlite:///FILE or postgresql://...")


def _again(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in CONFLICTS


def _postgres_limits(address: URL, busy_timeout_s: float) -> dict[str, Any]:
    """So that no unit waits for ever; what the URL says itself is left as it is."""
    lock_ms = int(busy_timeout_s * 1000)
    settings = f"-c lock_timeout={lock_ms} -c statement_timeout={3 * lock_ms} -c timezone=UTC"
    limits = {
        "connect_timeout": 5,
        "application_name": "xiaoer",
        "options": settings,
        "tcp_user_timeout": 10_000,
    }
    return {name: value for name, value in limits.items() if name not in address.query}


def _sqlite(address: URL, busy_timeout_s: float, begin: str) -> Engine:
    path = Path(address.database or "").absolute()
    _create(path)
    check = partial(_check_file, path, path.stat().st_ino if path.exists() else None)

    def connect() -> sqlite3.Connection:
        check()
        return _open_sqlite(path, busy_timeout_s)

    made = create_engine(f"sqlite:///{path}", creator=connect, hide_parameters=True)

    # Python's own transaction handling would begin late, without savepoints: so we begin.
    @event.listens_for(made, "begin")
    def _(conn: Connection) -> None:
        check()
        conn.exec_driver_sql(begin)

    return made


def _check_file(path: Path, inode: int | None) -> None:
    """An open SQLite goes on writing into a file that has no name any more: nobody would find it again."""
    if not path.exists() or path.stat().st_ino != inode:
        raise StoreDown("the database file is gone or was replaced")


def _create(path: Path) -> None:
    """An empty file only its owner may read: it will hold what customers said."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError:
        return  # opening it will say so, as StoreDown


def _open_sqlite(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    raw = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,
        check_same_thread=False,
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        raw.execute(f"PRAGMA {pragma}")
    return raw


def _scrub(database: Engine, *, tables: Sequence[str]) -> None:
    if database.dialect.name == "sqlite":
        _scrub_sqlite(database)
        return
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        for table in tables:
            conn.execute(text(f"VACUUM {conn.dialect.identifier_preparer.quote(table)}"))


def _scrub_sqlite(database: Engine) -> None:
    raw = database.raw_connection()
    try:
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor = raw.cursor()
            answer = cursor.execute(statement).fetchone()
            if answer is not None and answer[0]:
                raise StoreDown("a reader holds the write-ahead log: old bytes are still in it")
    except sqlite3.Error as error:
        raise StoreDown(f"scrub: {type(error).__name__}") from error
    finally:
        raw.close()
