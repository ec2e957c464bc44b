"""The demo shop filled with `world()`, on both databases: filled once, copied for each test."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from tests.databases import Postgres
from tests.shops.worlds import NOW, POLICY, SEED, clock

from xiaoer.shops.demo import seed
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.store.engine import Store


async def _fill(url: str) -> None:
    async with await Store.open(url) as store:
        await seed.ensure(store, now=NOW, policy=POLICY, seed=SEED)


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "demo.db"
    asyncio.run(_fill(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres: Postgres) -> Iterator["_Copies"]:
    url = postgres.fresh(migrated=False)
    asyncio.run(_fill(url))
    copies = _Copies(url, postgres.fresh(migrated=False))
    yield copies
    copies.close()


class _Copies:
    """Databases made from a filled one, which nobody may be connected to."""

    def __init__(self, filled_url: str, other_url: str) -> None:
        self._filled = make_url(filled_url)
        self._admin = create_engine(
            make_url(other_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
        )
        self._numbers = count(1)

    def fresh(self) -> str:
        name = f"demo_{next(self._numbers)}"
        with self._admin.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name} TEMPLATE {self._filled.database}"))
        return self._filled.set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        self._admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "demo.db"
        shutil.copy(request.getfixturevalue("filled_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    copies: _Copies = request.getfixturevalue("filled_postgres")
    postgres: Postgres = request.getfixturevalue("postgres")
    url = copies.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
async def demo_shop(demo_url: str) -> AsyncIterator[DemoShop]:
    async with await Store.open(demo_url) as store:
        yield DemoShop(store, POLICY, clock=clock)
