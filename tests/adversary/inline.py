"""The real tables and statements with nothing between: each unit in the caller's own thread, one by one.

Ten times as many calls in the same time, and the same order of everything at every run. (The lanes
themselves are tested in tests/store; the adversary also plays a smaller game over them, on both databases.)
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from typing_extensions import override

from xiaoer.store.engine import Store, engine

T = TypeVar("T")


class InlineStore(Store):
    def __init__(self, database: Engine) -> None:
        self._engine = database
        self._conn = database.connect()
        for pragma in ("synchronous=OFF", "secure_delete=OFF"):
            self._conn.connection.driver_connection.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]

    @override
    async def write(self, key: str, fn: Callable[[Connection], T]) -> T:
        await asyncio.sleep(0)  # others may come in between, as they would
        with self._conn.begin():
            return fn(self._conn)

    @override
    async def read(self, fn: Callable[[Connection], T]) -> T:
        await asyncio.sleep(0)
        with self._conn.begin():
            return fn(self._conn)

    @override
    async def close(self) -> None:
        self._conn.close()
        self._engine.dispose()


@asynccontextmanager
async def inline_store(path: Path) -> AsyncIterator[Store]:
    async with InlineStore(engine(f"sqlite:///{path}", begin="BEGIN")) as store:
        yield store
