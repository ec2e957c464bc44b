"""Yes, no, stop, correction, and the wish for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.understanding import Answer
from xiaoer.text.clean import clean
from xiaoer.understand.answers import answer_in, asks_about_robot, is_correction, wants_person, wants_to_stop


@pytest.mark.parametrize(
    "text",
    [
        "好的",
        "是",
        "是的是的",
        "确认",
        "可以",
        "嗯嗯",
        "好的，谢谢",
        "没问题！",
        "确认取消",
        "行吧",
        "👌",
        "ok",
        "OK!",
        "yes",
        "Yes please",
        "go ahead",
        "sure, do it",
        "y",
        "ok go ahead thanks",
        "that's right",
        "I confirm.",
    ],
)
def test_yes(text):
    assert answer_in(clean(text)) is Answer.YES


@pytest.mark.parametrize(
    "text",
    [
        "不",
        "不用了",
        "不是",
        "不用了，谢谢",
        "先不要",
        "算了不用了"[2:],
        "no",
        "No thanks",
        "nope",
        "don't",
        "no, please don't",
        "不同意",
        "❌",
        "n",
    ],
)
def test_no(text):
    assert answer_in(clean(text)) is Answer.NO


@pytest.mark.parametrize(
    "text",
    [
        "好的，不过地址改一下",
        "yes but to another address",
        "可以吗",
        "好吗？",
        "yes?",
        "不要取消别的",
        "no, the blue one",
        "是M20260001那个",
        "取消订单",
        "ok where is my order",
        "sure about that",
        "好，然后再帮我查下快递",
        "yes no",
        "",
        "谢谢",
        "please",
        "不好意思",
        "好像不对",
        "是不是",
        "right now",
        "no problem with the order but cancel it",
        "好的呀" * 20,
    ],
)
def test_neither(text):
    assert answer_in(clean(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "算了",
        "算了吧",
        "never mind",
        "Forget it",
        "不弄了",
        "当我没说",
        "先不退了",
        "算了，帮我查快递",
        "leave it",
        "drop it at that",
    ],
)
def test_stop(text):
    assert wants_to_stop(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "我打算了解一下",
        "取消订单",
        "cancel it",
        "预算了一下",
        "不要了",
        "leave it with my neighbour",
        "please drop it at the back door",
    ],
)
def test_no_stop(text):
    assert not wants_to_stop(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "不对，是另一个订单",
        "不是这个",
        "我说的是跑鞋",
        "不是，是M20260001",
        "说错了",
        "no, the blue one",
        "I meant the other order",
        "not that one",
        "actually, make it 43",
        "Sorry, I meant M20260001",
        "wrong order",
    ],
)
def test_correction(text):
    assert is_correction(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "尺码不对",
        "你们发错了",
        "you sent the wrong one to me",
        "no",
        "不用了",
        "我不是要退货，我要换货",
        "is it the blue one",
        "对",
    ],
)
def test_no_correction(text):
    assert not is_correction(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "人工",
        "转人工",
        "我要找真人",
        "找个人跟我说",
        "请转接人工客服，谢谢",
        "让你们经理来",
        "叫店长出来",
        "转客服",
        "别用机器人糊弄我，我要人工",
        "human",
        "Agent please",
        "I want to talk to a real person",
        "can I speak to someone",
        "connect me to customer service",
        "get me your manager",
        "I need a representative",
        "transfer me to a human being",
    ],
)
def test_wants_a_person(text):
    assert wants_person(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "不用转人工",
        "不要人工，你帮我就行",
        "人工客服几点上班",
        "人工智能手表有吗",
        "人工草坪有吗",
        "你是真人吗",
        "客服电话是多少",
        "我找不到人收货",
        "is this person allowed to pick it up",
        "are you a real person?",
        "I don't need a human",
        "no need for an agent",
        "customer service phone number",
        "a tent for two people",
        "human hair wig",
        "call off my order",
        "talk to you later",
    ],
)
def test_wants_no_person(text):
    assert not wants_person(clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "你是机器人吗",
        "你是不是真人",
        "跟我说话的是人还是机器",
        "are you a bot?",
        "Are you human",
        "is this a robot",
        "am I talking to a machine",
    ],
)
def test_asks_about_the_robot(text):
    assert asks_about_robot(clean(text))


@pytest.mark.parametrize(
    "text", ["扫地机器人有吗", "do you sell robot vacuums", "转人工", "is this a human hair brush"[:9]]
)
def test_does_not_ask_about_the_robot(text):
    assert not asks_about_robot(clean(text))


@given(st.text() | st.text(alphabet="好的是不用了yesnook ,，。!?人工转找human"))
def test_any_text_has_an_answer_or_none(text):
    cleaned = clean(text)
    assert answer_in(cleaned) in (None, *Answer)
    for asks in (wants_to_stop, is_correction, wants_person, asks_about_robot):
        assert asks(cleaned) in (True, False)
