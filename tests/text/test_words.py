"""Words as search and classifier see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.text.words import stem, tokens


def test_han_is_cut_into_characters_and_pairs():
    assert tokens("怎么退款") == ["怎", "么", "退", "款", "怎么", "么退", "退款"]


def test_traditional_and_full_width_are_the_same_words():
    assert tokens("訂單ＡＢＣ") == tokens("订单abc")


@pytest.mark.parametrize(
    "forms",
    [
        ("return", "returns", "returned", "returning"),
        ("cancel", "cancels", "cancelled", "canceled", "cancelling"),
        ("delivery", "deliveries"),
        ("shoe", "shoes"),
        ("size", "sizes", "sizing"),
        ("address", "addresses"),
        ("exchange", "exchanged", "exchanging"),
    ],
)
def test_forms_of_an_english_word_are_one_word(forms):
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["status", "this", "is", "bus", "red", "thing"])
def test_words_that_only_look_inflected_stay(word):
    assert stem(word) == word


def test_numbers_sizes_and_order_numbers_are_kept():
    assert tokens("42码 US 8.5 xl 500ml M20260001") == ["42", "码", "us", "8.5", "xl", "500ml", "m20260001"]


def test_hyphens_and_apostrophes():
    assert tokens("T-shirts don't customer's") == ["t", "shirt", "tshirt", "dont", "customer"]


@given(st.text())
def test_any_text_has_words_without_spaces(text):
    assert all(token and not any(c.isspace() for c in token) for token in tokens(text))
