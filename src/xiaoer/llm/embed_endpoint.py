"""Points from any endpoint that speaks OpenAI's POST /embeddings (vLLM, Ollama, TEI, a provider)."""

import base64
import binascii
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import structlog
from typing_extensions import override

from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.llm.points import Points, batches, unit
from xiaoer.text.mask import masked

MOST_TEXTS = 256  # of a call: what the strictest of the well-known servers take
MOST_TOKENS = 8_000
_LONGEST = 8_000  # characters of a text; the models read less
_MOST_BYTES = 200_000  # of an answer, a text: 8,000 numbers in full
_LONGEST_PAUSE_S = 5.0  # whoever wants us to wait longer is down
_FIRST_PAUSE_S = 0.5
_PASSING = frozenset({429, 500, 502, 503, 504})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`url` without /embeddings. `prefix` stands before every text: some models want "query: "."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    prefix: str = ""

    @property
    def name(self) -> str:
        place = urlsplit(self.url)
        return f"{self.model}@{place.hostname}:{place.port or ''}{place.path.rstrip('/')}#{self.prefix}"


class _Passing(Exception):
    """Worth another try, after so many seconds if it says so."""

    def __init__(self, why: str, after_s: float | None = None) -> None:
        super().__init__(why)
        self.after_s = after_s


class EndpointEmbedder(Embedder):
    """Personal data is masked before a text leaves. Errors name no text and no key.

    `tries` of a call are made at most, each of at most `timeout_s` seconds; called from threads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        timeout_s: float,
        tries: int = 3,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = endpoint.name
        self._endpoint, self._timeout_s, self._tries = endpoint, timeout_s, tries
        self._sleep, self._clock = sleep, clock
        self._dimensions: int | None = None
        self._client = httpx.Client(timeout=timeout_s)

    @property
    @override
    def dimensions(self) -> int:
        """As the first answer had them: EmbedderDown if there is none."""
        if self._dimensions is None:
            self.embed(["?"])
        assert self._dimensions is not None  # noqa: S101 - embed sets it, or raises
        return self._dimensions

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        sent = [self._endpoint.prefix + masked(text[:_LONGEST]) for text in texts]
        points: list[list[float]] = []
        for batch in batches(sent, most=MOST_TEXTS, most_tokens=MOST_TOKENS):
            points += self._batch(batch).tolist()
        return points

    def close(self) -> None:
        self._client.close()

    def _batch(self, texts: Sequence[str]) -> Points:
        answer = self._tried(texts)
        points = unit(_points(answer, len(texts)), count=len(texts), dimensions=self._dimensions)
        self._dimensions = points.shape[1]
        return points

    def _tried(self, texts: Sequence[str]) -> bytes:
        for left in reversed(range(self._tries)):
            try:
                return self._ask(texts)
            except _Passing as passing:
                pause = passing.after_s or _FIRST_PAUSE_S * 2 ** (self._tries - 1 - left)
                if left == 0 or pause > _LONGEST_PAUSE_S:
                    raise EmbedderDown(str(passing)) from passing
                _log.info("embeddings_again", why=str(passing), after_s=pause)
                self._sleep(pause)
        raise EmbedderDown("no try was allowed")

    def _ask(self, texts: Sequence[str]) -> bytes:
        key = self._endpoint.key
        try:
            with self._client.stream(
                "POST",
                f"{self._endpoint.url.rstrip('/')}/embeddings",
                json={"model": self._endpoint.model, "input": list(texts), "encoding_format": "float"},
                headers={"Authorization": f"Bearer {key}"} if key else {},
            ) as response:
                _look_at(response)
                return self._read(response, most=_MOST_BYTES * len(texts))
        except (httpx.HTTPError, httpx.InvalidURL) as broke:
            # Its message may hold the address with a key in it.
            raise _Passing(type(broke).__name__) from None

    def _read(self, response: httpx.Response, *, most: int) -> bytes:
        """Whole, in time (a server may send a byte a second) and of a size that can be true."""
        until = self._clock() + self._timeout_s
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most:
                raise EmbedderDown(f"an answer of more than {most:,} bytes")
            if self._clock() > until:
                raise _Passing("TooSlow")
        return bytes(body)


def _look_at(response: httpx.Response) -> None:
    status = response.status_code
    if status in _PASSING:
        raise _Passing(f"status {status}", _seconds(response.headers.get("Retry-After", "")))
    if status != httpx.codes.OK:
        raise EmbedderDown(f"status {status}")


def _seconds(said: str) -> float | None:
    """A date is too long to wait for."""
    try:
        return max(0.0, float(said))
    except ValueError:
        return None


def _points(answer: bytes, count: int) -> Points:
    try:
        rows: list[Any] = json.loads(answer)["data"]
        places = [row.get("index", place) for place, row in enumerate(rows)]
        if sorted(places) != list(range(count)):
            raise EmbedderDown(f"{count} texts were asked for, {len(rows)} points came")
        found = [_numbers(row["embedding"]) for row in rows]
        return np.array([found[places.index(place)] for place in range(count)], dtype=np.float32)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as rubbish:
        raise EmbedderDown(f"no embeddings ({type(rubbish).__name__})") from None


def _numbers(said: Any) -> Points:  # noqa: ANN401 - what an endpoint sent
    """A list of numbers, or little-endian floats in base64."""
    if isinstance(said, str):
        try:
            return np.frombuffer(base64.b64decode(said, validate=True), dtype="<f4")
        except binascii.Error as wrong:
            raise ValueError("base64") from wrong
    return np.array(said, dtype=np.float32)
