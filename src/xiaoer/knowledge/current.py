"""The library of this process, kept at what the shop says now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import anyio
import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, Name, Scope
from xiaoer.domain.knowledge_ports import Articles
from xiaoer.domain.ports import Embedder
from xiaoer.knowledge.library import TantivyLibrary


class Current:
    """Follows the articles: what this process or another publishes, and what begins or ends by its dates.

    Searches go on in the former articles until the new ones stand.
    """

    def __init__(self, articles: Articles, shop_id: ShopId, *, embedder: Embedder | None = None) -> None:
        self.numbers: Mapping[Name, int] = {}  # of the versions in the library
        self._articles, self._shop_id, self._embedder = articles, shop_id, embedder
        self._library: TantivyLibrary | None = None
        self._said: list[Article] = []
        self._seen = ""  # what the articles' mark was
        self._due: datetime | None = None  # when something begins or ends by itself
        self._alone = anyio.Lock()

    @property
    def library(self) -> TantivyLibrary:
        """One and the same as long as the process lives. RuntimeError before the first `refresh`."""
        if self._library is None:
            raise RuntimeError("refresh it first")
        return self._library

    def said(self, scope: Scope) -> Sequence[Article]:
        """The articles that may be said there and then, as of the last `refresh`."""
        return [article for article in self._said if article.fits(scope)]

    async def refresh(self, now: datetime) -> bool:
        """Look whether anything changed, and take it in; whether it had. Cheap when nothing has."""
        async with self._alone:
            seen = await self._articles.changed(self._shop_id)
            is_due = self._due is not None and now >= self._due
            if self._library is not None and seen == self._seen and not is_due:
                return False
            changed = await self._take_in(now)
            self._seen = seen
            return changed

    async def _take_in(self, now: datetime) -> bool:
        versions = await self._articles.holding(self._shop_id, now)
        due = await self._articles.next_change(self._shop_id, now)
        said = [version.said() for version in versions]
        numbers = {version.article.name: version.number for version in versions}
        self.numbers = {**self.numbers, **numbers}  # while one set takes the place of the other
        changed = self._library is None or said != self._said
        if self._library is None:
            build = partial(TantivyLibrary.build, said, embedder=self._embedder)
            self._library = await anyio.to_thread.run_sync(build)
        elif changed:
            await anyio.to_thread.run_sync(self._library.replace, said)
        self.numbers, self._due, self._said = numbers, due, said
        return changed
