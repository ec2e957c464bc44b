"""What trials come to, and what keeps an intent from going up."""

import pytest

from xiaoer.domain.rollout import (
    NOT_UNDERSTOOD,
    Bar,
    Counted,
    Judged,
    Mode,
    Score,
    Verdict,
    intents_in,
    lacks,
    percentile,
    scores,
)
from xiaoer.domain.understanding import OTHER, Guess, Intent, Understanding, Wish
from xiaoer.domain.words import Language

A, D, H, G, OPEN = Verdict.AGREED, Verdict.DIFFERED, Verdict.HELD, Verdict.GONE, Verdict.OPEN


def counted(verdict: Verdict, judged: Judged | None = None, *, sure: bool = True, ms: int = 100) -> Counted:
    return Counted("returns", sure, verdict, judged, ms, 5)


def test_a_person_s_word_counts_over_the_verdict_and_what_nobody_knows_does_not_count() -> None:
    found = scores([
        counted(A),
        counted(A, Judged.BAD),
        counted(D, Judged.GOOD),
        counted(H),
        counted(G),
        counted(OPEN),
        counted(OPEN, Judged.GOOD, sure=False, ms=900),
    ])  # fmt: skip
    assert found == {
        "returns": Score(
            n=6, good=3, held=1, asked=7, judged=3, unsure=1, unsure_good=1, p95_ms=900, micros=35
        )
    }
    assert scores([]) == {}


@pytest.mark.parametrize(
    ("score", "missing"),
    [
        (Score(), ["trials", "good"]),
        (Score(n=49, good=49, asked=49), ["trials"]),
        (Score(n=50, good=47, asked=50), ["good"]),
        (Score(n=50, good=48, asked=50), []),
        (Score(n=100, good=95, held=5, asked=100), []),
        (Score(n=100, good=94, held=6, asked=100), ["held"]),
    ],
)
def test_the_bar_as_it_is_shipped(score: Score, missing: list[str]) -> None:
    assert [lack.what for lack in lacks(score, Bar(), Mode.SUGGEST)] == missing


@pytest.mark.parametrize(
    ("unsure", "good", "missing"),
    [(0, 0, ["unsure"]), (9, 9, ["unsure"]), (10, 8, ["unsure_good"]), (10, 9, [])],
)
def test_what_it_is_to_answer_does_not_vanish_among_what_is_easy(
    unsure: int, good: int, missing: list[str]
) -> None:
    score = Score(n=200, good=190, asked=200, unsure=unsure, unsure_good=good)
    assert [lack.what for lack in lacks(score, Bar(), Mode.AUTOMATIC)] == missing
    assert lacks(score, Bar(), Mode.SUGGEST) == ()


@pytest.mark.parametrize(
    ("values", "found"), [([], 0), ([7], 7), (list(range(1, 101)), 95), (list(range(1, 21)), 19)]
)
def test_nineteen_of_twenty_were_no_slower(values: list[int], found: int) -> None:
    assert percentile(values[::-1], 0.95) == found


def heard(*guesses: tuple[str, float]) -> Understanding:
    wishes = tuple(Wish(text="x", guesses=(Guess(Intent(name), p),)) for name, p in guesses)
    return Understanding(text="x", language=Language.EN, wishes=wishes)


def test_a_turn_is_of_each_intent_it_may_be_of() -> None:
    assert intents_in(heard(("returns", 0.9), ("order_status", 0.3))) == ("order_status", "returns")
    assert intents_in(heard(("returns", 0.1))) == (NOT_UNDERSTOOD,)
    assert intents_in(heard((OTHER, 0.9))) == (NOT_UNDERSTOOD,)
    assert intents_in(heard()) == (NOT_UNDERSTOOD,)
