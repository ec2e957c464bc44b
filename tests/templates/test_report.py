"""The interval that is shown beside a share: E. B. Wilson's, by its own equation."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.shares import Z, wilson


@given(st.integers(1, 10_000).flatmap(lambda tries: st.tuples(st.integers(0, tries), st.just(tries))))
def test_its_ends_are_where_the_share_lies_z_deviations_away(case: tuple[int, int]) -> None:
    hits, tries = case
    share = wilson(hits, tries)
    assert share is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    for end in (share.low, share.high):
        deviations = abs(share.value - end), Z * (end * (1 - end) / tries) ** 0.5
        assert isclose(*deviations, abs_tol=1e-6), (hits, tries, end)


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"), [(0, 10, 0.0, 0.2775), (8, 10, 0.4902, 0.9433), (1, 1, 0.2065, 1.0)]
)
def test_known_values(hits: int, tries: int, low: float, high: float) -> None:
    share = wilson(hits, tries)
    assert share is not None
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_nothing_tried_is_nothing_known() -> None:
    assert wilson(0, 0) is None
