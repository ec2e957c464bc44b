"""Money, days, ids, spans of time and counts: found in one pass, read by what stands beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xiaoer.guard.claims import Claim, Key, Kind, number
from xiaoer.guard.clock import on_24_hours, time_claim
from xiaoer.guard.moments import (
    DATES,
    Day,
    Days,
    day_claim,
    day_of,
    period_claims,
    relative_days,
    weekday_claims,
)
from xiaoer.guard.numerals import ABOUT, AND_A_HALF, ENGLISH, HAN, either, english, han, some
from xiaoer.guard.units import (
    AFTER,
    COINS,
    SCALES,
    count,
    day_of_month,
    dime,
    discount,
    money,
    percent,
    sets_a_time,
    span,
    tenths,
)

_PARTS = {"tenth": 10, "fifth": 20, "quarter": 25, "third": 33}  # per cent
_SCAN = re.compile(
    DATES
    + r"|(?P<parts>(?<![\w.,-])(?:[a-z]{1,3} |[a-z]{1,4}\d{1,4} )?\d{3,6}(?: \d{3,6}){2,5}(?!\w|[.,]\d| \d))"
    rf"|(?P<id>(?<![a-z0-9])(?!(?:{COINS})\d)[a-z]{{1,6}}(?:-[a-z]{{1,3}})?-?\d[a-z0-9]*(?:-[a-z0-9]+)*"
    r"|(?<![a-z0-9])(?=\d{1,12}[a-z]{1,6}\d)(?=[a-z0-9]{10})[a-z0-9]+"
    r"|(?<![\w-])\d{3,4}-(?:\d{3,4}-\d{3,4}|\d{7,8})(?![\w-]))"
    r"|(?P<num>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<part>半价|对折|\bhalf[ -](?:the )?price\b|\bhalf off\b"
    rf"|\ba (?:{'|'.join(_PARTS)}) (?:off|less|cheaper)\b"
    rf"|\bsav(?:e|es|ing) (?:you )?(?:half|a (?:{'|'.join(_PARTS)}))\b)"
    rf"|(?P<han>[{HAN}]+(?:几|个半(?=小时|钟头|月))?|几十(?![万亿])|半(?=个?(?:小时|钟头|天|月|年)))"
    r"|(?P<half>\bhalf (?:a |an )(?=day|hour|month|year)"
    r"|\ban? (?=day\b|week\b|fortnight\b|month\b|hour\b|year\b))"
    rf"|(?P<about>\b(?:{'|'.join(ABOUT)}\b)(?!(?:minutes|moments|seconds|things|questions)\b))"
    rf"|(?P<words>\b{ENGLISH}(?:(?:-| and | ){ENGLISH}){{0,5}}(?:{AND_A_HALF})?\b)"
)
_DAYS = frozenset({"iso", "zhday", "enday", "slash"})
_BEFORE_MONEY = re.compile(rf"(?P<coin>{COINS}) ?$")
_CUE = re.compile(
    r"(?:订单号?|单号|编号|工单|order|number|tracking|case|parcel|refund id|no\.?|#|号码?)"
    r"(?: ?(?:no\.?|number|id))?[\s:#是为]*$"
)
_TAIL = re.compile(
    r"(?:尾号|尾数|[后末]四位|end(?:ing|s)(?: in| with)?|last (?:four|4) digits(?: are| is)?)[\s:是为]*$"
)
_PERCENT_BEFORE = re.compile(r"百分之 ?$")
_NO_COUNT = re.compile(r"(?:(?<!最)后|[前第每这那哪某几上下同末头另任唯统专万逐再隔])$")
# 两百, 三十五: an amount without its unit. Not 双十一, 千万, 百分百.
_ALONE_ZH = re.compile(r"[一二两三四五六七八九][百千万]|[二两三四五六七八九]十")
_NO_GOODS = (
    r"this|has|was|does|always|unless|less|plus|yes|its|lets|perhaps|ways|options|things|choices|questions"
)
_GOODS = re.compile(rf" (?!(?:{_NO_GOODS}|steps|others|thanks|hours)\b)[a-z]{{3,}}(?<!s)s\b")
_CLOCK_WORDS = 12  # up to here a word may be an hour, or anything
_HANZI = re.compile(r"[\u4e00-\u9fff]")
_PAYS = re.compile(r"(?:付|按|只要|\bpays?(?: only| just)?) ?(?:原价的?|价格的?)?(?:百分之)? ?$")
_CENTS = re.compile(r" ?(?:and )?")
_LASTS = re.compile(
    r"(?:保修|质保|需要?|大?约|最[多少快慢]|至少|不到|等|满"
    r"|just|takes?|within|in|up to|for|another|only|[\d元块镑]) ?$"
)
_THE = re.compile(r"\b(?:the|on|by) $")
_JOINT = re.compile(r" ?(?:-|~|至|到|to|or|或) ?[¥$€£]?")
_WIDEST_JOINT = 4  # characters between the ends of a range
_DAYS_JOINT = frozenset({"-", "~", "至", "到", "to", "or"})
_BACK = 24  # characters before a number that say what it is
_TENS, _HUNDRED = 10, 100
_FEWEST_DIGITS = 3  # of an id that begins with letters
_LONG = 9  # digits in a row that are an id, whatever stands beside them
_CUED = 4  # digits that are one after "order"


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    value: Decimal
    plain: bool  # in digits: always looked at; words only with a unit
    after: re.Match[str] | None
    coin: str
    some: range | None = None  # 十几: any of these
    cents: Decimal = Decimal(0)  # said behind it

    @property
    def bare(self) -> bool:
        return self.after is None and not self.coin

    @property
    def reach(self) -> int:
        return self.after.end() if self.after else self.end


def figures(text: str, today: date) -> list[Claim]:
    """Claims of a normalised text, in no particular order."""
    claims, numbers, dated, times = list[Claim](), list[_Number](), list[Day](), list[re.Match[str]]()
    for found in _SCAN.finditer(text):
        group = found.lastgroup or ""
        if group in _DAYS:
            chinese = group == "slash" and _is_in_chinese(text, found)
            day = day_of(group, found.group(), today, month_first=chinese)
            dated.append(Day(found.start(), found.end(), day))
        elif group == "time":
            times.append(found)
        elif group == "id":
            claims.append(_code(found.group(), found.start()))
        elif group == "parts":
            claims.append(_in_parts(found.group(), found.start()))
        elif group == "part":
            claims.append(percent(found.group(), found.start(), _part(found.group())))
        elif group == "han" and either(found.group()) is not None:
            numbers += _pair(text, found)
        elif not numbers or found.start() >= numbers[-1].reach:  # else 1.2万元: the scale was read already
            one = _number(text, found, group)
            numbers += [one] if one else []
            claims += [_id(found.group(), found.start())] if one is None and group == "num" else []
    claims += (day_claim(text[one.start : one.end], one.start, one.day, today) for one in dated)
    claims += _counted(text, numbers, Days(dated), today)
    claims += _timed(text, dated, times, today)
    return claims


def _is_in_chinese(text: str, found: re.Match[str]) -> bool:
    return _HANZI.search(text, max(0, found.start() - _BACK), found.end() + _BACK) is not None


def _pair(text: str, found: re.Match[str]) -> list[_Number]:
    """两三天 claims two days and three."""
    values, after = either(found.group()), AFTER.match(text, found.end())
    if values is None or after is None or (after["count"] and found.group() == "一两"):
        return []  # 一两件事 are some
    return [_Number(found.start() + at, found.end(), one, False, after, "") for at, one in enumerate(values)]


def _part(said: str) -> Decimal:
    """Half price, a tenth off."""
    return Decimal(next((per for name, per in _PARTS.items() if name in said), 50))


def _counted(text: str, numbers: Sequence[_Number], days: Days, today: date) -> Iterator[Claim]:
    for one in _ranged(text, numbers):
        if one.bare and one.plain and _is_in_range_of_days(text, one, days):
            yield day_of_month(text, (one.start, one.end), one.value, today)
        elif (claim := _of(text, one, today)) is not None:
            yield claim


def _timed(text: str, dated: list[Day], times: Sequence[re.Match[str]], today: date) -> Iterator[Claim]:
    yield from weekday_claims(text, Days(dated), today)
    yield from period_claims(text, today)
    every = [*dated]
    for day, claimed in relative_days(text, today):
        every.append(day)
        if claimed:
            yield day_claim(text[day.start : day.end], day.start, day.day, today)
    days = Days(every)
    on_24 = bool(times) and on_24_hours(text)
    for found in times:
        if (claim := time_claim(text, found, days, on_24=on_24)) is not None:
            yield claim


def _code(said: str, start: int) -> Claim:
    """An order, a parcel, a case, a refund; or a model's name with a number in it."""
    if sum(c.isdecimal() for c in said) >= _FEWEST_DIGITS:
        return _id(said, start)
    if said[0] == "x" and said[1:].isdecimal():
        return count(said, start, Decimal(said[1:]))
    key: Key = ("code", said)
    return Claim(Kind.NUMBER, said, start, (key,), (key,))


def _in_parts(said: str, start: int) -> Claim:
    """SF 1042 8877 31569; the word before it may be no part of it."""
    whole: Key = ("id", id_key(said))
    digits: Key = ("id", re.sub(r"\D", "", said))
    return Claim(Kind.ID, said, start, (whole, digits), (whole, digits))


def id_key(said: str) -> str:
    return said.replace("-", "").replace(" ", "").lower()


def _id(said: str, start: int) -> Claim:
    key: Key = ("id", id_key(said))
    return Claim(Kind.ID, said, start, (key,), (key,))


def _number(text: str, found: re.Match[str], group: str) -> _Number | None:
    """None for an id, and for what only looks like a number."""
    said, (start, end) = found.group(), found.span()
    many = some(said) if group == "han" else None
    value = Decimal(many[0]) if many else _value(said, group)
    before = text[max(0, start - _BACK) : start]
    if value is None or (group == "num" and said.isdecimal() and _is_id(said, before)):
        return None
    coin = _BEFORE_MONEY.search(before)
    return _Number(
        start, end, value, group == "num", AFTER.match(text, end), coin["coin"] if coin else "", many
    )


def _value(said: str, group: str) -> Decimal | None:
    if said.startswith(("半", "half")):
        return Decimal("0.5")
    if group == "half":
        return Decimal(1)
    if group == "about":
        return Decimal(ABOUT[said])
    if said.endswith("个半"):
        whole = han(said.removesuffix("个半"))
        return whole + Decimal("0.5") if whole is not None else None
    return number(said) if group == "num" else han(said) if group == "han" else english(said)


def _is_id(digits: str, before: str) -> bool:
    if len(digits) >= _LONG:
        return True
    return len(digits) >= _CUED and _CUE.search(before) is not None and not _TAIL.search(before)


def _ranged(text: str, numbers: Sequence[_Number]) -> Iterator[_Number]:
    """3-5 天 and ¥100-200: a number without its own unit takes that of its range."""
    coined = False
    for place, one in enumerate(numbers):
        if coined:
            coined = False
            continue
        after = numbers[place + 1] if place + 1 < len(numbers) else None
        before = numbers[place - 1] if place else None
        if after is not None and _has_cents(text, one, after):
            coined = True
            yield replace(one, cents=after.value / 100)
        elif one.bare and after is not None and _joined(text, one, after):
            yield replace(one, after=after.after, coin=after.coin)
        elif one.bare and before is not None and before.coin and _joined(text, before, one):
            yield replace(one, coin=before.coin)
        else:
            yield one


def _has_cents(text: str, one: _Number, other: _Number) -> bool:
    """Sixty-four dollars and ninety-nine cents, three pounds ninety-five."""
    if one.after is None or not one.after["coin"] or other.coin or other.value >= _HUNDRED:
        return False
    if other.after is None or not other.after["cents"]:  # three pounds ninety-five
        alone = other.bare and not other.plain and not one.plain and other.value >= _TENS
        return alone and text[one.reach : other.start] == " "
    return _CENTS.fullmatch(text, one.reach, max(one.reach, other.start)) is not None


def _joined(text: str, one: _Number, other: _Number) -> bool:
    gap = text[one.end : other.start]
    return len(gap) <= _WIDEST_JOINT and _JOINT.fullmatch(gap) is not None


def _is_in_range_of_days(text: str, one: _Number, days: Days) -> bool:
    """28-30 Nov"""
    before, after = days.around(one.start, one.end)
    gaps = [text[before.end : one.start]] if before else []
    gaps += [text[one.end : after.start]] if after else []
    return any(len(gap) <= _WIDEST_JOINT and gap.strip() in _DAYS_JOINT for gap in gaps)


def _of(text: str, one: _Number, today: date) -> Claim | None:
    """What a number is, by its neighbours; None for a word that only looks like one."""
    if one.some is None:
        return _of_one(text, one, today)
    if one.after is None:
        return None
    said = text[one.start : one.reach]
    verbatim: Key = ("text", said)
    several = one.some if len(one.some) < _TENS else one.some[:1]  # of 几十 only the words themselves
    each = [_of_one(text, replace(one, value=Decimal(value)), today) for value in several]
    needs = tuple(key for claim in each if claim and several is one.some for key in claim.needs)
    kind = next((claim.kind for claim in each if claim), Kind.NUMBER)
    return Claim(kind, said, one.start, (*needs, verbatim), (verbatim,))


def _of_one(text: str, one: _Number, today: date) -> Claim | None:
    after, said, start = one.after, text[one.start : one.reach], one.start
    groups = after.groupdict() if after else {}
    value = one.value * SCALES.get(groups.get("scale") or "", 1)
    value += Decimal("0.5") if groups.get("and_half") else 0
    if coin := one.coin or groups.get("coin"):
        return money(f"{one.coin}{said}", start, value + dime(after) + one.cents, coin)
    if coin := groups.get("cents"):
        return money(said, start, value / 100, coin)
    return _of_no_coin(text, replace(one, value=value), groups, today)


def _of_no_coin(text: str, one: _Number, groups: dict[str, str | None], today: date) -> Claim | None:
    after, before, value = one.after, text[max(0, one.start - _BACK) : one.start], one.value
    said, start = text[one.start : one.reach], one.start
    if groups.get("percent") or _PERCENT_BEFORE.search(before):
        return percent(said, start, value, left=_is_left(text, one, before))
    if groups.get("tenths") and not one.plain:
        return tenths(said, start, value)
    if not one.plain and _is_no_count(text, one, groups, before):
        return None
    if groups.get("discount"):
        return discount(said, start, value)
    if after is not None and groups.get("unit"):
        return span(text, start, after, value, today)
    if groups.get("dom") or (groups.get("ordinal") and _THE.search(before)):
        return day_of_month(text, (start, one.reach), value, today)
    return _tail(said, start, value) if one.plain and _TAIL.search(before) else count(said, start, value)


def _is_left(text: str, one: _Number, before: str) -> bool:
    """Pays 95 %, 95 % of the price: 5 % off."""
    return _PAYS.search(before) is not None or text.startswith(" of the price", one.reach)


def _tail(said: str, start: int, value: Decimal) -> Claim:
    key: Key = ("tail", said)
    return Claim(Kind.ID, said, start, (key, ("bare", value)), (key, ("number", value)))


def _is_no_count(text: str, one: _Number, groups: dict[str, str | None], before: str) -> bool:
    """A word that is a number elsewhere: 第二个, 后四位, 一件; 一年 counts where a time is set."""
    if one.after is None or not any(groups.values()):
        return not _counts_alone(text, one, before)
    if groups.get("unit"):
        return one.value == 1 and not (sets_a_time(text, one.after.end()) or _LASTS.search(before))
    if before.endswith("最后") and groups.get("count") == "位":
        return True  # digits of a number
    return bool(_NO_COUNT.search(before)) or (one.value == 1 and groups.get("count") is not None)


def _counts_alone(text: str, one: _Number, before: str) -> bool:
    """便宜两百, keep fifty of it, three cups: a number in words that needs no unit to be one."""
    said = text[one.start : one.end]
    if not said.isascii():
        return _ALONE_ZH.match(said) is not None and not _NO_COUNT.search(before)
    if " " not in said and said in ("hundred", "thousand"):
        return False
    return one.value > _CLOCK_WORDS or (one.value > 1 and _GOODS.match(text, one.end) is not None)
