"""How well an article answers a question, from the terms both have.

    weight     of a term: its kind's (terms.py) times its rarity, ln(1 + (N - n + 0.5) / (n + 0.5)) where
               n of N articles have it (as in BM25; Robertson and Zaragoza 2009)
    coverage   share of the question's weight that the article has; a term of the body alone counts 0.4
    likeness   twice the shared weight over the sum of both weights (Dice), for the title or listed question
               that is most like the question
    evidence   h / (h + 1), h the weight found: one common word proves little, however well it fits
    raw        evidence * (0.3 * coverage + 0.7 * likeness)

`confidence` turns raw values into a chance of being right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log

from xiaoer.knowledge.terms import INFORMATIVE, MEANING, Bag

_IN_BODY = 0.4
_COVERAGE, _LIKENESS = 0.3, 0.7
_HALF_EVIDENCE = 1.0

# Logistic regression on one half of the test questions, both languages together (tests/knowledge): the chance
# that the best article answers the question, and the line where answering does more good than harm.
_BASE, _RAW, _LEAD, _MEANINGS = -2.9, 2.8, 6.0, 0.9
_MOST_MEANINGS = 3

Rarity = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Profile:
    """The terms of an article, as they are compared with a question's."""

    asked: tuple[Bag, ...]  # of the title and each listed question
    told: tuple[Bag, ...]  # of each passage
    asked_sizes: tuple[float, ...]  # weight of each of `asked`

    @classmethod
    def of(cls, asked: Sequence[Bag], told: Sequence[Bag], rarity: Rarity) -> "Profile":
        weighed = tuple(weigh(bag, rarity) for bag in asked)
        return cls(weighed, tuple(told), tuple(sum(bag.values()) for bag in weighed))


@dataclass(frozen=True, slots=True)
class Match:
    raw: float  # 0..1
    meanings: int  # of the question, that the article has


def rarity(holding: int, articles: int) -> float:
    return log(1 + (articles - holding + 0.5) / (holding + 0.5))


def weigh(bag: Bag, rarity: Rarity) -> Bag:
    return {term: weight * rarity(term) for term, weight in bag.items()}


def informative(bag: Bag) -> list[str]:
    """The terms of a question worth looking for; none for a greeting."""
    return [term for term, weight in bag.items() if weight >= INFORMATIVE]


def match(question: Bag, article: Profile) -> Match:
    """`question`: weighed terms, at least one."""
    size = sum(question.values())
    asked = {term for bag in article.asked for term in bag}
    told = {term for bag in article.told for term in bag}
    found = sum(w * (1 if t in asked else _IN_BODY if t in told else 0) for t, w in question.items())
    sized = zip(article.asked, article.asked_sizes, strict=True)
    likeness = max((2 * _shared(question, bag) / (size + other) for bag, other in sized), default=0.0)
    evidence = found / (found + _HALF_EVIDENCE)
    raw = evidence * (_COVERAGE * found / size + _LIKENESS * likeness)
    return Match(raw, sum(1 for t in question if t.startswith(MEANING) and t in asked))


def confidence(one: Match, rival: float) -> float:
    """Chance (0..1) that this article answers; `rival` is the raw value of the best other one."""
    known = min(one.meanings, _MOST_MEANINGS)
    return 1 / (1 + exp(-(_BASE + _RAW * one.raw + _LEAD * (one.raw - rival) + _MEANINGS * known)))


_FIRST_IS_DIRECT = 1.5  # times better another passage must fit: the first one is written to answer directly


def best_passage(question: Bag, article: Profile) -> int:
    """Which passage to quote: the first, unless another has clearly more of the question."""
    fits = [_shared(question, bag) for bag in article.told]
    best = max(range(len(fits)), key=fits.__getitem__)
    return best if fits[best] > _FIRST_IS_DIRECT * fits[0] else 0


def _shared(question: Bag, other: Bag) -> float:
    return sum(weight for term, weight in question.items() if term in other)
