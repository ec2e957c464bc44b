"""SqlJobs: a queue in the app's own database, worked off by any number of processes."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Job, JobState, NewJob, next_time
from xiaoer.store import job_rows
from xiaoer.store.engine import Store
from xiaoer.store.job_rows import FREED, job_of
from xiaoer.store.rows import new_id
from xiaoer.store.tables import jobs


class SqlJobs:
    """`hint` is called after a commit that made a job ready: a worker of this process looks at once."""

    def __init__(self, store: Store, hint: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._hint = hint

    async def enqueue(self, job: NewJob, *, now: datetime) -> bool:
        made = await self._store.write(job.key, lambda conn: job_rows.enqueue(conn, job, now))
        self._hint()
        return made

    async def take(
        self, shop_id: ShopId, *, now: datetime, until: datetime, kinds: Collection[str], limit: int
    ) -> Sequence[Job]:
        """Nothing is written while nothing is due."""
        is_due, token = job_rows.due(shop_id, list(kinds), now), new_id()
        query = select(jobs.c.id).where(is_due).limit(1)
        if await self._store.read(lambda conn: conn.scalar(query)) is None:
            return ()
        return await self._store.write(
            "jobs",
            lambda conn: job_rows.take(conn, is_due, token=token, until=until, now=now, limit=limit),
        )

    async def renew(self, job: Job, *, until: datetime) -> bool:
        return await self._change(job, {"lease_until": until})

    async def done(self, job: Job, *, now: datetime) -> bool:
        if job.every is None:
            return await self._change(job, {"state": JobState.DONE.value, "finished_at": now, **FREED})
        return await self._ready(job, next_time(job.run_at, job.every, now), tries=0)

    async def later(self, job: Job, *, at: datetime) -> bool:
        return await self._ready(job, at, tries=job.tries - 1)

    async def failed(self, job: Job, error: str, *, now: datetime, again_at: datetime | None) -> bool:
        if again_at is not None:
            return await self._ready(job, again_at, tries=job.tries, error=error)
        if job.every is not None:
            return await self._ready(job, next_time(job.run_at, job.every, now), tries=0, error=error)
        dead = {"state": JobState.DEAD.value, "finished_at": now, "error": error}
        return await self._change(job, {**dead, **FREED})

    async def listed(self, shop_id: ShopId, *, states: Collection[JobState], limit: int) -> Sequence[Job]:
        wanted = [state.value for state in states or list(JobState)]
        query = (
            select(jobs)
            .where(jobs.c.shop_id == shop_id, jobs.c.state.in_(wanted))
            .order_by(jobs.c.run_at.desc(), jobs.c.id)
            .limit(limit)
        )
        return await self._store.read(lambda conn: [job_of(row) for row in conn.execute(query).mappings()])

    async def retry(self, shop_id: ShopId, job_id: str, *, now: datetime) -> bool:
        again = (JobState.READY.value, JobState.DEAD.value)
        change = (
            update(jobs)
            .where(jobs.c.shop_id == shop_id, jobs.c.id == job_id, jobs.c.state.in_(again))
            .values(state=JobState.READY.value, run_at=now, tries=0, finished_at=None)
        )
        found = await self._store.write(job_id, lambda conn: conn.execute(change).rowcount == 1)
        self._hint()
        return found

    async def _ready(self, job: Job, at: datetime, *, tries: int, error: str = "") -> bool:
        changes = {"state": JobState.READY.value, "run_at": at, "tries": tries, "error": error}
        return await self._change(job, {**changes, **FREED})

    async def _change(self, job: Job, changes: dict[str, Any]) -> bool:
        mine = (jobs.c.id == job.id, jobs.c.lease_token == job.token)

        def change(conn: Connection) -> bool:
            return conn.execute(update(jobs).where(*mine).values(changes)).rowcount == 1

        return await self._store.write(job.id, change)
