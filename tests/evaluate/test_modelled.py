"""A customer who is played by a model, and what it says to a card."""

import pytest

from xiaoer.evaluate.modelled import answer_in


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("YES", True),
        ("Yes, please.", True),
        ("ok", True),
        ("**Confirm**", True),
        ("好的", True),
        ("好的，谢谢", True),
        ("好", True),
        ("是的。", True),
        ("是", True),
        ("可以", True),
        ("确认取消", True),
        ("No.", False),
        ("no, thanks", False),
        ("不要", False),
        ("不用了", False),
        ("不，我再想想", False),
        ("好像地址不对", None),
        ("是不是要扣钱？", None),
        ("可以换成退款吗", None),
        ("确认一下，地址是哪里？", None),
        ("不好意思，运费谁出？", None),
        ("No problem, but who pays for postage?", None),
        ("Nothing else?", None),
        ("Okra for dinner", None),
    ],
)
def test_a_question_that_begins_like_a_yes_presses_nothing(text: str, yes: bool | None) -> None:
    assert answer_in(text) is yes
