"""What the classifier learns from: the phrases of the catalogue, and what a shop has put right."""

from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.catalogue import book


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence and what was meant by it."""

    text: str  # cleaned
    intent: Intent
    language: Language
    shop: bool = False  # what a shop put right: always learnt, never left out to calibrate on


def lessons() -> tuple[Lesson, ...]:
    """All phrases of the catalogue."""
    return tuple(
        Lesson(clean(text), intent, language)
        for intent, said in book().phrases.items()
        for language, texts in said.items()
        for text in texts
    )


def split(taught: Sequence[Lesson], *, every: int) -> tuple[list[Lesson], list[Lesson]]:
    """(the rest, each `every`-th lesson of its intent and language): the same ones each time.

    A shop's own are never among those: one that is left out is not learnt, one that is repeated is no test.
    """
    seen: dict[tuple[Intent, Language], int] = {}
    rest, kept = [lesson for lesson in taught if lesson.shop], list[Lesson]()
    for lesson in taught:
        if lesson.shop:
            continue
        place = seen[lesson.intent, lesson.language] = seen.get((lesson.intent, lesson.language), -1) + 1
        (kept if place % every == every - 1 else rest).append(lesson)
    return rest, kept
