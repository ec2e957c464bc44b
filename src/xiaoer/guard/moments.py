"""Days and times in a text, resolved against the customer's own today."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from xiaoer.guard.claims import Claim, Key, Kind
from xiaoer.guard.numerals import HAN, han

NEAR_DAYS: Final = 7  # a weekday's name alone speaks of one of these
_MONTH_DAYS: Final = 45  # a day of the month alone speaks of one this near
_HALF_YEAR: Final = 183
_SAME = 24  # between a day and the weekday that is said of it
_SATURDAY = 5
_CENTURY, _TWO_DIGITS = 2000, 100
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"
_ORDINALS = [  # of a month
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
    "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
    "seventeenth", "eighteenth", "nineteenth", "twentieth", "twenty-first", "twenty-second",
    "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth", "twenty-seventh", "twenty-eighth",
    "twenty-ninth", "thirtieth", "thirty-first",
]  # fmt: skip
_ORDINAL = rf"(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
HOURS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_HOUR = rf"(?:{'|'.join(HOURS)})"
_PART_OF_DAY = (
    r"(?: in the (?:morning|afternoon|evening)| at night| tonight"
    r"| (?:this|tomorrow|yesterday) (?:morning|afternoon|evening))"
)
_H = "[一二三四五六七八九十]"
DATES = (  # pieces of the one pattern in figures.py
    r"(?P<iso>(?<![a-z0-9_.,/])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\.?\d))"
    rf"|(?P<zhday>(?:(?:\d{{4}}|[{HAN}]{{4}}) ?年 ?)?(?:(?<!\d)\d{{1,2}}|(?<!{_H}){_H}{{1,2}}) ?月 ?"
    rf"(?:\d{{1,2}}|{_H}{{1,3}})(?: ?[日号])?(?![\d个天件]))"
    rf"|(?P<enday>(?<![a-z0-9_.,])\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{_MONTH}\b\.?(?:,? \d{{4}}(?![\d:]))?"
    rf"|\b{_ORDINAL} of {_MONTH}\b(?:,? \d{{4}}(?![\d:]))?|\b{_MONTH} the {_ORDINAL}\b"
    rf"|\b{_MONTH}\b\.? (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?![:.,]\d|%)(?:,? \d{{4}}(?![\d:]))?)"
    r"|(?P<slash>(?<![a-z0-9_.,/])\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?![\d/])"
    r"|(?<![a-z0-9_.,/¥$€£])\d{1,2}\.\d{1,2}(?= ?(?:前后|之?前|[日号](?!元))))"
    rf"|(?P<time>(?<![\d:.,])\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\d)(?: ?[ap]\.?m\b\.?)?"
    r"|(?<![\d:.,¥$€£])\d{1,2}(?= ?(?:-|~|to|till|until|至|到) ?\d{1,2}:\d{2}(?!\d))"
    rf"|(?<![\d:.,])\d{{1,2}}(?:\.\d{{2}})? ?[ap]\.?m\b\.?"
    rf"|(?:(?<![\d:.,])\d{{1,2}}|\b(?!one ){_HOUR})(?: o'clock{_PART_OF_DAY}?|{_PART_OF_DAY})"
    rf"|\b(?:half(?: past)?|(?:a )?quarter (?:past|to)|(?:five|ten|twenty|twenty-five) (?:past|to))"
    rf" (?:\d{{1,2}}(?![\d:.])|{_HOUR}\b){_PART_OF_DAY}?"
    rf"|\b(?:by|until|till|before|at|after|around) {_HOUR}"
    rf"(?:{_PART_OF_DAY}|(?= ?(?:[.,;!?)]|$|on\b|sharp\b|{_WEEKDAYS})))"
    r"|\b(?:noon|midday|midnight)\b"
    r"|[正中]午(?! ?[\d一二两十好])"
    rf"|差(?:一刻|(?:\d{{1,2}}|{_H}{{1,2}}) ?分)钟?到? ?(?:\d{{1,2}}|{_H}{{1,3}}|两) ?点"
    rf"|(?<![\d:.,])(?:\d{{1,2}}|{_H}{{1,3}}|两) ?点(?:钟|半|整|[一三]刻| ?\d{{1,2}}(?: ?分)?"
    rf"|[{HAN}]{{1,3}}分)?"
    rf"(?![{HAN}\d]|\.\d))"
)
_PERIOD = re.compile(
    r"(?P<weekend>[下这本上]?个?周末|\b(?:next |this |last |the )?weekend\b)"
    r"|(?P<week>[下这本上]个?(?:周|星期|礼拜)(?![一二三四五六日天])|\b(?:next|this|last) week\b)"
    r"|(?P<month>[下这本上]个?月(?! ?\d| ?[一二三]?十?[一二三四五六七八九十]?[日号])"
    r"|\b(?:next|this|last) month\b)"
    r"|(?P<end>(?:(?P<of>\d{1,2}|[一二三四五六七八九十]{1,2}) ?)?月[底末]|\bend of (?:the|this) month\b"
    rf"|\bend of (?P<named>{_MONTH})\b)"
)
_NAMED_MONTH = re.compile(
    rf"\b(?:in|since|during|until|till|by|early|late|mid|of)[ -](?P<name>{_MONTH})\b(?! ?\d)"
    r"|(?P<zh>\d{1,2}|[一二三四五六七八九十]{1,2}) ?月(?=份|初|[上中下]旬)"
)
_LATE_DAYS = 25  # of a month, from which it is its end
_RELATIVE = re.compile(
    r"大后天|(?<![最以之天])后天|明[天日早晚]|今[天日早晚]|昨[天日晚]|(?<![以之天])前天"
    r"|\bthe day after tomorrow\b|\bday after tomorrow\b|\bday before yesterday\b"
    r"|\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b|\btomorrow\b|\byesterday\b|\bovernight\b"
    r"|\blast night\b"
)
_AWAY = {"大": 3, "后": 2, "明": 1, "今": 0, "昨": -1, "前": -2}
_AWAY_EN = {"tomorrow": 1, "yesterday": -1, "overnight": 1, "last night": -1}
# Today is only spoken of where something happens: "what can I do for you today?" claims nothing.
_HAPPENS = re.compile(
    r"[发送到达签退寄取付派改买]|下单|下的单|截止|上班|处理|完成|打包|出库|解决|补"
    r"|ship|sen[dt]|leav|left|arriv|deliver|refund|dispatch|due|expir|process|reach|collect|paid|placed|cancel"
    r"|return|complet|order|bought|by today|pick|pack|resolv|fix|call|repl|back|within"
)
_WEEKDAY = re.compile(
    r"(?P<which>上上|下下|上个?|下个?|这个?|本)?(?:周|星期|礼拜)(?P<zh>[一二三四五六日天])(?![{h}个周天])"
    r"|\b(?P<near>(?:this|next|last|on|by|until|before|since|coming)\s)?"
    r"(?P<en>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?P<day>days?)?\b".replace("{h}", "百千")
)
_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BESIDE = re.compile(
    r"[\s(),;]{0,3}|.{0,3}(?:which|that)(?: is|'s| was| will be| falls on) (?:a |an |on a )?"
    r"|.{0,8}那天(?:正好|刚好)?是?"
)
_CLAUSE_ENDS = re.compile(r"[,;。!?\n]|\. ")


@dataclass(frozen=True, slots=True)
class Day:
    """A day that stands in a text."""

    start: int
    end: int
    day: date | None  # None: there is no such day


class Days:
    """Days of a text by where they stand."""

    def __init__(self, days: Sequence[Day]) -> None:
        self._days = sorted(days, key=lambda day: day.start)
        self._starts = [day.start for day in self._days]

    def around(self, start: int, end: int) -> tuple[Day | None, Day | None]:
        """The last before a place, and the first behind it."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        before = self._days[low - 1] if low else None
        after = self._days[high] if high < len(self._days) else None
        return before if before and before.end <= start else None, after


def day_claim(said: str, start: int, day: date | None, today: date) -> Claim:
    if day is None:
        return Claim(Kind.DATE, said, start, (("text", said),), (("text", said),))
    return Claim(Kind.DATE, said, start, (("day", day.toordinal()),), tuple(day_keys(day, today)))


def day_keys(day: date, today: date) -> Iterator[Key]:
    """All that may be said of a day that is known."""
    yield ("day", day.toordinal())
    yield ("year", day.year)
    away = (day - today).days
    if abs(away) <= NEAR_DAYS:
        yield ("weekday", day.weekday())
    yield ("month_day", day.year, day.month, day.day)
    if abs(away) <= _MONTH_DAYS:
        yield ("day_of_month", day.day)
    yield ("month", day.year, day.month)
    if day.day >= _LATE_DAYS:
        yield ("month_end", day.year, day.month)
    week = (day.toordinal() - 1) // 7 - (today.toordinal() - 1) // 7
    if day.weekday() >= _SATURDAY:
        yield ("weekend", week)
    yield from (("weekday", day.weekday(), week), ("week", week))


def day_of(group: str, text: str, today: date, *, month_first: bool = False) -> date | None:
    """The day one of DATES matched; None for 31 February. `month_first`: of 12/4, as Chinese writes it."""
    digits = [int(n) for n in re.findall(r"\d+", text)]
    try:
        match group:
            case "iso":
                return date(*digits[:3])
            case "slash":
                return _slashed(digits, today, month_first=month_first)
            case "enday":
                return _english(digits, text, today)
            case _:
                return _chinese(text, today)
    except ValueError:
        return None


_IN_WORDS = re.compile(rf"\b{_ORDINAL}\b")


def _slashed(digits: Sequence[int], today: date, *, month_first: bool) -> date:
    """Day first, as the house writes in English; 11/28 can only be the other way round."""
    day, month = digits[:2]
    if month > len(_MONTHS) or (month_first and day <= len(_MONTHS)):
        day, month = month, day
    if len(digits) == len(("day", "month", "year")):
        return date(digits[2] + (_CENTURY if digits[2] < _TWO_DIGITS else 0), month, day)
    return nearest(month, day, today)


def _english(digits: Sequence[int], text: str, today: date) -> date:
    month = next(n for n, name in enumerate(_MONTHS, start=1) if re.search(rf"\b{name}|[ -]{name}", text))
    if (said := _IN_WORDS.search(text)) is not None:
        digits = [_ORDINALS.index(said.group()) + 1, *digits]
    if len(digits) > 1:
        return date(digits[1], month, digits[0])
    return nearest(month, digits[0], today)


def _chinese(text: str, today: date) -> date:
    year, _, rest = text.rpartition("年")
    month, _, day = rest.partition("月")
    numbers = [plain(part.strip().rstrip("日号").strip()) for part in (month, day)]
    if year:
        return date(plain(year.strip()), *numbers)
    return nearest(numbers[0], numbers[1], today)


def plain(text: str) -> int:
    """Of digits or of Han numerals."""
    return int(text) if text.isdecimal() else int(han(text) or 0)


def nearest(month: int, day: int, today: date) -> date:
    """A day without its year is the one nearest to today."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise ValueError(f"no day {day} of month {month}")
    return min(found, key=lambda one: abs((one - today).days))


def relative_days(text: str, today: date) -> Iterator[tuple[Day, bool]]:
    """Tomorrow, 昨晚; and whether something is claimed of that day."""
    for found in _RELATIVE.finditer(text):
        said = found.group()
        away = _AWAY.get(said[0], _AWAY_EN.get(said, 0))
        if "day before" in said or "day after" in said:
            away = 2 if "after" in said else -2
        claimed = bool(away) or _HAPPENS.search(*clause(text, found.start())) is not None
        yield Day(found.start(), found.end(), today + timedelta(days=away)), claimed


def period_claims(text: str, today: date) -> Iterator[Claim]:
    """Next week, 下个月, 月底: any day of it that is known proves it."""
    for found in _PERIOD.finditer(text):
        said = found.group()
        if not said.startswith(("上", "last")) and not _HAPPENS.search(*clause(text, found.start())):
            continue
        ahead = 1 if said.startswith(("下", "next")) else -1 if said.startswith(("上", "last")) else 0
        key: Key = ("weekend" if found["weekend"] else "week", ahead)
        if found["month"] or found["end"]:
            year, month = month_ahead(today, ahead)
            if found["of"] or found["named"]:
                month = plain(found["of"]) if found["of"] else _month_named(found["named"])
                year = _year_of(month, today)
            key = ("month_end" if found["end"] else "month", year, month)
        yield Claim(Kind.DATE, said, found.start(), (key,), (key,))
    for found in _NAMED_MONTH.finditer(text):
        month = plain(found["zh"]) if found["zh"] else _month_named(found["name"])
        yield month_claim(found.group(), found.start(), month, today)


def _month_named(name: str) -> int:
    return next(n for n, short in enumerate(_MONTHS, start=1) if name.startswith(short))


def _year_of(month: int, today: date) -> int:
    return nearest(month, 15, today).year if 1 <= month <= len(_MONTHS) else 0


def month_claim(said: str, start: int, month: int, today: date) -> Claim:
    """October: the one nearest to today."""
    key: Key = ("month", _year_of(month, today), month)
    return Claim(Kind.DATE, said, start, (key,), (key,))


def month_ahead(today: date, ahead: int) -> tuple[int, int]:
    months = today.year * len(_MONTHS) + today.month - 1 + ahead
    return months // len(_MONTHS), months % len(_MONTHS) + 1


def clause(text: str, at: int, reach: int = 80) -> tuple[str, int, int]:
    """The clause around a place, as arguments of a pattern's search; at most `reach` either way."""
    starts, ends = _clause_ends(text)
    before, behind = bisect_right(ends, at), bisect_left(starts, at)
    low, high = at - reach, at + reach
    return (
        text,
        max(0, low, ends[before - 1] if before else 0),
        min(len(text), high, starts[behind] if behind < len(starts) else high),
    )


@lru_cache(maxsize=8)
def _clause_ends(text: str) -> tuple[list[int], list[int]]:
    """Where what ends a clause starts, and where it ends: asked for each claim of a text."""
    found = list(_CLAUSE_ENDS.finditer(text))
    return [one.start() for one in found], [one.end() for one in found]


def weekday_claims(text: str, days: Days, today: date) -> Iterator[Claim]:
    for found in _WEEKDAY.finditer(text):
        weekday = _weekday(found)
        beside = _neighbour(text, found.start(), found.end(), days)
        if beside is None and found["en"] and not (found["near"] or found["day"]):
            continue  # sun, sat
        said = found.group()
        if beside is not None and beside.day is not None:
            if beside.day.weekday() != weekday:
                key: Key = ("mismatch", beside.day.toordinal(), weekday)
                yield Claim(Kind.DATE, said, found.start(), (key,), (key,))
            continue
        yield _alone(said, found, weekday, today)


def _alone(said: str, found: re.Match[str], weekday: int, today: date) -> Claim:
    which = (found["which"] or found["near"] or "").strip()
    spoken: Key = ("weekday_said", weekday)
    weeks = {"下": (1,), "下个": (1,), "next": (0, 1), "上": (-1,), "上个": (-1,), "last": (-1, 0)}
    weeks |= {"下下": (2,), "上上": (-2,), "这": (0,), "这个": (0,), "本": (0,), "this": (0,)}
    named: list[Key] = [("weekday", weekday, week) for week in weeks.get(which, ())]
    needs: list[Key] = named or [("weekday", weekday)]
    gives: tuple[Key, ...] = (spoken, *needs)
    return Claim(Kind.DATE, said, found.start(), (*needs, spoken) if not named else tuple(needs), gives)


def _weekday(found: re.Match[str]) -> int:
    if found["zh"]:
        return _ZH_DAYS.index(found["zh"].replace("天", "日"))
    return _EN_DAYS.index(found["en"][:3])


def _neighbour(text: str, start: int, end: int, days: Days) -> Day | None:
    before, after = days.around(start, end)
    if before and start - before.end <= _SAME and _BESIDE.fullmatch(text, before.end, start):
        return before
    if after and after.start - end <= _SAME and _BESIDE.fullmatch(text, end, after.start):
        return after
    return None
