"""Short questions -> those that ask the same, by the rare words they share. No model, no network.

weight      of a word: its rarity squared, ln((N + 1) / (n + 1)) where n of N phrases of the catalogue have
            it (idf; Spärck Jones 1972). The catalogue is how customers talk: its words say little, 拼团 much.
            That does not depend on the questions: two are as near today as tomorrow.
likeness    cosine of two questions' weights
cluster     average linkage (Sokal and Michener 1958): joined while the mean likeness of all pairs between
            two clusters is at least the line (chosen on one half of tests/learn/unwritten.yaml).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.words import Language
from xiaoer.text.words import tokens
from xiaoer.understand.catalogue import book

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# scipy is slow to load, and only who looks for gaps needs it: it is imported where it is used.

LINES = {Language.ZH: 0.09, Language.EN: 0.14}
LONGEST = 300  # characters of a question that are compared
Rows = NDArray[np.int64]  # numbers of texts
_ROWS = 500  # compared with all others at once: of 5,000 questions some 20 MB


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts that ask the same, the most central first."""

    texts: tuple[str, ...]


def clusters(texts: Sequence[str], language: Language) -> tuple[Cluster, ...]:
    """A partition of the different texts; neither order nor repeats of `texts` change it.

    A text without words is alone. Time grows with the square: 5,000 take some seconds.
    """
    different = sorted(set(texts))
    if not different:
        return ()
    weights = _weights(different, language)
    found = (
        part for island in _islands(weights, LINES[language]) for part in _parts(weights, island, language)
    )
    return tuple(_cluster(different, weights, part) for part in sorted(found, key=lambda part: int(part[0])))


def _cluster(texts: Sequence[str], weights: "csr_matrix", part: Rows) -> Cluster:
    """Nearest to the middle first; of two as near the shorter."""
    own = weights[part]
    nearness = np.asarray(own @ own.sum(axis=0).T).ravel()
    ranked = sorted(
        zip(nearness.round(9), part, strict=True), key=lambda pair: (-pair[0], len(texts[pair[1]]), pair[1])
    )
    return Cluster(tuple(texts[number] for _, number in ranked))


def _weights(texts: Sequence[str], language: Language) -> "csr_matrix":
    """A row of unit length for each text; of one without words a row of zeros."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    words: dict[str, int] = {}
    known = _rarity(language)
    for number, text in enumerate(texts):
        for word in sorted(set(tokens(text, limit=LONGEST))):
            rows.append(number)
            columns.append(words.setdefault(word, len(words)))
            values.append(known.of(word) ** 2)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(texts), max(1, len(words))))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_matrix(matrix.multiply((1 / np.where(lengths > 0, lengths, 1))[:, None]))


def _islands(weights: "csr_matrix", line: float) -> Iterator[Rows]:
    """Rows between which no likeness reaches the line: no cluster lies on two of them."""
    from scipy.sparse import coo_matrix  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    count = weights.shape[0]
    across = weights.T.tocsc()
    rows, columns = [], []
    for start in range(0, count, _ROWS):
        near = (weights[start : start + _ROWS] @ across).tocoo()
        kept = near.data >= line
        rows.append(near.row[kept] + start)
        columns.append(near.col[kept])
    ends = (np.concatenate(rows), np.concatenate(columns))
    graph = coo_matrix((np.ones(len(ends[0])), ends), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    order = np.argsort(labels, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _parts(weights: "csr_matrix", island: Rows, language: Language) -> Iterator[Rows]:
    if len(island) == 1:
        yield island
        return
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    own = weights[island]
    apart = np.clip(1 - np.concatenate(list(_triangle(own))), 0, None)
    labels = fcluster(linkage(apart, "average"), 1 - LINES[language], "distance")
    for label in np.unique(labels):
        yield island[labels == label]


def _triangle(weights: "csr_matrix") -> Iterator[NDArray[np.float64]]:
    """Likeness of each row with those behind it, row by row: the whole square would be twice as large."""
    for number in range(weights.shape[0] - 1):
        yield (weights[number + 1 :] @ weights[number].T).toarray().ravel()


@dataclass(frozen=True, slots=True)
class _Rarity:
    holding: Counter[str]
    phrases: int

    def of(self, word: str) -> float:
        return log((self.phrases + 1) / (self.holding[word] + 1))


@cache
def _rarity(language: Language) -> _Rarity:
    """Of words among the catalogue's phrases: counted once, in a second or two."""
    phrases = [phrase for said in book().phrases.values() for phrase in said[language]]
    holding = Counter(word for phrase in phrases for word in set(tokens(phrase, limit=LONGEST)))
    return _Rarity(holding, len(phrases))
