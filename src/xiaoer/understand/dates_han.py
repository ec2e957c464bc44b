"""Dates as Chinese customers say them: 昨天, 上周五, 上个月5号, 月底, 三天前, 10月6号, 双十一."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias

from xiaoer.understand import days
from xiaoer.understand.days import Days, Frame, single
from xiaoer.understand.festivals import festivals
from xiaoer.understand.numbers import number

Reader: TypeAlias = Callable[[re.Match[str], Frame], Days | None]

_DAY_WORDS = {
    "大前天": -3, "前天": -2, "前晚": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "昨夜": -1,
    "昨儿": -1, "今天": 0, "今日": 0, "今晚": 0, "今早": 0, "今晨": 0, "今儿": 0, "今夜": 0, "明天": 1,
    "明日": 1, "明早": 1, "明晚": 1, "明晨": 1, "明儿": 1, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}
_STEPS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2, "": 0}
_PARTS = {
    "初": "first", "上旬": "first", "中": "middle", "中旬": "middle", "底": "last", "末": "last",
    "下旬": "last", "尾": "last",
}  # fmt: skip
_YEARS = {"前": -2, "去": -1, "今": 0, "本": 0, "明": 1, "后": 2}
_UNITS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}

_N = r"\d{1,3}|[一二两三四五六七八九十百]{1,4}"
_SMALL = r"\d{1,2}|[一二三四五六七八九十]{1,3}"  # a month or a day of one
_COUNTED = r"(?<![每一两二三四五六七八九十几半\d第])"
_WEEK = r"(?:周|星期|礼拜)"
_MONTH_PART = r"(初|上旬|中旬?|底|末|下旬|尾)"
_STEP = r"(上上|上|这|本|下下|下)个?"
_YEAR = r"(?:(\d{4}|[去今明前])年?的?)?"

_DAY = re.compile(
    r"大前天|(?<![以之天\d])前[天日晚]|大后天|(?<![之以])后[天日]|昨[天日晚夜儿]|今[天日晚早晨儿夜]|明[天日早晚晨儿]"
)
_DAY_OF_WEEK = re.compile(
    rf"{_STEP}{_WEEK}([一二三四五六日天]|[1-7](?!\d))|{_COUNTED}(?:周|星期|"
    rf"礼拜)([一二三四五六日天])(?![次年两])"
)
_WHOLE_WEEK = re.compile(rf"{_STEP}(?:周(?!末)|星期|礼拜)(?![一二三四五六日天末1-7])")
_WEEKEND = re.compile(rf"(?:{_STEP})?周末|(?<!每)(?<!每个)礼拜末")
_MONTH = re.compile(rf"{_STEP}月(?:份)?(?:{_MONTH_PART}|的?({_SMALL})[号日]?)?")
_PART_OF_MONTH = re.compile(r"(?<![\d一二三四五六七八九十个上下这本每])月(初|中旬?|底|末)(?![工])")
_AGO = re.compile(
    rf"({_N}|半) ?个?多?(天|日|周|星期|礼拜|月|年)(?:之|以)?前|(几天)前|前(几天|两天|些天|阵子|段时间)"
)
_AHEAD = re.compile(rf"({_N}|半) ?个?(天|周|星期|礼拜|月)(?:之|以)?后")
_PAST_WINDOW = re.compile(
    rf"(?:最近|近|过去|这)的?({_N}|半) ?个?(天|日|周|星期|礼拜|月|年)(?:之?内|以来|里)?(?![号日])"
)
_WINDOW = re.compile(rf"({_N}|半) ?个?(天|日|周|星期|礼拜|月)(?:之|以)?内")
_MONTH_DAY = re.compile(
    rf"{_YEAR}(?<![\d一二三四五六七八九])({_SMALL})月份?({_SMALL})[号日]?(?: ?(?:-|~|到|"
    rf"至) ?(\d{{1,2}})[号日])?(?![\d元块])"
)
_MONTH_ALONE = re.compile(
    rf"{_YEAR}(?<![\d一二三四五六七八九])(\d{{1,2}}|十[一二]?|"
    rf"[一二三四五六七八九])月份?{_MONTH_PART}?(?![饼子租薪卡票经])"
)
_DAY_ALONE = re.compile(
    r"(?<![\d.a-z第大小路街巷弄道楼线栋座月#-])(?<!门牌)([12]?\d|3[01]|二?十[一二三四五六七八九]?|"
    r"三十一?)[号日]"
    r"(?=(?:就|才|有|能|会|可以|要|那天|当天|晚上?|早上?|上午|下午|左右)?(?:之前|以前|前|下单|下的|买|"
    r"付|收|到|签|寄|送|发货|发的|拍的|订|退|用|申请|再|开始|有活动|有货|补货|了|那天|当天|晚|早上|"
    r"上午|下午|左右))"
)
_PART_OF_YEAR = re.compile(r"([去今明])?年(底|末|初)|([去今明前])年(?!底|末|初|\d)")
_ROUND_NEW_YEAR = re.compile(r"(?<![\d半几多一二两三四五六七八九十百每个去今明前])年[前后]")


def readers() -> Iterator[tuple[re.Pattern[str], Reader]]:
    """Longer readings stand before the shorter ones they contain."""
    yield from (
        (_MONTH_DAY, _month_day), (_MONTH, _month), (_PAST_WINDOW, _past_window), (_AGO, _ago),
        (_WINDOW, _window), (_AHEAD, _ahead), (_DAY_OF_WEEK, _day_of_week), (_WHOLE_WEEK, _whole_week),
        (_WEEKEND, _weekend), (_DAY, _day), (_MONTH_ALONE, _month_alone), (_PART_OF_MONTH, _part_of_month),
        (_PART_OF_YEAR, _part_of_year), (_DAY_ALONE, _day_alone), (_ROUND_NEW_YEAR, _round_new_year),
    )  # fmt: skip


def _day(found: re.Match[str], frame: Frame) -> Days | None:
    return single(days.shifted(frame.today, days=_DAY_WORDS[found[0]]))


def _day_of_week(found: re.Match[str], frame: Frame) -> Days | None:
    if found[1]:
        start = days.week(frame.today, _STEPS[found[1]])[0]
        return single(days.shifted(start, days=_WEEKDAYS[found[2]]))
    return single(days.weekday(_WEEKDAYS[found[3]], frame))


def _whole_week(found: re.Match[str], frame: Frame) -> Days | None:
    return days.week(frame.today, _STEPS[found[1]])


def _weekend(found: re.Match[str], frame: Frame) -> Days | None:
    back = -1 if frame.tense is days.Tense.PAST else 0
    return days.weekend(frame.today, _STEPS[found[1]] if found[1] else back)


def _month(found: re.Match[str], frame: Frame) -> Days | None:
    first = days.shifted(frame.today.replace(day=1), months=_STEPS[found[1]])
    if first is None:
        return None
    if found[3]:
        return single(days.day(first.year, first.month, _small(found[3])))
    return days.month(first.year, first.month, _PARTS.get(found[2] or "", ""))


def _part_of_month(found: re.Match[str], frame: Frame) -> Days | None:
    return days.month(frame.today.year, frame.today.month, _PARTS[found[1]])


def _ago(found: re.Match[str], frame: Frame) -> Days | None:
    if found[4] == "两天":
        return _between(frame, -2, -1)
    if found[3] or found[4]:  # 前几天, 前阵子: some day of about the last week
        return _between(frame, -7, -2)
    return single(_moved(found[1], found[2], frame, -1))


def _ahead(found: re.Match[str], frame: Frame) -> Days | None:
    return single(_moved(found[1], found[2], frame, 1))


def _window(found: re.Match[str], frame: Frame) -> Days | None:
    end = _moved(found[1], found[2], frame, 1)
    return (frame.today, end) if end else None


def _past_window(found: re.Match[str], frame: Frame) -> Days | None:
    start = _moved(found[1], found[2], frame, -1)
    return (start, frame.today) if start else None


def _between(frame: Frame, first: int, last: int) -> Days | None:
    start, end = (days.shifted(frame.today, days=offset) for offset in (first, last))
    return (start, end) if start and end else None


def _moved(count: str, unit: str, frame: Frame, sign: int) -> date | None:
    half = count == "半"
    value = 0 if half else int(number(count) or 0)
    if unit in _UNITS:
        return days.shifted(frame.today, days=sign * value * _UNITS[unit]) if value else None
    months = value * (days.MONTHS if unit == "年" else 1)
    if half:  # 半个月 is fifteen days, 半年 six months
        return days.shifted(frame.today, **({"months": sign * 6} if unit == "年" else {"days": sign * 15}))
    return days.shifted(frame.today, months=sign * months) if months else None


def _month_day(found: re.Match[str], frame: Frame) -> Days | None:
    month, first, last = _small(found[2]), _small(found[3]), int(found[4] or 0)

    def in_year(year: int) -> Days | None:
        start, end = days.day(year, month, first), days.day(year, month, last or first)
        return (start, end) if start and end and start <= end else None

    return _in(found[1], in_year, frame)


def _month_alone(found: re.Match[str], frame: Frame) -> Days | None:
    month, part = _small(found[2]), _PARTS.get(found[3] or "", "")
    return _in(found[1], lambda year: days.month(year, month, part), frame)


def _in(year: str | None, in_year: Callable[[int], Days | None], frame: Frame) -> Days | None:
    return in_year(said_year(year, frame)) if year else days.nearest(in_year, frame)


def said_year(said: str, frame: Frame) -> int:
    return int(said) if said.isdecimal() else frame.today.year + _YEARS[said]


def _day_alone(found: re.Match[str], frame: Frame) -> Days | None:
    return single(days.day_of_month(_small(found[1]), frame))


def _part_of_year(found: re.Match[str], frame: Frame) -> Days | None:
    year = frame.today.year
    if found[2]:
        return days.month(year + _YEARS[found[1] or "今"], 1 if found[2] == "初" else days.MONTHS)
    return days.year(year + _YEARS[found[3]])


def _round_new_year(found: re.Match[str], frame: Frame) -> Days | None:
    """年前 is before the Spring Festival."""
    return days.nearest(lambda year: festivals().of("春节", year), frame)


def _small(said: str) -> int:
    return int(said) if said.isdecimal() else int(number(said) or 0)
