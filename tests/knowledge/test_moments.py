"""Days as people write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.knowledge.moments import as_of, begins_on, over_on

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 10, 1, 4, 30, tzinfo=UTC)


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


@pytest.mark.parametrize(
    ("text", "begins", "over", "asked"),
    [
        (
            "2026-09-30",
            "2026-09-29T16:00:00.000+00:00",
            "2026-09-30T16:00:00.000+00:00",
            "2026-09-30T15:59:59.999+00:00",
        ),
        (
            "2026-10-01",  # today
            "2026-09-30T16:00:00.000+00:00",
            "2026-10-01T16:00:00.000+00:00",
            "2026-10-01T04:30:00.000+00:00",
        ),
        ("2026-09-30T12:00", *["2026-09-30T04:00:00.000+00:00"] * 3),
        ("2026-09-30T12:00:00Z", *["2026-09-30T12:00:00.000+00:00"] * 3),
        ("2026-09-30T12:00+02:00", *["2026-09-30T10:00:00.000+00:00"] * 3),
    ],
)
def test_a_day_is_the_shops_day(text: str, begins: str, over: str, asked: str) -> None:
    assert utc(begins_on(text, ZONE)) == begins
    assert utc(over_on(text, ZONE)) == over
    assert utc(as_of(text, ZONE, now=NOW)) == asked


def test_a_day_of_25_hours_is_one_day() -> None:
    begins, over = begins_on("2026-10-25", "Europe/Berlin"), over_on("2026-10-25", "Europe/Berlin")
    assert over.astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=25)


@given(st.text(max_size=30))
def test_anything_else_is_a_value_error(text: str) -> None:
    for read in (begins_on, over_on):
        try:
            assert read(text, ZONE).astimezone(UTC).year > 0
        except ValueError:
            continue


@pytest.mark.parametrize("text", ["", "yesterday", "2026-02-30", "0001-01-01", "9999-12-31T23:59:59-12:00"])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        as_of(text, ZONE, now=NOW)
