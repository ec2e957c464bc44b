"""Points that are kept, and points that come in time or not at all."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import numpy as np
import pytest
from tests.llm.endpoint import point
from typing_extensions import override

from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.llm.embed_cache import KeptEmbedder
from xiaoer.llm.embed_prompt import FAILURES, REMEMBERED, REST, PromptEmbedder

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


class Counted(Embedder):
    """Says what it was asked, and breaks or waits when it is told to."""

    def __init__(self, name: str = "counted") -> None:
        self.name = name
        self.asked: list[list[str]] = []
        self.down = False
        self.wait = Event()
        self.wait.set()

    @property
    @override
    def dimensions(self) -> int:
        return 4

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.asked.append(list(texts))
        self.wait.wait(30)
        if self.down:
            raise EmbedderDown("down")
        return [list(np.array(point(text)) / np.linalg.norm(point(text))) for text in texts]


# --- kept in a file ------------------------------------------------------------------------------


def test_a_text_is_asked_for_once_ever(tmp_path):
    model = Counted()
    first = KeptEmbedder(model, tmp_path / "points.db").embed(["a", "b", "a"])
    again = KeptEmbedder(model, tmp_path / "points.db").embed(["b", "c", "a"])
    assert model.asked == [["a", "b"], ["c"]]
    assert np.allclose(again[2], first[0], atol=1e-3)
    assert first[0] == first[2]


def test_points_of_two_models_are_never_mixed(tmp_path):
    one, other = Counted("one"), Counted("other")
    for model in (one, other):
        KeptEmbedder(model, tmp_path / "points.db").embed(["a"])
    assert other.asked == [["a"]]


def test_the_words_are_not_in_the_file(tmp_path):
    KeptEmbedder(Counted(), tmp_path / "points.db").embed(["my secret words"])
    assert all(b"secret" not in file.read_bytes() for file in tmp_path.iterdir())


def test_the_file_does_not_grow_for_ever(tmp_path):
    kept = KeptEmbedder(Counted(), tmp_path / "points.db", most_bytes=10 * 2 * 4)  # ten points of four halves
    kept.embed([f"text {place}" for place in range(30)])
    again = Counted()
    KeptEmbedder(again, tmp_path / "points.db").embed([f"text {place}" for place in range(30)])
    assert again.asked == [[f"text {place}" for place in range(20)]]


@pytest.mark.parametrize("rubbish", [b"this is no database, and long enough to be read as none" * 50, None])
def test_without_its_file_it_still_answers(tmp_path, rubbish):
    path = tmp_path / "points.db"
    path.mkdir() if rubbish is None else path.write_bytes(rubbish)
    model = Counted()
    kept = KeptEmbedder(model, path)
    assert len(kept.embed(["a"])) == len(kept.embed(["a"])) == 1
    assert model.asked == [["a"], ["a"]]


def test_what_was_done_before_it_went_down_is_kept(tmp_path):
    model = Counted()
    kept = KeptEmbedder(model, tmp_path / "points.db")
    texts = [f"text {place}" for place in range(600)]
    told: list[tuple[int, int]] = []

    def stops(done: int, of: int) -> None:
        told.append((done, of))
        model.down = len(told) == 2

    with pytest.raises(EmbedderDown):
        KeptEmbedder(model, tmp_path / "points.db", told=stops).embed(texts)
    assert told == [(256, 600), (512, 600)]
    model.down = False
    kept.embed(texts)
    assert model.asked[-1] == texts[512:]


def test_two_at_once_write_to_one_file(tmp_path):
    kept = [KeptEmbedder(Counted(), tmp_path / "points.db") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: one.embed([f"text {place}" for place in range(300)]), kept))
    again = Counted()
    KeptEmbedder(again, tmp_path / "points.db").embed([f"text {place}" for place in range(300)])
    assert again.asked == []
    assert all(np.allclose(one, found[0], atol=1e-3) for one in found)


# --- in time -------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def prompt(model: Counted, clock: Clock | None = None, *, within_s: float = 30) -> Iterator[PromptEmbedder]:
    found = PromptEmbedder(model, within_s=within_s, clock=clock or Clock())
    try:
        yield found
    finally:
        model.wait.set()
        found.close()


def test_a_text_of_this_turn_is_asked_for_once():
    model = Counted()
    with prompt(model) as soon:
        soon.embed(["a", "b", "a"])
        assert soon.embed(["b"]) == soon.embed(["b"])
        assert model.asked == [["a", "b"]]
        assert (soon.name, soon.dimensions) == (model.name, 4)


def test_it_does_not_remember_for_ever():
    model = Counted()
    with prompt(model) as soon:
        soon.embed(["first", "second"])
        soon.embed(["first"])
        soon.embed([f"text {place}" for place in range(REMEMBERED - 1)])
        soon.embed(["first"])
        soon.embed(["second"])
        assert [asked for asked in model.asked if len(asked) < 3] == [["first", "second"], ["second"]]


def test_who_is_too_slow_is_not_waited_for():
    model = Counted()
    model.wait.clear()
    with prompt(model, within_s=0.01) as soon, pytest.raises(EmbedderDown, match=r"0\.01 s"):
        soon.embed(["a"])


def test_after_five_failures_it_rests_and_then_gets_one_try():
    model, clock = Counted(), Clock()
    model.down = True
    with prompt(model, clock) as soon:

        def fails() -> int:
            with pytest.raises(EmbedderDown):
                soon.embed(["a"])
            return len(model.asked)

        assert [fails() for _ in range(FAILURES + 2)] == [1, 2, 3, 4, 5, 5, 5]
        clock.now += REST
        assert [fails(), fails()] == [6, 6]
        clock.now += REST + timedelta(seconds=1)
        model.down = False
        assert len(soon.embed(["a"])) == 1
        model.down = True
        with pytest.raises(EmbedderDown):
            soon.embed(["b"])
        model.down = False
        assert len(soon.embed(["b"])) == 1
