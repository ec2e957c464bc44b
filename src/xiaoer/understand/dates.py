"""Dates in a message, in both languages: last Friday, 三天前, 10.6, 双十一, Nov 20 to 22.

Of a date without a year, and of a bare weekday, the words around it say whether it was or will be;
where they do not, the nearest is meant. 5/11 is read day first or month first as the customer's region does.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice

from xiaoer.domain.understanding import DateSpan
from xiaoer.understand import dates_han, dates_latin, days
from xiaoer.understand.dates_latin import Reader
from xiaoer.understand.days import Days, Frame, Span, Tense, single
from xiaoer.understand.festivals import festivals

MOST = 6  # dates of a message
_MOST_OF_A_KIND = 12  # in a flood, the rest is not read
_ISO = re.compile(r"(?<!\d)(20\d\d)([-/.年])(\d{1,2})[-/.月](\d{1,2})日?(?!\d)", re.ASCII)
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(20\d\d|\d\d)(?![\d/])", re.ASCII)
_SHORT = re.compile(
    r"(?<![\d/.$¥£€-])(\d{1,2})([/.])(\d{1,2})(?![\d/]|\.\d|[a-z]| ?(?:%|"
    r"[元块万千折码寸米升斤]))",
    re.ASCII,
)
_NOT_SHORT = re.compile(r"^(?:24/7|1/[1-9]|[23]/[34])$")  # always open, a half, three quarters
_SHORT_BEFORE = re.compile(
    r"(?:on|by|since|from|before|until|till|ordered|bought|paid|placed|dated|date|order of|purchased|"
    r"received|arrived)[: ]*$"
    r"|(?:在|从|到|是|于|我|就|日期)$"
)
_SHORT_BEHIND = re.compile(
    r"^[日号]?(?:之前|以前|那天|当天|下单|下的|买|付|收|到|签|寄|发|拍|订|"
    r"的?订?单|就)|^ (?:order|purchase|parcel)\b"
)
_DAY_BEFORE = re.compile(r"(?:\bon|\bsince|dated|日期是?)[: ]*$")
_DAY_BEHIND = re.compile(
    r"^[日号]?(?:之前|以前|那天|当天|下单|下的|买的|付的|收到|到的|签收|寄的|发的|"
    r"拍的|订的|的?订单)"
)
_NO_NAMED_DAY = re.compile(r"^ ?(?:元|块|码|号|ml|g\b|克|件|个|折)")
_NAMED_YEAR = r"(?:(?<!\d)(\d{4})年?的?|([去今明前])年的?|\b(last|this|next) )?"
_JOINED = re.compile(r"^ ?(?:-|~|到|至|—|–|to|until|till|through) ?$")
_BETWEEN = re.compile(r"(?:between|from) $")
_CLAUSE_END = re.compile(r"[,.?!;。:\n](?!\d)")
_PAST = re.compile(
    r"下的|下单了|下过单|买[了过]|[买拍订抢](?:的(?!话)|到|了)|那[单笔]|付[的了过款]|扣|收到|收的|签收|"
    r"到的|到货|寄[的回出过了]|发的(?!话)|"
    r"申请|退[的了回过]|购|用的|已|没|了"
    r"|\b(?:ordered|bought|purchased|paid|placed|was|were|did|got|received|arrived|came|returned|sent|"
    r"delivered|said|"
    r"told|had|broken?|been|since|charged|shipped|promised|invoice|dated|nothing|ago)\b"
)
_FUTURE = re.compile(
    r"之前|以前|前[能到发收送]|能不能|能[到发送收在补]|能否|要[用去出送]|来得及|赶[上得]|需要|必须|"
    r"可以|会[到发送有]|等到|再[发送]|再来"
    r"|[到发送有]?(?:得了|不|吗)$|不在家|有货|派送|送[货人行]"
    r"|\b(?:will|can|could|would|need|needs|by|before|until|till|please|going|want|able|due to|away|"
    r"is there|next|may|"
    r"should|must|has to|have to|leave|hold)\b"
)
_CENTURY = 2000  # that two digits of a year belong to
_WINDOW = 30  # characters around a date that are asked for its tense


def dates_in(text: str, today: date, *, day_first: bool = False) -> list[tuple[DateSpan, Span]]:
    """Of a cleaned text, in its order, at most six; with where each stands."""
    hits = sorted(_hits(text, today, day_first), key=lambda hit: (hit[1][0], -hit[1][1]))
    kept: list[tuple[Days, Span]] = []
    for days_named, span in hits:
        again = any(days_named == named for named, _ in kept)
        if not again and (not kept or span[0] >= kept[-1][1][1]):
            kept.append((days_named, span))
    return [(DateSpan(*named, text[slice(*span)]), span) for named, span in _joined(text, kept)[:MOST]]


_MONTH_FIRST = re.compile(
    r"^(?:US/|Pacific/(?:Honolulu|Guam|Saipan)|Asia/(?:Shanghai|Chongqing|Urumqi|Harbin|Taipei|Tokyo|"
    r"Seoul|Manila)|"
    r"America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Anchorage|Detroit|Boise|Indiana|Kentucky|"
    r"Toronto|Vancouver|Edmonton|Winnipeg|Halifax))"
)


def is_day_first(time_zone: str) -> bool:
    """Whether 5/11 is the fifth of November in the region of an IANA time zone.

    Everywhere but in North America, the Philippines and East Asia, where the month comes first.
    """
    return _MONTH_FIRST.match(time_zone) is None


def _hits(text: str, today: date, day_first: bool) -> Iterator[tuple[Days, Span]]:
    for pattern, read in _readers(han=not text.isascii(), latin=_LATIN.search(text) is not None):
        for found in islice(pattern.finditer(text), _MOST_OF_A_KIND):
            frame = Frame(today, _tense(text, found.span()), day_first)
            if named := read(found, frame):
                yield named, found.span()


_LATIN = re.compile(r"[a-z]{3}")


@cache
def _readers(*, han: bool, latin: bool) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    named = re.compile(rf"{_NAMED_YEAR}({festivals().pattern.pattern})")
    common = ((_ISO, _iso), (_NUMERIC, _numeric), (_SHORT, _short), (named, _festival))
    return (*common, *(dates_han.readers() if han else ()), *(dates_latin.readers() if latin else ()))


def _tense(text: str, span: Span) -> Tense:
    """By the words of the clause around a date, as far as they agree."""
    before, behind = text[max(0, span[0] - _WINDOW) : span[0]], text[span[1] : span[1] + _WINDOW]
    ends = [end.end() for end in _CLAUSE_END.finditer(before)]
    end = _CLAUSE_END.search(behind)
    around = (
        before[ends[-1] if ends else 0 :] + "\0" + behind[: end.start() + 1 if end else _WINDOW].rstrip("?")
    )
    past, future = _PAST.search(around) is not None, _FUTURE.search(around) is not None
    if past is future:
        return Tense.OPEN
    return Tense.PAST if past else Tense.FUTURE


def _joined(text: str, kept: list[tuple[Days, Span]]) -> list[tuple[Days, Span]]:
    """Two dates with a "to" between them are one span."""
    joined: list[tuple[Days, Span]] = []
    for named, span in kept:
        if joined and _is_range(text, joined[-1], (named, span)):
            (start, _), (at, _) = joined[-1]
            joined[-1] = ((start, named[1]), (at, span[1]))
        else:
            joined.append((named, span))
    return joined


def _is_range(text: str, one: tuple[Days, Span], other: tuple[Days, Span]) -> bool:
    between = text[one[1][1] : other[1][0]]
    said = _JOINED.match(between) or (between == " and " and _BETWEEN.search(text[: one[1][0]]))
    return bool(said) and one[0][0] <= other[0][1]


def _iso(found: re.Match[str], frame: Frame) -> Days | None:
    return single(days.day(int(found[1]), int(found[3]), int(found[4])))


def _numeric(found: re.Match[str], frame: Frame) -> Days | None:
    year = int(found[4]) + (0 if int(found[4]) >= _CENTURY else _CENTURY)
    return single(_ordered(int(found[1]), int(found[3]), year, frame))


def _ordered(first: int, second: int, year: int, frame: Frame) -> date | None:
    """Day and month as the region writes them; the other way round if only that is a date."""
    as_region, other = (
        ((second, first), (first, second)) if frame.day_first else ((first, second), (second, first))
    )
    return days.day(year, *as_region) or days.day(year, *other)


def _short(found: re.Match[str], frame: Frame) -> Days | None:
    """11/3 and 10.6, where the words around say that it is a day."""
    text, (start, end) = found.string, found.span()
    if _NOT_SHORT.match(found[0]):
        return None
    before, behind = text[max(0, start - 12) : start], text[end : end + 12]
    if found[2] == ".":  # 10.6 is a price more often than a day
        if not (_DAY_BEHIND.search(behind) or _DAY_BEFORE.search(before)):
            return None
    elif not (_SHORT_BEFORE.search(before) or _SHORT_BEHIND.search(behind)):
        return None
    is_han = not text.isascii()
    told = Frame(frame.today, frame.tense, frame.day_first and not is_han)
    return days.nearest(lambda year: single(_ordered(int(found[1]), int(found[3]), year, told)), told)


def _festival(found: re.Match[str], frame: Frame) -> Days | None:
    if _NO_NAMED_DAY.match(found.string[found.end() : found.end() + 4]):
        return None
    if year := found[1] or found[2]:
        return festivals().of(found[4], dates_han.said_year(year, frame))
    told = Frame(frame.today, _TENSES[found[3]]) if found[3] else frame
    return days.nearest(lambda year: festivals().of(found[4], year), told)


_TENSES = {"last": Tense.PAST, "this": Tense.OPEN, "next": Tense.FUTURE}
