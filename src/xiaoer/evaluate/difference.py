"""Two runs over the same cases: a paired bootstrap over the cases (Efron & Tibshirani, 1993)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

RESAMPLES = 2_000
_FEWEST = 2  # cases: of one nothing can be told


class Told(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference can be told"


@dataclass(frozen=True, slots=True)
class Difference:
    """Of the shares that passed: now less before, and the interval that holds it 95 times of 100."""

    cases: int
    difference: float
    low: float
    high: float
    seed: int

    @property
    def told(self) -> Told:
        if self.low > 0:
            return Told.BETTER
        return Told.WORSE if self.high < 0 else Told.NO_DIFFERENCE

    def as_json(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "difference": round(self.difference, 4),
            "interval_95": [round(self.low, 4), round(self.high, 4)],
            "told": self.told.value,
            "resamples": RESAMPLES,
            "seed": self.seed,
        }


def difference(now: Mapping[str, float], before: Mapping[str, float], *, seed: int) -> Difference | None:
    """Over the cases that both have; None if those are too few."""
    both = sorted(now.keys() & before.keys())
    if len(both) < _FEWEST:
        return None
    deltas = np.array([now[case] - before[case] for case in both])
    drawn = np.random.default_rng(seed).integers(0, len(deltas), size=(RESAMPLES, len(deltas)))
    low, high = np.percentile(deltas[drawn].mean(axis=1), [2.5, 97.5])
    return Difference(len(both), float(deltas.mean()), float(low), float(high), seed)
