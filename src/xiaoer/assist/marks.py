"""Marks in the place of figures while a text is translated: a model cannot change what it does not see.

Amounts and days are written anew by code for who reads them; everything else comes back as it was.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date

from xiaoer.guard.claims import Found, Kind, Why, normal, number
from xiaoer.guard.moments import DATES, day_of
from xiaoer.guard.pseudonyms import PSEUDONYM

TAG = r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}$"  # of BCP 47, what names a language somebody speaks
_MARK = re.compile(r"\[#(\d{1,3})\]")
_YUAN = re.compile(r"^(\d[\d,]*(?:\.\d+)?) ?(万)?(?:元|块钱|人民币)$")
_TEN_THOUSAND = 10_000
_FIGURE = re.compile(
    r"(?P<money>(?:[¥￥$€£]|(?:CNY|RMB|USD|EUR|GBP|HKD) ?) ?\d[\d,]*(?:\.\d+)?万?"
    r"|\d[\d,]*(?:\.\d+)? ?万?(?:元|块钱|人民币))"
    rf"|{DATES}"
    r"|(?P<num>[A-Za-z]*\d[A-Za-z0-9]*(?:[.,:/-]\d+)*[%％]?)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+(?:[.:,]\d+)*")
_DAYS = frozenset({"iso", "zhday", "enday", "slash"})
_YEAR = re.compile(r"\d{4}|年")


@dataclass(slots=True)
class Marks:
    """Of one text. `to`: the locale it is translated into; None where nobody knows how it writes dates."""

    today: date
    to: Locale | None
    values: list[str] = field(default_factory=list)

    def put(self, text: str) -> str:
        """No pseudonym loses a letter."""
        made, at = list[str](), 0
        for name in PSEUDONYM.finditer(text):
            made += [_FIGURE.sub(self._mark, text[at : name.start()]), name[0]]
            at = name.end()
        return "".join([*made, _FIGURE.sub(self._mark, text[at:])])

    def back(self, text: str) -> str:
        return _MARK.sub(self._value, text)

    @staticmethod
    def own_digits(text: str) -> bool:
        """Whether a translation holds digits that are in no mark."""
        return any(map(str.isdecimal, _MARK.sub("", text)))

    def faults(self, text: str) -> list[Found]:
        """Marks of a finished translation that are not there, not once, or made up."""
        wanted = Counter(range(1, len(self.values) + 1))
        there = Counter(int(found) for found in _MARK.findall(text))
        lost = [Found(Kind.NUMBER, self.values[n - 1], Why.LEFT_OUT) for n in wanted - there]
        return [*lost, *(Found(Kind.NUMBER, f"#{n}", Why.NO_RECEIPT) for n in there - wanted)]

    def _mark(self, found: re.Match[str]) -> str:
        group = found.lastgroup or ""
        if group == "time":  # 3 o'clock: only the figure stays
            return _DIGITS.sub(lambda one: self._named(one[0]), found[0])
        if group == "money":
            return self._named(self._money(found[0]))
        if group in _DAYS:
            return self._named(self._day(group, found[0]))
        return self._named(found[0])

    def _named(self, value: str) -> str:
        self.values.append(value)
        return f"[#{len(self.values)}]"

    def _value(self, found: re.Match[str]) -> str:
        n = int(found[1])
        return self.values[n - 1] if 0 < n <= len(self.values) else found[0]

    def _money(self, said: str) -> str:
        """Yuan by their sign, where their name is not read."""
        yuan = _YUAN.match(said)
        value = number(yuan[1]) if yuan else None
        if yuan is None or value is None or self.to is None or self.to.language in ("zh", "yue"):
            return said
        return f"¥{(value * _TEN_THOUSAND).normalize():f}" if yuan[2] else f"¥{yuan[1]}"

    def _day(self, group: str, said: str) -> str:
        """The same day as it is written there; ISO dates everybody reads."""
        day = day_of(group, normal(said), self.today)
        if day is None or self.to is None or group == "iso":
            return said
        long = format_date(day, "long", locale=self.to)
        return long if _YEAR.search(said) else _without_year(day, self.to)


def _without_year(day: date, to: Locale) -> str:
    skeletons: Mapping[str, object] = to.datetime_skeletons
    pattern = skeletons.get("MMMMd") or skeletons.get("MMMd")
    return format_date(day, str(pattern), locale=to) if pattern else format_date(day, "long", locale=to)


def is_tag(tag: str) -> bool:
    return re.match(TAG, tag) is not None


def locale_of(tag: str) -> Locale | None:
    """None for a language nobody has told us about."""
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
