"""Times of day in a text, each with its day where one stands beside it."""

import re

from xiaoer.guard.claims import Claim, Key, Kind
from xiaoer.guard.moments import Day, Days, plain

_ASIDE, _ON = 9, 5  # characters between a day and its time, and between a time and its day
_HOURS, _NOON, _LAST_MINUTE = 24, 12, 59
_APART = frozenset(";。!?\n-~")
_LATE = frozenset({"下午", "傍晚", "今晚", "明晚", "昨晚", "晚上", "夜里", "晚"})
_AM, _PM = re.compile(r"a\.?m|morning"), re.compile(r"p\.?m|afternoon|evening|night")
_PARTS_OF_DAY = re.compile(
    r"(凌晨|早上|早晨|清晨|上午|今早|明早|中午|下午|傍晚|今晚|明晚|昨晚|晚上|夜里|晚) ?$"
)


def time_claim(text: str, found: re.Match[str], days: Days) -> Claim | None:
    """8 点 may be morning or evening; with its day beside it, both belong together. None: no time of day."""
    said = found.group()
    before = _PARTS_OF_DAY.search(text, max(0, found.start() - 4), found.start())
    part = before[1] if before else ""
    if "点" in said and said[0] == "一" and not part:
        return None  # 快一点
    minutes = _minutes(said, late=part in _LATE, told=bool(part) or "m" in said or "n" in said or ":" in said)
    if not minutes:
        return None
    day = _day_beside(text, found.start(), found.end(), days)
    gives: list[Key] = [("time", one) for one in minutes]
    needs = gives
    if day is not None and day.day is not None:
        needs = [("moment", day.day.toordinal(), one) for one in minutes]
        gives = [*gives, *needs]
    return Claim(Kind.TIME, said, found.start(), tuple(needs), tuple(gives))


def _day_beside(text: str, start: int, end: int, days: Days) -> Day | None:
    """The day a time is of: 22 号下午 4 点, yesterday at 9; 4 pm on 22 November."""
    before, after = days.around(start, end)
    if before and start - before.end <= _ASIDE and not _APART & set(text[before.end : start]):
        return before
    if after and after.start - end <= _ON and not _APART & set(text[end : after.start]):
        return after
    return None


def _minutes(said: str, *, late: bool, told: bool) -> list[int]:
    """Minutes since midnight: each that may be meant."""
    if "点" in said:
        hours, _, rest = said.partition("点")
        hour, minute = plain(hours.strip()), _past(rest)
    else:
        digits = [int(n) for n in re.findall(r"\d+", said)]
        hour, minute = digits[0], digits[1] if len(digits) > 1 else 0
    afternoon = late or _PM.search(said) is not None
    if afternoon and hour < _NOON:
        hour += _NOON
    if _AM.search(said) and hour == _NOON:
        hour = 0
    if hour > _HOURS or minute > _LAST_MINUTE:
        return []
    first = (hour % _HOURS) * 60 + minute
    return [first] if told or hour > _NOON else [first, (first + 720) % 1440]


def _past(rest: str) -> int:
    fixed = {"半": 30, "一刻": 15, "三刻": 45}
    bare = rest.rstrip("分钟整").strip()
    return fixed.get(bare) or (plain(bare) if bare else 0)
