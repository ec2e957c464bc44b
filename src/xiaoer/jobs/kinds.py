"""Kinds of jobs: what each takes, and who does it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Later, NewJob

P = TypeVar("P")

SCHEDULE = "schedule"  # the key of a schedule's one row


class BadPayload(Exception):
    """What is stored is not what the handler takes: trying again would not help."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """The payload of a job that takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[P]):
    """`work` is given the payload, typed, and the time. It may be done twice, so it must bear that:
    a worker can die after the work and before its row says so.
    """

    name: str
    takes: type[P]
    work: Callable[[P, datetime], Awaitable[Later | None]]
    timeout_s: float  # of one try
    every: timedelta | None = None  # a schedule

    async def do(self, payload: Facts, now: datetime) -> Later | None:
        """BadPayload, or whatever breaks in the work."""
        return await self.work(self._parsed(payload), now)

    def schedule(self, shop_id: ShopId, now: datetime) -> NewJob | None:
        """Its one row, if it is a schedule: due at once when it is new."""
        if self.every is None:
            return None
        return NewJob(shop_id=shop_id, kind=self.name, key=SCHEDULE, run_at=now, every=self.every)

    def _parsed(self, payload: Facts) -> P:
        try:
            return self.takes(**payload)
        except TypeError:
            raise BadPayload(self.name) from None


Kinds = Mapping[str, Kind[Any]]


def registry(*kinds: Kind[Any]) -> Kinds:
    """ValueError for two of one name."""
    named = {kind.name: kind for kind in kinds}
    if len(named) != len(kinds):
        raise ValueError("two kinds of jobs have one name")
    return named
