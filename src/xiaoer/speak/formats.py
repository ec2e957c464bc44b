"""Amounts, days, times and opening hours as people write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime, get_day_names, get_timezone_name
from babel.numbers import format_currency, get_currency_precision

from xiaoer.domain.money import Money
from xiaoer.domain.policy import Hours
from xiaoer.domain.words import Language

# Parsed once: babel looks for the file of a name again at every call.
_LOCALE = {Language.ZH: Locale.parse("zh_CN"), Language.EN: Locale.parse("en_GB")}
_DAY = {Language.ZH: "M月d日（EEE）", Language.EN: "EEE d MMM"}
_NEAR_DAY = {Language.ZH: "M月d日 EEE", Language.EN: "EEE d MMM"}
_TIME = {Language.ZH: "M月d日 HH:mm", Language.EN: "d MMM, HH:mm"}
_NEAR = {
    Language.ZH: {-1: "昨天（{}）", 0: "今天（{}）", 1: "明天（{}）"},
    Language.EN: {-1: "yesterday ({})", 0: "today ({})", 1: "tomorrow ({})"},
}


def money(amount: Money, language: Language) -> str:
    """¥1,299.00. The shop's own sign in both languages, without a country before it."""
    value = Decimal(amount.minor).scaleb(-get_currency_precision(amount.currency))
    return format_currency(value, amount.currency, "¤#,##0.00", locale=_LOCALE[Language.ZH])


@dataclass(frozen=True, slots=True)
class Calendar:
    """Times as one customer reads them."""

    language: Language
    time_zone: str  # IANA
    now: datetime

    def day(self, moment: datetime) -> str:
        """Wed 25 Nov; yesterday, today and tomorrow by name as well; the year if it is another one."""
        return self.date(self._local(moment).date())

    def date(self, day: date) -> str:
        """The same of a day that no zone moves: one that was asked for."""
        today = self._local(self.now).date()
        locale = _LOCALE[self.language]
        near = _NEAR[self.language].get((day - today).days)
        if near is not None:
            return near.format(format_date(day, _NEAR_DAY[self.language], locale=locale))
        form = _DAY[self.language] if day.year == today.year else "long"
        return format_date(day, form, locale=locale)

    def time(self, moment: datetime) -> str:
        """25 Nov, 14:05."""
        local = self._local(moment)
        return format_datetime(local, _TIME[self.language], locale=_LOCALE[self.language])

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.time_zone))


def hours(open_: Hours, calendar: Calendar, *, every_day: str) -> str:
    """Mon-Fri, Sun 09:00-22:00; with the zone's name for who lives in another one."""
    days = every_day if len(open_.days) == _WEEK else _runs(sorted(open_.days), calendar.language)
    said = f"{days} {open_.opens:%H:%M}–{open_.closes:%H:%M}"
    here, there = (calendar.now.astimezone(ZoneInfo(zone)) for zone in (calendar.time_zone, open_.time_zone))
    if here.utcoffset() == there.utcoffset():
        return said
    zone = get_timezone_name(there, width="long", zone_variant="generic", locale=_LOCALE[calendar.language])
    return f"{said}（{zone}）" if calendar.language is Language.ZH else f"{said} ({zone})"


_WEEK = 7


def _runs(days: Sequence[int], language: Language) -> str:
    """Days in a row as one: Mon–Fri."""
    names = get_day_names("abbreviated", locale=_LOCALE[language])
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    told = [names[a] if a == b else f"{names[a]}–{names[b]}" for a, b in runs]
    return ("、" if language is Language.ZH else ", ").join(told)
