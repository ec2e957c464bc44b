"""When two minds are of one opinion."""

import pytest

from xiaoer.decide.meant import agrees, meant_by
from xiaoer.domain.conversation import Step
from xiaoer.domain.decision import Ask, Chosen, Decision, Do, HandOff, Say, Suggest, Task
from xiaoer.domain.ids import IntentId
from xiaoer.domain.outcome import Done, NeedsConfirm, Outcome, Plan, Possible
from xiaoer.domain.reply import NOTHING
from xiaoer.domain.rollout import Deed, Meant


def step(decision: Decision, outcome: Outcome | None = None, why: str = "local:0.9") -> Step:
    return Step(chosen=Chosen(decision, why), outcome=outcome, reply=NOTHING)


CARD = NeedsConfirm(IntentId("i"), Plan("cancel_order", {}, {"order_id": "M2"}))


@pytest.mark.parametrize(
    ("steps", "deeds"),
    [
        ([step(Do("track_parcel"), Done("track_parcel", {"order_id": "M1"}))], [("track_parcel", "M1")]),
        ([step(Do("cancel_order"), CARD)], [("cancel_order", "M2")]),
        ([step(Do("profile"), Done("profile"))], [("profile", "")]),
        ([step(Do("cancel_order", asks=True), Possible(CARD.plan))], [("cancel_order?", "M2")]),
        (
            [step(Do("cancel_order", {"order_id": "M1"}, then=Task(action="request_return")))],
            [("cancel_order", "M1"), ("request_return", "")],
        ),
        ([step(Ask(Task(action="request_return", asked="line_id")))], [("request_return", "")]),
        ([step(HandOff("asked"), why="model")], [("call_person", "")]),
        ([step(HandOff("asked"), why="rule:person_asked"), step(Say("thanks")), step(Suggest())], []),
    ],
    ids=str,
)
def test_what_a_turn_comes_to(steps: list[Step], deeds: list[Deed]) -> None:
    assert meant_by(steps) == Meant(deeds=tuple(deeds))


TRACK, CANCEL, PERSON = ("track_parcel", "M1"), ("cancel_order", "M1"), ("call_person", "")


def meant(*deeds: Deed, slugs: str = "") -> Meant:
    return Meant(deeds=deeds, slugs=tuple(slugs.split()))


@pytest.mark.parametrize(
    ("really", "model", "same"),
    [
        (meant(TRACK), meant(TRACK), True),
        (meant(TRACK), meant(("track_parcel", "M2")), False),
        (meant(TRACK), meant(TRACK, ("look_up_order", "M1")), True),
        (meant(TRACK), meant(("look_up_order", "M1")), True),  # the same facts
        (meant(("look_up_order", "M1")), meant(TRACK), True),
        (meant(TRACK), meant(("look_up_order", "M2")), False),
        (meant(TRACK), meant(("list_orders", "")), False),
        (meant(TRACK), meant(TRACK, CANCEL), False),
        (meant(CANCEL), meant(TRACK, CANCEL), True),
        (meant(CANCEL), meant(("cancel_order", "M2")), False),
        (meant(CANCEL), meant(), False),
        (meant(PERSON), meant(slugs="returns"), False),
        (meant(slugs="returns"), meant(slugs="shipping returns"), True),
        (meant(slugs="returns"), meant(slugs="shipping"), False),
        (meant(slugs="returns"), meant(), False),
        (meant(TRACK, slugs="returns"), meant(TRACK), False),
    ],
)
def test_the_same_action_on_the_same_order_or_the_same_article(
    really: Meant, model: Meant, same: bool
) -> None:
    assert agrees(really, model) is same
