"""Days as shops count them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from xiaoer.domain.policy import Policy


def end_of_day(start: datetime, days: int, policy: Policy) -> datetime:
    """The last second, in the shop's zone, of the day `days` after `start`. UTC."""
    zone = ZoneInfo(policy.time_zone)
    day = start.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def start_of_day(now: datetime, policy: Policy) -> datetime:
    """Midnight in the shop's zone. UTC."""
    zone = ZoneInfo(policy.time_zone)
    return datetime.combine(now.astimezone(zone).date(), time(0), zone).astimezone(UTC)


def months_after(start: datetime, months: int, policy: Policy) -> datetime:
    """The end of the same day so many months on; of a shorter month, of its last day. UTC."""
    zone = ZoneInfo(policy.time_zone)
    day = start.astimezone(zone).date()
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            then = day.replace(year=year, month=month + 1, day=min(day.day, last))
        except ValueError:
            continue
        return datetime.combine(then, time(23, 59, 59), zone).astimezone(UTC)
    raise AssertionError("each month has 28 days")
