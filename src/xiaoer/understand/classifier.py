"""Which of the known wishes a sentence states: a linear model over sparse features."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.understanding import Guess, Intent
from xiaoer.domain.words import Language
from xiaoer.understand.features import features, units

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Confidence from which a wish is taken as meant, and from which it is one that a shop deals with."""

    accept: float
    suggest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearModel:
    """One linear machine an intent over TF-IDF (sublinear, length one); their temperature is folded in."""

    language: Language
    intents: tuple[Intent, ...]
    columns: Mapping[str, int]  # feature -> row of idf and weights
    idf: Floats  # (features,)
    weights: Floats  # (features, intents)
    bias: Floats  # (intents,)

    def scores(self, text: str) -> Floats:
        """One for each of `intents`, of a cleaned text."""
        rows, values = self._vector(text)
        scores: Floats = self.bias + values @ self.weights[rows]
        return scores

    def probabilities(self, text: str) -> Floats:
        """Their softmax: calibrated if the temperature was."""
        scores = self.scores(text)
        powers = np.exp(scores - scores.max())
        shares: Floats = powers / powers.sum()
        return shares

    def _vector(self, text: str) -> tuple[list[int], Floats]:
        counts = Counter(self.columns[f] for f in features(text, self.language) if f in self.columns)
        rows = list(counts)
        tf = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(rows)))
        values = tf * self.idf[rows]
        length = float(np.linalg.norm(values))
        return rows, values / length if length else values


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The classifiers of all languages, with the version that names the lessons they learned from."""

    version: str
    linear: Mapping[Language, LinearModel]
    thresholds: Mapping[Language, Thresholds]

    def guesses(self, text: str, language: Language, *, limit: int = 5) -> tuple[Guess, ...]:
        """Best first, with calibrated confidence. Empty if the cleaned text has no word to go by."""
        if not units(text):
            return ()
        linear = self.linear[language]
        shares = linear.probabilities(text)
        best = np.argsort(-shares, kind="stable")[:limit]
        return tuple(Guess(linear.intents[i], float(shares[i])) for i in best)
