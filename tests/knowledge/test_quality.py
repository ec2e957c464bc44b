"""Does it find what customers ask? Questions of our own, in other words than the articles' own questions.

Weights, the formula of the score and the line were chosen with every other question; what is promised here is
held against the other half. Synonyms were written with both halves in sight, so new questions fare worse: for
65 in each language, plainly put and seen by nobody before, the right article came first in 88 % (zh) and 89 %
(en) and among three in 100 and 95 %; for 62 put as far from the articles as we could, first in 65 %.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tests.knowledge.articles import demo

from xiaoer.domain.knowledge import Passage
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import TantivyLibrary

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Asked:
    question: str
    slugs: tuple[str, ...]  # articles that answer; none: must not be answered
    found: Sequence[Passage]  # the best three, as if there were no line
    given: Sequence[Passage]  # the answer

    @property
    def first_is_right(self) -> bool:
        return bool(self.found) and self.found[0].slug in self.slugs

    @property
    def answered_rightly(self) -> bool:
        return bool(self.given) and self.given[0].slug in self.slugs


@cache
def asked(language: Language) -> list[Asked]:
    ranking, library = TantivyLibrary.build(demo(), line=0), TantivyLibrary.build(demo())
    lines = (HERE / f"questions.{language.value}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [(row["question"], tuple(row["slugs"])) for row in map(json.loads, lines)]
    return [
        Asked(
            question,
            slugs,
            found=ranking.search(question, language, limit=3),
            given=library.search(question, language, limit=1),
        )
        for question, slugs in rows
    ]


def held_out(language: Language) -> tuple[list[Asked], list[Asked]]:
    """(to be answered, not to be answered) of the half that nothing was chosen with."""
    half = asked(language)[1::2]
    return [a for a in half if a.slugs], [a for a in half if not a.slugs]


def share(part: int, whole: Sequence[object]) -> float:
    return part / len(whole)


@pytest.mark.parametrize("language", Language)
def test_the_questions_are_many_and_not_the_articles_own(language):
    own = {q.lower() for a in demo() if a.language is language for q in (a.title, *a.questions)}
    inside = [a for a in asked(language) if a.slugs]
    assert len(inside) >= 120
    assert len(asked(language)) - len(inside) >= 50
    assert sorted(own & {a.question.lower() for a in asked(language)}) == []
    assert {slug for a in inside for slug in a.slugs} <= {a.slug for a in demo()}


@pytest.mark.parametrize(
    ("language", "first", "three"), [(Language.ZH, 0.88, 0.94), (Language.EN, 0.88, 0.95)]
)
def test_the_right_article_comes_first_or_among_three(language, first, three):
    inside, _ = held_out(language)
    assert share(sum(a.first_is_right for a in inside), inside) >= first
    assert share(sum(any(p.slug in a.slugs for p in a.found) for a in inside), inside) >= three


@pytest.mark.parametrize("language", Language)
def test_what_must_not_be_answered_is_seldom_answered(language):
    _, outside = held_out(language)
    assert share(sum(bool(a.given) for a in outside), outside) <= 0.10


@pytest.mark.parametrize("language", Language)
def test_what_is_answered_is_answered_rightly(language):
    inside, outside = held_out(language)
    given = [a for a in (*inside, *outside) if a.given]
    assert share(sum(a.answered_rightly for a in given), given) >= 0.88
    assert share(sum(a.answered_rightly for a in inside), inside) >= 0.80


@pytest.mark.parametrize("language", Language)
def test_silence_is_mostly_right(language):
    """Precision of abstaining: the question had no answer, or would have got a wrong one."""
    inside, outside = held_out(language)
    silent = [a for a in (*inside, *outside) if not a.given]
    assert share(sum(not a.first_is_right for a in silent), silent) >= 0.70


def test_the_score_is_the_chance_of_being_right():
    rows = [a for language in Language for half in held_out(language) for a in half if a.found]
    for low, high in ((0.0, 0.25), (0.25, 0.75), (0.75, 1.01)):
        band = [a for a in rows if low <= a.found[0].score < high]
        expected = sum(a.found[0].score for a in band) / len(band)
        assert share(sum(a.first_is_right for a in band), band) == pytest.approx(expected, abs=0.15)
