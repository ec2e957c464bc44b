"""Migrations make the very tables the code speaks of, on both databases, whoever starts first."""

import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, Table, insert, inspect, text
from sqlalchemy.exc import ProgrammingError
from tests.store.samples import NOW, SHOP, opened

from xiaoer.domain.job import SETTLE
from xiaoer.domain.knowledge import Article, ArticleState, Version
from xiaoer.domain.ports import StoreDown
from xiaoer.domain.words import Language
from xiaoer.store.articles import SqlArticles
from xiaoer.store.columns import Moment
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store, engine
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.migrate import NewerDatabase, _config, upgrade
from xiaoer.store.tables import intents, metadata


def differences(url: str) -> list[object]:
    database = engine(url)
    with database.connect() as conn:
        found = compare_metadata(MigrationContext.configure(conn), metadata)
    database.dispose()
    return list(found)


def test_an_empty_database_gets_all_tables(empty_url: str) -> None:
    upgrade(empty_url)
    assert differences(empty_url) == []


def test_checks_are_those_of_the_code(empty_url: str) -> None:
    def checks() -> list[object]:
        found = [inspect(database).get_check_constraints(table) for table in sorted(metadata.tables)]
        return [sorted((check["name"] or "", check["sqltext"]) for check in of_table) for of_table in found]

    upgrade(empty_url)
    database = engine(empty_url)
    migrated = checks()
    metadata.drop_all(database)
    metadata.create_all(database)
    made = checks()
    database.dispose()
    assert migrated == made


async def test_an_article_of_the_first_tables_becomes_its_first_version(empty_url: str) -> None:
    row = {
        "shop_id": SHOP,
        "slug": "returns",
        "language": "zh",
        "title": "多久可以退货",
        "group": "returns",
        "questions": '["几天内可以退"]',
        "body": "签收后七天内。",
        "updated_at": NOW,
    }
    database = engine(empty_url)
    with database.begin() as conn:
        command.upgrade(_config(conn), "0001")
        former = Table("articles", MetaData(), Column("updated_at", Moment), autoload_with=conn)
        conn.execute(insert(former), row)
    database.dispose()
    upgrade(empty_url)
    assert differences(empty_url) == []
    async with await Store.open(empty_url) as store:
        [version] = await SqlArticles(store).holding(SHOP, NOW)
    article = Article(
        slug="returns",
        language=Language.ZH,
        title="多久可以退货",
        group="returns",
        questions=("几天内可以退",),
        body="签收后七天内。",
        updated_at=NOW,
    )
    assert version == Version(
        article=article, number=1, state=ArticleState.PUBLISHED, published_at=NOW, archived_at=None
    )


async def test_an_upgrade_of_what_is_new_changes_nothing(database_url: str) -> None:
    async with await Store.open(database_url) as store:
        conversation = await opened(SqlConversations(store))
        upgrade(database_url)
        assert await SqlConversations(store).get(conversation.id) == conversation
    assert differences(database_url) == []


async def test_a_newer_database_is_refused_and_left_alone(store: Store, database_url: str) -> None:
    await store.write("k", lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(NewerDatabase, match="revision 9999, which this version does not know"):
        upgrade(database_url)
    assert (
        await store.read(lambda conn: conn.scalar(text("SELECT version_num FROM alembic_version"))) == "9999"
    )


def test_three_processes_may_start_at_once(empty_url: str) -> None:
    code = "import sys; from xiaoer.store.migrate import upgrade; upgrade(sys.argv[1])"
    starts = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(3)]
    assert [start.wait(timeout=60) for start in starts] == [0, 0, 0]
    assert differences(empty_url) == []


def test_an_upgrade_that_fails_leaves_nothing(empty_url: str) -> None:
    database = engine(empty_url)
    with database.begin() as conn:
        conn.execute(text("CREATE TABLE tries (id INTEGER)"))  # in the way of the revision's last tables
    with pytest.raises((StoreDown, ProgrammingError)):
        upgrade(empty_url)
    left = inspect(database).get_table_names()
    database.dispose()
    assert left == ["tries"]


def test_a_database_that_cannot_be_reached_is_store_down(tmp_path: object) -> None:
    with pytest.raises(StoreDown):
        upgrade(f"postgresql://nobody@/nothing?host={tmp_path}")


async def test_an_effect_that_a_crash_left_before_the_upgrade_is_settled_after_it(empty_url: str) -> None:
    row = {
        "id": "i1",
        "shop_id": SHOP,
        "conversation_id": "c1",
        "role": "customer",
        "proof": 2,
        "customer_id": "mei",
        "proven_orders": "[]",
        "action": "cancel_order",
        "args": "{}",
        "facts": "{}",
        "state": "taken",
        "created_at": NOW,
        "expires_at": NOW,
        "taken_at": NOW,
    }
    database = engine(empty_url)
    with database.begin() as conn:
        command.upgrade(_config(conn), "0002")
        conn.execute(insert(intents), [row, {**row, "id": "i2", "state": "done"}])
    database.dispose()
    upgrade(empty_url)
    async with await Store.open(empty_url) as store:
        [job] = await SqlJobs(store).listed(SHOP, states=(), limit=9)
    assert (job.kind, job.key, job.payload, job.made_at) == (SETTLE, "i1", {"intent_id": "i1"}, NOW)
