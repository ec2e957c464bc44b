"""Units behind a number, currencies around it, and the keys of amounts and spans of time."""

import re
from datetime import date, timedelta
from decimal import Decimal

from xiaoer.guard.claims import Claim, Key, Kind
from xiaoer.guard.moments import month_ahead, month_claim
from xiaoer.guard.numerals import han

COINS = (
    r"us\$|hk\$|a\$|c\$|nz\$|s\$|rmb|cny|usd|eur|gbp|hkd|jpy|aud|cad|sgd|nzd|chf|krw|inr|twd|thb"
    r"|人民币|[¥$€£]"
)
AFTER = re.compile(
    r" ?(?P<scale>[百千万亿]|k\b)?"
    r" ?(?:(?:more |extra |another )?(?P<coin>块钱|(?P<kuai>块)(?!头)|元|圆|rmb|人民币|cny\b|yuan|kuai\b"
    r"|美元|美金|usd\b|dollars?\b|bucks\b"
    r"|(?:us|canadian|australian|hong kong|singapore|new zealand) dollars?\b|港币|港元|hkd\b"
    r"|[加澳]元|[加澳台纽]币|新元|新加坡元|韩元|卢布|卢比|泰铢|瑞郎|法郎|francs?\b|rupees?\b|rou?bles?\b|baht\b"
    r"|aud\b|cad\b|sgd\b|nzd\b|chf\b|krw\b|inr\b|twd\b|thb\b"
    r"|日元|yen\b|jpy\b|欧元|euros?\b|eur\b|英镑|pounds?\b|quid\b|gbp\b|[¥€£$])"
    r"(?(kuai)(?:(?P<dime>[\d一二两三四五六七八九])(?![\d.百千十])(?:[毛角](?:(?P<cent>[\d一二两三四五六七八九])分?)?)?)?)"
    r"|(?P<cents>cents?\b|pence\b|美分|欧分|分钱)"
    r"|(?P<percent>%|percent\b|per cent\b|pct\b|个百分点)|(?P<discount>折)"
    r"|(?P<tenths>成(?![功交本为员立人都品份熟分]))"
    r"|-?(?:个|full |whole |calendar |more )?(?P<unit>工作日|business days?|working days?|自然日|天|小时|钟头"
    r"|hours?\b|hrs?\b|h\b|分钟|minutes?\b|mins?\b|周|星期|礼拜|weeks?\b|fortnights?\b|月|months?\b|年|years?\b|秒钟?"
    r"|seconds?\b|days?\b)(?P<and_half>半(?![价夜折天]|小时)| and a half\b)?"
    r"|(?P<dom>[日号])(?![店楼线])|(?P<ordinal>st|nd|rd|th)\b"
    r"|(?P<count>[件个双条款台只把瓶盒袋份次种位名笔单套箱支颗块楼张]"
    r"|(?:items?|orders?|parcels?|packages?|pairs?|pieces?|products?|refunds?|returns?|people|colleagues?|left"
    r"|units?|reviews?|stars?|points?|times)\b))"
)
_SIGNS = {  # what a sign alone may mean
    "¥": ("CNY", "JPY"),
    "$": ("AUD", "CAD", "HKD", "NZD", "SGD", "USD"),
    "cent": ("AUD", "CAD", "EUR", "HKD", "NZD", "SGD", "USD"),
}
_NAMES = {
    "rmb": "CNY", "人民币": "CNY", "块钱": "CNY", "块": "CNY", "元": "CNY", "圆": "CNY", "yuan": "CNY",
    "美元": "USD", "美金": "USD", "us$": "USD", "us dollar": "USD", "us dollars": "USD", "港币": "HKD",
    "港元": "HKD", "hk$": "HKD", "日元": "JPY", "yen": "JPY", "欧元": "EUR", "euro": "EUR", "euros": "EUR",
    "€": "EUR", "英镑": "GBP", "pound": "GBP", "pounds": "GBP", "£": "GBP", "a$": "AUD", "c$": "CAD",
    "s$": "SGD", "nz$": "NZD", "dollar": "$", "dollars": "$", "bucks": "$", "kuai": "CNY", "quid": "GBP",
    "canadian": "CAD", "加元": "CAD", "加币": "CAD", "australian": "AUD", "澳元": "AUD", "澳币": "AUD",
    "hong": "HKD", "singapore": "SGD", "新元": "SGD", "新加坡元": "SGD", "new": "NZD", "纽币": "NZD",
    "台币": "TWD", "韩元": "KRW", "卢布": "RUB", "rouble": "RUB", "ruble": "RUB", "roubles": "RUB",
    "rubles": "RUB", "卢比": "INR", "rupee": "INR", "rupees": "INR", "泰铢": "THB", "baht": "THB",
    "瑞郎": "CHF", "法郎": "CHF", "franc": "CHF", "francs": "CHF",
    "美分": "USD", "cent": "cent", "cents": "cent",
    "pence": "GBP", "欧分": "EUR", "分钱": "CNY",
}  # fmt: skip
SCALES = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000, "k": 1_000}
_DAY = 1_440  # minutes
_MINUTES = {
    "分": 1, "min": 1, "小": 60, "钟": 60, "hou": 60, "hr": 60, "h": 60, "自": _DAY, "天": _DAY, "day": _DAY,
    "周": 7 * _DAY, "星": 7 * _DAY, "礼": 7 * _DAY, "wee": 7 * _DAY, "for": 14 * _DAY,
}  # fmt: skip
_SECONDS = ("秒", "second")
_YEARS = range(1990, 2101)
_MONTHS_OF_YEAR = range(1, 13)
_MOST_DAYS = 1_000  # ahead or ago, of which a day is worked out
_TENTHS = 10  # 8 折 leaves 80 %, 85 折 leaves 85 %
_LAST_DAY = 31
_WITHIN = re.compile(r" ?(?:之内|以内|内|之后|以后|后|from now|later)")
_AGO = re.compile(r" ?(?:之前|以前|前|ago\b|back\b(?! (?:to|in|on|with|at)\b))")
_ABOUT = re.compile(r" ?(?:左右|上下|就|才|能|可以|到(?!晚)|送|发|退)")
# Counted from something else than today: 收到后两天内, two days after it is here.
_AFTER_THAT = re.compile(r"[收签到货退款回寄发]了?(?:之|以)?后的?(?:最[多晚]|大?约)? ?$")
_FROM = re.compile(r" (?:of|after|from (?!now))(?: the| your)? ?\w")
_IN = re.compile(r"\b(?:in|within|another) (?:about |the next )?$|(?:再过|再等|还有|还剩) ?$")
_NEXT_BEFORE = re.compile(r"下个?月 ?$")
_NEXT_AFTER = re.compile(r" of next month\b")
_BACK = 24  # characters before a number that say what it is


def money(said: str, start: int, amount: Decimal, coin: str) -> Claim:
    """$ is not ¥; a sign that several countries use is any of theirs."""
    name = _NAMES.get(coin) or _NAMES.get(coin.split(" ", maxsplit=1)[0], coin)
    value = amount.normalize()
    keys = tuple(("money", value, currency) for currency in _SIGNS.get(name, (name.upper(),)))
    return Claim(Kind.MONEY, said, start, (*keys, ("bare", value)), (*keys, ("number", value)))


def dime(found: re.Match[str] | None) -> Decimal:
    """The nine of 十九块九, and both of 八块九毛九, in yuan."""
    tenths, cents = (found["dime"], found["cent"]) if found else (None, None)
    return sum(
        ((Decimal(said) if said.isdecimal() else han(said) or Decimal(0)) / part)
        for said, part in ((tenths, 10), (cents, 100))
        if said
    ) or Decimal(0)


def percent(said: str, start: int, value: Decimal, *, left: bool = False) -> Claim:
    """`left`: of the price is paid, so that the rest is off."""
    key: Key = ("percent", (100 - value if left else value).normalize())
    plain = value.normalize()
    return Claim(Kind.PERCENT, said, start, (key, ("bare", plain)), (key, ("number", plain)))


def tenths(said: str, start: int, value: Decimal) -> Claim:
    """两成 is 20 %."""
    return percent(said, start, value * 10)


def discount(said: str, start: int, value: Decimal) -> Claim:
    """八折 is 20 % off."""
    return percent(said, start, 100 - (value * 10 if value < _TENTHS else value))


def count(said: str, start: int, value: Decimal) -> Claim:
    plain = value.normalize()
    return Claim(Kind.NUMBER, said, start, (("number", plain), ("bare", plain)), (("number", plain),))


def day_of_month(text: str, place: tuple[int, int], value: Decimal, today: date) -> Claim:
    """The 28th; of next month, if that is said. 88 号 is a house."""
    start, end = place
    said, plain = text[start:end], value.normalize()
    bare: Key = ("bare", plain)
    if not 1 <= value <= _LAST_DAY:
        return Claim(Kind.NUMBER, said, start, (("number", plain), bare), (("number", plain),))
    day: Key = ("day_of_month", int(value))
    if _NEXT_BEFORE.search(text, max(0, start - _BACK), start) or _NEXT_AFTER.match(text, end):
        day = ("month_day", *month_ahead(today, 1), int(value))
    return Claim(Kind.DATE, said, start, (day, bare), (day, ("number", plain)))


def span(text: str, start: int, found: re.Match[str], value: Decimal, today: date) -> Claim:
    """A length of time; "in 3 days" and 3天后 also name a day."""
    said, end, plain = text[start : found.end()], found.end(), value.normalize()
    if found["unit"] == "年" and value in _YEARS:
        year: Key = ("year", int(value))
        return Claim(Kind.DATE, said, start, (year, ("bare", plain)), (year,))
    if found["unit"] == "月" and "个" not in said and value in _MONTHS_OF_YEAR:
        return month_claim(said, start, int(value), today)  # 10 月; ten of them are 10 个月
    key = span_key(value, found["unit"])
    needs: list[Key] = [key, ("bare", plain)]
    of_another_day = _FROM.match(text, end) or _AFTER_THAT.search(text, max(0, start - _BACK), start)
    days = None if of_another_day else _whole_days(key)
    ahead = _WITHIN.match(text, end) or _IN.search(text, max(0, start - _BACK), start) or " more " in said
    if days is not None and ahead:
        needs.append(("day", (today + timedelta(days=days)).toordinal()))
    elif days is not None and _AGO.match(text, end):
        needs.append(("day", (today - timedelta(days=days)).toordinal()))
    return Claim(Kind.DURATION, said, start, tuple(needs), (key, ("number", plain)))


def sets_a_time(text: str, end: int) -> bool:
    """What stands behind a span says that something takes so long, or is so long ago."""
    return any(way.match(text, end) for way in (_WITHIN, _AGO, _ABOUT))


def _whole_days(key: Key) -> int | None:
    _, minutes, unit = key
    if (
        unit != "minutes"
        or not isinstance(minutes, Decimal)
        or minutes % _DAY
        or minutes >= _DAY * _MOST_DAYS
    ):
        return None
    return int(minutes) // _DAY


def span_key(value: Decimal, unit: str) -> Key:
    """48 hours are two days, two years 24 months; working days are only themselves."""
    if unit.startswith(("工", "business", "working")):
        return ("span", value.normalize(), "working_days")
    if unit.startswith(_SECONDS):
        return ("span", value.normalize(), "seconds")
    for name, per in _MINUTES.items():
        if unit.startswith(name):
            return ("span", (value * per).normalize(), "minutes")
    months = value if unit.startswith(("月", "month")) else value * 12
    return ("span", months.normalize(), "months")
