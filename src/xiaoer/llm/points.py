"""What every source of points shares: their form, and the check that they are what they should be."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.ports import EmbedderDown

Points: TypeAlias = NDArray[np.float32]  # (texts, dimensions)


def unit(points: Points, *, count: int, dimensions: int | None) -> Points:
    """Of length one each. EmbedderDown for another form, a point that is no number, or one without length."""
    if points.ndim != 2 or len(points) != count or points.shape[1] == 0:  # noqa: PLR2004 - rows and columns
        raise EmbedderDown(f"{count} texts were asked for, the answer has the shape {points.shape}")
    if dimensions is not None and points.shape[1] != dimensions:
        raise EmbedderDown(f"points of {points.shape[1]} dimensions, not {dimensions}: another model answers")
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise EmbedderDown("points that are no numbers")
    return np.asarray(points / lengths, dtype=np.float32)


def batches(texts: Sequence[str], *, most: int, most_tokens: int) -> Iterator[Sequence[str]]:
    """In their order, at most `most` and about `most_tokens` at once; a longer text stands alone."""
    start, tokens = 0, 0
    for place, text in enumerate(texts):
        own = about_tokens(text)
        if place > start and (place - start >= most or tokens + own > most_tokens):
            yield texts[start:place]
            start, tokens = place, 0
        tokens += own
    if start < len(texts):
        yield texts[start:]


def about_tokens(text: str) -> int:
    """Rather too many: one for each character that is not ASCII, one for three that are."""
    plain = sum(char.isascii() for char in text)
    return len(text) - plain + plain // 3 + 1
