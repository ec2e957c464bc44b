"""Workers for tests: kinds of jobs that note what was done, over a store, with a clock that is handed in."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.clock import Clock
from tests.store.samples import NOW, SHOP

from xiaoer.domain.job import Later, NewJob
from xiaoer.jobs import Kind, Worker
from xiaoer.jobs.kinds import Nothing, registry
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Named:
    name: str


Work = Callable[[str], Awaitable[Later | None]]


@dataclass
class Notes:
    """What was done, how often. `on` may break, wait or put off."""

    done: Counter[str] = field(default_factory=Counter)
    ticks: list[datetime] = field(default_factory=list)
    on: Work | None = None

    async def work(self, payload: Named, now: datetime) -> Later | None:
        answer = await self.on(payload.name) if self.on else None
        if answer is None:
            self.done[payload.name] += 1
        return answer

    async def tick(self, _: Nothing, now: datetime) -> Later | None:
        self.ticks.append(now)
        return None


def worker(store: Store, clock: Clock, notes: Notes, *, timeout_s: float = 30, renew_s: float = 10) -> Worker:
    kinds = registry(
        Kind(name="note", takes=Named, work=notes.work, timeout_s=timeout_s),
        Kind(name="tick", takes=Nothing, work=notes.tick, timeout_s=timeout_s, every=MINUTE),
    )
    return Worker(
        jobs=SqlJobs(store),
        kinds=kinds,
        shop_id=SHOP,
        clock=clock,
        jitter=lambda: 0.5,
        renew_s=renew_s,
        poll_s=0.01,
    )


def note(name: str, *, key: str = "", most_tries: int = 3) -> NewJob:
    return NewJob(
        shop_id=SHOP,
        kind="note",
        key=key or name,
        run_at=NOW,
        payload={"name": name},
        most_tries=most_tries,
    )
