"""A merchant's mistake in policy.yaml is named with its place and its remedy."""

import re
from datetime import time
from pathlib import Path

import pytest

from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.policies.file import load_policy
from xiaoer.policies.written import PolicyError
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
        ("unopened_only:", "unopend_only:", "return.unopend_only: 没有这个键，是不是想写 unopened_only？"),
        ("unopened_only:", "unopend_only:", "this key is not known. Do you mean unopened_only?"),
        ("exchange:\n", "exchange:\n  fee: 12.00\n", "exchange.fee: 这个键不该写在这里"),
        ("within_hours:", "in_hours:", "dispatch.within_hours: 缺少这个键"),
        ("within_hours:", "in_hours:", "this key is missing. Add it"),
        ("states: [awaiting_payment, paid]", "states: [payed]", "cancel.states.0: 'payed' 不能用，可以写："),
        ("states: [awaiting_payment, paid]", "states: paid", "cancel.states: 要用英文方括号写成一列"),
        ("window_days: 15", "window_days: 15天", "return.window_days: 要写不带单位的整数，例如 15"),
        ("window_days: 15", "window_days: 15 days", "write a whole number without a unit, such as 15"),
        (
            "window_days: 15",
            "window_days: yes",
            "return.window_days: 要写数字（现在是 True） / write a number",
        ),
        ("beauty: 7,", "beauty: yes,", "return.by_category.beauty: 要写数字"),
        ("window_days: 15", "window_days: -1", "不能小于 0（现在是 -1） / this must be at least 0"),
        ("window_days: 15", "window_days: 4000", "不能大于 3650（现在是 4000） / this must be at most 3650"),
        ("fee: 12.00", "fee: a dozen", "return.fee: 要写不带货币符号和千分位逗号的数字"),
        ("fee: 12.00", "fee: ¥12", "write a plain number without currency sign"),
        ("fee: 12.00", "fee: -1", "return.fee: 不能小于 0"),
        ("fee: 12.00", "fee: .inf", "return.fee: "),
        ("per_order: 2000.00", "per_order: 2,000.00", "金额里不要写千分位逗号"),
        ("per_order: 2000.00", "per_order: 1e300", "limits.per_order: 不能大于"),
        ("percent: 10", "percent: 10%", "goodwill.percent: 要写不带单位的整数"),
        ("Asia/Shanghai", "Beijing", "shop.time_zone: 不是时区，例如 Asia/Shanghai"),
        ("currency: CNY", "currency: JPY", "shop.currency: 要写有两位小数的货币代码"),
        ('close: "22:00"', "close: 22:00", 'service_hours.close: 时间要加英文引号，写成 "09:00"'),
        ('open: "09:00"', 'open: "nine"', "not a time of day; write it in quotes"),
        ('close: "22:00"', 'close: "22:00+08:00"', "service_hours.close: 时间要加英文引号"),
        ('close: "22:00"', 'close: "08:00"', "service_hours: open 要早于 close"),
        ("2027-02-05", "2027/02/05", "service_hours.holidays.0: 日期要写成 2027-02-05 这样"),
        ("2027-02-05", "2027-02-30", "'2027-02-30' 不存在"),
        ("[2, 4]", "[4, 2]", "delivery.domestic_days: 前一个不能大于后一个"),
        ("M[0-9]{8}", "M[0-9", "shop.order_number: 不是正则表达式"),
        ("M[0-9]{8}", ".*", "shop.order_number: 不能连空白也算订单号"),
        ("sat, sun]", "sat, holiday]", "service_hours.days.6: 'holiday' 不能用，可以写：'mon', 'tue'"),
        ("sat, sun]", "sat, holiday]", "'holiday' is not possible. Write 'mon', 'tue'"),
        ('version: "2026-11-01"', "version: 2026-11-01", "version: 要写成文字：加上英文引号"),
        ("currency: CNY", "currency: CNY\n  phone: ask us", "shop.phone: 电话要加引号"),
        ("faulty: shop, other: customer", "faulty: shop, other: nobody", "return.shipping_paid_by.other"),
        (
            "faulty: shop,",
            "faulty: customer,",
            "return.shipping_paid_by.faulty: 'customer' 不能用，可以写：'shop'",
        ),
        ("  window_days: 15", "  window_days: 30\n  window_days: 15", "window_days 写了两遍，只留一个"),
        ("{ beauty: 7, baby: 7 }", "{ beauty: 7, beauty: 70 }", "beauty stands here twice: keep one"),
        ("  window_days: 15", "\twindow_days: 15", "用了 Tab，请改成空格"),
        ("window_days: 15", "window_days：15", "有中文标点“：”，请改成英文（半角）的"),
        ("beauty: 7, baby", "beauty: 7， baby", "has Chinese punctuation"),
        ("  window_days: 15", "\u3000window_days: 15", "有中文标点“全角空格”"),
        ("  window_days: 15", "  window_days:15", "冒号后面要有一个空格"),
        ("  window_days: 15", "   window_days: 15", "检查这一行和上一行的缩进"),
        ("fee: 12.00", "fee: !!python/name:os.system", "不能用 ! 开头的标记"),
        ('version: "2026-11-01"', 'version: "2026-11-01', "第 3 行的引号没有成对"),
        ("window_days: 15", "window_days: " + "9" * 5000, "不存在，看看是不是写错了"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_remedy_in_both_languages(tmp_path, right, wrong, said):
    text = DEMO.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "policy.yaml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    told = str(error.value).split("\n")
    assert said in str(error.value)
    assert all(
        re.fullmatch(rf"{re.escape(str(path))}:[0-9]+: .*[\u4e00-\u9fff].* / .*[a-z].*", one) for one in told
    )
    near = text[: text.index(right)].count("\n") + 1
    assert (
        any(abs(int(one.removeprefix(f"{path}:").split(":")[0]) - near) <= 1 for one in told)
        or "引号" in said
    )


def test_when_the_shop_bears_every_return_there_is_no_fee(tmp_path):
    text = DEMO.read_text(encoding="utf-8").replace("other: customer", "other: shop")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    assert load_policy(tmp_path / "policy.yaml").return_fee.minor == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the whole file"),
        (b"- a\n- b", "the whole file"),
        (b"a: [", "检查这一行和上一行"),
        (b"\x00", "控制字符"),
        (b"[" * 5000, "括号套得太深"),
        (b"a: 1\n---\nb: 2", "一个文件只写一份规则"),
        (DEMO.read_text("utf-8").encode("gb18030"), ":2: 不是 UTF-8 编码，请在编辑器里“另存为”UTF-8"),
        (DEMO.read_text("utf-8").encode("utf-16"), ":1: 不是 UTF-8 编码"),
        (DEMO.read_bytes() + b"# more\n" * 200_000, "文件太大，最多 1 MB"),
    ],
    ids=["empty", "list", "cut off", "nul", "nested", "two", "gb18030", "utf-16", "huge"],
)
def test_a_file_that_is_no_policy(tmp_path, data, said):
    path = tmp_path / "policy.yaml"
    path.write_bytes(data)
    with pytest.raises(PolicyError, match=r".") as error:
        load_policy(path)
    assert said in str(error.value)


def test_as_other_editors_save_it(tmp_path):
    text = DEMO.read_text("utf-8")
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load_policy(path) == load_policy(DEMO)


def test_what_is_many_times_nested_by_name_is_told_in_short(tmp_path):
    """Nine names for nine each: written out it would fill the memory."""
    named = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    path = tmp_path / "policy.yaml"
    path.write_text("\n".join(["a0: &a0 [x, x]", *named, "shop: *a9"]))
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    assert len(str(error.value)) < 20_000


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(PolicyError, match="读不了这个文件 / it cannot be read"):
        load_policy(tmp_path)


def test_no_file_at_all(tmp_path):
    with pytest.raises(PolicyError, match="no such file"):
        load_policy(tmp_path / "policy.yaml")
