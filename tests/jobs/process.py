"""A worker in its own process: `hold` takes a job and never ends it, `tick` looks for a schedule's time."""

import asyncio
import sys
from datetime import timedelta

from tests.clock import Clock
from tests.jobs.bench import Notes, worker
from tests.store.samples import NOW

from xiaoer.domain.job import Later
from xiaoer.store.engine import Store


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def hold(url: str) -> None:
    async def for_ever(name: str) -> Later | None:
        tell(f"holds {name}")
        await asyncio.Event().wait()
        return None

    async with await Store.open(url) as store:
        await worker(store, Clock(NOW), Notes(on=for_ever), timeout_s=600).look()


async def tick(url: str) -> None:
    minute = int(sys.argv[3])
    notes = Notes()
    async with await Store.open(url) as store:
        one = worker(store, Clock(NOW + timedelta(minutes=minute)), notes)
        await one.schedule()
        for _ in range(20):
            await one.look()
    tell(f"ticks {len(notes.ticks)}")


asyncio.run({"hold": hold, "tick": tick}[sys.argv[1]](sys.argv[2]))
