"""The library of this process, kept at what the shop says now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

import anyio
import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, Name
from xiaoer.domain.knowledge_ports import Articles
from xiaoer.knowledge.library import TantivyLibrary


class Current:
    """Follows the articles: what this process or another publishes, and what begins or ends by its dates.

    Searches go on in the former articles until the new ones stand.
    """

    def __init__(self, articles: Articles, shop_id: ShopId) -> None:
        self.library = TantivyLibrary.build([])
        self.numbers: Mapping[Name, int] = {}  # of the versions in the library
        self._articles, self._shop_id = articles, shop_id
        self._seen: str | None = None  # what the articles' mark was; None: not looked yet
        self._due: datetime | None = None  # when something begins or ends by itself
        self._said: list[Article] = []
        self._alone = anyio.Lock()

    @classmethod
    async def open(cls, articles: Articles, shop_id: ShopId, *, now: datetime) -> Self:
        """With what is said at `now`."""
        made = cls(articles, shop_id)
        await made.refresh(now)
        return made

    async def refresh(self, now: datetime) -> bool:
        """Look whether anything changed, and take it in; whether it had. Cheap when nothing has."""
        async with self._alone:
            seen = await self._articles.changed(self._shop_id)
            if seen == self._seen and (self._due is None or now < self._due):
                return False
            versions = await self._articles.holding(self._shop_id, now)
            due = await self._articles.next_change(self._shop_id, now)
            said = [version.said() for version in versions]
            numbers = {version.article.name: version.number for version in versions}
            self.numbers = {**self.numbers, **numbers}  # while one library takes the place of the other
            if changed := said != self._said:
                await anyio.to_thread.run_sync(self.library.replace, said)
            self.numbers = numbers
            self._seen, self._due, self._said = seen, due, said
            return changed
