"""How well an article answers a question, from the terms both have.

    weight     of a term: its kind's (terms.py) times its rarity, ln(1 + (N - n + 0.5) / (n + 0.5)) where
               n of N articles have it (as in BM25; Robertson and Zaragoza 2009)
    coverage   share of the question's weight that the article has; a term of the body alone counts half
    likeness   of the title or a listed question: twice the shared weight over the sum of both weights (Dice);
               the most like one, and the next one with half of its say
    evidence   h / (h + 1), h the weight found: one common word proves little, however well it fits
    beside     weight of the meanings that the title has and the question has not: an article on returning
               presents is second to the one on returns
    look       the same Dice over the letters of title or listed question (looks.py), whatever they mean
    close      how much nearer its vector is than those of other articles, where there are vectors
    strength   evidence * (0.3 * coverage + 0.7 * likeness) - 0.01 * beside
               + 0.08 for each of at most three meanings shared + 0.4 * look + 0.3 * close

`confidence` turns strengths into a chance of being right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from xiaoer.knowledge.looks import Look, alike
from xiaoer.knowledge.terms import INFORMATIVE, MEANING, Bag

_IN_BODY = 0.5
_COVERAGE, _LIKENESS = 0.3, 0.7
_NEXT_LIKENESS = 0.5
_HALF_EVIDENCE = 1.0
_MEANING, _MOST_MEANINGS = 0.08, 3
_BESIDE = 0.01
_LOOK = 0.4
_CLOSE = 0.3

# Logistic regression on one half of the test questions, both languages together: the chance that the best
# article answers the question. tests/knowledge/test_quality.py holds it against the other half.
_BASE, _STRENGTH, _LEAD = -3.8, 5.0, 8.9
_BASE_BY_VECTORS = -4.7  # there every article has a little strength more
_FULL_LEAD = 0.3  # a rival further behind does not matter more

_FEWEST = 100
_CLEARLY_MORE = 2.5  # nats: one meaning that few articles have


@dataclass(frozen=True, slots=True)
class Profile:
    """What an article says, as it is compared with a question."""

    places: Mapping[str, int]  # term -> bits: title, listed questions in their order, passages in theirs
    sizes: tuple[float, ...]  # weight of the title and of each listed question
    looks: tuple[Look, ...]  # of the same (looks.py)
    title_meant: float  # weight of the meanings in the title
    passages: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as it is compared with articles."""

    terms: Bag  # weighed; at least one
    size: float  # their sum
    look: Look


def rarity(holding: int, articles: int) -> float:
    """In nats. A handful of articles cannot tell a rare word from a common one: they count as a hundred."""
    articles = max(articles, _FEWEST)
    return log(1 + (articles - holding + 0.5) / (holding + 0.5))


def informative(bag: Bag) -> list[str]:
    """The terms of a question worth looking for; none for a greeting."""
    return [term for term, weight in bag.items() if weight >= INFORMATIVE]


def strength(question: Wanted, article: Profile, close: float = 0.0) -> float:
    """At most 2. `close`: how much nearer its vector is than the others' (vectors.py), 0..1; 0 without."""
    shared = [0.0] * len(article.sizes)  # with the title, and with each listed question
    is_asked = (1 << len(shared)) - 1
    found, beside, meanings = 0.0, article.title_meant, 0
    for term, weight in question.terms.items():
        bits = article.places.get(term, 0)
        if not (asked := bits & is_asked):
            found += _IN_BODY * weight if bits else 0.0
            continue
        found += weight
        if term[0] == MEANING:
            meanings += 1
            beside -= weight if asked & 1 else 0.0
        while asked:
            lowest = asked & -asked
            shared[lowest.bit_length() - 1] += weight
            asked ^= lowest
    fits = _COVERAGE * found / question.size + _LIKENESS * _likeness(question, article, shared)
    look = alike(question.look, article.looks)
    by_words = found / (found + _HALF_EVIDENCE) * fits + _MEANING * min(_MOST_MEANINGS, meanings)
    return by_words - _BESIDE * beside + _LOOK * look + _CLOSE * close


def confidence(own: float, rival: float, *, by_vectors: bool = False) -> float:
    """Chance (0..1) that an article of strength `own` answers; `rival`: strength of the best other one."""
    lead = min(own - rival, _FULL_LEAD)
    base = _BASE_BY_VECTORS if by_vectors else _BASE
    return 1 / (1 + exp(-(base + _STRENGTH * own + _LEAD * lead)))


def best_passage(question: Wanted, article: Profile) -> int:
    """Which passage to quote: the first, written to answer directly, unless another has clearly more.

    What the title names says nothing here: every passage is about it.
    """
    fits = [0.0] * article.passages
    for term, weight in question.terms.items():
        bits = article.places.get(term, 0)
        told = 0 if bits & 1 else bits >> len(article.sizes)
        while told:
            lowest = told & -told
            fits[lowest.bit_length() - 1] += weight
            told ^= lowest
    best = max(range(len(fits)), key=fits.__getitem__)
    return best if fits[best] >= fits[0] + _CLEARLY_MORE else 0


def _likeness(question: Wanted, article: Profile, shared: Sequence[float]) -> float:
    best = following = 0.0
    for with_it, size in zip(shared, article.sizes, strict=True):
        like = 2 * with_it / (question.size + size)
        if like > best:
            best, following = like, best
        elif like > following:
            following = like
    return (best + _NEXT_LIKENESS * following) / (1 + _NEXT_LIKENESS)
