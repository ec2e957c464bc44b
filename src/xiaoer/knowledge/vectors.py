"""The vectors of one language's articles: which of them mean nearly what a question means.

Exact and by brute force: every title, listed question and passage is compared. Where the embedder is down or
too slow, there is nothing to compare, and the search goes by words alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.ports import Embedder, EmbedderDown

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Near:
    """How near each article is to one question, in the articles' order."""

    closeness: Floats  # 0..1: how much nearer than articles are on average, so that embedders are comparable

    def best(self, limit: int) -> list[int]:
        """Numbers of at most `limit` articles, in no order."""
        if limit >= len(self.closeness):
            return list(range(len(self.closeness)))
        return [int(number) for number in np.argpartition(-self.closeness, limit)[:limit]]

    def __getitem__(self, number: int) -> float:
        return float(self.closeness[number])


class Vectors:
    def __init__(self, embedder: Embedder, points: Floats, starts: NDArray[np.intp]) -> None:
        """`points`: (texts, dimensions), of length one; `starts`: where each article's texts begin."""
        self._embedder, self._points, self._starts = embedder, points, starts

    @classmethod
    def build(cls, embedder: Embedder, texts: Sequence[Sequence[str]]) -> "Vectors | None":
        """Of each article's texts, one article at least one. None if the embedder is down."""
        flat = [text for own in texts for text in own]
        if not flat:
            return None
        try:
            points = np.asarray(embedder.embed(flat), dtype=np.float32)
        except EmbedderDown:
            return None
        ends = accumulate((len(own) for own in texts), initial=0)
        return cls(embedder, points, np.fromiter(ends, dtype=np.intp)[:-1])

    def near(self, question: str) -> Near | None:
        """None if the embedder is down, or takes too long."""
        try:
            point = np.asarray(self._embedder.embed([question]), dtype=np.float32)[0]
        except EmbedderDown:
            return None
        nearest = np.maximum.reduceat(self._points @ point, self._starts)
        average = float(nearest.mean())
        spread = max(1 - average, 1e-6)  # if all lie in one point, none is nearer than the others
        return Near(np.clip((nearest - average) / spread, 0, 1).astype(np.float32))
