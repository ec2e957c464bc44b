"""Any interleaving of workers that take, end, fail, die and sleep: a job is one worker's, and ends once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.jobs.bench import note
from tests.store.samples import NOW

from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import LONGEST_WAIT, Job, JobState, back_off, next_time
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs

LEASE = timedelta(seconds=30)
_WORKER = st.integers(0, 2)
_STEP = st.one_of(
    st.tuples(st.just("enqueue"), st.integers(0, 4)),
    st.tuples(st.just("take"), _WORKER),
    st.tuples(st.just("done"), _WORKER),
    st.tuples(st.just("fail"), _WORKER),
    st.tuples(st.just("later"), _WORKER),
    st.tuples(st.just("renew"), _WORKER),
    st.tuples(st.just("pass"), st.sampled_from([1, 15, 31])),
)
_OVERTAKEN = [("enqueue", 0), ("take", 0), ("pass", 31), ("take", 1)]
_shops = count()


class Model:
    """What each worker believes it holds, against what the queue says."""

    def __init__(self, store: Store) -> None:
        self.queue, self.now = SqlJobs(store), NOW
        self.shop = ShopId(f"shop-{next(_shops)}")
        self.held: dict[int, list[Job]] = {0: [], 1: [], 2: []}
        self.live: dict[str, tuple[str, object]] = {}  # job -> token and end of the lease that counts
        self.keys: set[int] = set()
        self.ended: set[str] = set()

    async def step(self, what: str, number: int) -> None:
        match what:
            case "enqueue":
                job = replace(note(f"n{number}"), shop_id=self.shop, run_at=self.now)
                assert await self.queue.enqueue(job, now=self.now) == (number not in self.keys)
                self.keys.add(number)
            case "pass":
                self.now += timedelta(seconds=number)
            case "take":
                await self._take(number)
            case _ if self.held[number]:
                await self._end(what, self.held[number].pop() if what != "renew" else self.held[number][-1])

    async def _take(self, worker: int) -> None:
        until = self.now + LEASE
        taken = await self.queue.take(self.shop, now=self.now, until=until, kinds=["note"], limit=2)
        for job in taken:
            assert job.id not in self.ended
            before = self.live.get(job.id)
            assert before is None or before[1] <= self.now, "taken from one who holds it"  # type: ignore[operator]
            self.live[job.id] = (job.token, until)
        self.held[worker] += taken

    async def _end(self, what: str, job: Job) -> None:
        mine = self.live.get(job.id, ("", None))[0] == job.token
        match what:
            case "done":
                kept = await self.queue.done(job, now=self.now)
            case "fail":
                kept = await self.queue.failed(job, "x", now=self.now, again_at=self.now)
            case "later":
                kept = await self.queue.later(job, at=self.now)
            case _:
                kept = await self.queue.renew(job, until=self.now + LEASE)
        assert kept == mine
        if mine and what == "renew":
            self.live[job.id] = (job.token, self.now + LEASE)
        elif mine:
            del self.live[job.id]
            self.ended |= {job.id} if what == "done" else set()

    async def drain(self) -> None:
        """Time passes, and one worker that lives is enough."""
        for _ in range(40):
            self.now += LEASE
            for job in await self.queue.take(
                self.shop, now=self.now, until=self.now + LEASE, kinds=["note"], limit=9
            ):
                assert job.id not in self.ended
                assert await self.queue.done(job, now=self.now)
                self.ended.add(job.id)
        all_of_them = await self.queue.listed(self.shop, states=(), limit=99)
        assert len(all_of_them) == len(self.keys)
        assert {job.state for job in all_of_them} <= {JobState.DONE, JobState.DEAD}
        assert {job.id for job in all_of_them if job.state is JobState.DONE} == self.ended


def test_any_interleaving(database_url: str) -> None:
    async def play(steps: Sequence[tuple[str, int]]) -> None:
        async with await Store.open(database_url) as store:
            model = Model(store)
            for step in steps:
                await model.step(*step)
            await model.drain()

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(_STEP, min_size=5, max_size=40))
    @example([*_OVERTAKEN, ("done", 0)])
    @example([*_OVERTAKEN, ("fail", 0)])
    @example([*_OVERTAKEN, ("later", 0)])
    @example([*_OVERTAKEN, ("renew", 0)])
    def any_steps(steps: Sequence[tuple[str, int]]) -> None:
        asyncio.run(play(steps))

    any_steps()


@given(st.integers(1, 10_000), st.integers(0, 10_000_000))
def test_a_schedules_next_time_is_ahead_in_step_and_no_further_than_it_must(every: int, late: int) -> None:
    step = timedelta(seconds=every)
    now = NOW + timedelta(seconds=late)
    at = next_time(NOW, step, now)
    assert now < at <= now + step
    assert (at - NOW) % step == timedelta()


@given(st.integers(1, 1_000), st.floats(0, 1))
def test_waits_grow_and_are_bounded(tries: int, jitter: float) -> None:
    assert timedelta() < back_off(tries, jitter) <= LONGEST_WAIT
    assert back_off(tries, jitter) <= back_off(tries + 1, jitter)
