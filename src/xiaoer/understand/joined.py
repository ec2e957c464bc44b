"""The classifier joined with an embedding: a linear machine over points, mixed with the one over words.

The points of a whole message are asked for at once. Without them, for whatever reason, the words alone
decide, with their own calibration and their own lines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import structlog

from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.domain.understanding import Guess, Sure
from xiaoer.domain.words import Language
from xiaoer.understand.classifier import Floats, Model, Thresholds
from xiaoer.understand.features import units

# How far apart the best two are says less of a wish nobody taught than how high the best one is. Measured on
# clinc150: of unknown wishes .76 are told at 1, .88 at 2, .90 at 3 and at 4, when .95 of the known ones pass.
FLAT = 4.0
_MOST_GUESSES = 5
_log = structlog.get_logger(__name__)

Guesser: TypeAlias = Callable[[str], tuple[Guess, ...]]  # of a cleaned text, best first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """From how high the best guess stands (log-odds of its flattened share) to its chance of being right."""

    slope: float
    offset: float

    def chance(self, height: Floats) -> Floats:
        chance: Floats = 1 / (1 + np.exp(-(self.slope * height + self.offset)))
        return chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """A softmax regression over points, and how it is mixed with the machine over words."""

    weights: Floats  # (dimensions, intents): those of the LinearModel, in their order
    bias: Floats  # (intents,)
    share: float  # of the mixture, 0..1
    sharpness: float  # one over the temperature of the mixture
    rise: Rise
    thresholds: Thresholds

    def mixed(self, scores: Floats, points: Floats) -> Floats:
        """(texts, intents), of the calibrated scores of the words and of the points."""
        own = points @ self.weights + self.bias
        mixed: Floats = np.float32(self.sharpness) * ((1 - self.share) * scores + self.share * own)
        return mixed

    def confidences(self, scores: Floats, points: Floats) -> Floats:
        """(texts, intents): the best one's is its chance of being right, the others' in proportion."""
        mixed = self.mixed(scores, points)
        return _raised(softmax(mixed), self.rise.chance(height(mixed)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """What stands beside one model."""

    of: str  # the model's version
    embedder: Embedder
    dense: Mapping[Language, Dense]

    @property
    def version(self) -> str:
        return f"{self.of}+{self.embedder.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """What guesses during one message, and the lines it goes by."""

    version: str
    sure: Sure
    guess: Guesser


def alone(model: Model, language: Language) -> Ear:
    """By its words."""
    bars = model.thresholds[language]
    return Ear(
        version=model.version,
        sure=Sure(bars.accept, bars.suggest),
        guess=lambda words: model.guesses(words, language),
    )


def together(model: Model, joint: Joint, language: Language, read: Callable[[Ear], Iterable[str]]) -> Ear:
    """By words and points.

    `read` reads the message with an ear and says which stretches it found: a first reading, by the words
    alone, shows what will be asked. What only the second one asks is guessed by its words.
    """
    by_words, asked = alone(model, language), dict[str, None]()

    def noted(words: str) -> tuple[Guess, ...]:
        asked[words] = None
        return by_words.guess(words)

    found = read(Ear(version=by_words.version, sure=by_words.sure, guess=noted))
    texts = [text for text in {**asked, **dict.fromkeys(found)} if units(text)]
    points = _points(joint, texts, dimensions=len(joint.dense[language].weights)) if texts else None
    if points is None:
        return by_words
    return _joined(model, joint, language, dict(zip(texts, points, strict=True)))


def _joined(model: Model, joint: Joint, language: Language, points: Mapping[str, Floats]) -> Ear:
    dense, linear = joint.dense[language], model.linear[language]

    def guess(words: str) -> tuple[Guess, ...]:
        if words not in points:
            return model.guesses(words, language)
        scores = linear.scores(words)[np.newaxis]
        shares = dense.confidences(scores, points[words][np.newaxis])[0]
        best = np.argsort(-shares, kind="stable")[:_MOST_GUESSES]
        return tuple(Guess(linear.intents[i], float(shares[i])) for i in best)

    bars = dense.thresholds
    return Ear(version=joint.version, sure=Sure(bars.accept, bars.suggest), guess=guess)


def _points(joint: Joint, texts: Sequence[str], *, dimensions: int) -> Floats | None:
    try:
        points = np.array(joint.embedder.embed(texts), dtype=np.float32)
    except EmbedderDown as down:
        _log.info("understood_by_words_alone", why=str(down))
        return None
    if points.shape != (len(texts), dimensions):
        _log.warning("understood_by_words_alone", why=f"points of {points.shape[1:]}, not of {dimensions}")
        return None
    return points


def height(mixed: Floats) -> Floats:
    """(texts,): log-odds of the best share when the scores are flattened."""
    best = softmax(mixed / np.float32(FLAT)).max(axis=1)
    odds: Floats = np.log(best) - np.log1p(-np.minimum(best, np.float32(1 - 1e-6)))
    return odds


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _raised(shares: Floats, best: Floats) -> Floats:
    """Shares whose best one is `best`; they keep their order, and their sum does not pass one."""
    top = shares.max(axis=1)
    lowered = shares * (best / top)[:, np.newaxis]
    rest = np.maximum(1 - top, 1e-9)
    raised = shares * ((1 - best) / rest)[:, np.newaxis]
    raised[np.arange(len(shares)), shares.argmax(axis=1)] = best
    found: Floats = np.where((best <= top)[:, np.newaxis], lowered, raised)
    return found
