"""The demo's articles follow the files they are shipped as, until the merchant has a hand in one."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from xiaoer.app.given import demo_folder
from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, Name, Version
from xiaoer.domain.knowledge_ports import Articles, WantedVersions
from xiaoer.knowledge.markdown import read_folder

DEMO = "demo"  # the author of what is shipped
_OURS = frozenset({DEMO, ""})  # before there were versions nobody signed, and the files alone wrote
_TRIES = 5  # processes that start at once: one writes, the others find it done
_MOST = 100_000  # versions of a shop


async def follow_shipped(articles: Articles, shop_id: ShopId, *, clock: Callable[[], datetime]) -> None:
    """A new or changed file is published by "demo"; an article somebody else wrote or withdrew is let be."""
    shipped = await asyncio.to_thread(read_folder, demo_folder() / "knowledge")
    for _ in range(_TRIES):
        seen = await articles.changed(shop_id)
        kept = await articles.versions(shop_id, WantedVersions(), limit=_MOST)
        news = _news(shipped, kept)
        if not news or await articles.issue(shop_id, news, by=By(DEMO), now=clock(), seen=seen) is not None:
            return


def _news(shipped: Iterable[Article], kept: Sequence[Version]) -> list[Article]:
    lives: dict[Name, list[Version]] = {}
    for version in kept:
        lives.setdefault(version.article.name, []).append(version)
    return [article for article in shipped if _is_news(article, lives.get(article.name, []))]


def _is_news(article: Article, versions: Sequence[Version]) -> bool:
    if not versions:
        return True
    if any(version.author not in _OURS for version in versions):
        return False
    said = [v for v in versions if v.state is ArticleState.PUBLISHED]
    return bool(said) and not said[0].article.says_the_same(article)
