"""Numbers that carry a unit, in Chinese and English, as one and the same thing.

    time       hours, days and weeks are hours (48 小时 = two days); years are months (两年 = 24 months)
    money      ¥, 元, 块, yuan, RMB and CNY are yuan; other currencies stand for themselves
    shares     %, percent, 百分之 are percent; 八折 is 20 percent off, 半价 and half price 50
    clocks     9:00, 9 点, 9 am are minutes of the day
Of a range (2 到 4 天, 2 to 4 days) both ends count. A number without a unit says nothing here, nor does
one in letters, or two digits side by side: a day, 过去一年, 两三天 are ways of speaking.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from typing_extensions import override

from xiaoer.text.clean import clean

Unit: TypeAlias = str  # hours, months, yuan, percent, clock, usd, eur

_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN_PLACES = {"十": 10, "百": 100, "千": 1000}
_WORDS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
]  # fmt: skip
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_NAMED = {word: float(n) for n, word in enumerate(_WORDS)} | _TENS | {"a": 1.0, "an": 1.0}

_VAGUE = re.compile(r"a|an|one|一|[一二两三四五六七八九]{2,}")  # a day; 一两天, 三四天
_DIGITS = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = rf"(?:{_DIGITS}|[零〇一二两三四五六七八九十百千]+|\b(?:{'|'.join(_NAMED)})\b)"
_UNITS: dict[str, tuple[Unit, float]] = {
    "小时": ("hours", 1), "hours?": ("hours", 1), "h": ("hours", 1),
    "天": ("hours", 24), "个?工作日": ("hours", 24), "days?": ("hours", 24),
    "个?星期": ("hours", 168), "周(?![一二三四五六日天末])": ("hours", 168), "weeks?": ("hours", 168),
    "个月": ("months", 1), "months?": ("months", 1), "年": ("months", 12), "years?": ("months", 12),
    "元": ("yuan", 1), "块钱?": ("yuan", 1), "yuan": ("yuan", 1), "rmb": ("yuan", 1), "cny": ("yuan", 1),
    "%": ("percent", 1), "per ?cent": ("percent", 1),
    "usd": ("usd", 1), "dollars?": ("usd", 1), "euros?": ("eur", 1), "eur": ("eur", 1),
}  # fmt: skip
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_TO = r"(?:到|至|~|-|–|—|to|and|or|或|和)"
_AFTER = re.compile(
    rf"(?:(?P<low>{_NUMBER})\s*(?:{_UNIT})?\s*{_TO}\s*)?(?<![第周期])(?P<number>{_NUMBER})[\s-]*(?P<half>个半)?(?P<unit>{_UNIT})(?![a-z])"
)
_BEFORE = re.compile(rf"(?P<sign>[¥￥$€]|rmb|cny)\s*(?P<number>{_NUMBER})")
_SIGNS = {"¥": "yuan", "￥": "yuan", "rmb": "yuan", "cny": "yuan", "$": "usd", "€": "eur"}
_SHARE = re.compile(rf"百分之(?P<number>{_NUMBER})")
_OFF = re.compile(r"(?P<number>[一二三四五六七八九]|\d(?:\.\d)?)折")
_HALF = re.compile(r"半个?月|half a month|半年|half a year|半天|half a day|半价|half[ -]price")
_HALVES = {"半月": ("hours", 360.0), "half a month": ("hours", 360.0), "半年": ("months", 6.0),
           "half a year": ("months", 6.0), "半天": ("hours", 12.0), "half a day": ("hours", 12.0),
           "半价": ("percent", 50.0), "half price": ("percent", 50.0)}  # fmt: skip
_CLOCK = re.compile(
    r"(?P<part>早上|上午|中午|下午|晚上|凌晨)?\s*(?<![\d:])(?P<hour>\d{1,2})(?::(?P<minute>\d\d)|\s?点(?P<han>半|\d\d分)?(?!击|开))?"
    r"\s*(?P<half>[ap]\.?m\.?\b)?"
)
_NOON, _DAY = 12, 24


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    unit: Unit
    value: float

    @override
    def __str__(self) -> str:
        if self.unit == "clock":
            return f"{int(self.value) // 60}:{int(self.value) % 60:02}"
        shown = self.value / 24 if self.unit == "hours" and self.value % 24 == 0 else self.value
        name = "days" if self.unit == "hours" and self.value % 24 == 0 else self.unit
        return f"{shown:g} {name}"


def quantities(text: str) -> set[Quantity]:
    cleaned = clean(text, limit=len(text))
    return {*_counted(cleaned), *_priced(cleaned), *_halves(cleaned), *_clocks(cleaned)}


def numbers(text: str) -> set[float]:
    """All of them, with a unit or without."""
    return {value(found) for found in re.findall(_NUMBER, clean(text, limit=len(text)))}


def value(written: str) -> float:
    """Of digits, Chinese numerals up to thousands, and English words up to ninety."""
    if written in _NAMED:
        return _NAMED[written]
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total = digit = 0
    for char in written:
        if char in _HAN_PLACES:
            total += (digit or 1) * _HAN_PLACES[char]
            digit = 0
        else:
            digit = digit * 10 + _HAN_DIGITS[char] if digit and not total else _HAN_DIGITS[char]
    return float(total + digit)


def _counted(text: str) -> Iterator[Quantity]:
    for found in _AFTER.finditer(text):
        if _VAGUE.fullmatch(found["number"]) and not found["half"]:
            continue
        unit, factor = _unit(found["unit"])
        extra = 0.5 if found["half"] else 0.0
        yield Quantity(unit, (value(found["number"]) + extra) * factor)
        if found["low"]:
            yield Quantity(unit, value(found["low"]) * factor)


def _unit(written: str) -> tuple[Unit, float]:
    return next(said for pattern, said in _UNITS.items() if re.match(f"(?:{pattern})$", written))


def _priced(text: str) -> Iterator[Quantity]:
    for found in _BEFORE.finditer(text):
        yield Quantity(_SIGNS[found["sign"]], value(found["number"]))
    for found in _SHARE.finditer(text):
        yield Quantity("percent", value(found["number"]))
    for found in _OFF.finditer(text):
        yield Quantity("percent", round(100 - 10 * value(found["number"]), 6))


def _halves(text: str) -> Iterator[Quantity]:
    for found in _HALF.finditer(text):
        unit, half = _HALVES[found[0].replace("个", "").replace("-", " ")]
        yield Quantity(unit, half)


def _clocks(text: str) -> Iterator[Quantity]:
    for found in _CLOCK.finditer(text):
        hour, is_clock = int(found["hour"]), found["minute"] or "点" in found[0] or found["half"]
        if not is_clock or hour > _DAY:
            continue
        late = found["part"] in ("下午", "晚上") or (found["half"] or "").startswith("p")
        hour += _NOON if late and hour < _NOON else 0
        minute = 30 if found["han"] == "半" else int(found["minute"] or (found["han"] or "0").rstrip("分"))
        yield Quantity("clock", hour * 60 + minute)
