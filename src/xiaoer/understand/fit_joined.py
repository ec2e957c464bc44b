"""Fitting what stands beside a model: needs scikit-learn, and every phrase's point (a minute, then kept)."""

import warnings
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from xiaoer.domain.ports import Embedder
from xiaoer.domain.understanding import OTHER
from xiaoer.domain.words import Language
from xiaoer.understand.classifier import Floats, LinearModel, Model
from xiaoer.understand.fit import VALIDATION, thresholds_of
from xiaoer.understand.joined import Dense, Joint, Rise, height, softmax
from xiaoer.understand.lessons import Lesson, split

INVERSE_REGULARISATION = 10.0  # 3 to 30 are alike on clinc150
PASSES = 40  # more give the same guesses
_SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_FEWEST_TO_CALIBRATE = 10  # guesses right, and wrong: with fewer the confidence is the share itself


def fit_joint(model: Model, lessons: Sequence[Lesson], embedder: Embedder) -> Joint:
    """`lessons` are those the model learnt: what it left out to calibrate on is left out here too.

    EmbedderDown if a point is missing.
    """
    dense = {language: _fit(model.linear[language], lessons, embedder) for language in Language}
    return Joint(of=model.version, embedder=embedder, dense=dense)


def fit_machine(points: Floats, truth: Floats, intents: int) -> tuple[Floats, Floats]:
    """(weights, bias) of a softmax regression: (dimensions, intents), (intents,)."""
    machine = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=PASSES)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # PASSES are enough
        machine.fit(points, truth)
    weights, bias = machine.coef_.T, machine.intercept_
    if len(bias) == 1:  # of two classes scikit-learn keeps one machine: the other is its opposite
        weights, bias = np.hstack([-weights, weights]) / 2, np.hstack([-bias, bias]) / 2
    whole, level = np.zeros((points.shape[1], intents)), np.full(intents, bias.min() - 1)
    whole[:, machine.classes_], level[machine.classes_] = weights, bias
    return whole.astype(np.float32), level.astype(np.float32)


def calibrate(
    scores: Floats, points: Floats, machine: tuple[Floats, Floats], truth: Floats, *, other: int = -1
) -> Dense:
    """The mixture that is least surprised by phrases left out, and what its confidence is worth there.

    `scores` (phrases, intents) are the calibrated ones of the words; `other` is the intent nobody taught.
    """
    weights, bias = machine
    own = points @ weights + bias
    tried = {share: _least_surprise((1 - share) * scores + share * own, truth) for share in _SHARES}
    share = min(tried, key=lambda share: tried[share][1])
    mixed = np.float32(tried[share][0]) * ((1 - share) * scores + share * own)
    rise = _rise(height(mixed), mixed.argmax(axis=1) == truth)
    confidences = _first_only(mixed, rise)
    return Dense(
        weights=weights,
        bias=bias,
        share=share,
        sharpness=tried[share][0],
        rise=rise,
        thresholds=thresholds_of(confidences, truth, other),
    )


def _fit(linear: LinearModel, lessons: Sequence[Lesson], embedder: Embedder) -> Dense:
    known = {intent: place for place, intent in enumerate(linear.intents)}
    own = [x for x in lessons if x.language is linear.language and x.intent in known]
    taught, left_out = split(own, every=VALIDATION)
    points = np.array(embedder.embed([x.text for x in (*taught, *left_out)]), dtype=np.float32)
    truth = np.array([known[x.intent] for x in (*taught, *left_out)])
    machine = fit_machine(points[: len(taught)], truth[: len(taught)], len(known))
    scores = np.array([linear.scores(x.text) for x in left_out], dtype=np.float32)
    return calibrate(scores, points[len(taught) :], machine, truth[len(taught) :], other=known.get(OTHER, -1))


def _least_surprise(mixed: Floats, truth: Floats) -> tuple[float, float]:
    """(the sharpness with the least mean negative log-likelihood, that)."""

    def surprise(sharpness: float) -> float:
        chosen = softmax(np.float32(sharpness) * mixed)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    found = minimize_scalar(surprise, bounds=(0.1, 20), method="bounded")
    return float(found.x), float(found.fun)


def _rise(heights: Floats, right: Floats) -> Rise:
    """Platt 1999, Probabilistic Outputs for Support Vector Machines, on whether the best guess is right."""
    if min(right.sum(), len(right) - right.sum()) < _FEWEST_TO_CALIBRATE:
        return Rise(slope=1.0, offset=0.0)
    line = LogisticRegression(C=1e3).fit(heights[:, np.newaxis], right)
    return Rise(slope=max(float(line.coef_[0, 0]), 0.1), offset=float(line.intercept_[0]))


def _first_only(mixed: Floats, rise: Rise) -> Floats:
    """(phrases, intents): the confidence of the best, nought for the rest."""
    confidences = np.zeros_like(mixed)
    confidences[np.arange(len(mixed)), mixed.argmax(axis=1)] = rise.chance(height(mixed))
    return confidences
