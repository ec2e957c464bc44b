"""What is made of trials: shares, pass^k, and one run against another."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from xiaoer.evaluate.difference import Told, difference
from xiaoer.evaluate.kept import BadFile, Kept, as_json, keep, last, read
from xiaoer.evaluate.report import report, shares
from xiaoer.evaluate.trials import Trial

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
_CASES = [f"case-{n}" for n in range(100)]


def trial(case: str, *, passed: bool, **more: object) -> Trial:
    made = Trial(case=case, kind="where", persona="calm", language="zh", passed=passed)
    return replace(made, **more)  # type: ignore[arg-type]


def test_pass_k_counts_what_would_go_well_k_times() -> None:
    """Three of four: any two of them go well in three of six pairs."""
    trials = [trial("a", passed=n < 3) for n in range(4)] + [trial("b", passed=True) for _ in range(4)]
    one, two, four = (report(trials, k=k).overall for k in (1, 2, 4))
    assert (one.cases, one.pass_1, one.pass_k) == (2, 0.875, 0.875)
    assert two.pass_k == pytest.approx((0.5 + 1) / 2)
    assert four.pass_k == 0.5
    assert shares(trials) == {"a": 0.75, "b": 1.0}


def test_a_run_cut_short_counts_pass_k_where_it_was_whole() -> None:
    trials = [trial("a", passed=True), trial("a", passed=True), trial("b", passed=True)]
    found = report(trials, k=2)
    assert (found.overall.cases, found.overall.pass_1, found.overall.pass_k) == (2, 1.0, 1.0)
    assert report([], k=2).overall.cases == 0


def test_times_calls_and_claims_are_counted_by_turn() -> None:
    trials = [
        trial("a", passed=True, seconds=(0.1, 0.2), calls=3, unproven=1, gone=1, micros=1_500_000),
        trial("b", passed=False, fault="world", what="+order", seconds=(0.3, 0.4)),
    ]
    found = report(trials, k=1).as_json()
    assert (found["turns"], found["turn_p50_ms"], found["turn_p95_ms"]) == (4, 250.0, 385.0)
    assert (found["model_calls_per_turn"], found["unsupported_claims_per_turn"]) == (0.75, 0.25)
    assert (found["model_gone"], found["cost"], found["faults"]) == (1, 1.5, {"world": 1})
    assert found["missed"] == [{"case": "b", "fault": "world", "what": "+order"}]
    assert found["languages"] == {"zh": {"cases": 2, "pass^1": 0.5}}


def test_the_interval_of_a_paired_difference_is_the_known_one() -> None:
    """Sixty better and forty worse by a half: a mean of 0.1, a standard error of sqrt(0.24 / 100)."""
    before = dict.fromkeys(_CASES, 0.5)
    now = {case: 1.0 if n < 60 else 0.0 for n, case in enumerate(_CASES)}
    found = difference(now, before, seed=1)
    assert found is not None
    assert found.difference == pytest.approx(0.1)
    half = 1.96 * float(np.sqrt(0.24 / 100))
    assert found.low == pytest.approx(0.1 - half, abs=0.015)
    assert found.high == pytest.approx(0.1 + half, abs=0.015)
    assert found == difference(now, before, seed=1)
    assert found != difference(now, before, seed=2)


@pytest.mark.parametrize(
    ("better", "worse", "told"),
    [(30, 2, Told.BETTER), (2, 30, Told.WORSE), (10, 11, Told.NO_DIFFERENCE), (0, 0, Told.NO_DIFFERENCE)],
)
def test_what_is_told_of_two_runs(better: int, worse: int, told: Told) -> None:
    before = {case: 1.0 if better <= n < better + worse else 0.0 for n, case in enumerate(_CASES)}
    now = {case: 1.0 if n < better else 0.0 for n, case in enumerate(_CASES)}
    found = difference(now, before, seed=7)
    assert found is not None
    assert found.told is told


def test_only_cases_that_both_have_are_compared() -> None:
    assert difference({"a": 1.0, "b": 1.0}, {"a": 0.0, "c": 0.0}, seed=1) is None
    found = difference({"a": 1.0, "b": 1.0, "x": 0.0}, {"a": 0.0, "b": 0.0, "y": 1.0}, seed=1)
    assert found is not None
    assert (found.cases, found.difference, found.low) == (2, 1.0, 1.0)


def test_the_newest_whole_file_is_the_last_run(tmp_path: Path) -> None:
    for hour, share in ((1, 0.5), (2, 1.0)):
        kept = Kept(at=f"{hour}", model="m", of="set", shares={"a": share})
        keep(tmp_path, as_json(kept, {}, compared=None, whole=True), NOW.replace(hour=hour), "set")
    (tmp_path / "20991231T000000000000Z-set.json").write_text('{"format": 1, "cases": ')
    (tmp_path / "20991231T000000000001Z-other.json").write_text("{}")
    found = last(tmp_path, "set")
    assert found is not None
    assert (found.at, found.shares) == ("2", {"a": 1.0})
    assert last(tmp_path / "nowhere", "set") is None


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', json.dumps({"format": 1, "cases": [1]})])
def test_a_file_that_is_no_result_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(BadFile):
        read(path)
