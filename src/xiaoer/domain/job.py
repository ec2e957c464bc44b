"""Work that is done later, once, by whichever process is alive: what it is, and when it is tried again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor

from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId

SETTLE = "settle_effect"  # enqueued with the effect itself: see store/ledger.py
MOST_TRIES = 8  # with the waits below some forty minutes: an outage longer than that is looked at by a person
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)


class JobState(StrEnum):
    READY = "ready"  # at its time, whoever takes it first
    RUNNING = "running"  # a worker holds its lease; once that is over, any other takes it
    DONE = "done"
    DEAD = "dead"  # tried too often: a person looks


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A second one of the same shop, kind and key is no job: it is there already, done or not."""

    shop_id: ShopId
    kind: str
    key: str
    run_at: datetime
    payload: Facts = field(default_factory=dict)
    conversation_id: ConversationId | None = None  # whose it is: erased with that
    customer_id: CustomerId | None = None
    most_tries: int = MOST_TRIES
    every: timedelta | None = None  # a schedule: done, it is ready again for its next time


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    id: str
    shop_id: ShopId
    kind: str
    key: str
    payload: Facts
    state: JobState
    run_at: datetime
    tries: int
    most_tries: int
    made_at: datetime
    every: timedelta | None = None
    token: str = ""  # of the lease: whoever outlived it ends nothing
    lease_until: datetime | None = None
    error: str = ""  # of the last try: its class and place, nobody's data
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """A handler's answer: nothing went wrong, it is not time yet. Does not count as a try."""

    at: datetime


def next_time(before: datetime, every: timedelta, now: datetime) -> datetime:
    """The first of `before + n * every` after `now`: what was slept through is not made up for."""
    return before + every * max(1, floor((now - before) / every) + 1)


def back_off(tries: int, jitter: float) -> timedelta:
    """How long to wait after the `tries`-th failure. `jitter` in 0..1 spreads those that failed together."""
    doubled = FIRST_WAIT * float(2 ** min(tries - 1, 20))
    return min(doubled, LONGEST_WAIT) * (0.5 + jitter / 2)
