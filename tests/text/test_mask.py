"""What leaves the house of a customer's words: nothing that tells who it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xiaoer.text.mask import Kind, masked


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我叫王小明，电话１３８００１３８０００", "我叫[name]，电话[number]"),
        ("收货人改成李雷 13800138000", "收货人改成[name] [number]"),
        ("我是张伟，查一下M20260001", "我是[name]，查一下[number]"),
        ("王先生，您的包裹SF1234567890123到了", "[name]先生，您的包裹[number]到了"),
        ("寄到上海市张江路100号3号楼502室", "寄到[address]"),
        ("身份证11010519491231002x，卡号6222 0200 1234 5678 901", "身份证[number]，卡号[number]"),
        ("电话幺三八零零一三八零零零", "电话[number]"),
        ("邮箱li.lei@example.com，微信li_lei99", "邮箱[email]，微信[account]"),
        ("验证码 482913", "验证码 [number]"),
        ("my name is john smith, order ORD-2026-0001", "my name is [name], order [number]"),
        ("I'm Anna, call me on +44 20 7946 0958", "I'm [name], call me on [number]"),
        ("send it to 12 Baker Street, NW1 6XE", "send it to [address], [address]"),
        ("where is 1Z999AA10123456784?", "where is [number]?"),
        ("IBAN GB29 NWBK 6016 1331 9268 19", "IBAN [number]"),
        ("see https://shop.example/track?id=7", "see [link]"),
        ("Best regards,\nMary Jones", "Best regards,\n[name]"),
    ],
)
def test_what_belongs_to_one_person_is_only_named(text, left):
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "我是高级会员，满300减40",
        "收货人的电话能改吗",
        "2026年11月18日发货，1299.00元，尺码42",
        "i'm angry, this is not my size",
        "my order of 2026-11-18, 3 pairs for 25 euros",
        "iphone 15 pro max 256gb",
    ],
)
def test_what_belongs_to_nobody_stays(text):
    assert masked(text) == text


def test_the_words_shown_are_the_callers():
    assert masked("mail a@b.example", shown=lambda kind: f"<{kind.upper()}>") == "mail <EMAIL>"
    assert {kind.value for kind in Kind} == {"email", "link", "account", "number", "name", "address"}


@given(
    before=st.text(max_size=40),
    digits=st.from_regex(r"[1-9]\d{10}", fullmatch=True),
    after=st.text(max_size=40),
)
@example(before="2026-11-18", digits="13800138000", after="")
def test_a_phone_number_never_gets_through(before, digits, after):
    assert digits not in masked(f"{before} {digits} {after}")


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing(text):
    assert masked(masked(text)) == masked(text)
