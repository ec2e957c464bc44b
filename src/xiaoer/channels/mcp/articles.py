"""The shop's articles as resources: what may be said in public here and now, in the customer's language."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from xiaoer.domain.knowledge import Article, Scope
from xiaoer.domain.words import Language
from xiaoer.knowledge.current import Current

CHANNEL = "mcp"
PREFIX = "xiaoer://articles/"
PAGE = 100
_LONGEST_URI = 400
_CURSOR = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    current: Current
    clock: Callable[[], datetime]

    async def said_in(self, language: Language) -> Sequence[Article]:
        """One of each, by name: in this language if it is translated, else as it is."""
        found: dict[str, Article] = {}
        for article in await self._said():
            if article.language is language or article.slug not in found:
                found[article.slug] = article
        return [found[slug] for slug in sorted(found)]

    async def at(self, uri: str) -> Article | None:
        """The article of this address, in the language it names; None for none that may be said."""
        if not uri.startswith(PREFIX) or len(uri) > _LONGEST_URI:
            return None
        language, _, slug = uri.removeprefix(PREFIX).partition("/")
        wanted = (language, unquote(slug))
        return next((a for a in await self._said() if (a.language.value, a.slug) == wanted), None)

    async def _said(self) -> Sequence[Article]:
        """A region is not known here: what holds in one only is not said."""
        now = self.clock()
        await self.current.refresh(now)  # cheap when nothing has changed
        return self.current.said(Scope(now=now, channel=CHANNEL))


def uri_of(article: Article) -> str:
    return f"{PREFIX}{article.language.value}/{quote(article.slug, safe='')}"


def page_of(articles: Sequence[Article], cursor: str | None) -> tuple[Sequence[Article], str | None]:
    """A page and the cursor of the next; a cursor that is none of ours begins anew."""
    start = int(cursor) if cursor and _CURSOR.fullmatch(cursor) else 0
    more = str(start + PAGE) if start + PAGE < len(articles) else None
    return articles[start : start + PAGE], more
