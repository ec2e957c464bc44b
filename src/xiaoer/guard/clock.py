"""Times of day in a text, each with its day where one stands beside it."""

import re

from xiaoer.guard.claims import Claim, Key, Kind
from xiaoer.guard.moments import HOURS, Day, Days, plain

_ASIDE, _ON = 9, 5  # characters between a day and its time, and between a time and its day
_HOURS, _NOON, _LAST_MINUTE = 24, 12, 59
_APART = frozenset(";。!?\n-~")
_LATE = frozenset({"下午", "午后", "傍晚", "今晚", "明晚", "昨晚", "晚上", "夜里", "夜晚", "晚间", "晚"})
_NIGHT = frozenset({"凌晨", "半夜", "深夜", "午夜", "零晨"})
_EARLY = 4  # o'clock, up to which it is still night, or noon
_AM, _PM = re.compile(r"a\.?m\b|morning"), re.compile(r"p\.?m\b|afternoon|evening|night$")
_FIXED = {"中午": 720, "正午": 720, "noon": 720, "midday": 720, "midnight": 0}
_PAST = re.compile(r"half (?!past)|(?P<how>half|quarter|five|ten|twenty|twenty-five) (?P<way>past|to) ")
_PARTS = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "twenty-five": 25}
_ON_24 = re.compile(r"(?<!\d)(?:1[3-9]|2[0-4])(?::\d{2}| ?点)")
_IN_WORDS = re.compile(rf"\b(?:{'|'.join(HOURS)})\b")
_PARTS_OF_DAY = re.compile(
    r"(凌晨|零晨|半夜|深夜|午夜|清早|早上|早晨|清晨|上午|今早|明早|中午|午后|下午|傍晚|今晚|明晚|昨晚|晚上|夜里|夜晚|晚间"
    r"|晚|早) ?$"
)


def on_24_hours(text: str) -> bool:
    """Whether an hour is told as 18:00: then 9 is in the morning."""
    return _ON_24.search(text) is not None


def time_claim(text: str, found: re.Match[str], days: Days, *, on_24: bool) -> Claim | None:
    """8 点 may be morning or evening; with its day beside it, both belong together. None: no time of day."""
    said = found.group()
    before = _PARTS_OF_DAY.search(text, max(0, found.start() - 4), found.start())
    part = before[1] if before else ""
    if "点" in said and said[0] == "一" and not part:
        return None  # 快一点
    minutes = _minutes(said, part)[: 1 if on_24 else 2]
    if not minutes:
        return None
    day = _day_beside(text, found.start(), found.end(), days)
    gives: list[Key] = [("time", one) for one in minutes]
    needs = gives
    if day is not None and day.day is not None:
        needs = [("moment", day.day.toordinal(), one) for one in minutes]
        gives = [*gives, *needs]
    return Claim(Kind.TIME, said, found.start(), tuple(needs), tuple(gives))


def _day_beside(text: str, start: int, end: int, days: Days) -> Day | None:
    """The day a time is of: 22 号下午 4 点, yesterday at 9; 4 pm on 22 November."""
    before, after = days.around(start, end)
    if before and start - before.end <= _ASIDE and not _APART & set(text[before.end : start]):
        return before
    if after and after.start - end <= _ON and not _APART & set(text[end : after.start]):
        return after
    return None


def _minutes(said: str, part: str) -> list[int]:
    """Minutes since midnight: each that may be meant. `part`: 下午, 早, 半夜."""
    if said in _FIXED:
        return [_FIXED[said]]
    hour, minute = _read(said)
    late, early = _PM.search(said) is not None, _AM.search(said) is not None
    if hour < _NOON and (late or part in _LATE or (part == "中午" and hour < _EARLY)):
        hour += _NOON
    if hour == _NOON and (early or part in _NIGHT or part == "晚上"):
        hour = 0
    if hour > _HOURS or not 0 <= minute <= _LAST_MINUTE:
        return []
    first = (hour % _HOURS) * 60 + minute
    told = bool(part) or late or early or ":" in said or hour > _NOON or hour == 0
    return [first] if told else [first, (first + 720) % 1440]


def _read(said: str) -> tuple[int, int]:
    """Hour and minute as they are said."""
    if "点" in said:
        short, _, of = said.rpartition("刻" if "差一刻" in said else "分")
        if said.startswith("差"):
            hour = plain(of.removeprefix("钟").removeprefix("到").strip("点 "))
            return (hour - 2) % _NOON + 1, 60 - (15 if "刻" in said else plain(short[1:].strip()))
        hours, _, rest = said.partition("点")
        return plain(hours.strip()), _past(rest)
    past = _PAST.search(said)
    digits = [int(n) for n in re.findall(r"\d+", said)]
    if not digits:
        word = _IN_WORDS.search(said, past.end() if past else 0)
        digits = [HOURS.index(word.group()) + 1] if word else [_HOURS + 1]
    if past is None:
        return digits[0], digits[1] if len(digits) > 1 else 0
    minute = _PARTS[past["how"] or "half"]
    return (digits[0], minute) if past["way"] != "to" else ((digits[0] - 2) % _NOON + 1, 60 - minute)


def _past(rest: str) -> int:
    fixed = {"半": 30, "一刻": 15, "三刻": 45}
    bare = rest.rstrip("分钟整").strip()
    return fixed.get(bare) or (plain(bare) if bare else 0)
