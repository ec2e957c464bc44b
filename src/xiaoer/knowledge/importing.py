"""Imports: a source read in the background, its drafts kept, and a report of what was not taken."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import anyio
import structlog

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Import, ImportReport, ImportState
from xiaoer.domain.knowledge_ports import Imports
from xiaoer.domain.ports import StoreDown
from xiaoer.domain.words import Language
from xiaoer.knowledge.intake import Findings, Intake, Progress

WAITING = 8  # imports behind the one under way; an upload waits on the disk
LONGEST = timedelta(hours=1)  # of one import; what runs longer was cut off with its process
GIVE_UP_EVERY = timedelta(minutes=10)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file or folder here, or an address. `passing`: the file was uploaded, and goes when it is read."""

    name: str  # as the report and the articles name it
    path: Path | None = None  # None: `name` is an address
    passing: bool = False
    language: Language | None = None  # None: each text tells by itself
    tickets: bool = False  # the rows are past questions, not a FAQ


class Reader(Protocol):
    """Reads a source of any form."""

    async def read(self, source: Source, progress: Progress) -> Findings:
        """Never raises for what is in it; what cannot be read or reached is among the skipped."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """`publish`: what needs no person's look goes live at once, unless the gate blocks it."""

    source: Source
    author: str
    publish: bool = False


class Full(Exception):
    """Too many imports wait: nothing was taken up."""


def unwatched(done: int, total: int | None, what: str) -> None:
    """Progress behind a request: it is asked for."""


@dataclass(slots=True)
class _Count:
    """How far an import is, passed on to who watches it."""

    watcher: Progress
    done: int = 0
    total: int | None = None

    def __call__(self, done: int, total: int | None, what: str) -> None:
        self.done, self.total = done, total
        self.watcher(done, total, what)


class Importing:
    """One import after another. `run` works on what `later` took; it ends by cancellation."""

    def __init__(
        self,
        intake: Intake,
        imports: Imports,
        reader: Reader,
        *,
        shop_id: ShopId,
        clock: Callable[[], datetime],
    ) -> None:
        self._intake, self._imports, self._reader = intake, imports, reader
        self._shop_id, self._clock = shop_id, clock
        self._waiting: list[tuple[Import, Job]] = []
        self._counts: dict[str, _Count] = {}
        self._gave_up: datetime | None = None
        self._stir, self._rest = anyio.Event(), anyio.Event()

    async def later(self, job: Job) -> Import:
        """Take it up behind the request. Full if too many wait."""
        if len(self._waiting) >= WAITING:
            raise Full
        begun = await self._begin(job)
        self._waiting.append((begun, job))
        self._stir.set()
        return begun

    async def now(self, job: Job, progress: Progress) -> Import:
        """Do it here, telling `progress`."""
        return await self._do(await self._begin(job), job, progress)

    async def get(self, import_id: str) -> Import | None:
        kept = await self._imports.get(self._shop_id, import_id)
        count = self._counts.get(import_id)  # known here before it is known to all
        if kept is None or count is None or kept.state is not ImportState.RUNNING:
            return kept
        return replace(kept, done=count.done, total=count.total)

    async def latest(self, *, limit: int) -> list[Import]:
        """Newest first."""
        return list(await self._imports.latest(self._shop_id, limit=limit))

    async def look(self, now: datetime) -> None:
        """By the clock: tell other processes how far this one is; what a crash cut off has failed."""
        for import_id, count in list(self._counts.items()):
            await self._imports.note(import_id, done=count.done, total=count.total)
        if self._gave_up is None or now - self._gave_up >= GIVE_UP_EVERY:
            await self._imports.give_up(now - LONGEST, now=now)
            self._gave_up = now

    async def run(self) -> None:
        """One after another, for ever. Cancelled, it tells of each that was not done that it has failed."""
        try:
            while True:
                await self._work()
                self._rest.set()
                self._stir, self._rest = anyio.Event(), anyio.Event()
                await self._stir.wait()
        finally:
            for begun, job in self._waiting:
                await self._end(begun, job, ImportReport(), ImportState.FAILED)

    async def idle(self) -> None:
        """Until all that was taken up is done."""
        if self._waiting:
            await self._rest.wait()

    async def _work(self) -> None:
        while self._waiting:
            begun, job = self._waiting[0]
            await self._do(begun, job, unwatched)
            self._waiting.pop(0)

    async def _begin(self, job: Job) -> Import:
        return await self._imports.begin(self._shop_id, job.source.name, author=job.author, now=self._clock())

    async def _do(self, begun: Import, job: Job, progress: Progress) -> Import:
        """Whatever happens, it is told how it ended."""
        report, state = ImportReport(), ImportState.FAILED
        count = self._counts[begun.id] = _Count(progress)
        try:
            with anyio.fail_after(LONGEST.total_seconds()):
                findings = await self._reader.read(job.source, count)
                report = await self._intake.take(
                    findings, author=job.author, publish=job.publish, progress=count
                )
            state = ImportState.DONE
        except Exception as bug:  # noqa: BLE001 - the edge of a job
            _log.error("import_broke", import_id=begun.id, error=type(bug).__name__)
        finally:
            del self._counts[begun.id]
            await self._end(begun, job, report, state)
        return await self.get(begun.id) or begun

    async def _end(self, begun: Import, job: Job, report: ImportReport, state: ImportState) -> None:
        """Also while the process goes down. An uploaded file is gone afterwards."""
        if job.source.passing and job.source.path is not None:
            job.source.path.unlink(missing_ok=True)
        with anyio.CancelScope(shield=True), suppress(StoreDown):
            await self._imports.finish(begun.id, report, state=state, now=self._clock())
