"""Amounts, days and times as people write them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, get_currency_precision

from xiaoer.domain.money import Money
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
        local = self._local(moment)
        today = self._local(self.now)
        locale = _LOCALE[self.language]
        near = _NEAR[self.language].get((local.date() - today.date()).days)
        if near is not None:
            return near.format(format_date(local, _NEAR_DAY[self.language], locale=locale))
        form = _DAY[self.language] if local.year == today.year else "long"
        return format_date(local, form, locale=locale)

    def time(self, moment: datetime) -> str:
        """25 Nov, 14:05."""
        local = self._local(moment)
        return format_datetime(local, _TIME[self.language], locale=_LOCALE[self.language])

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.time_zone))
