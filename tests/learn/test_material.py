"""What is learnt of all that was confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.learn.small import LIN, NOON, SHOP, ZH

from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.learning import By, Correction, CorrectionState
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.learn.material import Left, Material, Why, lesson_of, material
from xiaoer.understand.lessons import Lesson

KNOWN = frozenset(map(Intent, "abc"))
OURS = [Lesson("我们的例句", Intent("a"), ZH), Lesson("our phrase", Intent("b"), Language.EN)]


def confirmed(name: str, text: str, meant: str, language: Language = ZH) -> Correction:
    return Correction(
        id=name,
        shop_id=SHOP,
        conversation_id=ConversationId("c"),
        turn_id=TurnId("t"),
        text=text,
        language=language,
        guessed=Intent("c"),
        meant=Intent(meant),
        made_by=By.CUSTOMER,
        state=CorrectionState.CONFIRMED,
        model="m",
        at=NOON,
        staff_id=LIN,
        decided_at=NOON + timedelta(hours=1),
    )


def made_of(*corrections: Correction) -> Material:
    return material(corrections, phrases=OURS, known=KNOWN)


def test_each_sentence_is_learnt_once_in_whatever_order() -> None:
    one, again = confirmed("1", "运费谁出", "a"), confirmed("2", "运费谁出", "a")
    other = confirmed("3", "運費誰出！！！！！", "a")
    for order in ([one, again, other], [other, again, one]):
        found = made_of(*order)
        assert list(found.learnt) == ["1", "3"]
        assert found.learnt["1"] == Lesson("运费谁出", Intent("a"), ZH, shop=True)
        assert (found.left, found.repeated) == ((), 1)


def test_our_own_phrase_keeps_its_meaning() -> None:
    found = made_of(confirmed("1", "我们的例句", "b"), confirmed("2", "我们的例句", "a"))
    assert found.learnt == {}
    assert found.left == (Left("1", Why.CATALOGUE, Intent("b"), Intent("a")),)
    assert found.repeated == 1
    in_another_language = confirmed("3", "our phrase", "a", ZH)
    assert list(made_of(in_another_language).learnt) == ["3"]


def test_two_meanings_are_none() -> None:
    one, other = confirmed("1", "这个呢", "a"), confirmed("2", "这个呢", "b")
    found = made_of(one, other, confirmed("3", "那个呢", "b"))
    assert list(found.learnt) == ["3"]
    assert found.left == (
        Left("1", Why.TWO_MEANINGS, Intent("a"), Intent("b")),
        Left("2", Why.TWO_MEANINGS, Intent("b"), Intent("a")),
    )


def test_what_says_nothing_and_what_the_catalogue_does_not_know() -> None:
    found = made_of(confirmed("1", "…… #！", "a"), confirmed("2", "运费", "gone"))
    assert found.left == (Left("1", Why.NO_WORDS, Intent("a")), Left("2", Why.NO_INTENT, Intent("gone")))


@pytest.mark.parametrize(
    "changes", [{"state": CorrectionState.OPEN}, {"state": CorrectionState.REJECTED}, {"meant": None}]
)
def test_nothing_but_what_was_confirmed_is_a_lesson(changes: dict[str, object]) -> None:
    wrong = replace(confirmed("1", "运费谁出", "a"), **changes)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not confirmed"):
        lesson_of(wrong)
    with pytest.raises(ValueError, match="not confirmed"):
        made_of(confirmed("2", "别的", "b"), wrong)


SAID = st.builds(
    confirmed,
    st.integers(0, 30).map(str),
    st.sampled_from(["运费", "退货", "运费谁出", "我们的例句", "", "…"]),
    st.sampled_from("abcd"),
    st.sampled_from(Language),
)


@given(st.lists(SAID, max_size=20, unique_by=lambda c: c.id), st.randoms())
def test_all_are_accounted_for_and_none_contradicts_another(said: list[Correction], mixed) -> None:
    found = made_of(*said)
    assert len(found.learnt) + len(found.left) + found.repeated == len(said)
    texts = [(lesson.text, lesson.language) for lesson in found.learnt.values()]
    assert len(texts) == len(set(texts))
    shuffled = list(said)
    mixed.shuffle(shuffled)
    assert made_of(*shuffled) == found
