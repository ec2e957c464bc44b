"""Dates as English-speaking customers say them: last Friday, 3 days ago, Nov 11, by the end of the month."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias

from xiaoer.understand import days
from xiaoer.understand.days import Days, Frame, single
from xiaoer.understand.numbers import ENGLISH

Reader: TypeAlias = Callable[[re.Match[str], Frame], Days | None]

_DAY_WORDS = {
    "the day before yesterday": -2, "day before yesterday": -2, "yesterday": -1, "yday": -1, "last night": -1,
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "tomorrow": 1,
    "tmr": 1, "tmrw": 1, "tomoz": 1, "the day after tomorrow": 2, "day after tomorrow": 2,
}  # fmt: skip
_WEEKDAYS = {
    name[:3]: i
    for i, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_MONTHS = {
    name: i + 1
    for i, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    )
}
_STEPS = {"last": -1, "past": -1, "previous": -1, "this": 0, "the": 0, "next": 1, "coming": 1, "": 0}
_PARTS = {
    "beginning": "first", "start": "first", "early": "first", "middle": "middle", "mid": "middle",
    "end": "last", "late": "last",
}  # fmt: skip

_N = rf"\d{{1,3}}|an?|{'|'.join(list(ENGLISH)[:12])}|a couple(?: of)?|couple(?: of)?"
_UNIT = r"(day|week|month|year)s?"
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_SURE_MONTH = (
    r"(january|february|april|june|july|august|september|october|november|december|(?<=in )march|(?<=in )may|"
    r"(?<=since )march|(?<=since )may)\b"
)
_NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? ?(20\d\d)\b)?"
_FULL_DAY = r"(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_SHORT_DAY = r"(mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)"

_DAY = re.compile(rf"\b(?:{'|'.join(sorted(_DAY_WORDS, key=len, reverse=True))})\b")
_DAY_OF_WEEK = re.compile(
    rf"\b(?:(last|this|next|past|coming) )?{_FULL_DAY}\b|\b(?:(last|this|next)|on|by|before|until|till|"
    rf"since|from) {_SHORT_DAY}\b(?!'|-)"
)
_PERIOD = re.compile(r"\b(last|this|next) (week|month|year|weekend)\b")
_WEEKEND = re.compile(r"\b(?:at|on|over|for|by|before) the weekend\b|\bthe weekend\b")
_AGO = re.compile(rf"\b({_N}|half a) {_UNIT} ago\b|\b(?:a )?few days (?:ago|back)\b")
_AHEAD = re.compile(rf"\bin ({_N}) {_UNIT}(?:'s? time)?\b|\b({_N}) {_UNIT} (?:from (?:now|today)|later)\b")
_WINDOW = re.compile(
    rf"\b(?:within|in|over|during)(?: the)?(?: next)? ({_N}) {_UNIT}\b|"
    rf"\b(?:the )?next ({_N}) {_UNIT}\b"
)
_PAST_WINDOW = re.compile(rf"\b(?:the )?(?:last|past|previous) (?:({_N}) )?{_UNIT}\b")
_MONTH_DAY = re.compile(
    rf"\b{_MONTH_NAME} ?{_NUMBER}\b(?!:|\.\d)(?: ?(?:-|to|until|till|"
    rf"and) ?{_NUMBER}\b(?! \w+ago))?{_YEAR}"
)
_DAY_MONTH = re.compile(rf"\b(?:{_NUMBER} ?(?:-|to|and) ?)?{_NUMBER}(?: of)? {_MONTH_NAME}{_YEAR}")
_DAY_ALONE = re.compile(
    r"\b(?:on|by|until|till|before|since|after|from) the (\d{1,2})(?:st|nd|rd|th)\b"
    r"(?=$|[.,?!;\n]| (?:and|but|is|was|would|at|in|so|please|if|or|to|morning|evening|it|i|we|the)\b)"
)
_PART = re.compile(
    rf"\b(?:the )?(end|beginning|start|middle) of (?:(the|this|next|last) )?(?:(week|month|year)|"
    rf"{_MONTH_NAME})(?!\w)"
    rf"|\b(early|late|mid)[ -](?:(this|next|last) month|{_MONTH_NAME})"
)
_MONTH_ALONE = re.compile(rf"\b(?:(last|next|this) )?{_SURE_MONTH}{_YEAR}(?! ?\d)")


def readers() -> Iterator[tuple[re.Pattern[str], Reader]]:
    yield from (
        (_MONTH_DAY, _month_day), (_DAY_MONTH, _day_month), (_PART, _part), (_AGO, _ago), (_AHEAD, _ahead),
        (_WINDOW, _window), (_PERIOD, _period), (_PAST_WINDOW, _past_window), (_WEEKEND, _weekend),
        (_DAY_OF_WEEK, _day_of_week), (_DAY, _day), (_DAY_ALONE, _day_alone), (_MONTH_ALONE, _month_alone),
    )  # fmt: skip


def _day(found: re.Match[str], frame: Frame) -> Days | None:
    return single(days.shifted(frame.today, days=_DAY_WORDS[found[0]]))


def _day_of_week(found: re.Match[str], frame: Frame) -> Days | None:
    number, step = _WEEKDAYS[(found[2] or found[4])[:3]], found[1] or found[3]
    if step in ("last", "past"):  # the one before today, even if it is of this week
        back = (frame.today.weekday() - number) % days.WEEK or days.WEEK
        return single(days.shifted(frame.today, days=-back))
    if step in ("this", "next"):  # said on any day, next Tuesday is the Tuesday of the week that comes
        return single(days.shifted(days.week(frame.today, _STEPS[step])[0], days=number))
    return single(days.weekday(number, frame))


def _period(found: re.Match[str], frame: Frame) -> Days | None:
    step = _STEPS[found[1]]
    match found[2]:
        case "week":
            return days.week(frame.today, step)
        case "weekend":
            return days.weekend(frame.today, step)
        case "year":
            return days.year(frame.today.year + step)
    return _months_away(step, frame)


def _months_away(step: int, frame: Frame, part: str = "") -> Days | None:
    first = days.shifted(frame.today.replace(day=1), months=step)
    return days.month(first.year, first.month, part) if first else None


def _weekend(found: re.Match[str], frame: Frame) -> Days | None:
    return days.weekend(frame.today, -1 if frame.tense is days.Tense.PAST else 0)


def _ago(found: re.Match[str], frame: Frame) -> Days | None:
    if not found[1]:  # a few days ago: some day of about the last week
        start, end = days.shifted(frame.today, days=-7), days.shifted(frame.today, days=-2)
        return (start, end) if start and end else None
    return single(_moved(found[1], found[2], frame, -1))


def _ahead(found: re.Match[str], frame: Frame) -> Days | None:
    return single(_moved(found[1] or found[3], found[2] or found[4], frame, 1))


def _window(found: re.Match[str], frame: Frame) -> Days | None:
    end = _moved(found[1] or found[3], found[2] or found[4], frame, 1)
    return (frame.today, end) if end else None


def _past_window(found: re.Match[str], frame: Frame) -> Days | None:
    start = _moved(found[1] or "a", found[2], frame, -1)
    return (start, frame.today) if start else None


def _moved(said: str, unit: str, frame: Frame, sign: int) -> date | None:
    if said == "half a":
        return days.shifted(frame.today, months=sign * 6) if unit == "year" else None
    count = _count(said) * sign
    if unit in ("day", "week"):
        return days.shifted(frame.today, days=count * (days.WEEK if unit == "week" else 1)) if count else None
    return days.shifted(frame.today, months=count * (days.MONTHS if unit == "year" else 1)) if count else None


def _count(said: str) -> int:
    if said.isdecimal():
        return int(said)
    if "couple" in said:
        return 2
    return 1 if said in ("a", "an") else ENGLISH.get(said, 0)


def _month_day(found: re.Match[str], frame: Frame) -> Days | None:
    return _dated(found[1], (int(found[2]), int(found[3] or 0)), found[4], frame)


def _day_month(found: re.Match[str], frame: Frame) -> Days | None:
    first = int(found[1]) if found[1] else int(found[2])
    return _dated(found[3], (first, int(found[2])), found[4], frame)


def _dated(name: str, numbers: tuple[int, int], year: str | None, frame: Frame) -> Days | None:
    first, last = numbers[0], numbers[1] or numbers[0]

    def in_year(number: int) -> Days | None:
        start, end = (days.day(number, _MONTHS[name[:3]], at) for at in (first, last))
        return (start, end) if start and end and start <= end else None

    return in_year(int(year)) if year else days.nearest(in_year, frame)


def _day_alone(found: re.Match[str], frame: Frame) -> Days | None:
    return single(days.day_of_month(int(found[1]), frame))


def _part(found: re.Match[str], frame: Frame) -> Days | None:
    part = _PARTS[found[1] or found[5]]
    if name := found[4] or found[7]:
        return days.nearest(lambda year: days.month(year, _MONTHS[name[:3]], part), frame)
    step = _STEPS[found[2] or found[6] or ""]
    if found[3] == "week":
        monday, sunday = days.week(frame.today, step)
        friday = days.shifted(monday, days=4)
        return (friday, sunday) if part == "last" and friday else (monday, sunday)
    if found[3] == "year":
        return days.month(frame.today.year + step, {"first": 1, "middle": 6, "last": days.MONTHS}[part])
    return _months_away(step, frame, part)


def _month_alone(found: re.Match[str], frame: Frame) -> Days | None:
    number = _MONTHS[found[2][:3]]
    if found[3]:
        return days.month(int(found[3]), number)
    return days.nearest(lambda year: days.month(year, number), frame)
