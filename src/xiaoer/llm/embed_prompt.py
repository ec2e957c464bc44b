"""Points while a customer waits: in time or not at all, and each text of the last minutes only once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock

import structlog
from typing_extensions import override

from xiaoer.domain.ports import Embedder, EmbedderDown

FAILURES = 5  # in a row, and nobody waits for it any more
REST = timedelta(seconds=30)  # until it is asked again
REMEMBERED = 2_000  # texts in memory: those of the turns under way and of a burst of the same question
_AT_ONCE = 4  # calls; the next ones wait, within their own time
_log = structlog.get_logger(__name__)


class PromptEmbedder(Embedder):
    """EmbedderDown after `within_s` seconds, and at once while the model rests after FAILURES."""

    def __init__(self, inner: Embedder, *, within_s: float, clock: Callable[[], datetime]) -> None:
        self.name = inner.name
        self._inner, self._within_s, self._clock = inner, within_s, clock
        self._calls = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="embed")
        self._lock = Lock()
        self._last: OrderedDict[str, Sequence[float]] = OrderedDict()
        self._failures = 0
        self._rests_until: datetime | None = None

    @property
    @override
    def dimensions(self) -> int:
        return self._inner.dimensions

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        known = self._known(texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            made = dict(zip(missing, self._asked(missing), strict=True))
            self._remember(made)
            known |= made
        return [known[text] for text in texts]

    def close(self) -> None:
        self._calls.shutdown(wait=False, cancel_futures=True)

    def _asked(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self._may_ask()
        call = self._calls.submit(self._inner.embed, texts)
        try:
            points = call.result(timeout=self._within_s)
        except (EmbedderDown, TimeoutError) as down:
            call.cancel()  # if nobody has begun with it; else its own time limit ends it
            self._failed()
            raise EmbedderDown(str(down) or f"not within {self._within_s} s") from down
        with self._lock:
            self._failures = 0
        return points

    def _may_ask(self) -> None:
        with self._lock:
            if self._rests_until is None:
                return
            if self._clock() < self._rests_until:
                raise EmbedderDown("resting after failures")
            self._rests_until = None
            self._failures = FAILURES - 1  # one more, and it rests again

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES and self._rests_until is None:
                self._rests_until = self._clock() + REST
                _log.warning("embeddings_rest", seconds=REST.seconds)

    def _known(self, texts: Sequence[str]) -> dict[str, Sequence[float]]:
        with self._lock:
            found = {text: self._last[text] for text in texts if text in self._last}
            for text in found:
                self._last.move_to_end(text)
        return found

    def _remember(self, made: dict[str, Sequence[float]]) -> None:
        with self._lock:
            self._last |= made
            while len(self._last) > REMEMBERED:
                self._last.popitem(last=False)
