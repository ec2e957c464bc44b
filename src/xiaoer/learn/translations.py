"""Which Chinese groups of questions ask the same as which English ones, by the meanings both share."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from xiaoer.domain.understanding import OTHER, Intent
from xiaoer.domain.words import Language
from xiaoer.knowledge.terms import MEANING, house_synonyms

_ALIKE = 0.6  # cosine of the meanings; lower joins what only shares "order" or "price"
_TEXTS = 20  # of a group that are looked at, the most central first

Told = tuple[
    Language, Intent, Sequence[str]
]  # of a group: its language, what it was understood as, its texts


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    intent: Intent
    meanings: Mapping[str, float]  # of length one; empty: none is known


def pairs(groups: Mapping[int, Told]) -> list[tuple[int, int]]:
    """(Chinese, English) numbers of groups that are near enough, the nearest first; each at most once.

    Both must be understood as the same intent: one meaning shared, such as "price", is no proof.
    """
    known = [_known(number, told) for number, told in groups.items()]
    by_language = {language: [k for k in known if groups[k.number][0] is language] for language in Language}
    near = sorted(
        _near(by_language[Language.ZH], by_language[Language.EN]), key=lambda n: (-n[0], n[1], n[2])
    )
    joined: dict[int, int] = {}
    for _, one, other in near:
        if one not in joined and other not in joined.values():
            joined[one] = other
    return list(joined.items())


def _near(ones: Sequence[_Known], others: Sequence[_Known]) -> Iterator[tuple[float, int, int]]:
    by_intent: dict[Intent, list[_Known]] = {}
    for other in others:
        by_intent.setdefault(other.intent, []).append(other)
    for one in ones:
        for other in by_intent.get(one.intent, ()) if one.intent != OTHER else ():
            alike = sum(share * other.meanings.get(term, 0.0) for term, share in one.meanings.items())
            if alike >= _ALIKE:
                yield round(alike, 9), one.number, other.number


def _known(number: int, told: Told) -> _Known:
    _, intent, texts = told
    synonyms = house_synonyms()
    terms = Counter(t for text in texts[:_TEXTS] for t in synonyms.bag(text, limit=300) if _is_shared(t))
    length = sqrt(sum(count * count for count in terms.values()))
    return _Known(number, intent, {term: count / length for term, count in terms.items()})


def _is_shared(term: str) -> bool:
    return term.startswith(MEANING)
