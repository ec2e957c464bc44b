"""Where a model must not be worse."""

from dataclasses import replace

import pytest

from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.domain.intents import action_of
from xiaoer.domain.understanding import OTHER, Guess, Intent
from xiaoer.domain.words import Language
from xiaoer.learn.matters import PERSON, Figures, Heard, Matters, Worse, figures, newly_wrong, worse
from xiaoer.learn.training import _WRITES
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.classifier import Thresholds
from xiaoer.understand.lessons import Lesson

CANCEL = Intent("cancel_order")
GOOD = Figures(
    n=600,
    accuracy=0.9,
    macro_f1=0.9,
    coverage=0.9,
    right=0.95,
    intents={CANCEL: Heard(18, 17, 2), PERSON: Heard(18, 18, 1), OTHER: Heard(15, 13, 4)},
    wrong={},
)


def test_no_write_may_be_heard_worse() -> None:
    writes = {name for name, action in CATALOGUE.items() if action.risk >= Risk.WRITE}
    served = {action_of(catalogue(), intent) for intent in catalogue()}
    assert writes & served == _WRITES, "name it in learn/training.py, _WRITES"


def fallen(after: Figures) -> list[str]:
    return [figure.what for figure in worse(Language.ZH, GOOD, after)]


def with_heard(intent: Intent, heard: Heard) -> Figures:
    return replace(GOOD, intents={**GOOD.intents, intent: heard})


def test_the_same_is_not_worse_and_better_is_better() -> None:
    assert fallen(GOOD) == []
    assert fallen(replace(GOOD, accuracy=1.0, macro_f1=1.0, coverage=1.0, right=1.0)) == []


@pytest.mark.parametrize("name", ["accuracy", "macro_f1", "coverage", "right"])
def test_a_share_may_fall_by_chance_and_no_further(name: str) -> None:
    allowed, value = getattr(Matters(), name), getattr(GOOD, name)
    assert fallen(replace(GOOD, **{name: value - allowed + 0.001})) == []
    assert fallen(replace(GOOD, **{name: value - allowed - 0.001})) == [name]


@pytest.mark.parametrize("intent", [CANCEL, PERSON])
def test_a_write_and_a_person_are_looked_at_sentence_by_sentence(intent: Intent) -> None:
    of, heard, alarms = (getattr(GOOD.intents[intent], name) for name in ("of", "heard", "alarms"))
    assert fallen(with_heard(intent, Heard(of, heard - 2, alarms + 2))) == []
    assert fallen(with_heard(intent, Heard(of, heard - 3, alarms))) == [f"lost:{intent}"]
    assert fallen(with_heard(intent, Heard(of, heard, alarms + 3))) == [f"alarms:{intent}"]


def test_a_question_turned_away_as_none_of_ours() -> None:
    assert fallen(with_heard(OTHER, Heard(15, 8, 8))) == []
    assert fallen(with_heard(OTHER, Heard(15, 13, 9))) == ["alarms:other"]


def test_it_is_told_by_how_much() -> None:
    [figure] = worse(Language.EN, GOOD, replace(GOOD, accuracy=0.5))
    assert figure == Worse(Language.EN, "accuracy", 0.9, 0.5)


class Parrot:
    """A model that takes every sentence for one intent, with a confidence."""

    def __init__(self, intent: Intent, confidence: float) -> None:
        self.guess = Guess(intent, confidence)
        self.thresholds = {language: Thresholds(accept=0.5, suggest=0.2) for language in Language}

    def guesses(self, text: str, language: Language) -> tuple[Guess, ...]:
        return (self.guess,) if text else ()


ROWS = [
    Lesson("句子一", CANCEL, Language.ZH),
    Lesson("句子二", CANCEL, Language.ZH),
    Lesson("句子三", OTHER, Language.ZH),
    Lesson("转人工", PERSON, Language.ZH),
]


def test_figures_of_sentences_as_the_counter_hears_them() -> None:
    """The rule for a person stands before any model."""
    told = figures(Parrot(CANCEL, 0.6), ROWS, matter=[CANCEL, PERSON, OTHER])  # type: ignore[arg-type]
    assert (told.n, told.accuracy, told.coverage, told.right) == (4, 0.75, 1.0, 0.75)
    assert told.intents == {CANCEL: Heard(2, 2, 1), PERSON: Heard(1, 1, 0), OTHER: Heard(1, 0, 0)}
    unsure = figures(Parrot(CANCEL, 0.4), ROWS, matter=[CANCEL])  # type: ignore[arg-type]
    assert (unsure.accuracy, unsure.coverage, unsure.right) == (0.75, 0.25, 1.0)
    assert newly_wrong(GOOD, told) == [{"text": "句子三", "guessed": CANCEL}]
    assert newly_wrong(told, told) == []
