"""How well a library answers labelled questions: its ranking, its silence, and the passages it quotes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xiaoer.domain.knowledge import Passage
from xiaoer.domain.ports import Library
from xiaoer.domain.words import Language

_THREE = 3
_DEPTH = 10  # places looked at for the mean reciprocal rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`slugs`: articles that answer it, none if nothing may; `says`: one of these stands in the answer."""

    text: str
    slugs: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question and what was found for it, best first, as if there were no line."""

    question: Question
    found: Sequence[Passage]

    @property
    def rank(self) -> int | None:
        """Place of the first right article, from 1; None if there is none."""
        places = (n for n, p in enumerate(self.found, start=1) if p.slug in self.question.slugs)
        return next(places, None)

    @property
    def quotes_the_answer(self) -> bool:
        return self.rank == 1 and any(words in self.found[0].text for words in self.question.says)

    def given(self, line: float) -> bool:
        return bool(self.found) and self.found[0].score >= line


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Shares 0..1; of an empty set they are 0. `answerable` and `unanswerable` count the questions."""

    answerable: int
    unanswerable: int
    first: float  # recall@1: a right article comes first
    three: float  # recall@3
    mrr: float  # mean reciprocal rank among ten
    kept: float  # of the answerable, answered at the line
    right: float  # of the answerable, answered at the line, and rightly
    wrong: float  # of the answerable, answered at the line, and wrongly
    refused: float  # of the unanswerable, not answered
    quoted: float  # of the right first ones that are labelled, quoted where the answer stands

    def as_json(self) -> dict[str, Any]:
        return {name: round(getattr(self, name), 4) for name in self.__slots__}


def cases(library: Library, questions: Sequence[Question], language: Language) -> list[Case]:
    """`library` without a line, or the ranking of what it would not answer is not seen."""
    return [Case(question=q, found=library.search(q.text, language, limit=_DEPTH)) for q in questions]


def quality(rows: Sequence[Case], *, line: float) -> Quality:
    inside = [c for c in rows if c.question.slugs]
    outside = [c for c in rows if not c.question.slugs]
    labelled = [c for c in inside if c.rank == 1 and c.question.says]
    return Quality(
        answerable=len(inside),
        unanswerable=len(outside),
        first=_share([c.rank == 1 for c in inside]),
        three=_share([c.rank is not None and c.rank <= _THREE for c in inside]),
        mrr=sum(1 / c.rank for c in inside if c.rank) / max(1, len(inside)),
        kept=_share([c.given(line) for c in inside]),
        right=_share([c.given(line) and c.rank == 1 for c in inside]),
        wrong=_share([c.given(line) and c.rank != 1 for c in inside]),
        refused=_share([not c.given(line) for c in outside]),
        quoted=_share([c.quotes_the_answer for c in labelled]),
    )


def _share(of: Sequence[bool]) -> float:
    return sum(of) / max(1, len(of))
