"""An embedding model, if the operator has one: for what is written once, and for what a customer waits for.

Nothing of it is imported while none is configured.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

import anyio
import anyio.to_thread
import structlog

from xiaoer.app.given import Misconfigured, utc_now
from xiaoer.app.learning import Learning
from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.learn.material import MOST
from xiaoer.learn.training import course_of, syllabus
from xiaoer.settings import Settings
from xiaoer.understand.classifier import Model
from xiaoer.understand.joined import Joint
from xiaoer.understand.lessons import Lesson
from xiaoer.understand.train import REPEATED
from xiaoer.understand.train_joined import join, kept_joint

PATIENT_S = 30.0  # a batch of phrases or articles: nobody waits for it
EVERY_S = 2.0  # between looks whether another classifier serves
AGAIN_S = 300.0  # after the model was down while phrases were embedded
_log = structlog.get_logger(__name__)

Taught = Callable[[str], Awaitable[Sequence[Lesson]]]  # what the model of this version learnt


class Keeping(Embedder, Protocol):
    """Keeps what it was given."""

    def kept(self, texts: Sequence[str]) -> Sequence[Sequence[float]] | None:
        """The points of all of them, without asking anybody; None if one is missing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """One model, called in two ways. Their points are the same."""

    patient: Keeping  # for phrases and articles: tries again, and keeps what it got in the data folder
    prompt: Embedder  # for what a customer wrote: in time or not at all, and only in memory
    close: Callable[[], None]


@asynccontextmanager
async def open_embedding(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Embedding | None]:
    """None if none is configured; Misconfigured if it cannot be used. An endpoint is not called yet."""
    embedding = await anyio.to_thread.run_sync(partial(_embedding_of, settings, clock=clock))
    try:
        yield embedding
    finally:
        if embedding is not None:
            embedding.close()


def joining_of(embedding: Embedding | None, learning: Learning, settings: Settings) -> "Joining | None":
    if embedding is None:
        return None
    return Joining(embedding, taught=taught_by(learning), folder=settings.data_dir / "model")


def _embedding_of(settings: Settings, *, clock: Callable[[], datetime]) -> Embedding | None:
    if settings.embeddings_url and settings.embeddings_folder:
        raise Misconfigured(
            "XIAOER_EMBEDDINGS_URL 和 XIAOER_EMBEDDINGS_FOLDER 只能设一个\n"
            "Set XIAOER_EMBEDDINGS_URL or XIAOER_EMBEDDINGS_FOLDER, not both"
        )
    if settings.embeddings_url:
        return _of_endpoint(settings, clock)
    if settings.embeddings_folder:
        return _of_folder(settings.embeddings_folder, settings, clock)
    return None


def _of_endpoint(settings: Settings, clock: Callable[[], datetime]) -> Embedding:
    from xiaoer.llm.embed_endpoint import Endpoint, EndpointEmbedder  # noqa: PLC0415 - only when configured

    if not settings.embeddings_model:
        raise Misconfigured(
            "请设置 XIAOER_EMBEDDINGS_MODEL：接口上的模型名\n"
            "Set XIAOER_EMBEDDINGS_MODEL: the model's name at the endpoint"
        )
    endpoint = Endpoint(
        url=settings.embeddings_url,
        model=settings.embeddings_model,
        key=_key(settings),
        prefix=settings.embeddings_prefix,
    )
    slow = EndpointEmbedder(endpoint, timeout_s=PATIENT_S)
    quick = EndpointEmbedder(endpoint, timeout_s=settings.embeddings_timeout_s, tries=1)

    def close() -> None:
        slow.close()
        quick.close()

    return _two(slow, quick, settings, clock, close=close)


def _of_folder(folder: Path, settings: Settings, clock: Callable[[], datetime]) -> Embedding:
    from xiaoer.llm.embed_folder import FolderEmbedder, NoModel  # noqa: PLC0415 - only when configured

    try:
        model = FolderEmbedder.open(folder, prefix=settings.embeddings_prefix)
    except NoModel as wrong:
        raise Misconfigured(f"XIAOER_EMBEDDINGS_FOLDER {wrong}") from wrong
    return _two(model, model, settings, clock, close=lambda: None)


def _two(
    slow: Embedder,
    quick: Embedder,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    close: Callable[[], None],
) -> Embedding:
    from xiaoer.llm.embed_cache import KeptEmbedder  # noqa: PLC0415 - only when configured
    from xiaoer.llm.embed_prompt import PromptEmbedder  # noqa: PLC0415

    kept = KeptEmbedder(slow, settings.data_dir / "embeddings.db", told=_progress)
    prompt = PromptEmbedder(quick, within_s=settings.embeddings_timeout_s, clock=clock)

    def closed() -> None:
        prompt.close()
        close()

    return Embedding(patient=kept, prompt=prompt, close=closed)


def _progress(done: int, of: int) -> None:
    _log.info("embedding", done=done, of=of)


def _key(settings: Settings) -> str:
    if settings.embeddings_key_file is None:
        return settings.embeddings_key.get_secret_value()
    try:
        return settings.embeddings_key_file.read_text("utf-8").strip()
    except (OSError, ValueError) as wrong:
        raise Misconfigured(
            f"XIAOER_EMBEDDINGS_KEY_FILE {settings.embeddings_key_file}：读不了 / cannot be read ({wrong})"
        ) from wrong


# --- beside the classifier -----------------------------------------------------------------------


class Joins(Protocol):
    """Who understands by a model, and by what stands beside it."""

    def join(self, joint: Joint) -> None: ...


class Joining:
    """Fits what stands beside each model that serves, behind the requests: until then words alone decide."""

    def __init__(self, embedding: Embedding, *, taught: Taught, folder: Path) -> None:
        self._embedding, self._taught, self._folder = embedding, taught, folder
        self._pupil: Joins | None = None
        self._wanted: Model | None = None
        self._joined = ""

    def teach(self, pupil: Joins, model: Model) -> None:
        """From now on this one is joined with what stands beside its model."""
        self._pupil = pupil
        self.swap(model)

    def swap(self, model: Model) -> None:
        """A pupil of the school. What is kept is joined at once, the rest is fitted by `run`."""
        self._wanted = model
        kept = kept_joint(model, self._embedding.patient, folder=self._folder)
        if kept is not None:
            self._take(model, kept)

    async def run(self) -> None:
        """For ever. Ends by cancellation."""
        while True:
            try:
                await self.look()
            except EmbedderDown as down:
                _log.warning("not_joined", why=str(down), again_in_s=AGAIN_S)
                await anyio.sleep(AGAIN_S)
            await anyio.sleep(EVERY_S)

    async def look(self) -> None:
        """Cheap once it is done; the first time it takes minutes. EmbedderDown if a point is missing."""
        model = self._wanted
        if model is None or model.version == self._joined:
            return
        lessons = await self._taught(model.version)
        fitting = partial(join, model, self._embedding.patient, taught=lambda: lessons, folder=self._folder)
        self._take(model, await anyio.to_thread.run_sync(fitting, abandon_on_cancel=True))

    def _take(self, model: Model, joint: Joint) -> None:
        self._joined = model.version
        if self._pupil is not None:
            self._pupil.join(replace(joint, embedder=self._embedding.prompt))
        _log.info("joined", classifier=joint.version)


def taught_by(learning: Learning) -> Taught:
    """What a model of the history learnt; of what was erased meanwhile, nothing."""

    async def taught(version: str) -> Sequence[Lesson]:
        rows = {row.version: row for row in await learning.school.history()}
        wanted = frozenset(rows[version].correction_ids if version in rows else ())
        confirmed = await learning.corrections.confirmed(learning.shop_id, limit=2 * MOST)
        learnt = [correction for correction in confirmed if correction.id in wanted]

        def read() -> list[Lesson]:
            course = course_of(learnt, syllabus())
            return [*course.taught(), *course.more * REPEATED]

        return await anyio.to_thread.run_sync(read)

    return taught
