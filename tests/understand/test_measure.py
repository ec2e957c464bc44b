"""Labelled files, measured: the learner is never asked what it learnt."""

import pytest

from xiaoer.domain.words import Language
from xiaoer.understand.datasets import OWN, BadData, Row
from xiaoer.understand.measure import (
    FOLDS,
    cross_validated,
    language_of_most,
    learner,
    out_of_the_box,
    taught_and_asked,
)

WISHES = {
    "parcel": ["where is my {}", "my {} has not come", "track the {} please", "when does the {} arrive"],
    "money": [
        "refund the {}",
        "I want my money back for the {}",
        "pay me back the {}",
        "give a refund for {}",
    ],
}
THINGS = ["shoes", "kettle", "lamp", "book", "jacket", "phone", "table", "ring"]
ROWS = [Row(f.format(t), label) for label, forms in WISHES.items() for f in forms for t in THINGS]


class Watch:
    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.seen.append((done, total))


def test_each_sentence_is_asked_once_of_a_learner_that_has_not_seen_it() -> None:
    told = Watch()
    report = cross_validated(ROWS, Language.EN, told=told)
    assert report.rows == len(ROWS)
    assert report.accuracy >= 0.95
    assert len(told.seen) == FOLDS
    assert told.seen[-1] == (len(ROWS), len(ROWS))
    assert cross_validated(ROWS, Language.EN, told=told) == report


def test_labels_by_chance_are_not_learnt() -> None:
    """Were a fold asked what it was taught, this would be near one."""
    mixed = [Row(f"word{n} word{n + 1}", "ab"[n * 7 % 5 % 2]) for n in range(60)]
    assert cross_validated(mixed, Language.EN, told=Watch()).accuracy < 0.75


def test_taught_by_one_file_and_asked_another() -> None:
    told = Watch()
    report = taught_and_asked(ROWS[::2], ROWS[1::2], Language.EN, told=told)
    assert (report.rows, told.seen[-1]) == (32, (32, 32))
    assert report.accuracy >= 0.95
    unknown = taught_and_asked(ROWS, [Row("where is my hat", "hats")], Language.EN, told=told)
    assert unknown.accuracy == 0


def test_out_of_the_box(model) -> None:
    rows = [Row("退货的运费谁来出", "return_shipping_cost"), Row("where is my parcel now", "track_parcel")]
    report, coverage = out_of_the_box(rows, OWN, model, told=Watch())
    assert (report.accuracy, coverage) == (1.0, 1.0)
    half = [*rows, Row("hello", "no such intent")]
    assert out_of_the_box(half, OWN, model, told=Watch())[1] == pytest.approx(2 / 3)
    with pytest.raises(BadData, match="mapped"):
        out_of_the_box(half[2:], OWN, model, told=Watch())


def test_nothing_to_tell_apart() -> None:
    with pytest.raises(BadData, match="two labels"):
        learner([Row("one", "a"), Row("two", "a")], Language.EN)


def test_a_file_is_in_one_language() -> None:
    assert language_of_most([Row("退货", "a"), Row("换货", "b"), Row("return it", "a")]) is Language.ZH
    assert language_of_most([Row("where is my parcel", "a"), Row("cancel it", "b")]) is Language.EN


def test_few_rows_are_measured_all_the_same() -> None:
    few = [Row("where is my parcel", "a"), Row("cancel my order", "b"), Row("where is my package", "a")]
    assert taught_and_asked(few, few, Language.EN, told=Watch()).accuracy == 1.0
