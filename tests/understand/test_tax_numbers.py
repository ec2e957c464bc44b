"""Tax numbers: what is one, and what exactly is wrong with one that is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.understand.tax_numbers import fault_of, tax_number_in, written

GOOD = "91110000600037341L"


@pytest.mark.parametrize("text", [GOOD, GOOD.lower(), "9111 0000 6000 3734 1L", "911100-00600037341L"])
def test_a_number_however_it_is_written(text: str) -> None:
    assert fault_of(text) is None
    assert written(text) == GOOD


@pytest.mark.parametrize(
    ("number", "kind", "wrong"),
    [
        ("", "length", ""),
        (GOOD[:-1], "length", ""),
        (GOOD + "1", "length", ""),
        (GOOD.replace("L", "O"), "characters", "O"),
        (GOOD[:9] + "中" + GOOD[10:], "characters", "中"),
        ("A" + GOOD[1:], "start", "A1110000"),
        (GOOD[:-1] + "M", "checksum", ""),
        (GOOD[:8] + "7" + GOOD[9:], "checksum", ""),
    ],
)
def test_what_is_wrong_is_said(number: str, kind: str, wrong: str) -> None:
    fault = fault_of(number)
    assert fault is not None
    assert (fault.kind, fault.wrong) == (kind, wrong)


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_character_mistyped_is_found(place: int, char: str) -> None:
    typed = GOOD[:place] + char + GOOD[place + 1 :]
    assert (fault_of(typed) is None) == (typed == GOOD)


@given(st.text(max_size=40))
def test_nothing_breaks_it(text: str) -> None:
    fault = fault_of(text)
    assert fault is None or fault.kind in ("length", "characters", "start", "checksum")
    tax_number_in(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"抬头：山月商贸，税号：{GOOD}，谢谢", GOOD),
        (f"tax number is {GOOD.lower()}", GOOD),
        (GOOD, GOOD),
        ("税号9111000060003734", "9111000060003734"),
        ("我的电话 13800138000", ""),
        ("no number here", ""),
        ("I need an invoice for order M24032833, please", ""),
        ("my tax number is wrong on the invoice", ""),
        ("9111 0000 6000 3734 1L", GOOD),
    ],
)
def test_it_is_found_in_what_is_said(text: str, number: str) -> None:
    assert tax_number_in(text) == number
