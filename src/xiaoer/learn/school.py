"""The model that serves: found at the start, trained, rolled back; others' changes are followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import anyio
import structlog

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import ModelRow, ModelState
from xiaoer.domain.learning_ports import Corrections, Models
from xiaoer.domain.ports import StoreDown
from xiaoer.learn.history import RELEASE, base_row, row_of, was_taken_back
from xiaoer.learn.making import Making
from xiaoer.learn.material import MOST
from xiaoer.learn.training import Candidate, Syllabus, Told, syllabus
from xiaoer.understand.classifier import Model

HISTORY = 200  # models looked back on
_log = structlog.get_logger(__name__)


class Ended(StrEnum):
    """How a training ended."""

    PROMOTED = "promoted"
    REFUSED = "refused"  # worse somewhere that matters
    NOTHING_NEW = "nothing_new"  # this very model serves
    ROLLED_BACK = "rolled_back"  # this very model was taken back: only a rollback by name brings it again
    OVERTAKEN = "overtaken"  # another model was promoted meanwhile: train again
    WOULD_SERVE = "would_serve"  # a trial: it would be promoted


class No(StrEnum):
    """Why nothing was rolled back."""

    NOTHING_BEFORE = "nothing_before"
    NO_MODEL = "no_model"
    REFUSED = "refused"  # it never served, being worse
    GONE = "gone"  # it cannot be made here any more: another release, or what it learnt was erased
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """`candidate` None: nothing was made."""

    ended: Ended
    version: str
    before: str
    candidate: Candidate | None = None
    more: bool = False  # there are more confirmed corrections than one model learns


class Pupil(Protocol):
    """Who understands by the model."""

    def swap(self, model: Model) -> None: ...


def unwatched(stage: str) -> None:
    """Progress behind a request."""


@dataclass(slots=True)
class _Waiting:
    """What is to be done behind the requests."""

    train_for: str = ""
    training: bool = False
    follow: bool = False
    stir: anyio.Event = field(default_factory=anyio.Event)
    rest: anyio.Event = field(default_factory=anyio.Event)


class School:
    """Of one shop. `folder` keeps models as files; None: in memory only."""

    def __init__(
        self,
        corrections: Corrections,
        models: Models,
        shop_id: ShopId,
        *,
        clock: Callable[[], datetime],
        folder: Path | None = None,
        of: Syllabus | None = None,
    ) -> None:
        self._corrections, self._models, self._shop_id = corrections, models, shop_id
        self._clock, self._of = clock, of or syllabus()
        self._making = Making(corrections, shop_id, of=self._of, folder=folder)
        self._pupils: list[Pupil] = []
        self._waiting = _Waiting()
        self._seen = ""  # the version that served when we last looked
        self._model: Model | None = None
        self.last: Trained | None = None  # how the latest training behind a request ended

    # --- what serves --------------------------------------------------------------------------

    @property
    def model(self) -> Model:
        """The one that serves here. RuntimeError before `start`."""
        if self._model is None:
            raise RuntimeError("the school was not started")
        return self._model

    def teach(self, pupil: Pupil) -> None:
        """From now on this one is given each new model."""
        self._pupils.append(pupil)

    async def start(self) -> Model:
        """The model that serves. If none does, one is made to: from here on the history is whole."""
        row = await self._models.serving(self._shop_id)
        model = await self._making.of(row) if row else None
        if row is None or model is None:
            row, model = await self._begin(row)
        self._serve(model, row.version)
        return model

    async def look(self, now: datetime) -> None:
        """By the clock, cheap: whether another process has changed the model."""
        row = await self._models.serving(self._shop_id)
        if row is not None and row.version != self._seen:
            self._seen, self._waiting.follow = row.version, True
            self._waiting.stir.set()

    async def history(self, *, limit: int = HISTORY) -> Sequence[ModelRow]:
        """Newest first."""
        return await self._models.history(self._shop_id, limit=limit)

    # --- behind the requests --------------------------------------------------------------------

    @property
    def training(self) -> bool:
        return self._waiting.training

    def train_later(self, by: str) -> bool:
        """Train behind the request. False, and nothing more, if that is under way."""
        if self._waiting.training:
            return False
        self._waiting.training, self._waiting.train_for = True, by
        self._waiting.stir.set()
        return True

    async def run(self) -> None:
        """What waits, for ever. Ends by cancellation."""
        while True:
            await self.catch_up()
            self._waiting.rest.set()
            self._waiting.rest = anyio.Event()
            await self._waiting.stir.wait()

    async def idle(self) -> None:
        """Until what waits is done, while `run` is at it."""
        if self._waiting.training or self._waiting.follow:
            await self._waiting.rest.wait()

    async def catch_up(self) -> None:
        """Do what waits now. Whatever breaks, the old model serves on."""
        waiting = self._waiting
        waiting.stir = anyio.Event()
        by, waiting.train_for = waiting.train_for, ""
        follow, waiting.follow = waiting.follow, False
        try:
            if by:
                self.last = await self.train(by=by)
            if follow:
                await self._follow()
        except StoreDown:
            self._seen = ""  # look again
            _log.warning("learning_waits", reason="store_down")
        except Exception as bug:  # noqa: BLE001 - the edge of a job
            _log.error("learning_broke", error=type(bug).__name__)
        finally:
            waiting.training = bool(waiting.train_for)

    async def _follow(self) -> None:
        """Another process promoted a model: served here too, once it is made."""
        row = await self._models.serving(self._shop_id)
        if row is None or row.version == self.model.version:
            return
        model = await self._making.of(row)
        if model is None:
            _log.error("model_not_made", version=row.version, reason="of another release, or erased in part")
            return
        self._serve(model, row.version)
        _log.info("model_followed", version=row.version)

    # --- training and rollback ------------------------------------------------------------------

    async def train(self, *, by: str, trial: bool = False, told: Told = unwatched) -> Trained:
        """Learn what is confirmed, compare, and promote what is not worse. `trial`: only look."""
        told("reading")
        confirmed = await self._corrections.confirmed(self._shop_id, limit=MOST + 1)
        found, course = await self._making.chosen(confirmed[:MOST])
        row = await self._models.serving(self._shop_id)
        result = Trained(
            ended=Ended.NOTHING_NEW,
            version=course.version,
            before=row.version if row else "",
            more=len(confirmed) > MOST,
        )
        if course.version == result.before:
            return result
        if not trial and was_taken_back(course.version, await self.history()):
            return replace(result, ended=Ended.ROLLED_BACK)
        candidate = await self._making.tried(found, course, await self._serving(row), told=told)
        if trial:
            ended = Ended.REFUSED if candidate.worse else Ended.WOULD_SERVE
        else:
            ended = await self._decide(candidate, before=result.before, by=by)
        return replace(result, ended=ended, candidate=candidate)

    async def rollback(self, *, to: str = "") -> ModelRow | No:
        """Serve an earlier model again: the one before, or one by its version."""
        present = await self._models.serving(self._shop_id)
        before = present.version if present else ""
        wanted = to or (present.before if present else "")
        if wanted in ("", before):
            return No.NOTHING_BEFORE
        row = await self._models.get(self._shop_id, wanted)
        if row is None or row.state is ModelState.REFUSED:
            return No.NO_MODEL if row is None else No.REFUSED
        model = await self._making.of(row)
        if model is None:
            return No.GONE
        if not await self._models.serve(self._shop_id, wanted, instead_of=before, now=self._clock()):
            return No.OVERTAKEN
        self._serve(model, wanted)
        _log.warning("model_rolled_back", version=wanted, before=before)
        return await self._models.get(self._shop_id, wanted) or row

    async def _decide(self, candidate: Candidate, *, before: str, by: str) -> Ended:
        row = row_of(candidate, base=self._of.base, before=before, by=by, now=self._clock())
        await self._models.put(self._shop_id, row)
        if candidate.worse:
            return Ended.REFUSED
        version = candidate.model.version
        if not await self._models.serve(self._shop_id, version, instead_of=before, now=self._clock()):
            return Ended.OVERTAKEN
        self._serve(candidate.model, version)
        _log.info("model_promoted", version=version, before=before)
        return Ended.PROMOTED

    async def _begin(self, former: ModelRow | None) -> tuple[ModelRow, Model]:
        """No model serves that can be made here: the release's own does, or what is confirmed, learnt anew.

        That must pass as any other. Two processes that start at once come to the same end.
        """
        base = await self._making.base()
        before = former.version if former else ""
        candidate = await self._anew(base) if former else None
        if candidate is not None and not candidate.worse:
            row = row_of(candidate, base=base.version, before=before, by=RELEASE, now=self._clock())
            model = candidate.model
        else:
            row, model = base_row(base.version, before=before, now=self._clock()), base
        await self._models.put(self._shop_id, row)
        await self._models.serve(self._shop_id, row.version, instead_of=before, now=self._clock())
        if former:
            _log.warning("model_of_another_release", former=before, serves=row.version)
        return row, model

    async def _anew(self, base: Model) -> Candidate | None:
        found, course = await self._making.chosen(
            await self._corrections.confirmed(self._shop_id, limit=MOST)
        )
        return await self._making.tried(found, course, base, told=unwatched) if found.learnt else None

    async def _serving(self, row: ModelRow | None) -> Model:
        """The model to be measured against; where it cannot be made here, the release's own."""
        if self._model is not None and row is not None and self._model.version == row.version:
            return self._model
        made = await self._making.of(row) if row else None
        return made or await self._making.base()

    def _serve(self, model: Model, version: str) -> None:
        self._model, self._seen = model, version
        for pupil in self._pupils:
            pupil.swap(model)
        self._making.tidy(version)
