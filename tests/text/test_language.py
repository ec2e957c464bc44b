"""Which language a message is answered in."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.text.language import is_foreign, language_of

HERE = Path(__file__).parent


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


def test_another_language_is_told_from_both_of_the_house():
    """Sentences in 25 languages; no rule was written for one of them but that accents count."""
    said = (HERE / "foreign.txt").read_text("utf-8").splitlines()
    found = [text for text in said if is_foreign(clean(text), text)]
    assert len(found) / len(said) >= 0.93


@pytest.mark.parametrize(
    "text", ["where is my order", "我的订单", "wo yao tui huo", "café mug, is it there?"]
)
def test_accents_and_pinyin_are_of_the_house(text):
    assert is_foreign(clean(text), text) is False


@pytest.mark.parametrize("text", ["oui", "M24031215", "👍", "Nike", ""])
def test_what_does_not_tell_is_neither(text):
    assert is_foreign(clean(text), text) is None


def test_no_message_of_ours_is_taken_for_another_language():
    rows = map(json.loads, (HERE.parent / "understand/sets/language.jsonl").read_text("utf-8").splitlines())
    ours = [row["text"] for row in rows if row["kind"] != "other"]
    assert [text for text in ours if is_foreign(clean(text), text)] == []
