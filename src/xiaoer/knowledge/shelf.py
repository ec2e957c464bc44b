"""The articles of one language, searchable by words and, where there are any, by vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xiaoer.domain.knowledge import Article, Passage, Scope
from xiaoer.domain.ports import Embedder
from xiaoer.domain.words import Language
from xiaoer.knowledge.index import Entry, TermIndex
from xiaoer.knowledge.looks import Look, look
from xiaoer.knowledge.match import Profile, Wanted, best_passage, confidence, informative, rarity, strength
from xiaoer.knowledge.pack import Packed, Sizes, holding, laid_open, packed, sizes_of
from xiaoer.knowledge.terms import Bag, house_synonyms
from xiaoer.knowledge.vectors import Near, Vectors

LONGEST_QUESTION = 300  # characters; nobody asks one question in more
_CANDIDATES = 20  # articles weighed exactly, of those nearest by words and by vectors each
_OPEN = 3_000  # articles of a language that lie open, some 10 kB each
_COMMON = 0.25  # a term that so many of the articles have does not say which of them
_FORMAT = "2"  # of the index; another one when its fields or the cutting of words change


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    bag: Bag
    look: Look

    @classmethod
    def of(cls, text: str) -> "Question":
        asked = text[:LONGEST_QUESTION]
        return cls(asked, house_synonyms().bag(asked, limit=LONGEST_QUESTION), look(asked))


class Shelf:
    """It never changes, but that vectors may be laid to it later."""

    def __init__(
        self, articles: Sequence[Article], language: Language, *, name: str, folder: Path | None
    ) -> None:
        """`name`: of these articles, for their index in `folder`."""
        self.language = language
        self._given = tuple(articles)
        self.name = f"{language.value}-{name}-{house_synonyms().version}-{_FORMAT}"
        told = [(article, cut) for article in articles if (cut := packed(article)).passages]
        self._articles = tuple(article for article, _ in told)
        self._packed = tuple(cut for _, cut in told)
        held, count, weight = holding(self._packed), len(told), house_synonyms().weight
        self._weights = {term: weight(term) * rarity(n, count) for term, n in held.items()}
        self._common = frozenset(term for term, n in held.items() if n > _COMMON * count)
        self._unknown = rarity(0, count)
        self._sizes: tuple[Sizes, ...] = tuple(sizes_of(cut, self._weights) for cut in self._packed)
        home = folder / self.name if folder else None
        self._index = TermIndex.build(map(_entry, self._packed), len(told), home)
        self._open = lru_cache(maxsize=_OPEN)(self._laid_open)
        self._numbers = {article.slug: number for number, article in enumerate(self._articles)}
        self._bounded = [number for number, article in enumerate(self._articles) if article.bounded]
        self._vectors: Vectors | None = None

    def holds(self, articles: Sequence[Article]) -> bool:
        """Whether it is of just these."""
        return self._given == tuple(articles)

    def embed(self, embedder: Embedder) -> bool:
        """Lay vectors to the words; whether they are there now. It may take long: the search goes on."""
        if self._vectors is None and self._articles:
            asked = ((article.title, *article.questions) for article in self._articles)
            told = (cut.passages for cut in self._packed)
            self._vectors = Vectors.build(embedder, [(*a, *t) for a, t in zip(asked, told, strict=True)])
        return self._vectors is not None or not self._articles

    def find(self, question: Question, limit: int, scope: Scope | None) -> list[Passage]:
        """Best first, whatever the scores."""
        wanted = self._wanted(question)
        near = self._vectors.near(question.text) if self._vectors else None
        unsaid = self._unsaid(scope)
        found = self._candidates(question, near, _CANDIDATES + len(unsaid)) - unsaid
        ranked = sorted(
            ((strength(wanted, self._open(n), near[n] if near else 0.0), -n) for n in found), reverse=True
        )
        return [
            self._passage(
                wanted, -number, confidence(own, _rival(ranked, place), by_vectors=near is not None)
            )
            for place, (own, number) in enumerate(ranked[:limit])
        ]

    def of(self, slug: str, question: Question, scope: Scope | None, score: float = 1.0) -> Passage | None:
        number = self._numbers.get(slug)
        if number is None or number in self._unsaid(scope):
            return None
        return self._passage(self._wanted(question), number, score)

    def translated(self, passage: Passage, question: Question, scope: Scope | None) -> Passage:
        """The same article's passage in this language, if there is one."""
        if passage.language is self.language:
            return passage
        return self.of(passage.slug, question, scope, passage.score) or passage

    def _candidates(self, question: Question, near: Near | None, limit: int) -> set[int]:
        by_words = self._index.nearest(self._telling(question.bag), limit=limit)
        return {*by_words, *(near.best(limit) if near else ())}

    def _telling(self, bag: Bag) -> Bag:
        """What is looked for: what articles have, and of that only what few have, if that says enough.

        One word alone does not: "how long" of "how long does delivery take" would find whatever takes time.
        """
        known = {term: bag[term] for term in informative(bag) if term in self._weights}
        telling = {term: weight for term, weight in known.items() if term not in self._common}
        return telling if len(telling) > 1 else known

    def _wanted(self, question: Question) -> Wanted:
        terms = {
            term: self._weights.get(term) or weight * self._unknown for term, weight in question.bag.items()
        }
        return Wanted(terms, sum(terms.values()), question.look)

    def _unsaid(self, scope: Scope | None) -> frozenset[int]:
        """What may not be said there and then."""
        bounded = self._bounded if scope is not None else ()
        return frozenset(n for n in bounded if scope and not self._articles[n].fits(scope))

    def _passage(self, wanted: Wanted, number: int, score: float) -> Passage:
        article = self._articles[number]
        text = self._packed[number].passages[best_passage(wanted, self._open(number))]
        return Passage(
            slug=article.slug, language=article.language, title=article.title, text=text, score=score
        )

    def _laid_open(self, number: int) -> Profile:
        return laid_open(self._packed[number], self._sizes[number])


def _rival(ranked: Sequence[tuple[float, int]], place: int) -> float:
    """Strength of the best article but this one."""
    other = 1 if place == 0 else 0
    return ranked[other][0] if len(ranked) > other else 0.0


def _entry(article: Packed) -> Entry:
    return Entry(" ".join(article.asked), " ".join(article.told))
