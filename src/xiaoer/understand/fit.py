"""Fitting the classifier: the only module here that needs scikit-learn, loaded only when nothing is kept."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.understand.classifier import Floats, LinearModel, Model, Thresholds
from xiaoer.understand.features import features
from xiaoer.understand.lessons import Lesson

INVERSE_REGULARISATION = (
    1.5  # best of 0.3..3 in cross-validation; a twentieth of the time of logistic machine
)
_FOLDS = 5
_ACCEPT_RIGHT = 0.85  # share of accepted guesses that must be right in cross-validation
_SUGGEST_RIGHT = 0.60  # share of offers of three that must hold the right one
_ACCEPT_RANGE, _SUGGEST_RANGE = (0.35, 0.85), (0.10, 0.35)


def fit(lessons: Sequence[Lesson], version: str) -> Model:
    """Fit one classifier a language; its temperature and thresholds come from cross-validation."""
    with threadpool_limits(1):  # on small matrices BLAS threads wait for one another
        fitted = {language: _fit_language(lessons, language) for language in Language}
    return Model(
        version=version,
        linear={language: linear for language, (linear, _) in fitted.items()},
        thresholds={language: thresholds for language, (_, thresholds) in fitted.items()},
    )


def _fit_language(lessons: Sequence[Lesson], language: Language) -> tuple[LinearModel, Thresholds]:
    seen = [list(features(lesson.text, language)) for lesson in lessons if lesson.language is language]
    intents = sorted({lesson.intent for lesson in lessons if lesson.language is language})
    truth = np.array([intents.index(lesson.intent) for lesson in lessons if lesson.language is language])
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True)
    machine = LinearSVC(C=INVERSE_REGULARISATION, random_state=0)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(
        make_pipeline(vectorizer, machine), seen, truth, cv=folds, method="decision_function"
    )
    sharpness = _sharpness(unseen, truth)
    machine.fit(vectorizer.fit_transform(seen), truth)
    linear = _exported(vectorizer, machine, intents, language=language, sharpness=sharpness)
    return linear, _thresholds(_softmax(unseen * sharpness), truth)


def _as_it_is(found: list[str]) -> list[str]:
    return found


def _exported(
    vectorizer: TfidfVectorizer,
    machine: LinearSVC,
    intents: list[Intent],
    *,
    language: Language,
    sharpness: float,
) -> LinearModel:
    return LinearModel(
        language=language,
        intents=tuple(intents),
        columns={feature: int(column) for feature, column in vectorizer.vocabulary_.items()},
        idf=vectorizer.idf_.astype(np.float32),
        weights=np.ascontiguousarray((machine.coef_.T * sharpness).astype(np.float32)),
        bias=(machine.intercept_ * sharpness).astype(np.float32),
    )


def _sharpness(scores: Floats, truth: Floats) -> float:
    """One over the temperature of Guo et al. 2017, On Calibration of Modern Neural Networks, section 4.2."""

    def surprise(sharpness: float) -> float:
        chosen = _softmax(scores * sharpness)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 10), method="bounded").x)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _thresholds(shares: Floats, truth: Floats) -> Thresholds:
    top = shares.max(axis=1)
    right = shares.argmax(axis=1) == truth
    in_three = (np.argsort(-shares, axis=1)[:, :3] == truth[:, None]).any(axis=1)
    accept = _lowest(top, right, _ACCEPT_RIGHT, between=_ACCEPT_RANGE)
    unsure = top < accept
    suggest = _lowest(top[unsure], in_three[unsure], _SUGGEST_RIGHT, between=_SUGGEST_RANGE)
    return Thresholds(accept=accept, suggest=suggest)


def _lowest(confidence: Floats, right: Floats, target: float, *, between: tuple[float, float]) -> float:
    """The lowest confidence from which on at least `target` of the guesses are right."""
    for bar in np.arange(*between, 0.01):
        kept = right[confidence >= bar]
        if len(kept) and kept.mean() >= target:
            return round(float(bar), 2)
    return between[1]
