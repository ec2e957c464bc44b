"""Models from their rows: kept as files, or made again of what was learnt. Never on the event loop."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import Correction, ModelRow
from xiaoer.domain.learning_ports import Corrections
from xiaoer.learn.material import MOST, Material
from xiaoer.learn.training import Candidate, Syllabus, Told, chosen, course_of, tried
from xiaoer.understand.classifier import Model
from xiaoer.understand.train import Course, load, load_or_train, prune

FILES = 4  # kept besides the models in use: 25 MB each
T = TypeVar("T")


class Making:
    """`folder` keeps models as files; None: each process makes its own in memory."""

    def __init__(
        self, corrections: Corrections, shop_id: ShopId, *, of: Syllabus, folder: Path | None
    ) -> None:
        self._corrections, self._shop_id = corrections, shop_id
        self._of, self._folder = of, folder

    async def base(self) -> Model:
        """Of the release's own phrases alone."""
        course = Course(self._of.base, taught=self._of.taught)
        return await _thread(partial(load_or_train, self._folder, course))

    async def of(self, row: ModelRow) -> Model | None:
        """The model of a row. None: it is of another release, or not all it learnt is here any more."""
        if row.report.get("base") != self._of.base:
            return None
        kept: Model | None = await _thread(partial(load, self._folder, row.version))
        if kept is not None:
            return kept
        course = course_of(await self._learnt(row), self._of)
        if course.version != row.version:
            return None
        return await _thread(partial(load_or_train, self._folder, course))

    async def chosen(self, confirmed: Sequence[Correction]) -> tuple[Material, Course]:
        return await _thread(partial(chosen, confirmed, self._of))

    async def tried(self, found: Material, course: Course, serving: Model, *, told: Told) -> Candidate:
        return await _thread(partial(tried, found, course, serving, self._of, folder=self._folder, told=told))

    def tidy(self, *serving: str) -> None:
        """Let go of older files; what is named, and the release's own, stays."""
        prune(self._folder, keep={*serving, self._of.base}, most=FILES)

    async def _learnt(self, row: ModelRow) -> list[Correction]:
        """Those of its corrections that are there and confirmed still."""
        if not row.correction_ids:
            return []
        wanted = frozenset(row.correction_ids)
        confirmed = await self._corrections.confirmed(self._shop_id, limit=2 * MOST)
        return [correction for correction in confirmed if correction.id in wanted]


async def _thread(work: Callable[[], T]) -> T:
    return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
