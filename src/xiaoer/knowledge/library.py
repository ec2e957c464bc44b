"""The knowledge base, searchable (domain.ports.Library)."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from xiaoer.domain.knowledge import Article, Passage, Scope
from xiaoer.domain.ports import Embedder
from xiaoer.domain.words import Language
from xiaoer.knowledge.match import informative
from xiaoer.knowledge.shelf import Question, Shelf

LINE = 0.5  # chance of being right below which no passage is given


class TantivyLibrary:
    """Searched from any thread, also while `replace` puts other articles into it."""

    version: str  # of the articles: equal for equal articles, whenever and wherever they were read

    def __init__(
        self, articles: Sequence[Article], *, folder: Path | None, line: float, embedder: Embedder | None
    ) -> None:
        self._folder, self._line, self._embedder = folder, line, embedder
        self._shelves: Mapping[Language, Shelf] = {}
        self.replace(articles)

    @classmethod
    def build(
        cls,
        articles: Sequence[Article],
        *,
        folder: Path | None = None,
        line: float = LINE,
        embedder: Embedder | None = None,
    ) -> "TantivyLibrary":
        """A library of these articles; its index is kept in `folder`, or in memory. `line` 0 never abstains.

        With an `embedder`, articles are found by what they mean too, as far and as long as it works.

        ValueError if two have one slug and language; OSError if the folder cannot be written.
        """
        return cls(articles, folder=folder, line=line, embedder=embedder)

    def replace(self, articles: Sequence[Article]) -> None:
        """From now on these articles, and no others. A search under way ends with the former ones.

        They are found by their words at once, and by vectors when those are there.
        """
        _refuse_twice(articles)
        shelves = {language: self._shelf(articles, language) for language in Language}
        self._shelves, self.version = shelves, _version(articles)
        if self._folder is not None:
            _clear(self._folder, keep={shelf.name for shelf in shelves.values()})
        self.embed()

    def embed(self) -> bool:
        """Make the vectors that are missing; False if the embedder is down, and it should be tried again."""
        if self._embedder is None:
            return True
        there = [shelf.embed(self._embedder) for shelf in self._shelves.values()]
        return all(there)

    def search(
        self, question: str, language: Language, *, limit: int, scope: Scope | None = None
    ) -> Sequence[Passage]:
        """At most `limit` passages of different articles, best first; empty when nothing answers.

        What may not be said in `scope` is not found; None: everything may be.

        `score` is the chance that the article answers the question; the first one's is at least the line.
        When the own language has nothing, the other one is searched: meanings are the same in both. What it
        finds is given in the own language if the article is translated, else as it is, and says so.
        """
        asked = Question.of(question)
        if not informative(asked.bag) or limit < 1:
            return ()
        own, *others = self._order(language)
        for shelf in (own, *others):
            found = shelf.find(asked, limit, scope)
            if found and found[0].score >= self._line:
                return [own.translated(passage, asked, scope) for passage in found]
        return ()

    def article(
        self, slug: str, question: str, language: Language, *, scope: Scope | None = None
    ) -> Passage | None:
        """The passage of this article that fits the question best; None if there is no such article."""
        asked = Question.of(question)
        found = (shelf.of(slug, asked, scope) for shelf in self._order(language))
        return next(filter(None, found), None)

    def _order(self, language: Language) -> list[Shelf]:
        """The own language first; of one reading, as `replace` may put others in its place meanwhile."""
        shelves = self._shelves
        return [shelves[language], *(shelf for own, shelf in shelves.items() if own is not language)]

    def _shelf(self, articles: Sequence[Article], language: Language) -> Shelf:
        own = tuple(article for article in articles if article.language is language)
        former = self._shelves.get(language)
        if former is not None and former.holds(own):
            return former
        return Shelf(own, language, name=_version(own), folder=self._folder)


def _version(articles: Iterable[Article]) -> str:
    """Of what is said and where, not of when it was written: a fresh copy is the same knowledge."""
    known = sorted(
        (a.slug, a.language.value, a.title, a.group, a.questions, a.body, a.region, a.channel)
        for a in articles
    )
    return sha256(repr(known).encode()).hexdigest()[:12]


def _refuse_twice(articles: Sequence[Article]) -> None:
    seen: set[tuple[str, Language]] = set()
    for article in articles:
        if (article.slug, article.language) in seen:
            raise ValueError(f"{article.language.value}/{article.slug}: there are two articles of this name")
        seen.add((article.slug, article.language))


def _clear(folder: Path, *, keep: set[str]) -> None:
    """Remove former indexes. A process that still reads one has its files open and may go on."""
    for path in folder.iterdir():
        if path.is_dir() and path.name.startswith(("zh-", "en-")) and path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)
