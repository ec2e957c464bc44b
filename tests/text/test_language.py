"""Which language a message is answered in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of


@pytest.mark.parametrize(
    "text",
    [
        "我的订单什么时候发货",
        "退款",
        "我要return这双shoes",
        "iPhone 15 Pro Max 手机壳有吗",
        "Nike Air Max 270 有没有",
        "refund 到账了吗",
        "SF1234567890123 到哪了",
        "請問訂單發貨了嗎",
    ],
)
def test_chinese(text):
    assert language_of(clean(text), Language.EN) is Language.ZH


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "refund",
        "do you have 跑鞋 in stock",
        "please help me with 退货",
        "WHERE IS M20260001???",
        "hi",
        "i want to return the 云步 shoes",
    ],
)
def test_english(text):
    assert language_of(clean(text), Language.ZH) is Language.EN


@pytest.mark.parametrize("before", Language)
@pytest.mark.parametrize(
    "text",
    ["M20260001", "ok", "OK!", "👍👍", "42", "", "...", "XL", "a@b.co", "yes", "¥300", "SF1234567890123"],
)
def test_what_tells_no_language_keeps_the_one_before(text, before):
    assert language_of(clean(text), before) is before


@given(st.text())
def test_any_text_has_a_language(text):
    assert language_of(clean(text), Language.ZH) in Language
