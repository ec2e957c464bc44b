"""Arithmetic of days: weeks from Monday, parts of a month, and which year a day without one is of."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TypeAlias

Days: TypeAlias = tuple[date, date]  # first and last, both included
Span: TypeAlias = tuple[int, int]

WEEK, MONTHS = 7, 12
_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # outside these no date is meant
_TENTH, _TWENTIETH = 10, 20


class Tense(Enum):
    """Whether words near a date speak of what was or of what will be."""

    PAST = "past"
    OPEN = "open"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a date is read against."""

    today: date
    tense: Tense = Tense.OPEN
    day_first: bool = False  # 5/11 is the fifth of November


def shifted(today: date, *, days: int = 0, months: int = 0) -> date | None:
    """None outside the years in which a date can be meant. The last of a month stays in a shorter one."""
    if abs(days) > (_LAST_YEAR - _FIRST_YEAR) * 366 or abs(months) > (_LAST_YEAR - _FIRST_YEAR) * MONTHS:
        return None
    year, month = divmod(today.year * MONTHS + today.month - 1 + months, MONTHS)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    moved = date(year, month + 1, min(today.day, monthrange(year, month + 1)[1])) + timedelta(days=days)
    return moved if _FIRST_YEAR <= moved.year <= _LAST_YEAR else None


def day(year: int, month: int, number: int) -> date | None:
    """None for what is no day, as 30 February."""
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= MONTHS):
        return None
    return date(year, month, number) if 1 <= number <= monthrange(year, month)[1] else None


def single(found: date | None) -> Days | None:
    return (found, found) if found else None


def week(today: date, offset: int) -> Days:
    """Monday to Sunday."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
    return monday, monday + timedelta(days=WEEK - 1)


def weekend(today: date, offset: int) -> Days:
    saturday = week(today, offset)[1] - timedelta(days=1)
    return saturday, saturday + timedelta(days=1)


def month(year: int, number: int, part: str = "") -> Days | None:
    """The whole month, or a third of it: `first` (1 to 10), `middle` (11 to 20), `last` (from 21)."""
    if (start := day(year, number, 1)) is None:
        return None
    last = start.replace(day=monthrange(year, number)[1])
    parts = {
        "first": (start, start.replace(day=_TENTH)),
        "middle": (start.replace(day=_TENTH + 1), start.replace(day=_TWENTIETH)),
        "last": (start.replace(day=_TWENTIETH + 1), last),
    }
    return parts.get(part, (start, last))


def year(number: int) -> Days | None:
    start, end = day(number, 1, 1), day(number, MONTHS, 31)
    return (start, end) if start and end else None


def nearest(in_year: Callable[[int], Days | None], frame: Frame) -> Days | None:
    """Of last, this and next year's the one the tense allows, and of these the nearest to today."""
    years = (frame.today.year + offset for offset in (-1, 0, 1))
    found = [days for year in years if (days := in_year(year))]
    return _nearest([days for days in found if _allowed(days, frame)] or found, frame)


def day_of_month(number: int, frame: Frame) -> date | None:
    """The 15th: of this month or of the one before or behind it."""
    firsts = [shifted(frame.today.replace(day=1), months=offset) for offset in (-1, 0, 1)]
    found = [single(day(first.year, first.month, number)) for first in firsts if first]
    known = [days for days in found if days]
    chosen = _nearest([days for days in known if _allowed(days, frame)] or known, frame)
    return chosen[0] if chosen else None


def weekday(number: int, frame: Frame) -> date:
    """A bare Friday: of what was, the last one; else the coming one. Today is both."""
    ahead = (number - frame.today.weekday()) % WEEK
    back = (ahead - WEEK) if ahead else 0
    return frame.today + timedelta(days=back if frame.tense is Tense.PAST else ahead)


def _allowed(days: Days, frame: Frame) -> bool:
    if frame.tense is Tense.PAST:
        return days[0] <= frame.today
    return frame.tense is Tense.OPEN or days[1] >= frame.today


def _nearest(found: list[Days], frame: Frame) -> Days | None:
    return min(found, key=lambda days: _distance(days, frame.today), default=None)


def _distance(days: Days, today: date) -> int:
    return max((days[0] - today).days, (today - days[1]).days, 0)
