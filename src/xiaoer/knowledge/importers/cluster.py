"""Questions that ask the same, put together by the words they share. Sparse, and bounded in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from xiaoer.text.words import tokens

# Cosine of two questions that ask the same. On public sets of shop questions in both languages 0.35 puts
# different ones together, and 0.55 leaves out a third of what belongs together.
NEAR = 0.45
_BLOCK = 256  # rows compared with all at once: some 60 MB in the worst case
_MOST_CHARS = 300  # of a question; what stands later is the story, not the question
_COMMON = 0.25  # words in more than this part of many questions tell nothing, and cost the most
_MANY = 1_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """Places in the list of questions: the most central one, then all by how near they are to it."""

    center: int
    members: tuple[int, ...]


def clusters(
    texts: Sequence[str], weights: Sequence[int], *, least: int, progress: Callable[[int, int], None]
) -> list[Cluster]:
    """Stars: the question with most others near it takes them, then the next of those that are left.

    Unlike chains of neighbours, no cluster can drift from one meaning to another (Aslam et al., The Star
    Clustering Algorithm, 2004). `weights`: how often each text was asked; less than `least` in all is none.
    """
    if not texts:
        return []
    near = _neighbours(_vectors(texts), progress)
    asked = np.asarray(weights)
    reach = [int(asked[places].sum()) for places, _ in near]
    nearness = [round(float(asked[places] @ likeness), 6) for places, likeness in near]
    free = np.ones(len(texts), dtype=bool)
    found: list[Cluster] = []
    for center in sorted(range(len(texts)), key=lambda at: (-reach[at], -nearness[at], texts[at])):
        if not free[center] or reach[center] < least:
            continue
        places, likeness = near[center]
        kept = places[free[places]]
        if int(asked[kept].sum()) < least:
            continue
        order = np.lexsort((kept, -likeness[free[places]]))
        free[kept] = False
        found.append(Cluster(center, tuple(int(place) for place in kept[order])))
    return sorted(found, key=lambda cluster: -int(asked[list(cluster.members)].sum()))


def most_central(texts: Sequence[str], weights: Sequence[int]) -> int:
    """The text that is nearest to all of them, each as often as its weight."""
    if len(texts) == 1:
        return 0
    vectors = _vectors(texts)
    middle = csr_matrix(np.asarray(weights, dtype=float)) @ vectors
    return int(np.argmax((vectors @ middle.T).toarray()))


def varied(texts: Sequence[str], *, most: int) -> list[int]:
    """At most `most` places, each as unlike those before as can be; the first is 0."""
    vectors = _vectors(texts)
    likeness = np.zeros(len(texts))
    chosen = [0]
    while len(chosen) < min(most, len(texts)):
        likeness = np.maximum(likeness, (vectors @ vectors[chosen[-1]].T).toarray().ravel())
        likeness[chosen[-1]] = np.inf
        chosen.append(int(np.argmin(likeness)))
    return chosen


def _vectors(texts: Sequence[str]) -> csr_matrix:
    """TF-IDF of words, Chinese characters and pairs of them (text.words), each row of length 1."""
    cut = [tokens(text, limit=_MOST_CHARS) or ["?"] for text in texts]
    often = _COMMON if len(texts) > _MANY else 1.0
    made = TfidfVectorizer(analyzer=lambda words: words, sublinear_tf=True, max_df=often)
    return csr_matrix(made.fit_transform(cut))


def _neighbours(
    vectors: csr_matrix, progress: Callable[[int, int], None]
) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Of each row those that are near, itself among them, and how near."""
    return [pair for block in _blocks(vectors, progress) for pair in block]


def _blocks(
    vectors: csr_matrix, progress: Callable[[int, int], None]
) -> Iterator[list[tuple[NDArray[np.int64], NDArray[np.float64]]]]:
    across, count = vectors.T.tocsr(), vectors.shape[0]
    for start in range(0, count, _BLOCK):
        likeness = (vectors[start : start + _BLOCK] @ across).tocsr()
        likeness.data[likeness.data < NEAR] = 0
        likeness.eliminate_zeros()
        ends = likeness.indptr
        yield [
            (likeness.indices[a:b].astype(np.int64), likeness.data[a:b])
            for a, b in zip(ends[:-1], ends[1:], strict=True)
        ]
        progress(min(start + _BLOCK, count), count)
