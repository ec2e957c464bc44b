"""The demo shop filled with `world()`, on both databases: filled once, copied for each test.

Alone, or beside its twin: another shop with its very ids.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.databases import Postgres
from tests.shops.worlds import NOW, POLICY, SEED, clock, world

from xiaoer.domain.ids import ShopId
from xiaoer.shops.demo import seed
from xiaoer.shops.demo.shop import DemoShop
from xiaoer.store.engine import Store

TWIN = replace(POLICY, shop_id=ShopId("twin"))


async def _fill(url: str, *, twin: bool) -> None:
    async with await Store.open(url) as store:
        await seed.ensure(store, now=NOW, policy=POLICY, seed=SEED)
        if twin:
            await seed.put(store, world(), TWIN.shop_id, uncounted=False)


def _made(folder: Path, *, twin: bool) -> Path:
    path = folder / "demo.db"
    asyncio.run(_fill(f"sqlite:///{path}", twin=twin))
    return path


@pytest.fixture(scope="session")
def filled_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("filled"), twin=False)


@pytest.fixture(scope="session")
def twins_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("twins"), twin=True)


@contextmanager
def _copied(request: pytest.FixtureRequest, folder: Path, *, twin: bool) -> Iterator[str]:
    if request.param == "sqlite":
        filled = request.getfixturevalue("twins_sqlite" if twin else "filled_sqlite")
        yield f"sqlite:///{shutil.copy(filled, folder / 'demo.db')}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.filled("twins" if twin else "demo", lambda empty: asyncio.run(_fill(empty, twin=twin)))
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with _copied(request, tmp_path, twin=False) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def twins_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with _copied(request, tmp_path, twin=True) as url:
        yield url


@pytest.fixture
async def demo_shop(demo_url: str) -> AsyncIterator[DemoShop]:
    async with await Store.open(demo_url) as store:
        yield DemoShop(store, POLICY, clock=clock)


@pytest.fixture
async def twin_shop(twins_url: str) -> AsyncIterator[DemoShop]:
    async with await Store.open(twins_url) as store:
        yield DemoShop(store, TWIN, clock=clock)
