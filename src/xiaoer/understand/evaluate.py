"""How well a model understands labelled sentences."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from xiaoer.domain.understanding import Guess, Intent
from xiaoer.understand.classifier import Model
from xiaoer.understand.lessons import Lesson

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Guesses of about the same confidence: if it is calibrated, the two shares are alike."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    rows: int
    accuracy: float
    macro_f1: float
    top3: float  # the truth is among the three best
    kept: float  # share above the accept threshold
    kept_right: float  # share of those that are right
    bins: tuple[Bin, ...]
    confusions: tuple[tuple[Intent, Intent, int], ...]  # (truth, guessed, times), most frequent first


def evaluate(model: Model, rows: Sequence[Lesson]) -> Report:
    """Figures over all rows, which may be of several languages. ValueError if there are none."""
    if not rows:
        raise ValueError("nothing to evaluate on")
    guesses = [model.guesses(row.text, row.language) or (Guess(Intent.OTHER, 0.0),) for row in rows]
    best = [guess[0] for guess in guesses]
    right = [guess.intent is row.intent for guess, row in zip(best, rows, strict=True)]
    kept = [
        ok
        for ok, guess, row in zip(right, best, rows, strict=True)
        if guess.confidence >= model.thresholds[row.language].accept
    ]
    mistakes = Counter((r.intent, b.intent) for r, b, ok in zip(rows, best, right, strict=True) if not ok)
    return Report(
        rows=len(rows),
        accuracy=_share(right),
        macro_f1=_macro_f1([row.intent for row in rows], [guess.intent for guess in best]),
        top3=_share(
            [row.intent in {g.intent for g in three[:3]} for row, three in zip(rows, guesses, strict=True)]
        ),
        kept=len(kept) / len(rows),
        kept_right=_share(kept),
        bins=_bins([guess.confidence for guess in best], right),
        confusions=tuple((truth, said, times) for (truth, said), times in mistakes.most_common()),
    )


def _macro_f1(truth: Sequence[Intent], said: Sequence[Intent]) -> float:
    hits = Counter(t for t, s in zip(truth, said, strict=True) if t is s)
    wanted, given = Counter(truth), Counter(said)
    return sum(2 * hits[i] / (wanted[i] + given[i]) for i in wanted) / len(wanted)


def _bins(confidence: Sequence[float], right: Sequence[bool]) -> tuple[Bin, ...]:
    filled: dict[int, list[tuple[float, bool]]] = {}
    for value, ok in zip(confidence, right, strict=True):
        filled.setdefault(min(int(value * _BINS), _BINS - 1), []).append((value, ok))
    return tuple(
        Bin(count=len(b), confidence=sum(v for v, _ in b) / len(b), right=_share([ok for _, ok in b]))
        for _, b in sorted(filled.items())
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
