"""Days with a name, in any year: 双十一, 春节, Black Friday. Names and rules: vocabulary/festivals.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from xiaoer.understand.days import WEEK, Days, day
from xiaoer.understand.patterns import one_of
from xiaoer.understand.vocabulary import Pattern, load

_FILE = Path(__file__).parent / "vocabulary" / "festivals.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Festivals:
    pattern: Pattern  # any of the names
    _rules: Mapping[str, Mapping[str, Any]]  # name -> how its day is found
    _lunar: Mapping[int, Mapping[str, str]]

    def of(self, name: str, year: int) -> Days | None:
        """Its days; None in a year for which a lunar festival is not in the table. KeyError: no such name."""
        rule = self._rules[name]
        start = self._start(rule, year)
        if start is None:
            return None
        start += timedelta(days=rule.get("plus", 0))
        return start, start + timedelta(days=rule.get("days", 1) - 1)

    def _start(self, rule: Mapping[str, Any], year: int) -> date | None:
        if "each" in rule:
            return _on(year, rule["each"])
        if "nth" in rule:
            return _nth(year, *rule["nth"])
        if "easter" in rule:
            return easter(year) + timedelta(days=rule["easter"])
        if "lunar" in rule:
            return _on(year, self._lunar[year][rule["lunar"]]) if year in self._lunar else None
        return _qingming(year)


@cache
def festivals() -> Festivals:
    """Read once."""
    read = load(_FILE)
    rules = {name: rule for rule in read["festivals"].values() for name in rule["names"]}
    return Festivals(pattern=one_of(rules), _rules=rules, _lunar=read["lunar"])


def _on(year: int, month_day: str) -> date | None:
    return day(year, *map(int, month_day.split("-")))


def _nth(year: int, month: int, weekday: int, which: int) -> date | None:
    first = day(year, month, 1)
    return first and first + timedelta(days=(weekday - first.weekday()) % WEEK + WEEK * (which - 1))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher (Nature, 1876)."""
    century, rest = divmod(year, 100)
    leap, skipped = century // 4, century % 4
    moon = (19 * (year % 19) + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * skipped + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * to_sunday) // 451
    month, number = divmod(moon + to_sunday - 7 * late + 114, 31)
    return date(year, month, number + 1)


def _qingming(year: int) -> date | None:
    """Of 2000 to 2099, by the usual rule of thumb for the solar term."""
    in_century = year % 100
    return day(year, 4, int(in_century * 0.2422 + 4.81) - in_century // 4)
