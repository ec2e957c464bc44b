"""The demo's articles follow their files; what a merchant has a hand in is his."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from xiaoer.app import shipped
from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import ArticleState, By, Ref
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.words import Language
from xiaoer.knowledge.memory import MemoryArticles
from xiaoer.store.articles import SqlArticles
from xiaoer.store.engine import Store

SHOP = ShopId("mugua")
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
FEE = Ref("fee", Language.EN, 1)


class Files:
    """What is shipped, and articles that follow it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "knowledge" / "en"
        self.folder.mkdir(parents=True)
        self.articles: Any = MemoryArticles()
        self.now = NOON

    def write(self, body: str, slug: str = "fee") -> None:
        (self.folder / f"{slug}.md").write_text(f"---\ntitle: {slug}\ngroup: delivery\n---\n{body}\n")

    async def follow(self) -> list[tuple[str, int, str]]:
        """Start; then what is said: slug, number and text."""
        self.now += timedelta(hours=1)
        await shipped.follow_shipped(self.articles, SHOP, clock=lambda: self.now)
        said = await self.articles.holding(SHOP, self.now)
        return [(v.article.slug, v.number, v.article.body) for v in said]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.setattr(shipped, "demo_folder", lambda: tmp_path)
    return Files(tmp_path)


async def test_a_new_file_and_a_changed_one_are_published_as_the_demos(files: Files) -> None:
    files.write("¥8.")
    assert await files.follow() == [("fee", 1, "¥8.")]
    assert await files.follow() == [("fee", 1, "¥8.")]
    files.write("¥9.")
    files.write("A week.", "returns")
    assert await files.follow() == [("fee", 2, "¥9."), ("returns", 1, "A week.")]
    kept = await files.articles.versions(SHOP, WantedVersions(), limit=9)
    assert {version.author for version in kept} == {"demo"}


async def test_an_article_somebody_edited_is_never_written_over(files: Files) -> None:
    files.write("¥8.")
    await files.follow()
    mine = replace((await files.articles.version(SHOP, FEE)).article, body="Mine.")
    seen = await files.articles.changed(SHOP)
    await files.articles.issue(SHOP, [mine], by=By("lin"), now=files.now, seen=seen)
    files.write("¥9.")
    assert await files.follow() == [("fee", 2, "Mine.")]


async def test_an_article_somebody_withdrew_does_not_come_back(files: Files) -> None:
    files.write("¥8.")
    await files.follow()
    await files.articles.archive(SHOP, FEE, now=files.now)
    files.write("¥9.")
    assert await files.follow() == []


async def test_four_processes_that_start_at_once_write_once(files: Files, store: Store) -> None:
    files.write("¥8.")
    files.articles = SqlArticles(store)
    await asyncio.gather(*(files.follow() for _ in range(4)))
    kept = await files.articles.versions(SHOP, WantedVersions(), limit=9)
    assert [(version.number, version.state) for version in kept] == [(1, ArticleState.PUBLISHED)]
