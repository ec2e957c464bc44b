"""How well a labelled file is understood: out of the box, or by the learner the file itself has taught."""

import random
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from xiaoer.domain.understanding import Guess, Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of
from xiaoer.understand.classifier import LinearModel, Model
from xiaoer.understand.datasets import BadData, Mapped, Row, cases
from xiaoer.understand.evaluate import Case, Report, evaluate
from xiaoer.understand.fit import VALIDATION, fit_language, sharpness_of
from xiaoer.understand.lessons import Lesson, split
from xiaoer.understand.rules import guesses_by_rule

FOLDS = 5
_FEWEST = 2  # labels: with one there is nothing to tell apart
_STEP = 500  # sentences between two words of progress
Progress: TypeAlias = Callable[[int, int], None]  # sentences asked, of how many


def out_of_the_box(
    rows: Sequence[Row], mapped: Mapped, model: Model, *, told: Progress
) -> tuple[Report, float]:
    """(how the model and the rules do, share of the labels that are mapped). BadData if no label is."""
    found, coverage = cases(list(rows), mapped)

    def guess(text: str) -> tuple[Guess, ...]:
        language = mapped.language or language_of(text, Language.ZH)
        return guesses_by_rule(text, model.guesses(text, language))

    return evaluate(found, _watched(guess, len(found), told)), coverage


def cross_validated(rows: Sequence[Row], language: Language, *, told: Progress) -> Report:
    """The learner on labels as they stand: each sentence is asked of the one that learnt the other folds.

    Folds are stratified and the same each time. BadData if there are fewer than two labels.
    """
    guesses: dict[int, tuple[Guess, ...]] = {}
    folds = _folds(rows)
    for fold in range(FOLDS):
        taught = [row for at, row in enumerate(rows) if folds[at] != fold]
        machine = learner(taught, language)
        for at, row in enumerate(rows):
            if folds[at] == fold:
                guesses[at] = machine(clean(row.text))
        told(len(guesses), len(rows))
    said = iter(guesses[at] for at in range(len(rows)))
    return evaluate([_case(row) for row in rows], lambda _: next(said))


def taught_and_asked(
    taught: Sequence[Row], asked: Sequence[Row], language: Language, *, told: Progress
) -> Report:
    """The learner, taught by one file and asked another."""
    told(0, len(asked))
    return evaluate([_case(row) for row in asked], _watched(learner(taught, language), len(asked), told))


def learner(rows: Sequence[Row], language: Language) -> Callable[[str], tuple[Guess, ...]]:
    """What guesses the label of a cleaned text, its confidence calibrated on rows that were left out."""
    lessons = [Lesson(clean(row.text), Intent(row.label), language) for row in rows]
    if len({lesson.intent for lesson in lessons}) < _FEWEST:
        raise BadData("there must be at least two labels to tell apart")
    rest, left_out = split(lessons, every=VALIDATION)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # its few passes are enough
        sharpness = _sharpness(fit_language(rest, language), left_out) if _tells_apart(rest) else 1.0
        fitted = _sharpened(fit_language(lessons, language), sharpness)
    model = Model(version="learner", linear={language: fitted}, thresholds={})
    return lambda text: model.guesses(text, language)


def language_of_most(rows: Sequence[Row]) -> Language:
    """A file is taught in one language: that of most of its sentences."""
    counts = Counter(language_of(clean(row.text), Language.ZH) for row in rows)
    return max(Language, key=lambda language: counts[language])


def _case(row: Row) -> Case:
    return Case(clean(row.text), row.label, frozenset({Intent(row.label)}))


def _folds(rows: Sequence[Row]) -> list[int]:
    """The fold of each row: of each label about the same number in every fold."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        by_label[row.label].append(at)
    folds, mixed, dealt = [0] * len(rows), random.Random(0), 0  # noqa: S311 - no secret
    for label in sorted(by_label):
        mixed.shuffle(by_label[label])
        for at in by_label[label]:
            folds[at], dealt = dealt % FOLDS, dealt + 1
    return folds


def _tells_apart(lessons: Sequence[Lesson]) -> bool:
    return len({lesson.intent for lesson in lessons}) >= _FEWEST


def _sharpness(rough: LinearModel, left_out: Sequence[Lesson]) -> float:
    """By the labels of what was left out, as far as it knows them."""
    places = {intent: place for place, intent in enumerate(rough.intents)}
    known = [lesson for lesson in left_out if lesson.intent in places]
    if not known:
        return 1.0
    scores = np.array([rough.scores(lesson.text) for lesson in known], dtype=np.float32)
    return sharpness_of(scores, np.array([places[lesson.intent] for lesson in known]))


def _sharpened(linear: LinearModel, sharpness: float) -> LinearModel:
    by = np.float32(sharpness)
    return replace(linear, weights=linear.weights * by, bias=linear.bias * by)


def _watched(
    guess: Callable[[str], tuple[Guess, ...]], total: int, told: Progress
) -> Callable[[str], tuple[Guess, ...]]:
    done = 0

    def watched(text: str) -> tuple[Guess, ...]:
        nonlocal done
        done += 1
        if done % _STEP == 0 or done == total:
            told(done, total)
        return guess(text)

    return watched
