"""A merchant's mistake in policy.yaml is named with its place and its remedy."""

from datetime import time
from pathlib import Path

import pytest

from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.policies.file import PolicyError, load_policy
from xiaoer.shops import demo

DEMO = Path(demo.__file__).parent / "policy.yaml"


def test_the_demo_policy_becomes_rules():
    policy = load_policy(DEMO)
    assert policy.shop_name.zh == "山月集"
    assert policy.hours.opens == time(9)
    assert policy.hours.days == frozenset(range(7))
    assert policy.cancel_states == {OrderState.AWAITING_PAYMENT, OrderState.PAID}
    assert policy.return_fee == Money(1200, "CNY")
    assert policy.return_free_tiers == {Tier.GOLD}
    assert policy.refund_days[PayMethod.CARD] == 7
    assert policy.exchange_days_by_category["running_shoes"] == 30


def test_a_shop_may_have_a_phone(tmp_path):
    assert load_policy(DEMO).phone == ""
    path = tmp_path / "policy.yaml"
    text = DEMO.read_text(encoding="utf-8")
    path.write_text(
        text.replace("currency: CNY", 'currency: CNY\n  phone: "400-000-0000"', 1), encoding="utf-8"
    )
    assert load_policy(path).phone == "400-000-0000"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("unopened_only:", "unopend_only:", "return.unopend_only: this key is not known"),
        ("within_hours:", "in_hours:", "dispatch.within_hours: this key is missing"),
        ("states: [awaiting_payment, paid]", "states: [payed]", "cancel.states.0: 'payed' is not possible."),
        ("fee: 12.00", "fee: a dozen", "return.fee: Input should be a valid number"),
        ("fee: 12.00", "fee: -1", "return.fee: Input should be greater than or equal to 0"),
        ("fee: 12.00", "fee: .inf", "return.fee: Input should be a finite number"),
        ("Asia/Shanghai", "Beijing", "shop.time_zone: not a time zone; write for instance Asia/Shanghai"),
        ('close: "22:00"', "close: 22:00", "service_hours.close: Input should be a valid string"),
        ('open: "09:00"', 'open: "nine"', "service_hours.open: not a time of day; write it in quotes"),
        ("M[0-9]{8}", "M[0-9", "shop.order_number: not a regular expression"),
        ("sat, sun]", "sat, holiday]", "service_hours.days.6: 'holiday' is not possible. Write 'mon', 'tue'"),
        (
            "currency: CNY",
            "currency: CNY\n  phone: ask us",
            "shop.phone: not a phone number; write it in quotes",
        ),
        ("faulty: shop, other: customer", "faulty: shop, other: nobody", "return.shipping_paid_by.other"),
    ],
)
def test_a_mistake_is_told_with_file_key_and_remedy(tmp_path, right, wrong, said):
    text = DEMO.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    assert f"{path}: {said}" in str(error.value)


def test_when_the_shop_bears_every_return_there_is_no_fee(tmp_path):
    text = DEMO.read_text(encoding="utf-8").replace("other: customer", "other: shop")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    assert load_policy(tmp_path / "policy.yaml").return_fee.minor == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "(the whole file)"), ("a: [", "not readable as YAML"), ("\x00", "not readable as YAML")],
)
def test_a_file_that_is_no_policy(tmp_path, text, said):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r".") as error:
        load_policy(path)
    assert said in str(error.value)


def test_no_file_at_all(tmp_path):
    with pytest.raises(PolicyError, match="no such file"):
        load_policy(tmp_path / "policy.yaml")
