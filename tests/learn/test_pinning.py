"""Pins as the staff keep them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.learn.replays import by_search
from tests.learn.test_gate import FEE, WINDOW
from tests.store.questions_contract import RETURNS
from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import By
from xiaoer.domain.words import Language
from xiaoer.knowledge.memory import MemoryArticles
from xiaoer.learn.gate import MOST_PINS, Fault
from xiaoer.learn.pinning import Declined, Held, No, Pinboard, pin_id
from xiaoer.learn.question_memory import MemoryPins

WANTED = replace(RETURNS, id="", question="几天内可以退货？", says="7 天")


@pytest.fixture
def pins() -> MemoryPins:
    return MemoryPins()


@pytest.fixture
async def board(pins: MemoryPins) -> Pinboard:
    articles = MemoryArticles()
    seen = await articles.changed(SHOP)
    await articles.issue(SHOP, [WINDOW, FEE], by=By("lin"), now=NOW, seen=seen)
    return Pinboard(pins, articles, SHOP, replays=by_search)


async def questions(board: Pinboard) -> Sequence[str]:
    return [pinned.question for pinned in await board.pins()]


async def test_a_pin_tells_at_once_whether_it_holds(board: Pinboard) -> None:
    held = await board.pin(WANTED, now=NOW)
    assert isinstance(held, Held)
    assert (held.fault, held.answer and held.answer.slug) == (None, "return-window")
    other = await board.pin(replace(WANTED, question="运费多少", slug="return-window"), now=NOW)
    assert isinstance(other, Held)
    assert other.fault is Fault.OTHER_ARTICLE
    assert await questions(board) == ["几天内可以退货？", "运费多少"]
    assert [one.fault for one in await board.held(await board.pins(), now=NOW)] == [
        None,
        Fault.OTHER_ARTICLE,
    ]


async def test_the_same_question_is_the_same_pin(board: Pinboard) -> None:
    for says in ("7 天", "15 天"):
        await board.pin(replace(WANTED, says=says), now=NOW)
    await board.pin(replace(WANTED, question="幾天內可以退貨?", says="8 天"), now=NOW)
    assert [pinned.says for pinned in await board.pins()] == ["8 天"]
    assert pin_id(SHOP, "Refund?", Language.EN) == pin_id(SHOP, "refund?", Language.EN)
    assert pin_id(SHOP, "a", Language.EN) != pin_id(SHOP, "a", Language.ZH)
    assert pin_id(SHOP, "a", Language.EN) != pin_id(ShopId("other"), "a", Language.EN)


async def test_another_answer_is_wanted(board: Pinboard) -> None:
    held = await board.pin(WANTED, now=NOW)
    assert isinstance(held, Held)
    changed = await board.change(held.pinned.id, slug="", says="", author="wang", now=NOW)
    assert isinstance(changed, Held)
    assert (changed.pinned.slug, changed.pinned.author, changed.fault) == ("", "wang", Fault.ANSWERED)
    assert await board.pins() == [changed.pinned]


async def test_taken_off_and_set_again(board: Pinboard) -> None:
    held = await board.pin(WANTED, now=NOW)
    assert isinstance(held, Held)
    assert await board.unpin(held.pinned.id)
    assert not await board.unpin(held.pinned.id)
    assert await questions(board) == []
    await board.pin(WANTED, now=NOW)
    assert await questions(board) == [WANTED.question]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"question": ""}, No.BAD_LINE),
        ({"question": " \u200b "}, No.BAD_LINE),
        ({"question": "a\nb"}, No.BAD_LINE),
        ({"question": "a\u2028b"}, No.BAD_LINE),
        ({"question": "a" * 201}, No.BAD_LINE),
        ({"question": "a\0"}, No.BAD_LINE),
        ({"question": "\ud800"}, No.BAD_LINE),
        ({"says": "7\n天"}, No.BAD_LINE),
        ({"slug": "no-such-article"}, No.NO_ARTICLE),
    ],
    ids=str,
)
async def test_what_cannot_be_pinned(board: Pinboard, changes: dict[str, Any], why: No) -> None:
    assert await board.pin(replace(WANTED, **changes), now=NOW) == Declined(why)
    assert await board.pins() == []


async def test_a_pin_that_is_not_there_is_not_changed(board: Pinboard) -> None:
    declined = await board.change("f" * 16, slug="", says="", author="lin", now=NOW)
    assert declined == Declined(No.NO_PIN)


async def test_there_is_a_most(board: Pinboard, pins: MemoryPins) -> None:
    for number in range(MOST_PINS):
        await pins.pin(SHOP, replace(WANTED, id=str(number), question=str(number)), now=NOW)
    assert await board.pin(WANTED, now=NOW) == Declined(No.TOO_MANY)
