"""Fitting the classifier: the only module here that needs scikit-learn, loaded only when nothing is kept."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from xiaoer.domain.understanding import OTHER
from xiaoer.domain.words import Language
from xiaoer.understand.classifier import Floats, LinearModel, Model, Thresholds
from xiaoer.understand.features import features
from xiaoer.understand.lessons import Lesson, split

# Strong regularisation survives wrong labels; on our own phrases .5 and 1 are alike, .1 and 3 are worse.
INVERSE_REGULARISATION = 0.5
SEEN_TWICE = 2  # a feature of a single phrase teaches nothing: half the size, and a little better
PASSES = 5  # of the solver over the phrases: more give the same guesses, and take thrice the time
VALIDATION = 10  # each so many-th phrase of an intent is left out, to calibrate on
_KEPT = 0.95  # share of what a shop deals with that must pass the line to what it does not
_ACCEPT_RIGHT = 0.8  # share of accepted guesses that must be right on phrases left out, all unlike each other
_ACCEPT_RANGE = (0.25, 0.85)


def fit(lessons: Sequence[Lesson], version: str) -> Model:
    """One classifier a language; temperature and lines come from phrases that were left out.

    The same lessons make the same numbers: one language after the other, as liblinear draws for all threads
    from one row of random numbers. ValueError for a language with fewer than two intents.
    """
    one_each = threadpool_limits(1)  # on small matrices the threads of BLAS only wait for one another
    with one_each, warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # PASSES are enough
        fitted = {language: _fit(lessons, language) for language in Language}
    return Model(
        version=version,
        linear={language: linear for language, (linear, _) in fitted.items()},
        thresholds={language: thresholds for language, (_, thresholds) in fitted.items()},
    )


def fit_language(lessons: Sequence[Lesson], language: Language) -> LinearModel:
    """One-versus-rest linear machines over TF-IDF, not calibrated."""
    own = [lesson for lesson in lessons if lesson.language is language]
    intents = sorted({lesson.intent for lesson in own})
    places = {intent: place for place, intent in enumerate(intents)}
    truth = np.array([places[lesson.intent] for lesson in own])
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True, min_df=SEEN_TWICE, dtype=np.float32)
    machine = LinearSVC(C=INVERSE_REGULARISATION, max_iter=PASSES, random_state=0)
    seen = vectorizer.fit_transform([list(features(lesson.text, language)) for lesson in own])
    machine.fit(seen, truth)
    weights, bias = _one_column_each(machine)
    return LinearModel(
        language=language,
        intents=tuple(intents),
        columns={feature: int(column) for feature, column in vectorizer.vocabulary_.items()},
        idf=vectorizer.idf_.astype(np.float32),
        weights=np.ascontiguousarray(weights.astype(np.float32)),
        bias=bias.astype(np.float32),
    )


def _fit(lessons: Sequence[Lesson], language: Language) -> tuple[LinearModel, Thresholds]:
    taught, left_out = split([lesson for lesson in lessons if lesson.language is language], every=VALIDATION)
    rough = fit_language(taught, language)
    known = {intent: place for place, intent in enumerate(rough.intents)}
    asked = [lesson for lesson in left_out if lesson.intent in known]
    scores = np.array([rough.scores(lesson.text) for lesson in asked], dtype=np.float32)
    truth = np.array([known[lesson.intent] for lesson in asked])
    sharpness = np.float32(sharpness_of(scores, truth))
    fitted = replace(rough, weights=rough.weights * sharpness, bias=rough.bias * sharpness)
    return fitted, thresholds_of(_softmax(scores * sharpness), truth, known.get(OTHER, -1))


def _as_it_is(found: list[str]) -> list[str]:
    return found


def _one_column_each(machine: LinearSVC) -> tuple[Floats, Floats]:
    """Of two intents scikit-learn keeps one machine: the other is its opposite."""
    weights, bias = machine.coef_.T, machine.intercept_
    if len(bias) == 1:
        return np.hstack([-weights, weights]), np.hstack([-bias, bias])
    return weights, bias


def sharpness_of(scores: Floats, truth: Floats) -> float:
    """One over the temperature of Guo et al. 2017, On Calibration of Modern Neural Networks, section 4.2."""

    def surprise(sharpness: float) -> float:
        chosen = _softmax(scores * sharpness)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 20), method="bounded").x)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def thresholds_of(shares: Floats, truth: Floats, other: int) -> Thresholds:
    """`suggest`: the line that 95 % of what a shop deals with pass. `accept`: from here guesses are right."""
    top, best = shares.max(axis=1), shares.argmax(axis=1)
    own = truth != other
    suggest = float(np.quantile(top[own], 1 - _KEPT)) if own.any() else 0.0
    accept = max(_lowest(top, best == truth, _ACCEPT_RIGHT, between=_ACCEPT_RANGE), suggest)
    return Thresholds(accept=round(accept, 3), suggest=round(suggest, 3))


def _lowest(confidence: Floats, right: Floats, target: float, *, between: tuple[float, float]) -> float:
    """The lowest confidence from which on at least `target` of the guesses are right."""
    for bar in np.arange(*between, 0.01):
        kept = right[confidence >= bar]
        if len(kept) and kept.mean() >= target:
            return float(bar)
    return between[1]
