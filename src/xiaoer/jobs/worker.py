"""Worker: takes jobs that are due, holds their leases while it works, and says what came of each."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Job, Later, back_off
from xiaoer.domain.job_ports import Jobs
from xiaoer.domain.ports import StoreDown
from xiaoer.jobs.kinds import BadPayload, Kind, Kinds
from xiaoer.turn import where

POLL_S = 2.0  # between looks while nothing rings
AT_ONCE = 8  # jobs of one process at a time
_log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Another worker has the job by now: this one must not go on."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """One per process, any number of processes. `jitter` gives 0..1."""

    jobs: Jobs
    kinds: Kinds
    shop_id: ShopId
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    lease: timedelta = timedelta(seconds=30)  # a killed worker's job waits at most so long
    poll_s: float = POLL_S
    renew_s: float = 10.0  # three chances before a lease is over
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def hint(self) -> None:
        """Something may be due: look now rather than at the next poll."""
        self._news.set()

    async def run(self) -> None:
        """Until cancelled; then what is under way is given back, for any other worker at once."""
        running: set[asyncio.Task[None]] = set()
        scheduled = False
        try:
            while True:
                self._news.clear()
                try:
                    if not scheduled:
                        await self.schedule()
                        scheduled = True
                    taken = await self._take(AT_ONCE - len(running))
                except StoreDown:
                    _log.warning("jobs_wait", reason="store_down")
                    taken = ()
                for job in taken:
                    task = asyncio.create_task(self._carry_out(job))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _: self.hint())  # there is room again
                if not taken:
                    await self._rest()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def schedule(self) -> None:
        """Each schedule has its row, made by whoever comes first."""
        now = self.clock()
        for kind in self.kinds.values():
            if (row := kind.schedule(self.shop_id, now)) is not None:
                await self.jobs.enqueue(row, now=now)

    async def look(self) -> int:
        """Take what is due, once, and see it through; how many there were."""
        taken = await self._take(AT_ONCE)
        await asyncio.gather(*(self._carry_out(job) for job in taken))
        return len(taken)

    async def _take(self, room: int) -> tuple[Job, ...]:
        if room <= 0:
            return ()
        now = self.clock()
        until = now + self.lease
        return tuple(
            await self.jobs.take(self.shop_id, now=now, until=until, kinds=tuple(self.kinds), limit=room)
        )

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.poll_s):
                await self._news.wait()
        except TimeoutError:
            return

    async def _carry_out(self, job: Job) -> None:
        """What breaks in one stops no other; what the store does not take, the lease's end brings back."""
        try:
            await self._told(job, await self._held(job, self.kinds[job.kind]))
        except asyncio.CancelledError:
            await self._given_back(job)
            raise
        except LeaseLost:
            _log.warning("job_lost", job_id=job.id, kind=job.kind)
        except StoreDown:
            _log.warning("job_waits", job_id=job.id, kind=job.kind, reason="store_down")
        except Exception as bug:  # noqa: BLE001 - the edge of a job
            await self._failed(job, bug)

    async def _held(self, job: Job, kind: Kind[object]) -> Later | None:
        """Do it, renewing the lease meanwhile. TimeoutError, LeaseLost, or what broke."""
        work = asyncio.ensure_future(kind.do(job.payload, self.clock()))
        keeper = asyncio.create_task(self._keep(job))
        try:
            await asyncio.wait({work, keeper}, timeout=kind.timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            raise LeaseLost(job.id) if keeper.done() else TimeoutError
        finally:
            for task in (work, keeper):
                task.cancel()
            await asyncio.gather(work, keeper, return_exceptions=True)

    async def _keep(self, job: Job) -> None:
        """Ends when the lease is lost."""
        held = True
        while held:
            await asyncio.sleep(self.renew_s)
            try:
                held = await self.jobs.renew(job, until=self.clock() + self.lease)
            except StoreDown:
                continue

    async def _told(self, job: Job, answer: Later | None) -> None:
        if isinstance(answer, Later):
            kept = await self.jobs.later(job, at=answer.at)
        else:
            kept = await self.jobs.done(job, now=self.clock())
        if not kept:
            _log.warning("job_lost", job_id=job.id, kind=job.kind)

    async def _failed(self, job: Job, bug: Exception) -> None:
        now = self.clock()
        again = job.tries < job.most_tries and not isinstance(bug, BadPayload)
        again_at = now + back_off(job.tries, self.jitter()) if again else None
        error = f"{type(bug).__name__} {where(bug)}".strip()
        _log.error("job_broke", job_id=job.id, kind=job.kind, tries=job.tries, dead=not again, error=error)
        try:
            await self.jobs.failed(job, error, now=now, again_at=again_at)
        except StoreDown:
            _log.warning("job_waits", job_id=job.id, kind=job.kind, reason="store_down")

    async def _given_back(self, job: Job) -> None:
        try:
            await self.jobs.later(job, at=self.clock())
        except StoreDown:
            return  # its lease runs out by itself
