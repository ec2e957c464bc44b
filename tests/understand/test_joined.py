"""The classifier joined with an embedding: what it adds, and that nothing is lost when it is down."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.understand.conftest import ORDER_PATTERN, SHELVES, conversation
from tests.understand.made_up import FRAMES, TOPICS, WORDS, Knowing, taught
from typing_extensions import override

from xiaoer.domain.ports import EmbedderDown
from xiaoer.domain.understanding import Guess, Understanding
from xiaoer.domain.words import Language
from xiaoer.understand.classifier import Model, Thresholds
from xiaoer.understand.fit import fit
from xiaoer.understand.fit_joined import fit_joint
from xiaoer.understand.joined import Dense, Joint, Rise
from xiaoer.understand.lessons import Lesson
from xiaoer.understand.train_joined import join
from xiaoer.understand.understander import LocalUnderstander


@pytest.fixture(scope="module")
def small() -> Model:
    return fit(taught(), "small")


@pytest.fixture
def knowing() -> Knowing:
    return Knowing()


@pytest.fixture(scope="module")
def joint(small: Model) -> Joint:
    return fit_joint(small, taught(), Knowing())


def listener(model: Model, joint: Joint | None) -> LocalUnderstander:
    understander = LocalUnderstander(model, order_pattern=ORDER_PATTERN, categories=SHELVES)
    if joint:
        understander.join(joint)
    return understander


def hear(understander: LocalUnderstander, text: str) -> Understanding:
    return understander.understand([text], conversation(Language.EN))


def best(heard: Understanding) -> Guess:
    return heard.wishes[0].best


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("topic", TOPICS)
def test_a_word_it_was_never_taught_is_understood_by_its_meaning(small, joint, language, topic):
    text = FRAMES[language][0].format(WORDS[language, topic][-1])
    joined = hear(listener(small, joint), text)
    assert best(joined).intent == topic
    assert best(joined).confidence > 0.9
    assert joined.model == "small+knowing"


def test_the_words_alone_did_not_know_them(small):
    guesses = [
        best(hear(listener(small, None), FRAMES[language][0].format(words[-1]))).intent == topic
        for (language, topic), words in WORDS.items()
    ]
    assert sum(guesses) < len(guesses)


def test_when_it_is_down_the_words_answer_by_their_own_lines(small, joint, knowing):
    knowing.down = True
    asleep = hear(listener(small, replace(joint, embedder=knowing)), "where is my order ?")
    assert asleep == hear(listener(small, None), "where is my order ?")
    assert asleep.model == "small"
    assert asleep.sure == replace(asleep.sure, accept=small.thresholds[Language.EN].accept)


def test_a_message_is_embedded_in_one_call(small, joint, knowing):
    track, refund, invoice = (WORDS[Language.EN, topic][-1] for topic in TOPICS)
    heard = hear(
        listener(small, replace(joint, embedder=knowing)),
        f"where is my {track}? also can i ask for the {invoice}. btw, what about the {refund} please",
    )
    assert [wish.best.intent for wish in heard.wishes] == ["track_parcel", "invoice", "refund_time"]
    (asked,) = knowing.asked
    assert len(asked) == len(set(asked))
    assert {wish.text for wish in heard.wishes} <= set(asked)  # what search will ask for again is there


def test_what_has_no_words_is_not_embedded(small, joint, knowing):
    hear(listener(small, replace(joint, embedder=knowing)), "。。。")
    assert knowing.asked == []


def test_points_of_another_model_are_not_believed(small, joint):
    class Other(Knowing):
        @override
        def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
            return [[1.0, 0.0] for _ in texts]

    heard = hear(listener(small, replace(joint, embedder=Other())), "where is my order ?")
    assert heard == hear(listener(small, None), "where is my order ?")


def test_a_swapped_model_is_not_mixed_with_what_stood_beside_the_former(small, joint):
    understander = listener(small, joint)
    assert understander.waits
    understander.swap(replace(small, version="next"))
    assert hear(understander, "where is my order ?").model == "next"
    understander.join(replace(joint, of="next"))
    assert hear(understander, "where is my order ?").model == "next+knowing"


def test_without_an_embedding_nothing_waits(small):
    assert not listener(small, None).waits


# --- kept ----------------------------------------------------------------------------------------


def never() -> Sequence[Lesson]:
    raise AssertionError("it was kept")


def test_what_was_fitted_is_kept(small, knowing, tmp_path):
    made = join(small, knowing, taught=taught, folder=tmp_path)
    asked = len(knowing.asked)
    kept = join(small, knowing, taught=never, folder=tmp_path)
    assert len(knowing.asked) == asked
    for language in Language:
        one, other = made.dense[language], kept.dense[language]
        assert np.array_equal(one.weights, other.weights)
        assert (one.share, one.sharpness, one.rise, one.thresholds) == (
            other.share, other.sharpness, other.rise, other.thresholds,
        )  # fmt: skip


def test_another_model_or_embedding_is_fitted_anew(small, knowing, tmp_path):
    join(small, knowing, taught=taught, folder=tmp_path)
    assert join(small, Knowing("another"), taught=taught, folder=tmp_path).version == "small+another"
    assert join(replace(small, version="n"), knowing, taught=taught, folder=tmp_path).of == "n"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_broken_file_is_fitted_anew(small, knowing, tmp_path):
    join(small, knowing, taught=taught, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for broken in (b"", whole[: len(whole) // 2]):
        file.write_bytes(broken)
        join(small, knowing, taught=taught, folder=tmp_path)
        assert len(file.read_bytes()) == len(whole)


def test_old_files_go(small, tmp_path):
    for number in range(7):
        join(small, Knowing(str(number)), taught=taught, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_without_points_there_is_no_fit(small, knowing, tmp_path: Path):
    knowing.down = True
    with pytest.raises(EmbedderDown):
        join(small, knowing, taught=taught, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- confidence ----------------------------------------------------------------------------------

NUMBERS = st.floats(-30, 30, width=32)


@given(scores=arrays(np.float32, (3, 5), elements=NUMBERS), slope=st.floats(0.1, 5), offset=st.floats(-5, 5))
def test_confidences_are_shares_in_the_order_of_the_scores(scores, slope, offset):
    dense = Dense(
        weights=np.zeros((2, 5), np.float32),
        bias=np.zeros(5, np.float32),
        share=0.0,
        sharpness=1.0,
        rise=Rise(slope=slope, offset=offset),
        thresholds=Thresholds(accept=0.5, suggest=0.2),
    )
    found = dense.confidences(scores, np.zeros((3, 2), np.float32))
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found.sum(axis=1) <= 1 + 1e-4).all()
    for row, own in zip(found, scores, strict=True):
        order = np.argsort(-own, kind="stable")
        apart = np.diff(own[order]) < -1e-3
        assert (np.diff(row[order])[apart] <= 1e-6).all()
