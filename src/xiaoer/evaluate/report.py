"""Trials as figures: how often it went well, and every time; what it took."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from xiaoer.domain.llm import Usage
from xiaoer.evaluate.trials import Trial

SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Passed:
    """pass^1: the share of trials; pass^k: cases that go well k times of k (tau-bench, Yao et al. 2024)."""

    cases: int
    pass_1: float
    pass_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    k: int
    overall: Passed
    by_persona: Mapping[str, Passed]
    by_kind: Mapping[str, Passed]
    by_language: Mapping[str, Passed]
    faults: Mapping[str, int]
    missed: Sequence[tuple[str, str, str]]  # case, fault, what: each once
    turns: int
    p50_ms: float
    p95_ms: float
    calls_per_turn: float
    unproven: float  # share of turns in which words were caught
    gone: int
    usage: Usage
    user_usage: Usage
    cost: float  # in the currency of the prices; of the counter's model alone

    def as_json(self) -> dict[str, Any]:
        def told(some: Mapping[str, Passed]) -> dict[str, Any]:
            return {name: _json(one, self.k) for name, one in some.items()}

        return {
            "trials_each": self.k,
            **_json(self.overall, self.k),
            "personas": told(self.by_persona),
            "kinds": told(self.by_kind),
            "languages": told(self.by_language),
            "faults": dict(self.faults),
            "missed": [{"case": case, "fault": fault, "what": what} for case, fault, what in self.missed],
            "turns": self.turns,
            "turn_p50_ms": round(self.p50_ms, 1),
            "turn_p95_ms": round(self.p95_ms, 1),
            "model_calls_per_turn": round(self.calls_per_turn, 3),
            "unsupported_claims_per_turn": round(self.unproven, 4),
            "model_gone": self.gone,
            "tokens": {"sent": self.usage.sent, "cached": self.usage.cached, "made": self.usage.made},
            "customer_tokens": {"sent": self.user_usage.sent, "made": self.user_usage.made},
            "cost": round(self.cost, 6),
        }


def report(trials: Sequence[Trial], *, k: int) -> Report:
    turns = sum(len(trial.seconds) for trial in trials)
    ms = np.array([second * 1000 for trial in trials for second in trial.seconds] or [0.0])
    failed = [trial for trial in trials if not trial.passed]
    return Report(
        k=k,
        overall=passed(trials, k),
        by_persona=_by(trials, k, lambda trial: trial.persona),
        by_kind=_by(trials, k, lambda trial: trial.kind),
        by_language=_by(trials, k, lambda trial: trial.language),
        faults=dict(Counter(trial.fault for trial in failed)),
        missed=list(dict.fromkeys((trial.case, trial.fault, trial.what) for trial in failed)),
        turns=turns,
        p50_ms=float(np.percentile(ms, 50)),
        p95_ms=float(np.percentile(ms, 95)),
        calls_per_turn=sum(trial.calls for trial in trials) / (turns or 1),
        unproven=sum(trial.unproven for trial in trials) / (turns or 1),
        gone=sum(trial.gone for trial in trials),
        usage=sum((trial.usage for trial in trials), Usage()),
        user_usage=sum((trial.user_usage for trial in trials), Usage()),
        cost=sum(trial.micros for trial in trials) / 1e6,
    )


def shares(trials: Iterable[Trial]) -> dict[str, float]:
    """Of each case's trials, how many passed."""
    return {case: sum(tries) / len(tries) for case, tries in _by_case(trials).items()}


def passed(trials: Iterable[Trial], k: int) -> Passed:
    cases = _by_case(trials)
    whole = [tries for tries in cases.values() if len(tries) >= k]  # fewer: the run was cut short
    ones = [sum(tries) / len(tries) for tries in cases.values()]
    always = [comb(sum(tries), k) / comb(len(tries), k) for tries in whole]
    return Passed(len(cases), _mean(ones), _mean(always))


def _by_case(trials: Iterable[Trial]) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = defaultdict(list)
    for trial in trials:
        found[trial.case].append(trial.passed)
    return found


def _by(trials: Sequence[Trial], k: int, part: Callable[[Trial], str]) -> dict[str, Passed]:
    names = sorted({part(trial) for trial in trials})
    return {name: passed([trial for trial in trials if part(trial) == name], k) for name in names}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _json(one: Passed, k: int) -> dict[str, Any]:
    found = {"cases": one.cases, "pass^1": round(one.pass_1, 4)}
    return found if k == 1 else {**found, f"pass^{k}": round(one.pass_k, 4)}
