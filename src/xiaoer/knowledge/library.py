"""The knowledge base, searchable (domain.ports.Library)."""

import shutil
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from xiaoer.domain.knowledge import Article, Passage, Scope
from xiaoer.domain.words import Language
from xiaoer.knowledge.index import Entry, TermIndex
from xiaoer.knowledge.match import Profile, best_passage, confidence, informative, strength, weigh
from xiaoer.knowledge.passages import passages
from xiaoer.knowledge.terms import Bag, Synonyms, house_synonyms

LINE = 0.5  # chance of being right below which no passage is given
LONGEST_QUESTION = 300  # characters; nobody asks one question in more
_CANDIDATES = 20  # articles weighed exactly
_PROFILES = 3_000  # articles of a language whose terms are kept at hand, some 10 kB each
_FORMAT = "1"  # of the index; another one when its fields or the cutting of words change


class TantivyLibrary:
    """Searched from any thread, also while `replace` puts other articles into it."""

    version: str  # of the articles: equal for equal articles, whenever and wherever they were read

    def __init__(self, articles: Sequence[Article], *, folder: Path | None, line: float) -> None:
        self._folder, self._line = folder, line
        self.replace(articles)

    @classmethod
    def build(
        cls, articles: Sequence[Article], *, folder: Path | None = None, line: float = LINE
    ) -> "TantivyLibrary":
        """A library of these articles; its index is kept in `folder`, or in memory. `line` 0 never abstains.

        ValueError if two have one slug and language; OSError if the folder cannot be written.
        """
        return cls(articles, folder=folder, line=line)

    def replace(self, articles: Sequence[Article]) -> None:
        """From now on these articles, and no others. A search under way ends with the former ones."""
        _refuse_twice(articles)
        shelves = {language: self._shelf(articles, language) for language in Language}
        self._shelves, self.version = shelves, _version(articles)
        if self._folder is not None:
            _clear(self._folder, keep={shelf.name for shelf in shelves.values()})

    def search(
        self, question: str, language: Language, *, limit: int, scope: Scope | None = None
    ) -> Sequence[Passage]:
        """At most `limit` passages of different articles, best first; empty when nothing answers.

        What may not be said in `scope` is not found; None: everything may be.

        `score` is the chance that the article answers the question; the first one's is at least the line.
        When the own language has nothing, the other one is searched: meanings are the same in both. What it
        finds is given in the own language if the article is translated, else as it is, and says so.
        """
        bag = house_synonyms().bag(question, limit=LONGEST_QUESTION)
        if not informative(bag) or limit < 1:
            return ()
        shelves = self._shelves  # one reading: `replace` may put others in its place meanwhile
        own = shelves[language]
        for shelf in (own, *(shelf for shelf in shelves.values() if shelf is not own)):
            found = shelf.find(bag, limit, scope)
            if found and found[0].score >= self._line:
                return [own.translated(passage, bag, scope) for passage in found]
        return ()

    def article(
        self, slug: str, question: str, language: Language, *, scope: Scope | None = None
    ) -> Passage | None:
        """The passage of this article that fits the question best; None if there is no such article."""
        bag = house_synonyms().bag(question, limit=LONGEST_QUESTION)
        shelves = self._shelves
        own = shelves[language]
        for shelf in (own, *(shelf for shelf in shelves.values() if shelf is not own)):
            if (passage := shelf.of(slug, bag, scope)) is not None:
                return passage
        return None

    def _shelf(self, articles: Sequence[Article], language: Language) -> "_Shelf":
        own = [article for article in articles if article.language is language]
        return _Shelf(own, language, self._folder)


class _Shelf:
    """The articles of one language."""

    def __init__(self, articles: Sequence[Article], language: Language, folder: Path | None) -> None:
        self.language = language
        told = [(article, texts) for article in articles if (texts := passages(article.body))]
        self._articles = tuple(article for article, _ in told)
        self._passages = tuple(texts for _, texts in told)
        synonyms = house_synonyms()
        self.name = f"{language.value}-{_version(articles)}-{synonyms.version}-{_FORMAT}"
        entries = (_entry(article, synonyms) for article in self._articles)
        home = folder / self.name if folder else None
        self._index = TermIndex.build(entries, len(self._articles), home)
        self._profile = lru_cache(maxsize=_PROFILES)(self._profile_of)
        self._numbers = {article.slug: number for number, article in enumerate(self._articles)}
        self._bounded = [number for number, article in enumerate(self._articles) if article.bounded]

    def find(self, bag: Bag, limit: int, scope: Scope | None) -> list[Passage]:
        """Best first, whatever the scores."""
        question = weigh(bag, self._index.rarity)
        unsaid = self._unsaid(scope)
        near = self._index.nearest(informative(bag), bag, limit=_CANDIDATES + len(unsaid))
        ranked = sorted(
            ((strength(question, self._profile(number)), -number) for number in near if number not in unsaid),
            reverse=True,
        )
        return [
            self._passage(question, -number, confidence(own, _rival(ranked, place)))
            for place, (own, number) in enumerate(ranked[:limit])
        ]

    def of(self, slug: str, bag: Bag, scope: Scope | None, score: float = 1.0) -> Passage | None:
        number = self._numbers.get(slug)
        if number is None or number in self._unsaid(scope):
            return None
        return self._passage(weigh(bag, self._index.rarity), number, score)

    def translated(self, passage: Passage, bag: Bag, scope: Scope | None) -> Passage:
        """The same article's passage in this language, if there is one."""
        if passage.language is self.language:
            return passage
        return self.of(passage.slug, bag, scope, passage.score) or passage

    def _unsaid(self, scope: Scope | None) -> frozenset[int]:
        """What may not be said there and then."""
        bounded = self._bounded if scope is not None else ()
        return frozenset(n for n in bounded if scope and not self._articles[n].fits(scope))

    def _passage(self, question: Bag, number: int, score: float) -> Passage:
        article = self._articles[number]
        text = self._passages[number][best_passage(question, self._profile(number))]
        return Passage(
            slug=article.slug, language=article.language, title=article.title, text=text, score=score
        )

    def _profile_of(self, number: int) -> Profile:
        article, synonyms = self._articles[number], house_synonyms()
        asked = [synonyms.bag(text) for text in (article.title, *article.questions)]
        told = [synonyms.bag(text) for text in self._passages[number]]
        return Profile.of(asked, told, self._index.rarity)


def _rival(ranked: Sequence[tuple[float, int]], place: int) -> float:
    """Strength of the best article but this one."""
    other = 1 if place == 0 else 0
    return ranked[other][0] if len(ranked) > other else 0.0


def _entry(article: Article, synonyms: Synonyms) -> Entry:
    asked = (term for text in (article.title, *article.questions) for term in synonyms.bag(text))
    return Entry(" ".join(asked), " ".join(synonyms.bag(article.body)))


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
