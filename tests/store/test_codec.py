"""Stored JSON gives back what was stored."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.conversation import Memory, Step
from xiaoer.domain.decision import Answer, Ask, Choice, Chosen, Do, Drop, HandOff, Say, Suggest, Task, Wait
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState
from xiaoer.domain.outcome import Done, Failed, NeedsApproval, NeedsConfirm, Plan, Reason, Refused
from xiaoer.domain.reply import Part, Receipt, Reply
from xiaoer.domain.understanding import Guess, Understanding, Wish
from xiaoer.domain.words import Language, Words
from xiaoer.store.codec import dumps, loads


def _is_told_once(moment: datetime) -> bool:
    """While the clock is put forward or back Python takes a moment for unequal to any of another zone."""
    return moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset()


finite = st.floats(allow_nan=False, allow_infinity=False)
words = st.builds(Words, st.text(), st.text())
facts_of_one_kind = (
    st.none()
    | st.booleans()
    | st.integers()
    | finite
    | st.text()
    | st.sampled_from(["$", "=", OrderState.SHIPPED])
    | st.builds(Money, st.integers(), st.sampled_from(["CNY", "EUR"]))
    | st.datetimes(timezones=st.timezones() | st.just(UTC)).filter(_is_told_once)
    | words
)
names = st.text() | st.sampled_from(["$", "="])
fact = st.recursive(
    facts_of_one_kind,
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
facts = st.dictionaries(names, fact, max_size=4)
plans = st.builds(Plan, st.text(), facts, facts)
reasons = st.sampled_from(Reason)
outcomes = st.one_of(
    st.builds(Done, st.text(), facts),
    st.builds(Refused, reasons, facts),
    st.builds(NeedsConfirm, st.text(), plans),
    st.builds(NeedsApproval, st.text(), plans),
    st.builds(Failed, st.text(), reasons),
)
choices = st.lists(st.builds(Choice, st.text(), words), max_size=2).map(tuple)
tasks = st.builds(Task, action=st.text(), args=facts, asked=st.text(), choices=choices, tries=st.integers())
memories = st.builds(
    Memory,
    task=st.none() | tasks,
    parked=st.lists(tasks, max_size=2).map(tuple),
    proposal=st.none() | st.text(),
    last=st.none() | tasks,
    shown=st.lists(st.text()).map(tuple),
    upset=st.integers(),
    greeted=st.booleans(),
)
passages = st.builds(Passage, score=finite)
decisions = st.one_of(
    st.builds(Ask, tasks),
    st.builds(Do, st.text(), facts, st.none() | st.text()),
    st.builds(Drop, st.none() | st.text(), st.text()),
    st.lists(passages, max_size=2).map(lambda found: Answer(tuple(found))),
    choices.map(Suggest),
    st.builds(Say, st.text(), facts),
    st.builds(HandOff, st.text()),
    st.just(Wait()),
)
receipts = st.lists(st.from_type(Receipt), max_size=2).map(tuple)
parts = st.lists(st.one_of(*(st.from_type(kind) for kind in get_args(Part))), max_size=3).map(tuple)
replies = st.builds(
    Reply,
    parts=parts,
    receipts=receipts,
)
guesses = st.lists(st.builds(Guess, st.text(), finite), max_size=2).map(tuple)
wishes = st.lists(st.builds(Wish, guesses=guesses), max_size=2).map(tuple)
understandings = st.builds(Understanding, wishes=wishes)
steps = st.builds(
    Step, chosen=st.builds(Chosen, decisions, st.text()), outcome=st.none() | outcomes, reply=replies
)


@given(st.one_of(facts, plans, outcomes, memories, decisions, replies, steps))
def test_what_was_stored_comes_back(value: Any) -> None:
    again = loads(dumps(value), type(value))
    assert again == value
    assert dumps(again) == dumps(value)  # tells 1 from 1.0 and from True, which are equal


@given(understandings)
def test_an_understanding_comes_back(understanding: Understanding) -> None:
    assert loads(dumps(understanding), Understanding) == understanding


def test_an_enum_comes_back_as_itself() -> None:
    state = loads(dumps({"state": OrderState.SHIPPED}), dict)["state"]
    assert state is OrderState.SHIPPED


def test_chinese_is_stored_as_it_reads() -> None:
    assert "木瓜" in dumps(("木瓜",))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_has_no_number_for_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        dumps({"amount": value})


def test_what_is_no_domain_value_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        dumps({"it": object()})


def test_another_kind_than_expected_is_refused() -> None:
    with pytest.raises(ValueError, match="not a Memory"):
        loads(dumps(Money(1, "CNY")), Memory)
    with pytest.raises(ValueError, match="unknown kind"):
        loads('{"$":"os.system"}', Memory)


def test_rows_of_other_versions_are_read() -> None:
    written_later = '{"$":"conversation.Memory","lost":2,"a_new_field":1}'
    assert loads(written_later, Memory) == Memory(lost=2)
    written_before_words = '{"$":"reply.Receipt","source":"action:track_parcel","values":["M20260001"]}'
    assert loads(written_before_words, Receipt) == Receipt(
        source="action:track_parcel", values=("M20260001",)
    )


def test_moments_keep_their_offset() -> None:
    moment = datetime.fromisoformat("2026-03-04T13:06:07.000089+08:00")
    assert loads(dumps({"at": moment}), dict)["at"].utcoffset() == moment.utcoffset()
    assert Language("zh") == loads(dumps((Language.ZH,)), tuple)[0]
