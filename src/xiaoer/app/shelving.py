"""The articles' points, made behind the requests: neither a start nor an editor ever waits for a model."""

from collections.abc import Callable, Sequence
from functools import partial

import anyio
import anyio.to_thread
import structlog
from typing_extensions import override

from xiaoer.app.embedding import AGAIN_S, EVERY_S, Embedding
from xiaoer.domain.ports import Embedder, EmbedderDown

_log = structlog.get_logger(__name__)


class Shelving(Embedder):
    """What the library asks: one text is a question, with a customer waiting; several are articles.

    Articles whose points are not kept yet are EmbedderDown, and made by `run`; then the library asks again.
    """

    def __init__(self, embedding: Embedding) -> None:
        self.name = embedding.patient.name
        self._embedding = embedding
        self._wanted: list[Sequence[str]] = []

    @property
    @override
    def dimensions(self) -> int:
        return self._embedding.patient.dimensions

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        if len(texts) == 1:
            return self._embedding.prompt.embed(texts)
        points = self._embedding.patient.kept(texts)
        if points is None:
            self._wanted = [*self._wanted, texts]
            raise EmbedderDown("made behind the requests")
        return points

    async def run(self, again: Callable[[], object]) -> None:
        """For ever; `again` has the library ask anew. Ends by cancellation."""
        while True:
            try:
                await self.look(again)
            except EmbedderDown as down:
                _log.warning("articles_by_words_alone", why=str(down), again_in_s=AGAIN_S)
                await anyio.sleep(AGAIN_S)
            await anyio.sleep(EVERY_S)

    async def look(self, again: Callable[[], object]) -> None:
        """Cheap when nothing is wanted. EmbedderDown if the model is down: it stays wanted."""
        wanted = self._wanted
        for texts in wanted:
            made = partial(self._embedding.patient.embed, texts)
            await anyio.to_thread.run_sync(made, abandon_on_cancel=True)
        self._wanted = self._wanted[len(wanted) :]
        if wanted:
            await anyio.to_thread.run_sync(again)
            _log.info("articles_embedded", texts=sum(map(len, wanted)))
