"""How well an article answers a question, from the terms both have.

    weight     of a term: its kind's (terms.py) times its rarity, ln(1 + (N - n + 0.5) / (n + 0.5)) where
               n of N articles have it (as in BM25; Robertson and Zaragoza 2009)
    coverage   share of the question's weight that the article has; a term of the body alone counts 0.4
    likeness   of the title or a listed question: twice the shared weight over the sum of both weights (Dice);
               the most like one, and the next one with 0.3 of its say
    evidence   h / (h + 1), h the weight found: one common word proves little, however well it fits
    beside     weight of the meanings that the title has and the question has not: an article on returning
               presents is second to the one on returns
    strength   evidence * (0.3 * coverage + 0.7 * likeness) - 0.01 * beside
               + 0.1 for each of at most three meanings shared

`confidence` turns strengths into a chance of being right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log

from xiaoer.knowledge.terms import INFORMATIVE, MEANING, Bag

_IN_BODY = 0.4
_COVERAGE, _LIKENESS = 0.3, 0.7
_NEXT_LIKENESS = 0.3
_HALF_EVIDENCE = 1.0
_MEANING, _MOST_MEANINGS = 0.1, 3
_BESIDE = 0.01

# Logistic regression on one half of the test questions, both languages together: the chance that the best
# article answers the question. tests/knowledge/test_quality.py holds it against the other half.
_BASE, _STRENGTH, _LEAD = -3.6, 6.1, 7.4
_FULL_LEAD = 0.3  # a rival further behind does not matter more

_FEWEST = 100
_CLEARLY_MORE = 3.5  # nats: one meaning that few articles have

Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Profile:
    """The terms of an article, as they are compared with a question's."""

    asked: tuple[Bag, ...]  # of the title, then of each listed question
    told: tuple[Bag, ...]  # of each passage
    asked_sizes: tuple[float, ...]  # weight of each of `asked`
    asked_terms: frozenset[str]
    told_terms: frozenset[str]

    @classmethod
    def of(cls, asked: Sequence[Bag], told: Sequence[Bag], rarity: Rarity) -> "Profile":
        weighed = tuple(weigh(bag, rarity) for bag in asked)
        sizes = tuple(sum(bag.values()) for bag in weighed)
        asked_terms, told_terms = frozenset().union(*asked), frozenset().union(*told)
        return cls(weighed, tuple(told), sizes, asked_terms, told_terms)


def rarity(holding: int, articles: int) -> float:
    """In nats. A handful of articles cannot tell a rare word from a common one: they count as a hundred."""
    articles = max(articles, _FEWEST)
    return log(1 + (articles - holding + 0.5) / (holding + 0.5))


def weigh(bag: Bag, rarity: Rarity) -> Bag:
    return {term: weight * rarity(term) for term, weight in bag.items()}


def informative(bag: Bag) -> list[str]:
    """The terms of a question worth looking for; none for a greeting."""
    return [term for term, weight in bag.items() if weight >= INFORMATIVE]


def strength(question: Bag, article: Profile) -> float:
    """At most 1.3. `question`: weighed terms, at least one; `article`: with a title."""
    asked, told = article.asked_terms, article.told_terms
    found = sum(w * (1 if t in asked else _IN_BODY if t in told else 0) for t, w in question.items())
    evidence = found / (found + _HALF_EVIDENCE)
    coverage = found / sum(question.values())
    meanings = min(_MOST_MEANINGS, sum(term.startswith(MEANING) for term in question if term in asked))
    fits = _COVERAGE * coverage + _LIKENESS * _likeness(question, article)
    beside = sum(w for t, w in article.asked[0].items() if t.startswith(MEANING) and t not in question)
    return evidence * fits + _MEANING * meanings - _BESIDE * beside


def confidence(own: float, rival: float) -> float:
    """Chance (0..1) that an article of strength `own` answers; `rival`: strength of the best other one."""
    lead = min(own - rival, _FULL_LEAD)
    return 1 / (1 + exp(-(_BASE + _STRENGTH * own + _LEAD * lead)))


def best_passage(question: Bag, article: Profile) -> int:
    """Which passage to quote: the first, written to answer directly, unless another has clearly more.

    What the title names says nothing here: every passage is about it.
    """
    asked = {term: weight for term, weight in question.items() if term not in article.asked[0]}
    fits = [_shared(asked, bag) for bag in article.told]
    best = max(range(len(fits)), key=fits.__getitem__)
    return best if fits[best] >= fits[0] + _CLEARLY_MORE else 0


def _likeness(question: Bag, article: Profile) -> float:
    size = sum(question.values())
    sized = zip(article.asked, article.asked_sizes, strict=True)
    alike = sorted((2 * _shared(question, bag) / (size + other) for bag, other in sized), reverse=True)
    best, following = [*alike, 0.0, 0.0][:2]
    return (best + _NEXT_LIKENESS * following) / (1 + _NEXT_LIKENESS)


def _shared(question: Bag, other: Bag) -> float:
    return sum(weight for term, weight in question.items() if term in other)
