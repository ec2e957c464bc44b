"""How a customer's mood goes over the turns of a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from xiaoer.domain.understanding import Mood

KEPT = 5  # moods that are looked back on
_LEVEL = {Mood.HAPPY: 0, Mood.CALM: 1, Mood.WORRIED: 2, Mood.UPSET: 3, Mood.ANGRY: 4}
_BAD = _LEVEL[Mood.UPSET]
_QUIET_TURNS = 2  # calm turns in a row after which what was bad is past; one may be a number typed


class Trend(StrEnum):
    STEADY = "steady"
    WORSE = "worse"  # calm, upset, angry
    RECOVERED = "recovered"  # from upset or angry to happy, or calm for two turns


@dataclass(frozen=True, slots=True)
class Feeling:
    """Where a conversation stands after a turn."""

    moods: tuple[Mood, ...]  # the last ones with this one, oldest first; at most KEPT
    upset: int  # upset or angry turns since it was last good; a calm one between them does not end the row
    trend: Trend


def mood_over(history: Sequence[Mood], now: Mood) -> Feeling:
    """`history` oldest first, as `moods` of the turn before gave it."""
    moods = (*history, now)[-KEPT:]
    before, upset = _row(moods[:-1]), _row(moods)
    if before and not upset:
        trend = Trend.RECOVERED
    elif _LEVEL[now] >= _BAD and len(moods) > 1 and _LEVEL[now] > max(_level_since_good(moods[:-1]), 1):
        trend = Trend.WORSE
    else:
        trend = Trend.STEADY
    return Feeling(moods, upset, trend)


def _row(moods: Sequence[Mood]) -> int:
    upset = quiet = 0
    for mood in moods:
        if _LEVEL[mood] >= _BAD:
            upset, quiet = upset + 1, 0
        elif mood is not Mood.WORRIED:
            quiet += _QUIET_TURNS if mood is Mood.HAPPY else 1
        if quiet >= _QUIET_TURNS:
            upset = quiet = 0
    return upset


def _level_since_good(moods: Sequence[Mood]) -> int:
    """The worst of the row that is not yet past."""
    return max((_LEVEL[mood] for mood in moods), default=0) if _row(moods) else _LEVEL[moods[-1]]
