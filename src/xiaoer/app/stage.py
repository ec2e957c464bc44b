"""A shop on copies, served in this process: whatever happens there, the real one does not hear of it.

Copied are what the shop sells, who bought what, its articles, words and model. No conversation is, no call,
no ticket, no key: it signs its customers in with a key of its own.
"""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import anyio.to_thread
import jwt
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Connection, Table, insert, inspect, make_url, select
from sqlalchemy.exc import DBAPIError

from xiaoer.app.given import Misconfigured, database_url, policy_of, shop_database_url
from xiaoer.app.house import App, open_app
from xiaoer.app.identity import AUDIENCE
from xiaoer.app.served import web
from xiaoer.app.stocking import import_shop
from xiaoer.app.upkeep import migrate
from xiaoer.domain.ids import ShopId
from xiaoer.domain.llm import Used
from xiaoer.domain.ports import StoreDown
from xiaoer.settings import Settings
from xiaoer.shops.demo import tables as t
from xiaoer.store.engine import Store
from xiaoer.store.llm_calls import SqlCalls
from xiaoer.store.tables import article_versions, models, pinned_questions, reply_templates

SIGNS_FOR = timedelta(minutes=10)
_SHOP = "demo-shop.db"  # as shop_database_url names it
_SPOKEN_WITH = (article_versions, reply_templates, models, pinned_questions)  # how the counter answers
_BEHIND = 500  # rows of one statement
_KEY_ID = "stage"
_BROKEN = (
    "数据目录用不了（{why}）：{where}。先运行 xiaoer migrate；还不行就从备份恢复\n"
    "The data directory cannot be used ({why}): {where}. Run xiaoer migrate; if that fails, restore a backup"
)

Rows = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row of the shop that is not what it was, or was not there (`now`), or is not any more."""

    table: str
    now: bool
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`site` is the whole web channel; `drain` waits until no turn is under way."""

    app: App
    site: FastAPI
    pristine: Path
    key: str
    drain: Callable[[], Awaitable[None]]

    @property
    def shop_file(self) -> Path:
        return self.app.settings.data_dir / _SHOP

    def signed(self, customer_id: str) -> str:
        """A token as the shop signs its customers in with."""
        now = self.app.clerk.clock()
        claims = {"sub": customer_id, "shop": self.app.policy.shop_id, "aud": AUDIENCE}
        times = {"iat": now, "exp": now + SIGNS_FOR}
        return jwt.encode({**claims, **times}, self.key, algorithm="HS256", headers={"kid": _KEY_ID})

    async def put_back(self) -> None:
        """All as it was before anybody came; nothing of it is kept in memory."""
        await self.drain()
        await anyio.to_thread.run_sync(_put_back, self.pristine, self.app.settings.data_dir)

    async def changes(self) -> list[Change]:
        """In what the shop is not as it was."""
        await self.drain()
        return await anyio.to_thread.run_sync(_changes, self.shop_file, self.pristine / _SHOP)

    async def asked(self, since: datetime) -> list[Used]:
        """What its models were asked since it was put back."""
        return list(await SqlCalls(self.app.store).used(self.app.policy.shop_id, since=since))


@asynccontextmanager
async def open_stage(
    settings: Settings, folder: Path, *, clock: Callable[[], datetime], data: Path | None = None
) -> AsyncIterator[Stage]:
    """The shop of the settings, copied into `folder`; or, with `data`, that shop imported from there.

    Misconfigured or StoreDown if it cannot be copied. The clock should stand: then all that is done at
    another try has the same dates.
    """
    key = token_hex(32)
    there = _there(settings, folder, key)
    _take_models(settings.data_dir, there.data_dir)
    if data is not None:
        await import_shop(there, there.shop, data)
    else:
        await _copied(settings, there)
    async with open_app(there, clock=clock) as app:
        pristine = folder / "pristine"  # migrated, stocked, its model made
        await anyio.to_thread.run_sync(_kept, there.data_dir, pristine)
        site = web(app, with_demo=False)
        async with site.router.lifespan_context(site):
            yield Stage(app=app, site=site, pristine=pristine, key=key, drain=site.state.turns.drain)


def _there(settings: Settings, folder: Path, key: str) -> Settings:
    """Another house altogether: of the real one's settings those that decide how it answers."""
    served = folder / "served"
    served.mkdir(parents=True)
    keys = served / "keys.json"
    keys.write_text(json.dumps({_KEY_ID: {"algorithm": "HS256", "key": key}}))
    own = {
        "data_dir": served,
        "database_url": "",
        "sign_in_keys": keys,
        "secret": SecretStr(""),
        "staff_tokens": SecretStr(""),
        "settle_s": 0.0,
        "mcp": False,
        "llm_begins": "automatic",  # a model is measured as it would be, let in everywhere
    }
    return settings.model_copy(update=own)


def _take_models(real: Path, there: Path) -> None:
    """Trained ones, so that none is trained anew for this."""
    for file in (real / "model").glob("*.npz"):
        (there / "model").mkdir(exist_ok=True)
        shutil.copyfile(file, there / "model" / file.name)


async def _copied(settings: Settings, there: Settings) -> None:
    shop_id = policy_of(settings).shop_id
    migrate(there)
    if _is_there(database_url(settings)):
        await _copy(database_url(settings), database_url(there), _SPOKEN_WITH, shop_id)
    if _is_there(shop_database_url(settings)):
        shop_tables = tuple(t.metadata.sorted_tables)
        await _copy(shop_database_url(settings), shop_database_url(there), shop_tables, shop_id)


def _is_there(url: str) -> bool:
    """A database that is opened is made: this one must not be."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return True
    file = Path(address.database or "")
    return file.is_file() and file.stat().st_size > 0


async def _copy(source: str, target: str, tables: tuple[Table, ...], shop_id: ShopId) -> None:
    """Read in one transaction, so that what is copied belongs together."""
    try:
        async with await Store.open(source) as store:
            found = await store.read(lambda conn: _rows(conn, tables, shop_id))
    except (StoreDown, ValueError, DBAPIError) as broken:  # gone, or of another release
        where = make_url(source).render_as_string(hide_password=True)
        raise Misconfigured(_BROKEN.format(why=_why(broken), where=where)) from broken

    def put(conn: Connection) -> None:
        for table in tables:
            table.create(conn, checkfirst=True)
            rows = found[table.name]
            for begin in range(0, len(rows), _BEHIND):
                conn.execute(insert(table), rows[begin : begin + _BEHIND])

    async with await Store.open(target) as store:
        await store.write("copy", put)


def _why(broken: Exception) -> str:
    """Never with a row's content."""
    return type(broken.orig).__name__ if isinstance(broken, DBAPIError) else str(broken)


def _rows(conn: Connection, tables: tuple[Table, ...], shop_id: ShopId) -> Rows:
    known = set(inspect(conn).get_table_names())
    queries = {table.name: select(table).where(table.c.shop_id == shop_id) for table in tables}
    return {
        name: [dict(row) for row in conn.execute(query).mappings()] if name in known else []
        for name, query in queries.items()
    }


def _kept(served: Path, pristine: Path) -> None:
    pristine.mkdir()
    for path in served.glob("*.db"):
        with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(pristine / path.name)) as kept:
            now.backup(kept)


def _put_back(pristine: Path, served: Path) -> None:
    for path in pristine.glob("*.db"):
        with (
            closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as before,
            closing(sqlite3.connect(served / path.name)) as now,
        ):
            now.execute("PRAGMA synchronous = off")
            before.backup(now)


def _changes(file: Path, pristine: Path) -> list[Change]:
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        conn.execute("ATTACH DATABASE ? AS pristine", (str(pristine),))
        found = []
        for table in t.metadata.tables:
            here, before = f"main.{table}", f"pristine.{table}"
            for now, one, other in ((True, here, before), (False, before, here)):
                rows = conn.execute(f"SELECT * FROM {one} EXCEPT SELECT * FROM {other}")  # noqa: S608 - our own names
                found += [Change(table=table, now=now, row=dict(row)) for row in rows]
        return found
