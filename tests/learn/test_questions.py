"""What a turn was asked and what became of it, decision by decision."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.store.samples import GUEST, NOW

from xiaoer.domain.conversation import Conversation, State, Step, Turn, TurnRecord
from xiaoer.domain.decision import (
    EVERY_WISH,
    NO_WISH,
    Answer,
    Ask,
    Chosen,
    Decision,
    Do,
    Drop,
    HandOff,
    Say,
    Suggest,
    Task,
    Wait,
)
from xiaoer.domain.ids import ConversationId, IntentId, TurnId
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.learning import Asked
from xiaoer.domain.outcome import Done, Failed, NeedsConfirm, Outcome, Plan, Reason, Refused
from xiaoer.domain.reply import NOTHING
from xiaoer.domain.understanding import Guess, Intent, Understanding, Wish
from xiaoer.domain.words import Language
from xiaoer.learn.questions import asked_of

TRADE_IN = Wish(text="旧手机能换新吗", guesses=(Guess(Intent("other"), 0.4),), question=True)
FEE = Wish(text="运费多少", guesses=(Guess(Intent("shipping_fee"), 0.9),), question=True)
PASSAGE = Passage(slug="shipping-fee", language=Language.ZH, title="运费", text="8 元。", score=0.9)
FAILED = Failed("track_parcel", Reason.SHOP_UNREACHABLE)


def turn_of(wishes: list[Wish], *steps: tuple[Decision, int] | tuple[Decision, int, Outcome]) -> TurnRecord:
    """A turn of these wishes; each step with the wish it served and, of what was done, how it ended."""
    conversation = Conversation(
        id=ConversationId("c1"),
        actor=GUEST,
        state=State.BOT,
        language=Language.ZH,
        time_zone="UTC",
        channel="web",
        created_at=NOW,
    )
    taken = [
        Step(chosen=Chosen(decision, "test", wish), outcome=next(iter(outcome), None), reply=NOTHING)
        for decision, wish, *outcome in steps
    ]
    heard = Understanding(text="", language=Language.ZH, wishes=tuple(wishes))
    turn = Turn(
        id=TurnId("t1"),
        conversation=conversation,
        messages=(),
        understanding=heard,
        memory=conversation.memory,
        now=NOW,
        steps=tuple(taken),
    )
    return TurnRecord(turn=turn, reply=NOTHING, timings_ms={}, versions={})


def became(*args: tuple, wishes: list[Wish] | None = None) -> list[tuple[int, Asked, str]]:
    return [(q.place, q.result, q.slug) for q in asked_of(turn_of(wishes or [FEE], *args))]


def test_an_answered_question_says_by_which_article() -> None:
    [question] = asked_of(turn_of([FEE], (Answer((PASSAGE,)), 0)))
    assert (question.result, question.slug, question.text) == (Asked.ANSWERED, "shipping-fee", "运费多少")
    assert (question.intent, question.confidence, question.language) == ("shipping_fee", 0.9, Language.ZH)
    assert (question.turn_id, question.place, question.conversation_id, question.at) == ("t1", 0, "c1", NOW)


@pytest.mark.parametrize(
    ("step", "result"),
    [
        ((Say("not_written"), 0), Asked.NOT_WRITTEN),
        ((Say("out_of_scope"), 0), Asked.UNSURE),
        ((Say("bargain"), 0), Asked.SERVED),
        ((Say("needs_colleague"), 0), Asked.SERVED),
        ((Suggest(), 0), Asked.UNSURE),
        ((HandOff("asked"), 0), Asked.SERVED),
        ((HandOff("lost"), 0), Asked.LOST),
        ((HandOff("asked"), NO_WISH), Asked.SERVED),
        ((HandOff("angry"), NO_WISH), Asked.LOST),
        ((HandOff("broken"), NO_WISH), Asked.LOST),
        ((Do("track_parcel"), 0, Done("track_parcel")), Asked.SERVED),
        ((Do("track_parcel"), 0, Refused(Reason.NOT_SHIPPED_YET)), Asked.SERVED),
        ((Do("cancel_order"), 0, NeedsConfirm(IntentId("i1"), Plan("cancel_order", {}, {}))), Asked.SERVED),
        ((Ask(Task(action="cancel_order", asked="order_id")), 0), Asked.SERVED),
        ((Ask(Task(action="cancel_order", asked="order_id")), NO_WISH), Asked.UNSURE),
    ],
    ids=str,
)
def test_what_became_of_it(step: tuple, result: Asked) -> None:
    assert became(step) == [(0, result, "")]


@pytest.mark.parametrize(
    "step",
    [
        (Wait(), NO_WISH),
        (Wait(), 0),
        (Say("not_that"), 0),
        (Say("yes_to_what"), EVERY_WISH),
        (Drop(), EVERY_WISH),
        (Do("cancel_order"), EVERY_WISH, Done("cancel_order")),
        (HandOff("asked"), EVERY_WISH),
        (Say("shop_down"), NO_WISH),
        (Do("track_parcel"), 0, FAILED),
    ],
    ids=str,
)
def test_what_asked_nothing_or_was_no_fault_of_the_question(step: tuple) -> None:
    assert became(step) == []


@pytest.mark.parametrize("intent", ["greeting", "thanks", "acknowledge", "praise", "just_looking"])
def test_small_talk_asks_nothing(intent: str) -> None:
    talk = Wish(text="你好", guesses=(Guess(Intent(intent), 0.99),))
    assert became((Say(intent), 0), wishes=[talk]) == []


def test_several_wishes_are_several_questions() -> None:
    steps = [(Say("not_written"), 1), (Answer((PASSAGE,)), 0)]
    assert became(*steps, wishes=[FEE, TRADE_IN]) == [
        (0, Asked.ANSWERED, "shipping-fee"),
        (1, Asked.NOT_WRITTEN, ""),
    ]


def test_who_was_handed_on_half_way_lost_only_the_rest() -> None:
    steps = [(Answer((PASSAGE,)), 0), (HandOff("broken"), NO_WISH)]
    assert became(*steps, wishes=[FEE, TRADE_IN]) == [
        (0, Asked.ANSWERED, "shipping-fee"),
        (1, Asked.LOST, ""),
    ]


def test_half_a_sentence_beside_a_clear_wish_is_no_question() -> None:
    assert became((Answer((PASSAGE,)), 0), wishes=[FEE, TRADE_IN]) == [(0, Asked.ANSWERED, "shipping-fee")]


def test_a_statement_that_missed_an_open_question_is_none() -> None:
    again = (Ask(Task(action="cancel_order", asked="order_id", tries=1)), NO_WISH)
    assert became(again, wishes=[replace(FEE, question=False)]) == []


def test_an_open_question_that_is_asked_again_after_a_digression_took_nothing_away() -> None:
    steps = [(Answer((PASSAGE,)), 0), (Ask(Task(action="cancel_order", asked="order_id")), NO_WISH)]
    assert became(*steps, wishes=[FEE, TRADE_IN]) == [(0, Asked.ANSWERED, "shipping-fee")]


_DECISIONS = st.sampled_from(
    [
        Answer(()),
        Answer((PASSAGE,)),
        Ask(Task(action="x")),
        Do("x"),
        Drop(),
        HandOff("asked"),
        HandOff("?"),
        Say("?"),
        Say("greeting"),
        Suggest(),
        Wait(),
    ]
)
_STEPS = st.lists(
    st.tuples(_DECISIONS, st.integers(-2, 9), st.sampled_from([None, Done("x"), FAILED])), max_size=8
)
_WISHES = st.lists(
    st.builds(
        Wish,
        text=st.text(max_size=9),
        guesses=st.lists(
            st.builds(
                Guess, st.sampled_from([Intent("other"), Intent("?"), Intent("thanks")]), st.floats(0, 1)
            )
        ).map(tuple),
        question=st.booleans(),
    ),
    max_size=5,
)


@given(_WISHES, _STEPS)
def test_no_turn_breaks_it_and_no_wish_is_two_questions(wishes: list[Wish], steps: list[tuple]) -> None:
    asked = asked_of(turn_of(wishes, *steps))
    assert len({question.place for question in asked}) == len(asked)
    assert all(question.text == wishes[question.place].text != "" for question in asked)
