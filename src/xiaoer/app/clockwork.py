"""What happens by the clock, put together: for the service, and its books alone for the commands."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any

import anyio.to_thread

from xiaoer.app.given import database_url, policy_of, utc_now
from xiaoer.app.upkeep import migrate
from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Later
from xiaoer.domain.job_ports import Jobs
from xiaoer.domain.promise_ports import Promises
from xiaoer.jobs import Back, Effects, Kind, Upkeep, Watch, Worker
from xiaoer.jobs.kinds import Nothing, registry
from xiaoer.settings import Settings
from xiaoer.store import retention
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.promises import SqlPromises
from xiaoer.turn import Clerk

EXPIRE_EVERY = timedelta(hours=6)
EXPIRE_TIMEOUT_S = 3_600.0  # of a large database, in pieces

Looks = Mapping[str, Callable[[datetime], Awaitable[object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What is to be done, and what was promised, of one shop."""

    shop_id: ShopId
    jobs: Jobs
    promises: Promises
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    books: Books
    worker: Worker
    upkeep: Upkeep


def furnish_clockwork(store: Store, clerk: Clerk, looks: Looks, more: Sequence[Kind[Any]] = ()) -> Clockwork:
    """`more`: kinds of jobs that not every counter has."""
    shop_id, promises = clerk.house.policy.shop_id, SqlPromises(store)

    async def expire(_: Nothing, now: datetime) -> Later | None:
        await retention.expire(store, now)
        return None

    worker = Worker(
        jobs=SqlJobs(store),
        kinds=registry(
            Effects(clerk=clerk).kind(),
            Watch(clerk=clerk, promises=promises).kind(),
            Back(clerk=clerk, restocks=clerk.house.restocks).kind(),
            Kind(name="expire", takes=Nothing, work=expire, timeout_s=EXPIRE_TIMEOUT_S, every=EXPIRE_EVERY),
            *more,
        ),
        shop_id=shop_id,
        clock=clerk.clock,
        jitter=SystemRandom().random,
    )
    jobs = SqlJobs(store, worker.hint)
    worker.jobs = jobs
    books = Books(shop_id=shop_id, jobs=jobs, promises=promises, clock=clerk.clock)
    return Clockwork(books=books, worker=worker, upkeep=Upkeep(clerk=clerk, looks=looks))


@asynccontextmanager
async def open_books(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Books]:
    """Without a house around them. Processes that serve notice a job that is to be tried again."""
    await anyio.to_thread.run_sync(migrate, settings)
    async with await Store.open(database_url(settings)) as store:
        shop_id = policy_of(settings).shop_id
        yield Books(shop_id=shop_id, jobs=SqlJobs(store), promises=SqlPromises(store), clock=clock)
