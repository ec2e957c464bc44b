""" "That is not what I meant": told from what sounds alike, and without what is said besides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.text.clean import fold, tidy
from xiaoer.understand.mistaken import is_mistaken, said_besides


def heard(text: str) -> str | None:
    tidied = tidy(text)
    return said_besides(tidied, fold(tidied)) if is_mistaken(fold(tidied)) else None


@pytest.mark.parametrize(
    "text",
    [
        "我不是这个意思",
        "不是这个意思啊",
        "我的意思不是这样",
        "答非所问！",
        "你这回答完全答非所问",
        "你理解错了",
        "不对，你会错意了",
        "你没听懂我的意思",
        "我问的不是这个",
        "没问你这个",
        "牛头不对马嘴",
        "回答错了",
        "不是我想问的",
        "我不是這個意思",
        "但还是不是这个意思呀",
        "still not what I meant",
        "that's not what I meant",
        "No, not what I asked for",
        "wrong answer",
        "you misunderstood me",
        "That doesn't answer my question",
        "you didn't get my question",
        "that's not my question",
        "I didn't ask that",
        "that wasn't what I meant, sorry",
        "That's Not What I Want To Know!!!",
    ],
)
def test_misunderstood_and_nothing_else(text):
    assert heard(text) == ""


@pytest.mark.parametrize(
    ("text", "besides"),
    [
        ("不是这个意思，我想问退货运费谁出", "我想问退货运费谁出"),
        ("你误会我的意思了，我要换货", "我要换货"),
        ("我要的是发票，你答非所问", "我要的是发票"),
        ("not what I meant. Who pays for sending it back?", "Who pays for sending it back?"),
        ("You misunderstood, I want to exchange the shoes", "I want to exchange the shoes"),
    ],
)
def test_what_is_said_besides(text, besides):
    assert heard(text) == besides


@pytest.mark.parametrize(
    "text",
    [
        "不是这个",
        "不对，是另一个订单",
        "你们发错了",
        "这是什么意思",
        "我没听懂",
        "我的意思是换货",
        "我说的是跑鞋",
        "不是我要的颜色",
        "没有问题",
        "我不是要问价",
        "not that one",
        "that's not what I ordered",
        "this is not what I wanted",
        "I don't understand",
        "you sent the wrong one",
        "wrong order",
        "you didn't answer my email",
        "",
    ],
)
def test_what_sounds_alike(text):
    assert heard(text) is None


@given(st.text() | st.text(alphabet="我不是这个意思答非所问notwhatimeant ,，。!?"))
def test_any_text(text):
    tidied = tidy(text)
    assert set(said_besides(tidied, fold(tidied))) <= {*tidied, ",", " "}
