"""What is matched of a message."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xiaoer.text.clean import LONGEST, clean, fold, tidy


@pytest.mark.parametrize(
    ("written", "matched"),
    [
        ("ＷＨＥＲＥ　ｉｓ　Ｍ１２３？", "where is m123?"),
        ("取\u200b消\u202e订单", "取消订单"),
        ("請問訂單發貨了嗎", "请问订单发货了吗"),
        ("在吗？？？？？？？？", "在吗???"),
        ("sooooooo slow", "sooo slow"),
        ("M10000001", "m10000001"),
        ("don’t “stop”", 'don\'t "stop"'),
        ("Café\u0301\u0302\u0303", "cafe"),
        ("a\ud800b\x00c", "abc"),
        ("line\r\n\r\n two\t three", "line\ntwo three"),
        ("❤️", "❤"),
        ("", ""),
    ],
)
def test_cleaning(written, matched):
    assert clean(written) == matched


def test_tidying_keeps_what_an_address_needs():
    assert tidy("收件人:陳大文\nCarla Müller") == "收件人:陳大文\nCarla Müller"


def test_only_the_beginning_of_a_flood_is_read():
    assert len(clean("退" * 5 + "货x" * 1_000_000)) <= LONGEST


@given(st.text())
def test_folding_keeps_positions(text):
    tidied = tidy(text)
    assert len(fold(tidied)) == len(tidied)


@example("AAAa")  # four of a once they are folded
@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)
