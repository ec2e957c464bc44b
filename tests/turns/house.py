"""The whole house, a fresh copy for each conversation: the world itself is made only once.

What is the same in each of them and never changes is made once a process: the shipped articles as read, the
shelves they are found on, the model of the release.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.clock import NOON, Clock
from tests.databases import Postgres
from tests.once import made_once

from xiaoer.app import App, open_app
from xiaoer.domain.catalog import Product
from xiaoer.domain.knowledge import Article
from xiaoer.domain.money import Money
from xiaoer.domain.ports import Shop
from xiaoer.domain.words import Language
from xiaoer.knowledge.markdown import read_folder
from xiaoer.knowledge.shelf import Shelf
from xiaoer.settings import Settings
from xiaoer.understand.classifier import Model
from xiaoer.understand.train import base_version, load

WRITES = frozenset({"cancel", "change", "change_address", "change_customer", "open_case"})
Opened = Callable[..., AbstractAsyncContextManager[tuple[App, "Switch"]]]
HouseUrl = Callable[[str], str]


class Switch:
    """The shop as it is, or broken: down, slow, rubbish, unclear (a write's answer is lost), changed;
    or bare: it can only what every order system can. In a sale all costs half.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.mode = "ok"

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.shop, name)
        if self.mode == "bare":
            return frozenset() if name == "can" else call
        if self.mode == "ok" or not asyncio.iscoroutinefunction(call):
            return call

        async def broken(*args: Any, **named: Any) -> Any:
            return await self._broken(name, call, *args, **named)

        return broken

    async def _broken(self, name: str, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        if self.mode == "down":
            raise ConnectionError("refused")
        if self.mode == "slow":
            await asyncio.Event().wait()
        if self.mode == "rubbish":
            return "<html>502 Bad Gateway</html>"
        if self.mode == "unclear" and name in WRITES | {"effect"}:
            raise TimeoutError
        if self.mode == "sale" and name == "product":
            return _half_price(await call(*args, **named))
        if self.mode == "changed" and name == "order":
            order = await call(*args, **named)
            return replace(order, total=order.total + Money(100, order.total.currency)) if order else None
        return await call(*args, **named)


def _half_price(product: Product) -> Product:
    half = tuple(replace(v, price=Money(v.price.minor // 2, v.price.currency)) for v in product.variants)
    return replace(product, variants=half)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the world of the demo shop at noon, the trained model and the secrets."""

    async def make(folder: Path) -> None:
        async with open_app(Settings(data_dir=folder, _env_file=None), clock=Clock()):
            pass

    return made_once(tmp_path_factory, "template", lambda folder: asyncio.run(make(folder)))


def postgres_house(postgres: Postgres, template: Path) -> str:
    """The same world at noon in a PostgreSQL: a copy for one test."""

    def fill(url: str) -> None:
        async def make() -> None:
            settings = Settings(data_dir=template, database_url=url, _env_file=None)
            async with open_app(settings, clock=Clock()):
                pass

        with ThreadPoolExecutor(1) as aside:  # a loop may be running here
            aside.submit(asyncio.run, make()).result()

    return postgres.filled("house", fill)


@pytest.fixture
def house_url(request: pytest.FixtureRequest, template: Path) -> HouseUrl:
    """The database a house opens with, by kind: of SQLite it is the file in its folder."""

    def url(database: str) -> str:
        if database == "sqlite":
            return ""
        return postgres_house(request.getfixturevalue("postgres"), template)

    return url


_read_once, _shelf = cache(read_folder), cache(Shelf)


def _shelved_once(articles: Sequence[Article], language: Language, **where: Any) -> Shelf:
    """A copy: vectors may be laid to it, and they are no other test's."""
    return copy(_shelf(articles, language, **where))


@cache
def _base(models: Path) -> Model | None:
    return load(models, base_version())


@pytest.fixture
def made_already(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app of this release opens in half the time: what never changes is the last one's."""

    def load_once(models: Path | None, version: str) -> Model | None:
        ours = models is not None and version == base_version()
        return _base(template / "model") if ours else load(models, version)

    monkeypatch.setattr("xiaoer.app.shipped.read_folder", _read_once)
    monkeypatch.setattr("xiaoer.knowledge.library.Shelf", _shelved_once)
    monkeypatch.setattr("xiaoer.learn.making.load", load_once)


@pytest.fixture
def data_dir(template: Path, tmp_path: Path, made_already: None) -> Path:
    """A data folder of its own, with the demo shop at noon."""
    return copy_of(template, tmp_path / "data")


@pytest.fixture
def opened(data_dir: Path) -> Opened:
    return opened_in(data_dir)


def copy_of(template: Path, folder: Path) -> Path:
    """Models are never written to in place, so they need not be copied."""

    def copied(source: str, goal: str) -> None:
        (os.link if source.endswith(".npz") else shutil.copy2)(source, goal)

    return Path(shutil.copytree(template, folder, copy_function=copied))


def opened_in(folder: Path) -> Opened:
    @asynccontextmanager
    async def open_(
        clock: Clock, patience_s: float = 20.0, database_url: str = "", **more: Any
    ) -> AsyncIterator[tuple[App, Switch]]:
        settings = Settings(
            data_dir=folder,
            database_url=database_url,
            shop_read_timeout_s=patience_s,
            shop_write_timeout_s=patience_s,
            _env_file=None,
            **more,
        )
        switches: list[Switch] = []

        def behind(shop: Shop) -> Shop:
            switches.append(Switch(shop))
            return switches[-1]

        async with open_app(settings, clock=clock, behind=behind) as app:
            yield app, switches[0]

    return open_


@dataclass(frozen=True, slots=True)
class Standing:
    """One house for many conversations, on SQLite: what its databases hold is put back before each."""

    app: App
    shop: Switch
    clock: Clock
    template: Path

    def as_it_was(self) -> None:
        self.clock.now, self.shop.mode = NOON, "ok"
        for path in self.template.glob("*.db"):
            with (
                closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as before,
                closing(sqlite3.connect(self.app.settings.data_dir / path.name)) as now,
            ):
                now.execute("PRAGMA synchronous = off")
                before.backup(now)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """Only for tests that change nothing a process keeps in memory: no articles, no templates, no model."""
    clock = Clock()
    folder = copy_of(template, tmp_path_factory.mktemp("standing") / "data")
    async with opened_in(folder)(clock) as (app, shop):
        yield Standing(app, shop, clock, template)
