"""What would we have answered on that day? What we answer now, beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import anyio
import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, Name, Passage, Scope
from xiaoer.domain.knowledge_ports import Articles
from xiaoer.domain.words import Language
from xiaoer.knowledge.current import Current
from xiaoer.knowledge.library import TantivyLibrary

SHOWN = 3  # passages: the one that is said, and what came next


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage and the version of its article that holds it."""

    passage: Passage
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Best first; empty: nothing would have been answered from the knowledge base."""

    moment: datetime
    knowledge: str  # version of all that was said then, as turn records name it
    cited: tuple[Cited, ...]


class Hindsight:
    """Asks the knowledge base as it is, and as it was: from the same versions, with the same search.

    Only the knowledge: what orders, stock and policy would have said is not in it.
    """

    def __init__(self, articles: Articles, shop_id: ShopId, current: Current) -> None:
        self._articles, self._shop_id, self._current = articles, shop_id, current
        self._built: tuple[list[Article], TantivyLibrary] | None = None  # the last one: people ask again
        self._alone = anyio.Lock()

    async def now(self, question: str, language: Language, scope: Scope) -> Answered:
        """What is said at `scope.now`, which is now."""
        await self._current.refresh(scope.now)
        return _answered(self._current.library, self._current.numbers, question, language, scope)

    async def then(self, question: str, language: Language, scope: Scope) -> Answered:
        """What was, or as far as is known will be, said at `scope.now`.

        Builds that library, which takes seconds if it is large.
        """
        versions = await self._articles.holding(self._shop_id, scope.now)
        async with self._alone:
            library = await self._library([version.said() for version in versions])
        numbers = {version.article.name: version.number for version in versions}
        return _answered(library, numbers, question, language, scope)

    async def _library(self, said: list[Article]) -> TantivyLibrary:
        if self._built is None or self._built[0] != said:
            self._built = (said, await anyio.to_thread.run_sync(TantivyLibrary.build, said))
        return self._built[1]


def _answered(
    library: TantivyLibrary, numbers: Mapping[Name, int], question: str, language: Language, scope: Scope
) -> Answered:
    found = library.search(question, language, limit=SHOWN, scope=scope)
    cited = tuple(Cited(p, numbers[Name(p.slug, p.language)]) for p in found)
    return Answered(moment=scope.now, knowledge=library.version, cited=cited)
