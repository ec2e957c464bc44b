"""What of an order is meant, where more than one thing may be."""

import pytest

from xiaoer.decide.several import closed, joined, several, the_one
from xiaoer.domain.decision import Choice
from xiaoer.domain.words import Words


def _line(number: int, zh: str, en: str) -> Choice:
    return Choice(f"L{number},", Words(zh, en), (en.lower(),))


LINES = [
    _line(1, "童岸 纱布口水巾（六条）（星星）", "Tongan Muslin Cloths (6) (stars)"),
    _line(2, "疾影 羽毛球拍双拍装（红色）", "Jiying Badminton Racket Set (red)"),
    _line(3, "栖木 慢回弹护颈枕（高枕）", "Qimu Memory Foam Neck Pillow (high)"),
    Choice("", Words("就这些", "That is all")),
]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("口水巾和球拍都取消", "L1,L2"),
        ("the pillow and the racket", "L2,L3"),
        ("第一件和第三件", "L1,L3"),
        ("the second and the third one", "L2,L3"),
        ("1 and 3", "L1,L3"),
        ("1、2", "L1,L2"),
        ("全部都不要了", "L1,L2,L3"),
        ("all of them", "L1,L2,L3"),
        ("球拍", None),
        ("第二件", None),
        ("第九件和第八件", None),
        ("M20261234", None),
        ("", None),
    ],
)
def test_several_at_once(text: str, meant: str | None) -> None:
    assert several(LINES, text) == meant


@pytest.mark.parametrize(
    ("text", "options", "meant"),
    [
        ("球拍不要了", True, "L2"),
        ("not the pillow please", True, "L3"),
        ("红色那个", True, "L2"),
        ("换成红色", False, None),
        ("口水巾和球拍", True, None),
        ("水杯", True, None),
    ],
)
def test_one_by_a_part_of_its_name(text: str, *, options: bool, meant: str | None) -> None:
    assert the_one(LINES, text, options=options) == meant


def test_a_word_that_two_share_names_neither() -> None:
    alike = [
        _line(1, "云步 跑鞋（黑色）", "Yunbu Shoes (black)"),
        _line(2, "云步 徒步鞋（白色）", "Yunbu Boots (white)"),
    ]
    assert the_one(alike, "云步那双", options=True) is None
    assert the_one(alike, "跑鞋", options=True) == "L1"


def test_ids_are_kept_once_and_closed() -> None:
    assert joined(["L1,", "L2,L1", ""]) == "L1,L2"
    assert closed("L1,L2,") == "L1,L2"
