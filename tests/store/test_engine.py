"""Units of work: committed or not at all, whatever breaks around them."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from operator import methodcaller
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from tests.databases import Postgres

from xiaoer.domain.ports import StoreDown
from xiaoer.store.engine import Store, engine, insert_missing, upsert
from xiaoer.store.lanes import GroupCommit, Pooled

notes = Table(
    "notes", MetaData(), Column("id", Integer, primary_key=True), Column("text", Text, nullable=False)
)


@pytest.fixture
async def shelf(store: Store) -> Store:
    await store.write("make", notes.create)
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of an SQLite database with the table in it."""
    database = engine(f"sqlite:///{tmp_path / 'x.db'}")
    notes.create(database)
    database.dispose()
    return tmp_path / "x.db"


def note(number: int, words: str | None = "") -> Callable[[Connection], int]:
    def run(conn: Connection) -> int:
        conn.execute(insert(notes), {"id": number, "text": words})
        return number

    return run


async def numbers(store: Store) -> list[int]:
    return await store.read(lambda conn: list(conn.scalars(select(notes.c.id).order_by(notes.c.id))))


async def test_each_unit_has_its_own_result(shelf: Store) -> None:
    assert await asyncio.gather(*(shelf.write("k", note(n)) for n in range(200))) == list(range(200))
    assert await numbers(shelf) == list(range(200))


async def test_a_unit_that_fails_leaves_nothing_and_hurts_no_other(shelf: Store) -> None:
    def half(conn: Connection) -> None:
        note(1000)(conn)
        raise KeyError("half way")

    def twice(conn: Connection) -> None:
        note(1001)(conn)
        note(1001)(conn)

    units = [note(1), half, note(2), twice, note(3), note(4, None), note(5)]
    results = await asyncio.gather(*(shelf.write("k", unit) for unit in units), return_exceptions=True)
    assert [type(r) for r in results] == [int, KeyError, int, IntegrityError, int, IntegrityError, int]
    assert await numbers(shelf) == [1, 2, 3, 5]


async def test_an_error_names_no_content(shelf: Store) -> None:
    with pytest.raises(IntegrityError) as broken:
        await asyncio.gather(*(shelf.write("k", note(1, "幸运草 13800138000")) for _ in range(2)))
    assert "13800138000" not in str(broken.value)


async def test_a_read_changes_nothing_on_sqlite(path: Path) -> None:
    async with await Store.open(f"sqlite:///{path}") as store:
        with pytest.raises(StoreDown):
            await store.read(lambda conn: conn.execute(text("BEGIN IMMEDIATE")))
        assert await numbers(store) == []


async def test_upsert_and_insert_missing(shelf: Store) -> None:
    rows = [{"id": 1, "text": "a"}, {"id": 1, "text": "b"}, {"id": 2, "text": "c"}]
    for row in rows:
        await shelf.write("k", partial(upsert, table=notes, key=["id"], row=row))
    await shelf.write("k", lambda conn: insert_missing(conn, notes, {"id": 2, "text": "d"}))
    found = await shelf.read(lambda conn: conn.execute(select(notes.c.text).order_by(notes.c.id)).all())
    assert [row.text for row in found] == ["b", "c"]


async def test_closing_finishes_what_was_accepted(database_url: str) -> None:
    store = await Store.open(database_url)
    await store.write("make", notes.create)
    accepted = [asyncio.ensure_future(store.write("k", note(n))) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*accepted) == list(range(50))
    with pytest.raises(StoreDown):
        await store.write("k", note(99))
    with pytest.raises(StoreDown):
        await store.read(lambda conn: None)


async def test_a_full_queue_says_so_and_stores_nothing(path: Path) -> None:
    url, go = f"sqlite:///{path}", threading.Event()
    reads = Pooled(engine(url, begin="BEGIN"), threads=1, limit=2, again=lambda _: False)
    async with Store(reads, GroupCommit(engine(url), limit=2), wait_s=20) as store:
        for lane in (store.write, lambda _, unit: store.read(unit)):
            started = threading.Event()

            def hold(_: Connection, started: threading.Event = started) -> None:
                started.set()
                go.wait(20)

            holding = asyncio.ensure_future(lane("k", hold))
            await asyncio.to_thread(started.wait, 20)
            waiting = [asyncio.ensure_future(lane("k", lambda conn: None)) for _ in range(5)]
            refused = await asyncio.wait_for(asyncio.gather(*waiting[2:], return_exceptions=True), 20)
            assert all(isinstance(result, StoreDown) for result in refused)
            go.set()
            await asyncio.gather(holding, waiting[0], return_exceptions=True)
            go.clear()


async def test_who_waited_too_long_is_told_and_is_not_stored_later(path: Path) -> None:
    url, go, started = f"sqlite:///{path}", threading.Event(), threading.Event()
    reads = Pooled(engine(url, begin="BEGIN"), threads=1, limit=9, again=lambda _: False)

    def hold(_: Connection) -> None:
        started.set()
        go.wait(20)

    async with Store(reads, GroupCommit(engine(url), limit=9), wait_s=0.05) as store:
        holding = asyncio.ensure_future(store.write("k", hold))
        await asyncio.to_thread(started.wait, 20)
        with pytest.raises(StoreDown):
            await store.write("k", note(1))
        go.set()
        await holding
        assert await store.write("k", note(2)) == 2
        assert await numbers(store) == [2]


async def test_a_lock_held_elsewhere_is_store_down_and_passes(path: Path) -> None:
    async with await Store.open(f"sqlite:///{path}", busy_timeout_s=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        results = await asyncio.gather(*(store.write("k", note(n)) for n in range(3)), return_exceptions=True)
        assert all(isinstance(result, StoreDown) for result in results)
        assert await numbers(store) == []  # readers are not held up
        other.execute("ROLLBACK")
        other.close()
        assert await store.write("k", note(7)) == 7
        assert await numbers(store) == [7]


async def test_a_lock_held_elsewhere_on_postgres(postgres: Postgres) -> None:
    url = postgres.fresh()
    async with await Store.open(url, busy_timeout_s=0.1) as store:
        await store.write("make", notes.create)
        other = engine(url)
        with other.begin() as conn:
            conn.execute(text("LOCK TABLE notes"))
            with pytest.raises(StoreDown):
                await store.write("k", note(1))
        other.dispose()
        assert await store.write("k", note(2)) == 2
    postgres.drop(url)


async def test_a_file_that_is_gone_is_store_down_until_it_is_back(path: Path) -> None:
    async with await Store.open(f"sqlite:///{path}") as store:
        away = path.with_name("away.db")
        os.rename(path, away)
        with pytest.raises(StoreDown):
            await store.write("k", note(1))
        with pytest.raises(StoreDown):
            await numbers(store)
        assert "x.db" not in os.listdir(path.parent)
        os.mknod(path)  # another file in its place is not ours
        with pytest.raises(StoreDown):
            await store.write("k", note(1))
        os.rename(away, path)
        assert await store.write("k", note(2)) == 2
        assert await numbers(store) == [2]


async def test_a_full_disk_is_store_down_and_passes(path: Path) -> None:
    async with await Store.open(f"sqlite:///{path}") as store:
        await store.write("k", lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 10"))
        units = [note(1), note(2, "x" * 100_000), note(3)]
        results = await asyncio.gather(*(store.write("k", unit) for unit in units), return_exceptions=True)
        assert isinstance(results[1], StoreDown)
        stored = [number for number, result in zip((1, 2, 3), results, strict=True) if result == number]
        assert await numbers(store) == stored
        await store.write("k", lambda conn: conn.exec_driver_sql("PRAGMA max_page_count = 100000"))
        assert await store.write("k", note(9)) == 9


async def test_what_is_no_database_is_store_down(tmp_path: Path) -> None:
    scribble = tmp_path / "scribble.db"
    scribble.write_text("not a database" * 100)
    (tmp_path / "file").touch()
    for place in (scribble, tmp_path / "file" / "x.db"):
        with pytest.raises(StoreDown):
            await Store.open(f"sqlite:///{place}")
    with pytest.raises(StoreDown):
        await Store.open(f"postgresql://nobody@/nothing?host={tmp_path}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
async def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="database URL"):
        await Store.open(url)


async def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path / 'new' / 'x.db'}") as store:
        await store.write("make", notes.create)
        files = list((tmp_path / "new").iterdir())
        assert {file.name for file in files} == {"x.db", "x.db-wal", "x.db-shm"}
        assert {file.stat().st_mode & 0o077 for file in files} == {0}


async def test_sqlite_is_set_to_lose_nothing(path: Path) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    async with await Store.open(f"sqlite:///{path}") as store:
        for pragma, value in wanted.items():
            found = await store.write("k", methodcaller("scalar", text(f"PRAGMA {pragma}")))
            assert found == value


async def test_a_lost_connection_is_mended_without_a_word(postgres: Postgres) -> None:
    url = postgres.fresh()
    async with await Store.open(url) as store:
        await store.write("make", notes.create)
        admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        with admin.begin() as conn:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
            assert conn.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
        admin.dispose()
        assert await asyncio.gather(*(store.write("k", note(n)) for n in range(10))) == list(range(10))
        assert await numbers(store) == list(range(10))
    postgres.drop(url)


async def test_a_deadlock_is_tried_again(postgres: Postgres) -> None:
    url = postgres.fresh()
    both = threading.Barrier(2, timeout=20)
    runs: list[tuple[int, int]] = []

    def swap(first: int, second: int) -> Callable[[Connection], None]:
        def run(conn: Connection) -> None:
            runs.append((first, second))
            for number in (first, second):
                conn.execute(notes.update().where(notes.c.id == number).values(text=notes.c.text + "+"))
                if runs.count((first, second)) == 1 and number == first:
                    both.wait()

        return run

    async with await Store.open(url) as store:
        await store.write("make", notes.create)
        await asyncio.gather(*(store.write("k", note(n)) for n in (1, 2)))
        await asyncio.gather(store.write("k", swap(1, 2)), store.write("k", swap(2, 1)))
        texts = await store.read(lambda conn: list(conn.scalars(select(notes.c.text))))
    assert texts == ["++", "++"]
    assert len(runs) > 2
    postgres.drop(url)
