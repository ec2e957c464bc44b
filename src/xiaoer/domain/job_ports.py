"""The queue of jobs, as those see it who fill it, work it off or look at it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import Job, JobState, NewJob


class Jobs(Protocol):
    """Rows with leases. Of any number of workers one has a job at a time.

    The second four are False if the lease was taken over meanwhile: then nothing was changed.
    """

    async def enqueue(self, job: NewJob, *, now: datetime) -> bool:
        """False if one of this kind and key is there. Of a schedule the interval is taken over."""
        ...

    async def take(
        self, shop_id: ShopId, *, now: datetime, until: datetime, kinds: Collection[str], limit: int
    ) -> Sequence[Job]:
        """Due ones and those whose lease is over, longest due first, held until `until`.

        Each take counts as a try. One that took its worker with it on the last of them is dead.
        """
        ...

    async def renew(self, job: Job, *, until: datetime) -> bool: ...

    async def done(self, job: Job, *, now: datetime) -> bool:
        """A schedule is ready again for its next time."""
        ...

    async def later(self, job: Job, *, at: datetime) -> bool:
        """Ready again at `at`; this try does not count."""
        ...

    async def failed(self, job: Job, error: str, *, now: datetime, again_at: datetime | None) -> bool:
        """Ready again at `again_at`; None: dead. A schedule does not die: it waits for its next time."""
        ...

    async def listed(self, shop_id: ShopId, *, states: Collection[JobState], limit: int) -> Sequence[Job]:
        """Latest first."""
        ...

    async def retry(self, shop_id: ShopId, job_id: str, *, now: datetime) -> bool:
        """A dead one, or one that waits, is ready now, its tries forgotten. False if there is none."""
        ...
