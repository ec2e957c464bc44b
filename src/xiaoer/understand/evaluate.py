"""How well a classifier understands labelled sentences: our own, or any set through a mapping."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from xiaoer.domain.understanding import OTHER, Guess, Intent
from xiaoer.understand.classifier import Model
from xiaoer.understand.lessons import Lesson

_BINS = 10
_MOST_CONFUSIONS = 50  # told; the long tail is of single mistakes

Guesser: TypeAlias = Callable[[str], tuple[Guess, ...]]  # of a cleaned text, best first


@dataclass(frozen=True, slots=True)
class Case:
    """A cleaned sentence, the label it bears, and the intents that are right for it (one or more)."""

    text: str
    label: str
    right: frozenset[Intent]


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
    macro_f1: float  # over labels
    top3: float  # a right intent is among the three best
    bins: tuple[Bin, ...]
    confusions: tuple[
        tuple[str, str, int], ...
    ]  # (label, intent or label guessed, times), most frequent first

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over ten bins: mean distance of confidence and share right."""
        return sum(b.count * abs(b.confidence - b.right) for b in self.bins) / self.rows

    def as_json(self, *, coverage: float) -> dict[str, Any]:
        return {
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "top3": round(self.top3, 4),
            "coverage": round(coverage, 4),
            "n": self.rows,
            "confusions": [
                {"label": label, "guessed": said, "times": times} for label, said, times in self.confusions
            ],
            "calibration": {
                "error": round(self.calibration_error, 4),
                "bins": [
                    {"n": b.count, "confidence": round(b.confidence, 4), "right": round(b.right, 4)}
                    for b in self.bins
                ],
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an accept line keeps, and how much of that is right."""

    share: float
    right: float


def cases_of(rows: Sequence[Lesson]) -> list[Case]:
    """Sentences labelled with our own intents."""
    return [Case(row.text, row.intent, frozenset({row.intent})) for row in rows]


def evaluate(cases: Sequence[Case], guess: Guesser) -> Report:
    """ValueError if there are no cases. A text without a word to go by counts as out of scope."""
    if not cases:
        raise ValueError("nothing to evaluate on")
    guesses = [guess(case.text) or (Guess(OTHER, 0.0),) for case in cases]
    best = [found[0] for found in guesses]
    right = [g.intent in case.right for g, case in zip(best, cases, strict=True)]
    said = _labels_said(cases, best)
    mistakes = Counter(
        (case.label, label) for case, label, ok in zip(cases, said, right, strict=True) if not ok
    )
    return Report(
        rows=len(cases),
        accuracy=_share(right),
        macro_f1=_macro_f1([case.label for case in cases], said),
        top3=_share(
            [any(g.intent in case.right for g in some[:3]) for case, some in zip(cases, guesses, strict=True)]
        ),
        bins=_bins([g.confidence for g in best], right),
        confusions=tuple((a, b, times) for (a, b), times in mistakes.most_common(_MOST_CONFUSIONS)),
    )


def kept(model: Model, rows: Sequence[Lesson]) -> Kept:
    """Over sentences of several languages, each with the accept line of its own."""
    best = [(row, model.guesses(row.text, row.language)) for row in rows]
    sure = [
        found[0].intent == row.intent
        for row, found in best
        if found and found[0].confidence >= model.thresholds[row.language].accept
    ]
    return Kept(share=len(sure) / len(rows) if rows else 0.0, right=_share(sure))


def _labels_said(cases: Sequence[Case], best: Sequence[Guess]) -> list[str]:
    """Each guess as a label: the case's own if it is right, else the first that means it, else its intent."""
    meaning: Mapping[Intent, list[str]] = defaultdict(list)
    for label, intents in {case.label: case.right for case in cases}.items():
        for intent in intents:
            meaning[intent].append(label)
    return [
        case.label if g.intent in case.right else next(iter(meaning.get(g.intent, ())), g.intent)
        for case, g in zip(cases, best, strict=True)
    ]


def _macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    hits = Counter(t for t, s in zip(truth, said, strict=True) if t == s)
    wanted, given = Counter(truth), Counter(said)
    return sum(2 * hits[label] / (wanted[label] + given[label]) for label in wanted) / len(wanted)


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
