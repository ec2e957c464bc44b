"""Rules before any mind: the order of their rights, and what a yes may mean."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.actions.bench import MEI
from tests.shops.worlds import NOW

from xiaoer.decide.memory import remember
from xiaoer.decide.router import Router
from xiaoer.domain.conversation import Conversation, Memory, State, Step, Turn
from xiaoer.domain.decision import Answer as FromArticle
from xiaoer.domain.decision import Ask, Choice, Chosen, Decision, Do, Drop, HandOff, Say, Suggest, Task, Wait
from xiaoer.domain.ids import ConversationId, IntentId, TurnId
from xiaoer.domain.outcome import Done, Failed, NeedsConfirm, Outcome, Plan, Reason, Refused
from xiaoer.domain.reply import NOTHING
from xiaoer.domain.understanding import Answer, Mood, Risk, Understanding
from xiaoer.domain.words import Language, Words

CARD = IntentId("card")
WITH_CARD = Memory(proposal=CARD, card=CARD, last=Task(action="cancel_order"))
LOCAL = Chosen(Say("thanks"), "local")


class Local:
    async def next(self, turn: Turn) -> Chosen | None:
        return LOCAL


def turn(heard: Understanding, *, memory: Memory | None = None, held: State = State.BOT) -> Turn:
    conversation = Conversation(
        id=ConversationId("c"),
        actor=MEI,
        state=held,
        language=Language.ZH,
        time_zone="Asia/Shanghai",
        channel="web",
        created_at=NOW,
    )
    kept = memory or Memory()
    return Turn(
        id=TurnId("t"), conversation=conversation, messages=(), understanding=heard, memory=kept, now=NOW
    )


HEARD = Understanding(text="", language=Language.ZH, wishes=())
THREATS = tuple(risk for risk in Risk if risk is not Risk.SELF_HARM)
EVERYTHING = replace(HEARD, answer=Answer.YES, wants_person=True, mood=Mood.ANGRY, risks=THREATS, stop=True)


async def decided(heard: Understanding, memory: Memory | None = None, held: State = State.BOT) -> Decision:
    chosen = await Router(Local()).next(turn(heard, memory=memory, held=held))
    assert chosen is not None
    return chosen.decision


async def test_a_person_who_has_it_is_not_talked_over() -> None:
    assert await decided(EVERYTHING, WITH_CARD, State.HUMAN) == Wait()


@pytest.mark.parametrize("held", [State.BOT, State.WAITING, State.CLOSED])
async def test_asking_for_a_person_always_works(held: State) -> None:
    assert await decided(EVERYTHING, WITH_CARD, held) == HandOff("asked")


async def test_yes_and_no_speak_to_the_card_that_is_shown() -> None:
    assert await decided(replace(HEARD, answer=Answer.YES), WITH_CARD) == Do("cancel_order", confirmed=CARD)
    assert await decided(replace(HEARD, answer=Answer.NO), WITH_CARD) == Drop(CARD, "cancel_order")
    for answer in Answer:
        assert await decided(replace(HEARD, answer=answer), replace(WITH_CARD, proposal=None)) == Say(
            "thanks"
        )


@pytest.mark.parametrize("held", [State.BOT, State.WAITING, State.CLOSED])
async def test_who_may_harm_themselves_gets_a_person_and_other_words(held: State) -> None:
    heard = replace(EVERYTHING, risks=tuple(Risk))
    assert await decided(heard, WITH_CARD, held) == HandOff("self_harm")


@pytest.mark.parametrize("risk", THREATS)
async def test_what_is_grave_is_a_persons(risk: Risk) -> None:
    grave = risk is not Risk.BAD_REVIEW
    assert (await decided(replace(HEARD, risks=(risk,))) == HandOff("risk")) is grave


@pytest.mark.parametrize(("upset", "held", "goes"), [
    (1, State.BOT, False), (2, State.BOT, True), (3, State.BOT, True), (2, State.WAITING, False),
])  # fmt: skip
async def test_who_stays_angry_gets_a_person_once(upset: int, held: State, goes: bool) -> None:
    angry = replace(HEARD, mood=Mood.ANGRY)
    assert (await decided(angry, Memory(upset=upset), held) == HandOff("angry")) is goes


async def test_after_the_hand_off_nothing_more_is_said() -> None:
    for decision in (HandOff("asked"), Wait()):
        step = Step(chosen=Chosen(decision, ""), outcome=None, reply=NOTHING)
        assert await Router(Local()).next(replace(turn(HEARD), steps=(step,))) is None


async def test_an_unclear_effect_brings_a_person_unasked() -> None:
    failed = Failed("cancel_order", Reason.SHOP_UNCLEAR)
    step = Step(chosen=Chosen(Do("cancel_order", confirmed=CARD), ""), outcome=failed, reply=NOTHING)
    chosen = await Router(Local()).next(replace(turn(HEARD), steps=(step,)))
    assert chosen is not None
    assert chosen.decision == HandOff("unclear")


PLAN = Plan("cancel_order", {"order_id": "M1"}, {"order_id": "M1"})
STEPS: list[tuple[Decision, Outcome | None]] = [
    (Ask(Task(action="cancel_order", asked="order_id")), None),
    (Do("look_up_order"), Done("look_up_order", {"order_id": "M1"})),
    (Do("cancel_order", confirmed=CARD), Done("cancel_order", {"order_id": "M1"})),
    (Do("cancel_order"), Refused(Reason.ALREADY_PACKED, {"order_id": "M1", "instead": "call_person"})),
    (Do("cancel_order"), Refused(Reason.NOT_PROVEN)),
    (Do("cancel_order"), Failed("cancel_order", Reason.SHOP_UNREACHABLE)),
    (Drop(CARD, "cancel_order"), None),
    (Drop(None, "cancel_order"), None),
    (FromArticle((), "request_return"), None),
    (Suggest((Choice("cancel_order", Words("取消", "cancel")),)), None),
    (Say("thanks"), None),
    (Say("shop_down"), None),
    (HandOff("asked"), Done("call_person", {})),
    (Wait(), None),
]
SHOWN: tuple[Decision, Outcome] = (Do("cancel_order"), NeedsConfirm(CARD, PLAN))


@given(st.lists(st.sampled_from([*STEPS, SHOWN]), min_size=1, max_size=8))
def test_a_yes_speaks_to_the_last_step_alone(steps: list[tuple[Decision, Outcome | None]]) -> None:
    memory = Memory()
    for decision, outcome in steps:
        memory = remember(memory, Chosen(decision, ""), outcome)
    assert (memory.proposal == CARD) is (steps[-1] == SHOWN)
    assert memory.proposal is None or memory.offer is None
    assert len(memory.parked) <= 3
