"""Of any number of workers one does a job; a killed one's is taken over; what breaks is tried again."""

import asyncio
import contextlib
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.clock import Clock
from tests.jobs.bench import MINUTE, Notes, note, worker
from tests.store.samples import NOW, SHOP
from typing_extensions import override

from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Job, JobState, Later
from xiaoer.store import job_rows
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs

ROOT = Path(__file__).parents[2]
SECOND = timedelta(seconds=1)


async def states(store: Store) -> Counter[JobState]:
    return Counter(job.state for job in await SqlJobs(store).listed(SHOP, states=(), limit=500))


def process(*what: str) -> "subprocess.Popen[str]":
    path = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.process", *what],
        stdout=subprocess.PIPE,
        text=True,
        env=path,
        cwd=ROOT,
    )


async def test_two_workers_and_two_hundred_jobs(store: Store, database_url: str) -> None:
    clock, notes = Clock(NOW), Notes()
    for number in range(200):
        await SqlJobs(store).enqueue(note(f"n{number}"), now=NOW)

    async def drain(one: Store) -> int:
        mine, total = worker(one, clock, notes), 0
        while found := await mine.look():
            total += found
        return total

    async with await Store.open(database_url) as other:
        shares = await asyncio.gather(drain(store), drain(other))
    assert sum(shares) == 200
    assert set(notes.done.values()) == {1}
    assert len(notes.done) == 200
    assert await states(store) == {JobState.DONE: 200}


async def test_what_a_killed_process_held_is_taken_over_once_its_lease_is_over(
    store: Store, database_url: str
) -> None:
    await SqlJobs(store).enqueue(note("a"), now=NOW)
    holder = process("hold", database_url)
    assert holder.stdout is not None
    assert await asyncio.to_thread(holder.stdout.readline) == "holds a\n"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    clock, notes = Clock(NOW), Notes()
    heir = worker(store, clock, notes)
    clock.now = NOW + heir.lease - SECOND
    assert await heir.look() == 0
    clock.now = NOW + heir.lease
    assert await heir.look() == 1
    assert notes.done == {"a": 1}
    assert await states(store) == {JobState.DONE: 1}


async def test_a_schedule_runs_once_over_two_processes(store: Store, database_url: str) -> None:
    before = worker(store, Clock(NOW), Notes())
    await before.schedule()
    assert await before.look() == 1
    both = [process("tick", database_url, "7") for _ in range(2)]
    told = [(await asyncio.to_thread(one.communicate, timeout=90))[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert sorted(told) == ["ticks 0\n", "ticks 1\n"]


async def test_a_schedule_makes_up_for_nothing_and_does_not_die(store: Store) -> None:
    clock, notes = Clock(NOW), Notes()
    one = worker(store, clock, notes)
    await one.schedule()
    await one.schedule()
    await one.look()
    clock.now = NOW + 400 * timedelta(days=1) + 30 * SECOND
    assert [await one.look(), await one.look()] == [1, 0]
    clock.now += 29 * SECOND
    assert await one.look() == 0
    clock.now += SECOND
    assert await one.look() == 1  # in step with its first time

    async def breaks(*_: object) -> None:
        raise KeyError("a bug")

    one.kinds = {"tick": replace(one.kinds["tick"], work=breaks)}
    for _ in range(60):
        clock.forward(60)
        await one.look()
    [job] = await SqlJobs(store).listed(SHOP, states=(), limit=9)
    assert (job.state, job.finished_at) == (JobState.READY, None)
    assert job.error.startswith("KeyError")


async def test_a_job_is_there_if_what_enqueued_it_is(store: Store) -> None:
    def both(conn: Connection) -> None:
        assert job_rows.enqueue(conn, note("a"), NOW)
        raise LookupError("the turn broke")

    with pytest.raises(LookupError):
        await store.write("k", both)
    assert await states(store) == {}
    assert await store.write("k", lambda conn: job_rows.enqueue(conn, note("a"), NOW))
    assert await states(store) == {JobState.READY: 1}


async def test_of_twenty_with_one_key_there_is_one_and_after_it_is_done_too(
    store: Store, database_url: str
) -> None:
    async with await Store.open(database_url) as other:
        queues = [SqlJobs(store), SqlJobs(other)]
        made = await asyncio.gather(
            *(queues[n % 2].enqueue(note(f"n{n}", key="webhook-1"), now=NOW) for n in range(20))
        )
    assert made.count(True) == 1
    notes = Notes()
    await worker(store, Clock(NOW), notes).look()
    assert not await SqlJobs(store).enqueue(note("again", key="webhook-1"), now=NOW + timedelta(hours=25))
    await worker(store, Clock(NOW + timedelta(hours=26)), notes).look()
    assert notes.done.total() == 1


async def test_another_shops_job_and_a_kind_nobody_knows_are_left_alone(store: Store) -> None:
    for job in (replace(note("a"), shop_id=ShopId("other")), replace(note("b"), kind="of_a_later_version")):
        await SqlJobs(store).enqueue(job, now=NOW)
    assert await worker(store, Clock(NOW), Notes()).look() == 0


async def test_what_breaks_is_tried_later_and_later_and_then_a_persons(store: Store) -> None:
    async def breaks(_: str) -> Later | None:
        raise ConnectionError("a secret of somebody")

    clock, notes = Clock(NOW), Notes(on=breaks)
    one, queue = worker(store, clock, notes), SqlJobs(store)
    await queue.enqueue(note("a"), now=NOW)
    waits = []
    for _ in range(2):
        await one.look()
        [job] = await queue.listed(SHOP, states=[JobState.READY], limit=9)
        waits.append((job.run_at - clock.now).total_seconds())
        clock.now = job.run_at
    assert waits == [7.5, 15.0]
    await one.look()
    [dead] = await queue.listed(SHOP, states=[JobState.DEAD], limit=9)
    assert (dead.tries, dead.finished_at) == (3, clock.now)
    assert dead.error.startswith("ConnectionError")
    assert "secret" not in dead.error
    notes.on = None
    assert await one.look() == 0
    assert await queue.retry(SHOP, dead.id, now=clock.now)
    await one.look()
    assert notes.done == {"a": 1}
    assert not await queue.retry(SHOP, dead.id, now=clock.now)  # done is done
    assert not await queue.retry(ShopId("other"), dead.id, now=clock.now)


async def test_one_that_takes_its_worker_with_it_each_time_is_dead_in_the_end(store: Store) -> None:
    queue, clock = SqlJobs(store), Clock(NOW)
    await queue.enqueue(note("poison", most_tries=2), now=NOW)
    for _ in range(2):
        taken = await queue.take(SHOP, now=clock.now, until=clock.now + MINUTE, kinds=["note"], limit=9)
        assert len(taken) == 1
        clock.forward(1)
    assert await worker(store, clock, Notes()).look() == 0
    [dead] = await queue.listed(SHOP, states=[JobState.DEAD], limit=9)
    assert dead.error == job_rows.LOST


async def test_a_payload_that_fits_no_handler_is_not_tried_again(store: Store) -> None:
    await SqlJobs(store).enqueue(replace(note("a"), payload={"nom": "a"}), now=NOW)
    await worker(store, Clock(NOW), Notes()).look()
    [dead] = await SqlJobs(store).listed(SHOP, states=[JobState.DEAD], limit=9)
    assert dead.error.startswith("BadPayload")


async def test_one_that_waits_is_not_a_failure(store: Store) -> None:
    async def not_yet(_: str) -> Later | None:
        return Later(clock.now + MINUTE)

    clock, notes = Clock(NOW), Notes(on=not_yet)
    one = worker(store, clock, notes)
    await SqlJobs(store).enqueue(note("a"), now=NOW)
    for _ in range(10):
        assert [await one.look(), await one.look()] == [1, 0]
        clock.forward(1)
    notes.on = None
    await one.look()
    assert notes.done == {"a": 1}


async def test_one_that_takes_too_long_is_stopped(store: Store) -> None:
    stopped = asyncio.Event()

    async def for_ever(_: str) -> Later | None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return None

    await SqlJobs(store).enqueue(note("a"), now=NOW)
    await worker(store, Clock(NOW), Notes(on=for_ever), timeout_s=0.02).look()
    assert stopped.is_set()
    [job] = await SqlJobs(store).listed(SHOP, states=[JobState.READY], limit=9)
    assert job.error.startswith("TimeoutError")


class Renewed(SqlJobs):
    """Says when a lease was renewed."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.renewed = asyncio.Event()

    @override
    async def renew(self, job: Job, *, until: datetime) -> bool:
        kept = await super().renew(job, until=until)
        self.renewed.set()
        return kept


async def test_a_long_job_keeps_its_lease(store: Store) -> None:
    clock, notes, queue = Clock(NOW), Notes(), Renewed(store)
    one = worker(store, clock, notes, renew_s=0.01)
    one.jobs = queue

    async def long(name: str) -> Later | None:
        for _ in range(5):
            clock.now += one.lease - SECOND
            for _ in range(2):  # one may have been on its way with the time before
                queue.renewed.clear()
                await queue.renewed.wait()
            assert await worker(store, clock, Notes()).look() == 0
        return None

    notes.on = long
    await queue.enqueue(note("a"), now=NOW)
    await one.look()
    assert notes.done == {"a": 1}
    assert await states(store) == {JobState.DONE: 1}


async def test_who_lost_the_lease_is_stopped_and_ends_nothing(store: Store) -> None:
    clock, notes, others = Clock(NOW), Notes(), Notes()
    one, heirs = worker(store, clock, notes), list[asyncio.Task[int]]()

    async def slept(_: str) -> Later | None:
        clock.now += one.lease + SECOND  # a process that was stopped for a while
        heirs.append(asyncio.create_task(worker(store, clock, others).look()))
        await asyncio.wait(heirs)
        await asyncio.Event().wait()
        return None

    notes.on = slept
    one.renew_s = 0.01
    one.jobs = Deaf(store, heirs)
    await SqlJobs(store).enqueue(note("a"), now=NOW)
    await one.look()
    assert (notes.done, others.done) == ({}, {"a": 1})
    assert await states(store) == {JobState.DONE: 1}


class Deaf(SqlJobs):
    """Renews nothing until the heirs have come."""

    def __init__(self, store: Store, heirs: list[asyncio.Task[int]]) -> None:
        super().__init__(store)
        self._heirs = heirs

    @override
    async def renew(self, job: Job, *, until: datetime) -> bool:
        if not self._heirs or not self._heirs[0].done():
            return True
        return await super().renew(job, until=until)


async def test_a_worker_that_is_stopped_gives_back_what_it_holds(store: Store) -> None:
    began = asyncio.Event()

    async def for_ever(_: str) -> Later | None:
        began.set()
        await asyncio.Event().wait()
        return None

    clock, notes = Clock(NOW), Notes(on=for_ever)
    one = worker(store, clock, notes)
    one.kinds = {"note": one.kinds["note"]}
    await SqlJobs(store).enqueue(note("a"), now=NOW)
    running = asyncio.create_task(one.run())
    await began.wait()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    notes.on = None
    assert await worker(store, clock, notes).look() == 1  # at once: nobody waits for the lease
    assert notes.done == {"a": 1}


async def test_a_running_worker_hears_of_a_job_and_a_long_one_blocks_no_other(store: Store) -> None:
    done = asyncio.Event()

    async def some(name: str) -> Later | None:
        if name == "long":
            await asyncio.Event().wait()
        done.set()
        return None

    one = worker(store, Clock(NOW), Notes(on=some))
    one.poll_s = 60
    queue = SqlJobs(store, one.hint)
    running = asyncio.create_task(one.run())
    for name in ("long", "short"):
        await queue.enqueue(note(name), now=NOW)
    await asyncio.wait_for(done.wait(), 10)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
