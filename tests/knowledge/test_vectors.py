"""Vectors beside the words: what they add, and that nothing stands or falls with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge.articles import FEE, FEE_ZH, LOCKER_ZH, WASH, article, demo
from tests.knowledge.questions import questions

from xiaoer.domain.ports import EmbedderDown
from xiaoer.domain.words import Language
from xiaoer.knowledge.evaluate import cases, quality
from xiaoer.knowledge.library import LINE, TantivyLibrary
from xiaoer.text.clean import clean

EN, ZH = Language.EN, Language.ZH


@dataclass
class Letters:
    """Texts are alike if their triples of letters are: it knows nothing, but reads through typing errors."""

    name: str = "letters-1"
    dimensions: int = 1024
    is_down: bool = False
    asked: list[int] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.asked.append(len(texts))
        if self.is_down:
            raise EmbedderDown
        return [self._point(text) for text in texts]

    def _point(self, text: str) -> Sequence[float]:
        point = np.zeros(self.dimensions)
        padded = f" {clean(text)} "
        for at in range(max(1, len(padded) - 2)):
            point[crc32(padded[at : at + 3].encode("utf-8", "replace")) % self.dimensions] += 1
        return list(point / np.linalg.norm(point))


def built(embedder: Letters, *, line: float = 0.1) -> TantivyLibrary:
    return TantivyLibrary.build([FEE, WASH, FEE_ZH, LOCKER_ZH], line=line, embedder=embedder)


TYPED = "postege dellivery"  # no word of it stands in an article


def test_what_shares_no_word_is_found_by_its_vector():
    words = TantivyLibrary.build([FEE, WASH, FEE_ZH, LOCKER_ZH], line=0)
    assert words.search(TYPED, EN, limit=1) == ()
    [passage] = built(Letters(), line=0).search(TYPED, EN, limit=1)
    assert passage.slug == "shipping-fee"


def test_vectors_help_the_ranking_of_the_shops_articles():
    """Every third word of unseen questions is misspelt: a letter is dropped."""
    spoilt = [_spoilt(q.text) for q in questions(EN, "held") if q.slugs][:80]
    labelled = [q for q in questions(EN, "held") if q.slugs][:80]
    rows = [type(q)(text=text, slugs=q.slugs) for q, text in zip(labelled, spoilt, strict=True)]
    by_words = quality(cases(TantivyLibrary.build(demo(), line=0), rows, EN), line=LINE)
    both = quality(cases(TantivyLibrary.build(demo(), line=0, embedder=Letters()), rows, EN), line=LINE)
    assert both.first >= by_words.first + 0.02
    assert both.three >= by_words.three + 0.02


def _spoilt(text: str) -> str:
    words = text.split()
    return " ".join(w[: len(w) // 2] + w[len(w) // 2 + 1 :] if n % 3 == 0 else w for n, w in enumerate(words))


@pytest.mark.parametrize("question", ["how much is postage", "can I wash a puffer", "邮费多少钱"])
def test_without_its_embedder_it_answers_as_by_words_alone(question):
    words = TantivyLibrary.build([FEE, WASH, FEE_ZH, LOCKER_ZH], line=0)
    down = built(Letters(is_down=True), line=0)
    assert down.search(question, EN, limit=3) == words.search(question, EN, limit=3)


def test_an_embedder_that_goes_down_later_costs_nothing_but_what_it_adds():
    embedder = Letters()
    library, words = built(embedder, line=0), TantivyLibrary.build([FEE, WASH, FEE_ZH, LOCKER_ZH], line=0)
    embedder.is_down = True
    assert library.search("how much is postage", EN, limit=2) == words.search(
        "how much is postage", EN, limit=2
    )
    assert library.search(TYPED, EN, limit=1) == ()


def test_vectors_that_were_missed_are_made_when_it_is_up_again():
    embedder = Letters(is_down=True)
    library = built(embedder, line=0)
    assert not library.embed()
    embedder.is_down = False
    assert library.embed()
    assert library.search(TYPED, EN, limit=1)


def test_articles_that_stay_are_not_embedded_again():
    embedder = Letters()
    library = built(embedder)
    before = len(embedder.asked)
    library.replace([FEE, WASH, FEE_ZH])
    assert len(embedder.asked) == before + 1  # the Chinese ones only


def test_all_in_one_point_is_no_break():
    same = article("same", EN, "x", body="x")
    library = TantivyLibrary.build([same], line=0, embedder=Letters())
    assert [p.slug for p in library.search("x ray", EN, limit=1)] == ["same"]


@given(st.text(max_size=40))
@settings(max_examples=60)
def test_scores_stay_chances(question):
    for passage in built(Letters(), line=0).search(question, EN, limit=3):
        assert 0 <= passage.score <= 1
