"""Money, dates, ids, spans of time and counts in a text: found in one pass, read by what stands beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from xiaoer.guard.claims import Claim, Key, Kind, number
from xiaoer.guard.moments import DATES, Day, day_claim, day_of, relative_days, time_claim, weekday_claims
from xiaoer.guard.numerals import ENGLISH, HAN, english, han

_COINS = r"us\$|hk\$|a\$|c\$|nz\$|s\$|rmb|cny|usd|eur|gbp|hkd|jpy|aud|cad|sgd|人民币|[¥$€£]"
_SCAN = re.compile(
    DATES
    + rf"|(?P<id>(?<![a-z0-9])(?!(?:{_COINS})\d)[a-z]{{1,6}}(?:-[a-z]{{1,3}})?-?\d[a-z0-9]*(?:-[a-z0-9]+)*"
    r"|(?<![a-z0-9])(?=\d{1,12}[a-z]{1,6}\d)(?=[a-z0-9]{10})[a-z0-9]+|(?<![\w-])\d{3,4}-(?:\d{3,4}-\d{3,4}|\d{7,8})(?![\w-]))"
    r"|(?P<num>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<han>[{HAN}]+)"
    rf"|(?P<words>\b{ENGLISH}(?:(?:-| and | ){ENGLISH}){{0,5}}\b)"
)
_BEFORE_MONEY = re.compile(rf"(?P<coin>{_COINS}) ?$")
_CUE = re.compile(
    r"(?:订单号?|单号|编号|工单|order|number|tracking|case|parcel|refund id|no\.?|#|号码?)(?: ?(?:no\.?|number|id))?[\s:#是为]*$"
)
_TAIL = re.compile(r"(?:尾号|[后末]四位|ending(?: in| with)?|last (?:four|4) digits(?: are| is)?)[\s:是为]*$")
_PERCENT_BEFORE = re.compile(r"百分之 ?$")
_IN = re.compile(r"\b(?:in|within|another) (?:about |the next )?$")
_NO_COUNT = re.compile(r"[后前第每这那哪某几上下同末头另任唯统专万逐再隔]$")
_LASTS = re.compile(
    r"(?:保修|质保|需要?|大?约|最[多少快慢]|至少|不到|等|满|just|takes?|within|in|up to|for|another|only) ?$"
)
_THE = re.compile(r"\b(?:the|on|by) $")
_TIMES = re.compile(r"[x×] ?$")
_AFTER = re.compile(
    r" ?(?P<scale>[百千万亿]|k\b)?"
    r" ?(?:(?P<coin>块钱|块|元|圆|rmb|人民币|cny\b|yuan|美元|美金|usd\b|us dollars?|dollars?|bucks|港币|港元|hkd\b"
    r"|日元|yen\b|jpy\b|欧元|euros?\b|eur\b|英镑|pounds?\b|gbp\b|[¥€£$])(?P<dime>[\d一二两三四五六七八九](?![\d.]))?"
    r"|(?P<percent>%|percent\b|per cent\b|pct\b|个百分点)|(?P<discount>折)"
    r"|-?(?:个|full |whole |calendar |more )?(?P<unit>工作日|business days?|working days?|自然日|天|小时|钟头"
    r"|hours?\b|hrs?\b|h\b|分钟|minutes?\b|mins?\b|周|星期|礼拜|weeks?\b|月|months?\b|年|years?\b|秒钟?|seconds?\b"
    r"|days?\b)"
    r"|(?P<dom>[日号])(?![店楼线])|(?P<ordinal>st|nd|rd|th)\b"
    r"|(?P<count>[件个双条款台只把瓶盒袋份次种位名笔单套箱支颗块楼张]"
    r"|(?:items?|orders?|parcels?|packages?|pairs?|pieces?|products?|refunds?|returns?|people|colleagues?|left"
    r"|units?|reviews?|stars?|points?|times)\b))"
)
_WITHIN = re.compile(r" ?(?:之内|以内|内|之后|以后|后|from now|later)")
_AGO = re.compile(r" ?(?:之前|以前|前|ago)")
_JOINT = re.compile(r" ?(?:-|~|至|到|to|or|或)? ?")
_DAYS_JOINT = frozenset({"-", "~", "至", "到", "to", "or"})
_CURRENCIES = {
    "cny": frozenset({"CNY"}), "usd": frozenset({"USD"}), "eur": frozenset({"EUR"}), "gbp": frozenset({"GBP"}),
    "hkd": frozenset({"HKD"}), "jpy": frozenset({"JPY"}), "aud": frozenset({"AUD"}), "cad": frozenset({"CAD"}),
    "sgd": frozenset({"SGD"}), "¥": frozenset({"CNY", "JPY"}), "$": frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD"}),
    "nzd": frozenset({"NZD"}),
}  # fmt: skip
_COIN_NAMES = {
    "rmb": "cny", "人民币": "cny", "块钱": "cny", "块": "cny", "元": "cny", "圆": "cny", "yuan": "cny",
    "美元": "usd", "美金": "usd", "us$": "usd", "us dollar": "usd", "us dollars": "usd",
    "dollar": "$", "dollars": "$", "bucks": "$", "港币": "hkd", "港元": "hkd", "hk$": "hkd", "日元": "jpy",
    "yen": "jpy", "欧元": "eur", "euro": "eur", "euros": "eur", "€": "eur", "英镑": "gbp", "pound": "gbp",
    "pounds": "gbp", "£": "gbp", "a$": "aud", "c$": "cad", "s$": "sgd", "nz$": "nzd",
}  # fmt: skip
_SCALE = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000, "k": 1_000}
_MINUTES = {
    "秒": 0,
    "分": 1,
    "min": 1,
    "小": 60,
    "钟": 60,
    "hou": 60,
    "hr": 60,
    "h": 60,
    "自": 1440,
    "天": 1440,
}
_MINUTES |= {"day": 1440, "周": 10080, "星": 10080, "礼": 10080, "wee": 10080}
_FEWEST_DIGITS = 3  # of an id that begins with letters
_LONG = 9  # digits in a row that are an id, whatever stands beside them
_CUED = 4  # digits that are one after "order"
_YEARS = range(1990, 2101)


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    value: Decimal
    plain: bool  # in digits: always looked at; words only with a unit
    after: re.Match[str] | None
    coin: str


def figures(text: str, today: date) -> list[Claim]:
    """Claims of a normalised text, in no particular order."""
    claims, numbers, days, times = list[Claim](), list[_Number](), list[Day](), list[re.Match[str]]()
    for found in _SCAN.finditer(text):
        group = found.lastgroup or ""
        if group in ("iso", "zhday", "enday", "slash"):
            day = day_of(group, found.group(), today)
            days.append(Day(found.start(), found.end(), day))
            claims.append(day_claim(found.group(), found.start(), day, today))
        elif group == "time":
            times.append(found)
        elif group == "id":
            claims.append(_code(found.group(), found.start()))
        elif numbers and found.start() < _reach(numbers[-1]):
            continue  # 1.2万元: the scale was read already
        elif (one := _number(text, found, group)) is not None:
            numbers.append(one)
        elif group == "num":
            claims.append(_id(found.group(), found.start()))
    for one in _ranged(text, numbers):
        if _bare(one) and any(_beside(text, one, day) for day in days):  # 28-30 Nov
            claims.append(_day_of_month(text[one.start : one.end], one.start, one.value))
        else:
            claims += _of(text, one, today)
    claims += weekday_claims(text, days, today)
    for day, claimed in relative_days(text, today):
        days.append(day)
        claims += [day_claim(text[day.start : day.end], day.start, day.day, today)] if claimed else []
    days.sort(key=lambda one: one.start)
    told = (time_claim(text, found, days) for found in times)
    claims += (claim for claim in told if claim is not None)
    return claims


def _reach(one: _Number) -> int:
    return one.after.end() if one.after else one.end


def _code(said: str, start: int) -> Claim:
    """An order, a parcel, a case, a refund; or a model's name with a number in it."""
    if sum(c.isdecimal() for c in said) >= _FEWEST_DIGITS:
        return _id(said, start)
    if said[0] == "x" and said[1:].isdecimal():
        return _count(said, start, Decimal(said[1:]).normalize())
    key: Key = ("code", said)
    return Claim(Kind.NUMBER, said, start, (key,), (key,))


def id_key(said: str) -> str:
    return said.replace("-", "").replace(" ", "").lower()


def _id(said: str, start: int) -> Claim:
    key: Key = ("id", id_key(said))
    return Claim(Kind.ID, said, start, (key,), (key,))


def _number(text: str, found: re.Match[str], group: str) -> _Number | None:
    said = found.group()
    value = number(said) if group == "num" else han(said) if group == "han" else english(said)
    if value is None:
        return None
    start, end = found.span()
    digits = said.isdecimal() and group == "num"
    before = text[max(0, start - 24) : start]
    cued = len(said) >= _CUED and _CUE.search(before) and not _TAIL.search(before)
    if digits and (len(said) >= _LONG or cued):
        return None  # an id
    coin = _BEFORE_MONEY.search(before)
    after = _AFTER.match(text, end)
    if after is not None and not (after.lastgroup and after.group()):
        after = None
    return _Number(start, end, value, group == "num", after, coin["coin"] if coin else "")


def _ranged(text: str, numbers: list[_Number]) -> Iterator[_Number]:
    """3-5 天 and ¥100-200: a number without its own unit takes that of its range."""
    for place, one in enumerate(numbers):
        after = numbers[place + 1] if place + 1 < len(numbers) else None
        before = numbers[place - 1] if place else None
        if _bare(one) and after is not None and _joined(text, one, after):
            yield replace(one, after=after.after, coin=after.coin)
        elif _bare(one) and before is not None and before.coin and _joined(text, before, one):
            yield replace(one, coin=before.coin)
        else:
            yield one


def _bare(one: _Number) -> bool:
    return one.after is None and not one.coin


def _beside(text: str, one: _Number, day: Day) -> bool:
    gap = text[one.end : day.start] if one.end <= day.start else text[day.end : one.start]
    return 0 < len(gap) <= 4 and gap.strip() in _DAYS_JOINT


def _joined(text: str, one: _Number, other: _Number) -> bool:
    gap = text[one.end : other.start]
    return (
        len(gap) <= 4
        and gap.strip() != ""
        and _JOINT.fullmatch(gap) is not None
        or (gap.strip() in ("-¥", "-$", "~¥", "-€", "-£"))
    )


def _of(text: str, one: _Number, today: date) -> Iterator[Claim]:
    """What a number is, by its neighbours; nothing for a word that only looks like one."""
    after, before = one.after, text[max(0, one.start - 24) : one.start]
    said = text[one.start : after.end() if after else one.end]
    value = one.value * _SCALE.get((after and after["scale"]) or "", 1)
    groups = after.groupdict() if after else {}
    if one.coin or groups.get("coin"):
        coin = one.coin or str(groups["coin"])
        yield _money(f"{one.coin}{said}", one.start, value + _dime(groups), coin)
    elif not one.plain and _is_no_count(one, groups, before, text):
        if _PERCENT_BEFORE.search(before):
            yield _percent(said, one.start, value)
    elif groups.get("percent") or _PERCENT_BEFORE.search(before):
        yield _percent(said, one.start, value)
    elif groups.get("discount"):
        kept = value * 10 if value < 10 else value
        yield _percent(said, one.start, 100 - kept)
    elif groups.get("unit"):
        yield from _span(text, one, str(groups["unit"]), value, today)
    elif groups.get("dom") or (groups.get("ordinal") and _THE.search(before)):
        yield _day_of_month(said, one.start, value)
    elif _TAIL.search(before) and one.plain:
        key: Key = ("tail", text[one.start : one.end])
        yield Claim(Kind.ID, said, one.start, (key, ("bare", value)), (key, ("number", value)))
    else:
        yield _count(said, one.start, value)


def _is_no_count(one: _Number, groups: dict[str, str | None], before: str, text: str) -> bool:
    """A word that is a number elsewhere: 第二个, 后四位, 一件; 一年 counts where a time is set."""
    if one.after is None:
        return True
    if groups.get("unit"):
        return one.value == 1 and not (_WITHIN.match(text, one.after.end()) or _LASTS.search(before))
    return bool(_NO_COUNT.search(before)) or (one.value == 1 and groups.get("count") is not None)


def _dime(groups: dict[str, str | None]) -> Decimal:
    """十九块九"""
    dime = groups.get("dime")
    if not dime or groups.get("coin") not in ("块",):
        return Decimal(0)
    return (han(dime) or Decimal(0) if not dime.isdecimal() else Decimal(dime)) / 10


def _money(said: str, start: int, amount: Decimal, coin: str) -> Claim:
    name = _COIN_NAMES.get(coin, coin)
    value = amount.normalize()
    keys = tuple(("money", value, currency) for currency in sorted(_CURRENCIES[name]))
    return Claim(Kind.MONEY, said, start, (*keys, ("bare", value)), (*keys, ("number", value)))


def _percent(said: str, start: int, value: Decimal) -> Claim:
    key: Key = ("percent", value.normalize())
    return Claim(Kind.PERCENT, said, start, (key, ("bare", value)), (key, ("number", value)))


def _count(said: str, start: int, value: Decimal) -> Claim:
    plain = value.normalize()
    return Claim(Kind.NUMBER, said, start, (("number", plain), ("bare", plain)), (("number", plain),))


def _day_of_month(said: str, start: int, value: Decimal) -> Claim:
    """28 号 may be a day, or a house."""
    keys: tuple[Key, ...] = (
        ("day_of_month", int(value)),
        ("number", value.normalize()),
        ("bare", value.normalize()),
    )
    kind = Kind.DATE if 1 <= value <= 31 else Kind.NUMBER
    return Claim(
        kind, said, start, (keys[0], keys[2]) if kind is Kind.DATE and said[-1] != "号" else keys, keys[:2]
    )


def _span(text: str, one: _Number, unit: str, value: Decimal, today: date) -> Iterator[Claim]:
    """A length of time; "in 3 days" and 3天后 also name a day."""
    assert one.after is not None
    said, end = text[one.start : one.after.end()], one.after.end()
    if unit == "年" and value in _YEARS:
        year: Key = ("year", int(value))
        yield Claim(Kind.DATE, said, one.start, (year, ("bare", value.normalize())), (year,))
        return
    key = span_key(value, unit)
    plain = value.normalize()
    needs: list[Key] = [key, ("bare", plain)]
    minutes = key[1] if key[2] == "minutes" else None
    if isinstance(minutes, Decimal) and minutes % 1440 == 0 and minutes < 1440 * 1000:
        days = int(minutes) // 1440
        if _WITHIN.match(text, end) or _IN.search(text, max(0, one.start - 24), one.start):
            needs.append(("day", (today + timedelta(days=days)).toordinal()))
        elif _AGO.match(text, end):
            needs.append(("day", (today - timedelta(days=days)).toordinal()))
    yield Claim(Kind.DURATION, said, one.start, tuple(needs), (key, ("number", plain)))


def span_key(value: Decimal, unit: str) -> Key:
    """48 hours are two days; working days, months and years are only themselves."""
    if unit.startswith(("工", "business", "working")):
        return ("span", value.normalize(), "working_days")
    for name, per in _MINUTES.items():
        if unit.startswith(name):
            return (
                ("span", (value * per).normalize(), "minutes")
                if per
                else ("span", value.normalize(), "seconds")
            )
    return ("span", value.normalize(), "months" if unit.startswith(("月", "month")) else "years")
