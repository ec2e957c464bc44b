"""Points that were paid for are kept: phrases and articles do not change between two starts.

A file beside the databases, for any number of processes; only digests of texts are in it. What customers
write does not come here (PromptEmbedder keeps it in memory, for minutes): a point can tell much of its text.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np
import structlog
from typing_extensions import override

from xiaoer.domain.ports import Embedder

MOST_BYTES = 400_000_000  # of points: half a million of 384 dimensions
_AT_ONCE = 256  # embedded, then kept: a stop in between loses no more than these
_WAIT_S = 5.0  # for another process that writes
_TABLE = "CREATE TABLE IF NOT EXISTS points (name TEXT, digest BLOB, point BLOB, PRIMARY KEY (name, digest))"
_log = structlog.get_logger(__name__)


class KeptEmbedder(Embedder):
    """Asks `inner` only for what is not kept; without its file (full disk, damaged), for everything."""

    def __init__(
        self,
        inner: Embedder,
        path: Path,
        *,
        most_bytes: int = MOST_BYTES,
        told: Callable[[int, int], None] | None = None,
    ) -> None:
        """`told` hears how many of how many are there."""
        self.name = inner.name
        self._inner, self._path, self._most_bytes, self._told = inner, path, most_bytes, told

    @property
    @override
    def dimensions(self) -> int:
        return self._inner.dimensions

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        digests = [_digest(text) for text in texts]
        known = self._known(digests)
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        for start in range(0, len(missing), _AT_ONCE):
            some = list(missing)[start : start + _AT_ONCE]
            made = dict(zip(some, self._inner.embed([missing[digest] for digest in some]), strict=True))
            self._keep(made)
            known |= made
            if self._told:
                self._told(len(known), len(set(digests)))
        return [known[digest] for digest in digests]

    def kept(self, texts: Sequence[str]) -> Sequence[Sequence[float]] | None:
        """The points of all of them, without asking anybody; None if one is missing."""
        digests = [_digest(text) for text in texts]
        known = self._known(digests)
        return [known[digest] for digest in digests] if known.keys() >= set(digests) else None

    def _known(self, digests: Sequence[bytes]) -> dict[bytes, Sequence[float]]:
        found: dict[bytes, Sequence[float]] = {}
        with self._file() as file:
            for digest in dict.fromkeys(digests) if file else ():
                row = (
                    file
                    and file.execute(
                        "SELECT point FROM points WHERE name = ? AND digest = ?", (self.name, digest)
                    ).fetchone()
                )
                if row:
                    found[digest] = np.frombuffer(row[0], dtype="<f2").astype(np.float32).tolist()
        return found

    def _keep(self, made: dict[bytes, Sequence[float]]) -> None:
        """Half precision: it moves a cosine by less than a thousandth."""
        rows = [
            (self.name, digest, np.asarray(point, dtype="<f2").tobytes()) for digest, point in made.items()
        ]
        with self._file() as file:
            if not file:
                return
            with file:
                file.executemany("INSERT OR IGNORE INTO points VALUES (?, ?, ?)", rows)
                most = self._most_bytes // max(1, len(rows[0][2]))
                file.execute(  # the oldest go
                    "DELETE FROM points WHERE rowid <= (SELECT max(rowid) FROM points) - ?", (most,)
                )

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection | None]:
        """None if it cannot be opened. What breaks in it is told and passed over: it is only a cache."""
        try:
            file = self._opened()
        except (sqlite3.Error, OSError) as broke:
            _log.warning("embeddings_not_kept", why=type(broke).__name__)
            yield None
            return
        with closing(file):
            try:
                yield file
            except sqlite3.Error as broke:
                _log.warning("embeddings_not_kept", why=type(broke).__name__)

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self._path, timeout=_WAIT_S)
        try:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute(_TABLE)
        except sqlite3.Error:
            file.close()
            raise
        return file


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
