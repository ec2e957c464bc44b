"""Until when the shop keeps its word."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from xiaoer.domain.policy import Hours, Policy

_STEP = timedelta(minutes=1)
_LOOKS_BACK = timedelta(days=3)


def answer_by(policy: Policy, now: datetime) -> datetime:
    """When a ticket is answered at the latest."""
    return now + timedelta(hours=policy.promises.ticket_hours)


def call_by(policy: Policy, now: datetime) -> datetime:
    """When somebody has called at the latest, while people are at the desk.

    The hours run from the next opening if nobody is there now. If they end when nobody is there, the call
    comes before that closing.
    """
    hours = policy.hours
    start = now if hours.is_open(now) else hours.next_opening(now)
    end = start + timedelta(hours=policy.promises.call_back_hours)
    if hours.is_open(end):
        return end
    closing = _last_closing(hours, start, end)
    return closing if closing is not None else hours.next_opening(end)


def _last_closing(hours: Hours, start: datetime, end: datetime) -> datetime | None:
    """The last moment between both at which the desk closed."""
    zone = ZoneInfo(hours.time_zone)
    day = end.astimezone(zone).date()
    for back in range(_LOOKS_BACK.days + 1):
        closes = datetime.combine(day - timedelta(days=back), hours.closes, zone).astimezone(end.tzinfo)
        if start < closes <= end and hours.is_open(closes - _STEP):
            return closes
    return None
