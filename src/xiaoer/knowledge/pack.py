"""An article cut into terms once, kept small, and laid open when it is compared with a question."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from xiaoer.domain.knowledge import Article
from xiaoer.knowledge.looks import Look, look
from xiaoer.knowledge.match import Profile
from xiaoer.knowledge.passages import passages
from xiaoer.knowledge.terms import MEANING, house_synonyms

_PACKED = 40_000  # articles of this process, some 4 kB each: one that has not changed is not cut again


@dataclass(frozen=True, slots=True)
class Packed:
    """Two tuples instead of a dictionary: a third of its memory."""

    terms: tuple[str, ...]
    bits: tuple[int, ...]  # of each term: title, listed questions in their order, passages in theirs
    looks: tuple[Look, ...]  # of title and listed questions
    passages: tuple[str, ...]

    @property
    def asked(self) -> list[str]:
        """Terms of title and listed questions."""
        is_asked = (1 << len(self.looks)) - 1
        return [term for term, bits in zip(self.terms, self.bits, strict=True) if bits & is_asked]

    @property
    def told(self) -> list[str]:
        """Terms of the body."""
        first = 1 << len(self.looks)
        return [term for term, bits in zip(self.terms, self.bits, strict=True) if bits >= first]


@dataclass(frozen=True, slots=True)
class Sizes:
    """What changes with the other articles: how much a text weighs among them."""

    asked: tuple[float, ...]  # the title and each listed question
    title_meant: float  # the meanings in the title


def packed(article: Article) -> Packed:
    return _packed(article.title, article.questions, article.body)


def holding(articles: Iterable[Packed]) -> Counter[str]:
    """How many articles have each term."""
    counted: Counter[str] = Counter()
    for article in articles:
        counted.update(article.terms)
    return counted


@lru_cache(maxsize=_PACKED)
def _packed(title: str, questions: tuple[str, ...], body: str) -> Packed:
    synonyms, asked, told = house_synonyms(), (title, *questions), passages(body)
    bits: dict[str, int] = {}
    for place, text in enumerate((*asked, *told)):
        for term in synonyms.terms(text):
            bits[intern(term)] = bits.get(term, 0) | 1 << place
    return Packed(tuple(bits), tuple(bits.values()), tuple(map(look, asked)), told)


def sizes_of(article: Packed, weights: Mapping[str, float]) -> Sizes:
    """`weights`: of every term among all the articles."""
    asked_weight = [0.0] * len(article.looks)
    title_meant = 0.0
    is_asked = (1 << len(asked_weight)) - 1
    for term, bits in zip(article.terms, article.bits, strict=True):
        if not (asked := bits & is_asked):
            continue
        own = weights[term]
        title_meant += own if asked & 1 and term[0] == MEANING else 0.0
        while asked:
            lowest = asked & -asked
            asked_weight[lowest.bit_length() - 1] += own
            asked ^= lowest
    return Sizes(tuple(asked_weight), title_meant)


def laid_open(article: Packed, sizes: Sizes) -> Profile:
    return Profile(
        places=dict(zip(article.terms, article.bits, strict=True)),
        sizes=sizes.asked,
        looks=article.looks,
        title_meant=sizes.title_meant,
        passages=len(article.passages),
    )
