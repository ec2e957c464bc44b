import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.knowledge.looks import alike, look


def test_a_text_looks_like_itself_and_not_like_another():
    assert alike(look("how do I return it"), [look("how do I return it")]) == 1
    assert alike(look("how do I return it"), [look("gift-wrap")]) < 0.1


@pytest.mark.parametrize(
    ("typed", "meant", "other"),
    [
        ("my acount was hakced", "my account was hacked", "my order was packed"),
        ("退貨運费", "退货运费", "退货地址"),
    ],
)
def test_typing_errors_leave_most_of_a_look(typed, meant, other):
    assert alike(look(typed), [look(meant)]) > alike(look(typed), [look(other)])


def test_the_most_alike_one_counts():
    one = look("delivery")
    assert alike(one, [look("refund"), look("delivery")]) == 1
    assert alike(one, []) == 0
    assert alike(look(""), [look("")]) == 0


@given(st.text(max_size=50), st.text(max_size=50))
def test_it_is_a_share_and_the_same_both_ways(one, other):
    there = alike(look(one), [look(other)])
    assert 0 <= there <= 1
    assert there == alike(look(other), [look(one)])
