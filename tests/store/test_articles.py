"""Articles in versions: every place that keeps them keeps the contract, whoever else writes."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from tests.store.articles_contract import FEE, HOUR, LIN, RETURNS, ZH, ArticlesContract, held
from tests.store.samples import NOW, SHOP

from xiaoer.domain.knowledge import ArticleState, Ref
from xiaoer.domain.knowledge_ports import Articles, WantedVersions
from xiaoer.knowledge.memory import MemoryArticles
from xiaoer.store.article_rows import row_of
from xiaoer.store.articles import SqlArticles
from xiaoer.store.engine import Store
from xiaoer.store.tables import article_versions


class TestMemoryArticles(ArticlesContract):
    @pytest.fixture
    def articles(self) -> MemoryArticles:
        return MemoryArticles()


class TestSqlArticles(ArticlesContract):
    @pytest.fixture
    def articles(self, store: Store) -> SqlArticles:
        return SqlArticles(store)


async def test_processes_that_write_at_once_get_one_row_of_numbers(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        both = [SqlArticles(store), SqlArticles(other)]
        made = await asyncio.gather(*(both[n % 2].draft(SHOP, RETURNS, by=LIN, now=NOW) for n in range(20)))
        assert sorted(version.number for version in made) == list(range(1, 21))
        seen = await both[0].changed(SHOP)
        issued = await asyncio.gather(
            *(both[n % 2].issue(SHOP, [FEE], by=LIN, now=NOW, seen=seen) for n in range(6))
        )
    assert sum(live is not None for live in issued) == 1


async def test_the_database_itself_refuses_a_second_published_version(store: Store) -> None:
    articles = SqlArticles(store)
    seen = await articles.changed(SHOP)
    issued = await articles.issue(SHOP, [RETURNS], by=LIN, now=NOW, seen=seen)
    assert issued is not None
    second = {"shop_id": SHOP, **row_of(replace(issued[0], number=2))}
    with pytest.raises(IntegrityError):
        await store.write("k", lambda conn: conn.execute(insert(article_versions), second))


async def test_a_thousand_go_live_in_one_transaction(store: Store) -> None:
    articles = SqlArticles(store)
    many = [replace(FEE, slug=f"fee-{n}") for n in range(1_001)]
    seen = await articles.changed(SHOP)
    issued = await articles.issue(SHOP, many, by=LIN, now=NOW, seen=seen)
    assert issued is not None
    assert len(issued) == len(await articles.holding(SHOP, NOW)) == 1_001


# --- whatever is done, in whatever order ---------------------------------------------------------

Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["draft", "later", "publish", "archive", "restore"]),
        st.integers(1, 6),
        st.integers(0, 3),
    ),
    max_size=14,
)


async def live_through(articles: Articles, steps: list[Step]) -> list[Any]:
    """All that can be seen of an article after these steps: its versions, and what held when."""
    now = NOW
    seen: dict[datetime, list[tuple[str, int]]] = {}
    for step, number, hours in steps:
        for hour in range(hours):
            seen[now + hour * HOUR] = await held(articles, now + hour * HOUR)
        now += hours * HOUR
        await do(articles, step, Ref("returns", ZH, number), now)
        for moment, said in seen.items():
            assert await held(articles, moment) == said, "the past has changed"
    versions = await articles.versions(SHOP, WantedVersions(), limit=99)
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    assert sum(version.state is ArticleState.PUBLISHED for version in versions) <= 1
    return [*versions, *[await held(articles, now + hours * HOUR) for hours in range(12)]]


async def do(articles: Articles, step: str, ref: Ref, now: datetime) -> None:
    version = await articles.version(SHOP, ref)
    match step:
        case "draft":
            await articles.draft(SHOP, RETURNS, by=LIN, now=now)
        case "later":
            later = replace(RETURNS, valid_from=now + 4 * HOUR, valid_until=now + 8 * HOUR)
            await articles.draft(SHOP, later, by=LIN, now=now)
        case "publish" if version is not None:
            seen = await articles.changed(SHOP)
            done = await articles.publish(SHOP, [version], now=now, seen=seen)
            assert (done is not None) == (version.state is ArticleState.DRAFT)
        case "archive":
            await articles.archive(SHOP, ref, now=now)
        case "restore" if version is not None:
            await articles.draft(SHOP, version.article, by=LIN, now=now)
        case _:
            pass


@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_the_memory_tell_one_story(database_url: str, steps: list[Step]) -> None:
    async def both() -> tuple[list[Any], list[Any]]:
        async with await Store.open(database_url) as store:
            await store.write("k", lambda conn: conn.execute(text("DELETE FROM article_versions")))
            return await live_through(SqlArticles(store), steps), await live_through(MemoryArticles(), steps)

    kept, remembered = asyncio.run(both())
    assert kept == remembered
