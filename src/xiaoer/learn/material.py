"""What is learnt of all that was confirmed: each sentence once, and nothing that contradicts another."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from xiaoer.domain.learning import Correction, CorrectionState
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.features import units
from xiaoer.understand.lessons import Lesson

MOST = 5_000  # corrections of one model: a fifth of our own phrases, so that these keep the last word
_NO_WORDS = frozenset("#0?!")  # a number, a code, a mark: of whatever it was
Said: TypeAlias = tuple[str, Language]  # a cleaned text


class Why(StrEnum):
    """Why a confirmed correction is left out."""

    CATALOGUE = "catalogue"  # one of our own phrases, which means something else
    TWO_MEANINGS = "two_meanings"  # confirmed as this and as that
    NO_INTENT = "no_intent"  # the catalogue has no such intent any more
    NO_WORDS = "no_words"  # nothing to go by is left of it


@dataclass(frozen=True, slots=True)
class Left:
    """By its id alone: what the customer said stays where it can be erased."""

    correction_id: str
    why: Why
    meant: Intent
    other: Intent | None = None  # the meaning it collides with


@dataclass(frozen=True, slots=True)
class Material:
    learnt: Mapping[str, Lesson]  # by the id of its correction
    left: tuple[Left, ...]
    repeated: int = 0  # said before, in a phrase of ours or by another customer


def lesson_of(correction: Correction) -> Lesson:
    """ValueError for one that was not confirmed: nothing else ever gets to where models are made."""
    if correction.state is not CorrectionState.CONFIRMED or correction.meant is None:
        raise ValueError(f"correction {correction.id} was not confirmed")
    return Lesson(clean(correction.text), correction.meant, correction.language, shop=True)


def material(
    confirmed: Sequence[Correction], *, phrases: Sequence[Lesson], known: frozenset[Intent]
) -> Material:
    """`phrases` are our own lessons, `known` the intents there are. In whatever order they were confirmed."""
    own = {(lesson.text, lesson.language): lesson.intent for lesson in phrases}
    lessons = {c.id: lesson_of(c) for c in sorted(confirmed, key=lambda c: c.id)}
    meanings: dict[Said, set[Intent]] = defaultdict(set)
    for lesson in lessons.values():
        if lesson.intent in known:
            meanings[lesson.text, lesson.language].add(lesson.intent)
    learnt, left, taken = dict[str, Lesson](), list[Left](), set[Said]()
    for name, lesson in lessons.items():
        said = (lesson.text, lesson.language)
        if (no := _left_out(name, lesson, meanings[said], own.get(said), known)) is not None:
            left.append(no)
        elif said not in taken and said not in own:
            learnt[name] = lesson
            taken.add(said)
    return Material(learnt, tuple(left), len(lessons) - len(learnt) - len(left))


def _left_out(
    name: str, lesson: Lesson, meanings: set[Intent], own: Intent | None, known: frozenset[Intent]
) -> Left | None:
    meant = lesson.intent
    if meant not in known:
        return Left(name, Why.NO_INTENT, meant)
    if not set(units(lesson.text)) - _NO_WORDS:
        return Left(name, Why.NO_WORDS, meant)
    if own is not None:
        return None if own == meant else Left(name, Why.CATALOGUE, meant, own)
    if len(meanings) > 1:
        return Left(name, Why.TWO_MEANINGS, meant, min(meanings - {meant}))
    return None
