"""What a customer puts right, as it comes to lie among the open corrections."""

from collections.abc import AsyncIterator

import pytest
from tests.clock import Clock
from tests.turns.counter import Talk
from tests.turns.house import Opened

from xiaoer.domain.learning import By, Correction, CorrectionState
from xiaoer.domain.understanding import Slots, Wish
from xiaoer.learn.hearing import LONGEST, lesson_text


@pytest.fixture
async def talk(opened: Opened) -> AsyncIterator[Talk]:
    clock = Clock()
    async with opened(clock) as (app, _):
        yield await Talk.start(app, clock, email="mei.lin@example.com")


async def put_right(talk: Talk) -> list[Correction]:
    learning = talk.app.learning
    found = await learning.corrections.listed(learning.shop_id, CorrectionState.OPEN, limit=9)
    return list(reversed(found))


async def said(talk: Talk, *texts: str) -> list[Correction]:
    for text in texts:
        await talk.says(text)
        talk.clock.forward(minutes=1)
    return await put_right(talk)


async def test_what_is_pressed_is_what_was_meant(talk: Talk) -> None:
    [one] = await said(talk, "积分怎么用呀", "不是这个意思", "怎么加入会员？")
    assert (one.text, one.guessed, one.meant) == ("积分怎么用呀", "points", "membership")
    assert (one.made_by, one.state, one.staff_id) == (By.CUSTOMER, CorrectionState.OPEN, None)
    assert one.model == talk.app.learning.school.model.version
    assert one.turn_id == talk.records[0].turn.id


async def test_what_is_said_at_once_too(talk: Talk) -> None:
    [one] = await said(talk, "积分怎么用呀", "答非所问，我想问怎么加入会员")
    assert (one.text, one.meant) == ("积分怎么用呀", "membership")


@pytest.mark.parametrize("then", ["转人工", "谢谢", "今天天气怎么样", "算了", "嗯", "积分怎么用呀"])
async def test_what_says_nothing_of_it_is_no_meaning(talk: Talk, then: str) -> None:
    [one] = await said(talk, "积分怎么用呀", "不是这个意思", then)
    assert (one.text, one.meant) == ("积分怎么用呀", None)


async def test_nothing_is_put_right_unasked(talk: Talk) -> None:
    assert await said(talk, "积分怎么用呀", "怎么加入会员？", "不对，是另一个", "谢谢") == []
    assert await said(talk, "不是这个") == []


async def test_it_speaks_of_the_reply_before_and_no_older_one(talk: Talk) -> None:
    assert await said(talk, "积分怎么用呀", "转人工", "不是这个意思") == []


async def test_a_question_of_ours_is_of_the_wish_it_is_for(talk: Talk) -> None:
    [one] = await said(talk, "我要取消订单", "第一个", "我不是这个意思")
    assert (one.text, one.guessed) == ("我要取消订单", "cancel_order")


async def test_twice_in_a_row_is_two(talk: Talk) -> None:
    first, second = await said(
        talk, "积分怎么用呀", "不是这个意思", "怎么加入会员？", "还是不是这个意思", "优惠券怎么用？"
    )
    assert (first.text, first.meant) == ("积分怎么用呀", "membership")
    assert (second.text, second.guessed, second.meant) == ("怎么加入会员?", "membership", "use_coupon")


async def test_of_several_wishes_the_one_that_was_least_sure(talk: Talk) -> None:
    [one] = await said(talk, "积分怎么用？另外发票怎么开？", "不是这个意思")
    heard = talk.records[0].turn.understanding.wishes
    least = min(heard, key=lambda wish: wish.best.confidence)
    assert one.text == least.text


async def test_nobodys_name_or_number_is_kept(talk: Talk) -> None:
    [one] = await said(
        talk, "我叫王小明，手机13800138000，邮箱wang@example.com，M20260001能开发票吗", "不是这个意思"
    )
    assert "发票" in one.text
    for personal in ("小明", "138", "wang", "20260001"):
        assert personal not in one.text
    heard = talk.records[-1].turn.memory.heard
    assert heard is not None
    assert heard.text == one.text


def test_the_words_alone() -> None:
    wish = Wish(
        text="寄到杭州市西湖区文三路1号,单号sf1234567890123怎么还没到",
        guesses=(),
        slots=Slots(address="杭州市西湖区文三路1号"),
    )
    assert lesson_text(wish) == "寄到…,单号#怎么还没到"
    assert len(lesson_text(Wish(text="长" * 2_000, guesses=()))) == LONGEST
