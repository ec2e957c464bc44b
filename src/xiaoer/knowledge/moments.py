"""Days as people write them -> moments, in the shop's time zone."""

from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_DAY = timedelta(days=1)


def begins_on(text: str, time_zone: str) -> datetime:
    """2026-10-01: when that day begins in the shop. A moment (2026-10-01T12:00) is taken as it is.

    ValueError if it is neither.
    """
    return _moment(text, time_zone, timedelta())


def over_on(text: str, time_zone: str) -> datetime:
    """2026-10-01: when that day is over: what holds until a day holds on it. ValueError."""
    return _moment(text, time_zone, _A_DAY)


def as_of(text: str, time_zone: str, *, now: datetime) -> datetime:
    """2026-10-01: the last moment of that day; of the day that has begun, now. ValueError."""
    end = over_on(text, time_zone)
    if not _is_day(text):
        return end
    return now if end - _A_DAY <= now < end else end - timedelta(microseconds=1)


def _moment(text: str, time_zone: str, day_adds: timedelta) -> datetime:
    zone = ZoneInfo(time_zone)
    moment = datetime.fromisoformat(text.strip())
    if moment.year in (MINYEAR, MAXYEAR):  # at the ends of the calendar there is no day before or after
        raise ValueError(text)
    if _is_day(text):
        return datetime.combine(moment.date() + day_adds, time(), zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
