"""Where units of work run: pooled threads with a transaction each, or one writer that commits groups."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

T = TypeVar("T")

GROUP = 64  # units in one commit: bounds how long a crowd makes the first of it wait
TRIES = 4  # of one unit on PostgreSQL: three conflicts in a row with the same rows is not luck any more


class Full(Exception):
    """Too many units are waiting, or the lane is closed. Nothing of this one was run."""


class Lane(Protocol):
    def submit(self, fn: Callable[[Connection], T]) -> "Future[T]":
        """Run `fn` in a transaction; the result is there after its commit. Full."""
        ...

    def alone(self, fn: Callable[[Engine], T]) -> "Future[T]":
        """Run `fn` with no transaction of this lane open beside it. Full."""
        ...

    def close(self) -> None:
        """What was submitted is still done. Blocks until then."""
        ...


class Pooled(Lane):
    """Threads, a connection and a transaction per unit."""

    def __init__(
        self, engine: Engine, *, threads: int, limit: int, again: Callable[[DBAPIError], bool]
    ) -> None:
        self._engine = engine
        self._again = again  # whether nothing was done and a second try may well succeed
        self._room = threading.BoundedSemaphore(limit)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="store")

    @override
    def submit(self, fn: Callable[[Connection], T]) -> "Future[T]":
        return self._queue(lambda: self._transaction(fn))

    @override
    def alone(self, fn: Callable[[Engine], T]) -> "Future[T]":
        return self._queue(lambda: fn(self._engine))

    @override
    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._engine.dispose()

    def _queue(self, work: Callable[[], T]) -> "Future[T]":
        if not self._room.acquire(blocking=False):
            raise Full("too many waiting")
        try:
            future = self._threads.submit(work)
        except RuntimeError as error:
            self._room.release()
            raise Full("closed") from error
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _transaction(self, fn: Callable[[Connection], T]) -> T:
        tries = 0
        while True:
            tries += 1
            committing = False
            try:
                with self._engine.begin() as conn:
                    value = fn(conn)
                    committing = True
                return value
            except DBAPIError as error:
                unknown = committing and error.connection_invalidated  # it may have been stored
                if unknown or tries == TRIES or not self._again(error):
                    raise


@dataclass(slots=True)
class _Unit:
    run: Callable[[Any], Any]
    alone: bool = False
    future: "Future[Any]" = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Settled:
    unit: _Unit
    value: Any = None
    error: Exception | None = None

    def deliver(self) -> None:
        if self.error is None:
            self.unit.future.set_result(self.value)
        else:
            self.unit.future.set_exception(self.error)


class GroupCommit(Lane):
    """SQLite's writer: one thread takes all that waits into one transaction, so one fsync serves many.

    Each unit has its own savepoint: one that fails leaves nothing behind and does not hurt the others.
    """

    def __init__(self, engine: Engine, *, limit: int) -> None:
        self._engine = engine
        self._limit = limit
        self._inbox: deque[_Unit] = deque()
        self._closed = False
        self._news = threading.Condition()
        # A daemon: what a dying process had not committed, it had not acknowledged either.
        self._thread = threading.Thread(target=self._write, name="store-writer", daemon=True)
        self._thread.start()

    @override
    def submit(self, fn: Callable[[Connection], T]) -> "Future[T]":
        return self._queue(_Unit(fn))

    @override
    def alone(self, fn: Callable[[Engine], T]) -> "Future[T]":
        return self._queue(_Unit(fn, alone=True))

    @override
    def close(self) -> None:
        with self._news:
            self._closed = True
            self._news.notify()
        self._thread.join()
        self._engine.dispose()

    def _queue(self, unit: _Unit) -> "Future[Any]":
        with self._news:
            if self._closed or len(self._inbox) >= self._limit:
                raise Full("closed" if self._closed else "too many waiting")
            self._inbox.append(unit)
            self._news.notify()
        return unit.future

    def _write(self) -> None:
        while batch := self._next():
            wanted = [unit for unit in batch if unit.future.set_running_or_notify_cancel()]
            for settled in self._settle(wanted):
                settled.deliver()

    def _next(self) -> list[_Unit]:
        """All that waits, up to GROUP, or one unit that must be alone; empty when closed and done."""
        with self._news:
            self._news.wait_for(lambda: self._inbox or self._closed)
            batch: list[_Unit] = []
            while self._inbox and len(batch) < GROUP and not (batch and self._inbox[0].alone):
                batch.append(self._inbox.popleft())
                if batch[0].alone:
                    break
            return batch

    def _settle(self, batch: list[_Unit]) -> list[_Settled]:
        if not batch:
            return []
        try:
            if batch[0].alone:
                return [_Settled(batch[0], batch[0].run(self._engine))]
            with self._engine.begin() as conn:
                return [_attempt(conn, unit) for unit in batch]
        except Exception as error:  # noqa: BLE001 - the thread must live; each caller is told
            return [_Settled(unit, error=error) for unit in batch]


def _attempt(conn: Connection, unit: _Unit) -> _Settled:
    """In its own savepoint, by the driver itself: SQLAlchemy's way costs a fifth of a turn."""
    raw: sqlite3.Connection = conn.connection.driver_connection  # type: ignore[assignment]
    raw.execute("SAVEPOINT unit")
    try:
        value = unit.run(conn)
    except Exception as error:
        if not raw.in_transaction:
            raise  # a full disk or an I/O error: SQLite has taken the whole transaction back
        raw.execute("ROLLBACK TO unit")
        raw.execute("RELEASE unit")
        return _Settled(unit, error=error)
    raw.execute("RELEASE unit")
    return _Settled(unit, value)
