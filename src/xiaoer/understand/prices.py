"""Price limits in what a customer says: 500以内, 200-400元, 两千左右, under $50, between 100 and 300."""

import re
from dataclasses import dataclass

from xiaoer.understand.numbers import NUMBER, number

_SIGN = r"(?:[¥$€£]|rmb|cny|usd|hk\$|us\$)? ?"
_UNIT = r" ?(?:元|块钱?|rmb|cny|yuan|usd|dollars?|bucks|刀|euros?|pounds?|人民币|[¥$€£])"
_OTHER_UNIT = (
    r"(?! ?(?:天|日|号|码|岁|年|月|周|个?小时|分钟|公里|厘米|公斤|斤|克|毫升|升|寸|双|件|个|条|只|次|人|米|"
    r"days?|weeks?|"
    r"months?|years?|hours?|minutes?|cm|mm|kg|g|ml|l|km|m|pairs?|pieces?|items?|times?|people|%|percent|"
    r"点)(?![a-z]))"
)
_MEASURE = r"(?<!身高)(?<!体重)(?<!脚长)(?<!鞋码)(?<!尺码)(?<!size )"
_N = rf"{_SIGN}({NUMBER})(?:{_UNIT})?{_OTHER_UNIT}"
_NOT_MORE = (
    r"(?:不超过|不到|不高于|不要超过|不能超过|低于|少于|小于|最多|最高|上限|预算(?:是|在|大概|大约|只有)?|"
    r"under|below|less than|"
    r"cheaper than|up to|no more than|not more than|at most|within|max(?:imum)?(?: of)?|budget(?: is|"
    r" of)?:?|<=?|"
    r"not over|below) ?"
)
_NOT_LESS = (
    r"(?:(?<!不)(?<!要)(?<!能)超过|高于|大于|至少|不低于|不少于|最少|最低|(?<!not )over|above|"
    r"(?<!no )(?<!not )more than|"
    r"at least|starting from|starting at|>=?) ?"
)
_ABOUT = r"(?:大概|大约|差不多|约|around|about|roughly|approximately|approx\.?|circa) ?"
_RANGE = re.compile(
    rf"(?P<mark>预算|价格|价位|价钱|between |from |"
    rf"[$€£](?=\d))? ?{_MEASURE}{_SIGN}(?P<low>{NUMBER})(?:{_UNIT})?"
    rf" ?(?:-|~|到|至|—|–|and|to) ?{_SIGN}(?P<high>{NUMBER})(?P<unit>{_UNIT})?{_OTHER_UNIT}"
    r"(?P<tail> ?(?:之间|左右|以内|内|的|价位))?"
)
_MAX = re.compile(
    rf"{_NOT_MORE}{_N}(?! ?(?:左右|上下|or so))"
    rf"|{_MEASURE}{_N} ?(?:以内|以下|之内|之下|内|封顶|不到|or less|or under|or below|max|tops)"
)
_MIN = re.compile(
    rf"{_NOT_LESS}{_N}|{_MEASURE}{_N} ?(?:以上|往上|起步|or more|and up|and above|or above|\+(?!\d))"
)
_NEAR = re.compile(rf"{_ABOUT}{_N}(?: ?的)?|{_MEASURE}{_N} ?(?:左右|上下|or so|ish)")
_SPREAD = 0.2  # "about 2000" is 1600 to 2400
_LEAST, _MOST = 5, 1_000_000  # outside this no price is meant


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Limits in minor units, None for open, and where in the text they were said."""

    low_minor: int | None = None
    high_minor: int | None = None
    spans: tuple[tuple[int, int], ...] = ()


def prices_in(text: str) -> PriceRange:
    """Of a cleaned text. Any currency named is taken for the shop's own."""
    if found := _range(text):
        return found
    high, low = _limit(_MAX, text), _limit(_MIN, text)
    spans = tuple(span for _, span in filter(None, (high, low)))
    if spans:
        return PriceRange(_minor(low[0]) if low else None, _minor(high[0]) if high else None, spans)
    if near := _limit(_NEAR, text):
        value, span = near
        return PriceRange(_minor(value * (1 - _SPREAD)), _minor(value * (1 + _SPREAD)), (span,))
    return PriceRange()


def _range(text: str) -> PriceRange | None:
    for found in _RANGE.finditer(text):
        low, high = number(found["low"]), number(found["high"])
        said = found["mark"] or found["unit"] or found["tail"]
        if said and low is not None and high is not None and _LEAST <= low < high <= _MOST:
            return PriceRange(_minor(low), _minor(high), (found.span(),))
    return None


def _limit(pattern: re.Pattern[str], text: str) -> tuple[float, tuple[int, int]] | None:
    for found in pattern.finditer(text):
        value = number(next(group for group in found.groups() if group))
        if value is not None and _LEAST <= value <= _MOST:
            return value, found.span()
    return None


def _minor(value: float) -> int:
    return round(value * 100)
