"""What the words of a message name."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.understanding import Slots
from xiaoer.text.clean import fold, tidy
from xiaoer.understand.slots import SlotReader


@pytest.fixture
def read(reader: SlotReader) -> Callable[[str], Slots]:
    def slots_of(text: str) -> Slots:
        tidied = tidy(text)
        return reader.read(tidied, fold(tidied))

    return slots_of


def named(slots: Slots) -> dict[str, object]:
    empty = Slots()
    return {f.name: v for f in fields(Slots) if (v := getattr(slots, f.name)) != getattr(empty, f.name)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("M20260001", ("M20260001",)),
        ("订单m20260001到哪了", ("M20260001",)),
        ("Ｍ２０２６０００１", ("M20260001",)),
        ("order M 2026 0001 please", ("M20260001",)),
        ("M-2026-0001, thanks", ("M20260001",)),
        ("取消M20260001和M20260002", ("M20260001", "M20260002")),
        ("m20260001 M20260001", ("M20260001",)),
        ("M202600012", ()),
        ("AM20260001", ()),
        ("M2026000", ()),
        ("20260001", ()),
        ("M20260001两双", ("M20260001",)),
        ("M20260001 42码", ("M20260001",)),
    ],
)
def test_order_numbers(read, text, ids):
    assert read(text).order_ids == ids


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("SF1234567890123到哪了", ("SF1234567890123",)),
        ("sf 123456789012", ("SF123456789012",)),
        ("YT1234567890123", ("YT1234567890123",)),
        ("JDV012345678901", ("JDV012345678901",)),
        ("track 1Z999AA10123456784", ("1Z999AA10123456784",)),
        ("EA123456789CN", ("EA123456789CN",)),
        ("快递单号7512345678901234", ("7512345678901234",)),
        ("13812345678", ()),
        ("M20260001", ()),
    ],
)
def test_tracking_numbers(read, text, numbers):
    assert read(text).tracking_numbers == numbers


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("500以内", None, 50_000),
        ("不超过300块", None, 30_000),
        ("三百以下的", None, 30_000),
        ("不到一百", None, 10_000),
        ("200-400元", 20_000, 40_000),
        ("200到400的运动裤", 20_000, 40_000),
        ("预算300到500", 30_000, 50_000),
        ("一百到三百之间", 10_000, 30_000),
        ("两千左右", 160_000, 240_000),
        ("预算1000左右", 80_000, 120_000),
        ("1千5以内", None, 150_000),
        ("五百元以上", 50_000, None),
        ("under 500", None, 50_000),
        ("less than $50", None, 5_000),
        ("cheaper than 80 dollars", None, 8_000),
        ("under 1,200 yuan", None, 120_000),
        ("no more than 1.5k", None, 150_000),
        ("between 100 and 300", 10_000, 30_000),
        ("from 100 to 300", 10_000, 30_000),
        ("around 2000", 160_000, 240_000),
        ("at least 200", 20_000, None),
        ("shoes over 1000", 100_000, None),
        ("7天以内能到吗", None, None),
        ("within 3 days", None, None),
        ("3-5天", None, None),
        ("身高170左右", None, None),
        ("42-43码", None, None),
        ("more than 2 pairs", None, None),
        ("over 3 weeks", None, None),
        ("about my order", None, None),
        ("M20260001以内", None, None),
    ],
)
def test_price_limits(read, text, low, high):
    slots = read(text)
    assert (slots.price_min_minor, slots.price_max_minor) == (low, high)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("42码", "42"),
        ("42 码的", "42"),
        ("42.5码", "42.5"),
        ("有42吗", "42"),
        ("换成43", "43"),
        ("尺码是38", "38"),
        ("size 42", "42"),
        ("do you have it in 44", "44"),
        ("EU 42", "42"),
        ("UK 8", "42"),
        ("us 9.5", "42.5"),
        ("XL有货吗", "XL"),
        ("M码", "M"),
        ("换成L的", "L"),
        ("加大码", "XL"),
        ("size m please", "M"),
        ("in medium", "M"),
        ("need a large", "L"),
        ("42的挤脚，能换42.5吗", "42.5"),
        ("change it from M to L, size L", "L"),
        ("s", "S"),
        ("42", "42"),
        ("想换大一号", ""),
        ("half a size up", ""),
        ("too large", ""),
        ("I'm here", ""),
        ("3号楼", ""),
        ("等了42天", ""),
        ("buy 40 items", ""),
    ],
)
def test_sizes(read, text, size):
    assert read(text).size == size


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("黑色的", "black"),
        ("有没有白的", "white"),
        ("藏青色", "navy"),
        ("深蓝", "navy"),
        ("红色和蓝色都可以", "red"),
        ("把黑色换成白色", "white"),
        ("no, the blue one", "blue"),
        ("exchange the black one for a white one", "white"),
        ("navy blue", "navy"),
        ("a GRAY bag", "grey"),
        ("明白的", ""),
        ("黑店", ""),
        ("发到小红书", ""),
        ("I ordered it", ""),
        ("blackboard", ""),
    ],
)
def test_colours(read, text, colour):
    assert read(text).colour == colour


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("第二个", 2),
        ("第十单", 10),
        ("第2双", 2),
        ("最后一个", -1),
        ("the last one", -1),
        ("the second order", 2),
        ("3rd item", 3),
        ("number 2", 2),
        ("third", 3),
        ("1", 1),
        ("二", 2),
        ("第一次买", None),
        ("this is my first time", None),
        ("last week", None),
        ("给我一秒 second", None),
    ],
)
def test_ordinals(read, text, ordinal):
    assert read(text).ordinal == ordinal


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("那个订单", {"that"}),
        ("return it", {"that"}),
        ("另一个", {"other"}),
        ("the other one", {"other"}),
        ("最近那单", {"latest"}),
        ("我刚买的", {"latest"}),
        ("my latest order", {"latest"}),
        ("取消订单", set()),
        ("with a credit card", set()),
    ],
)
def test_pointing(read, text, flags):
    slots = read(text)
    assert {name for name in ("that", "other", "latest") if getattr(slots, name)} == flags


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("两双", 2),
        ("3件", 3),
        ("要十个", 10),
        ("3 pairs", 3),
        ("two of them", 2),
        ("x2", 2),
        ("换一双", None),
        ("第2双", None),
        ("3个月", None),
    ],
)
def test_quantities(read, text, quantity):
    assert read(text).quantity == quantity


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("太小了", "wrong_size"),
        ("too small", "wrong_size"),
        ("坏了", "faulty"),
        ("it stopped working", "faulty"),
        ("收到就是坏的", "damaged"),
        ("arrived damaged", "damaged"),
        ("和图片不一样", "not_as_described"),
        ("not as described", "not_as_described"),
        ("不想要了", "changed_mind"),
        ("I changed my mind", "changed_mind"),
        ("我岁数大了，不想要了", "changed_mind"),
        ("抓绒半拉链上衣不想要了", "changed_mind"),
        ("变形金刚买错了", "changed_mind"),
        ("上衣的拉链坏了", "faulty"),
        ("盒子压变形了", "damaged"),
        ("发错货了", "wrong_item"),
        ("you sent the wrong item", "wrong_item"),
        ("我要退货", ""),
        ("I want to return it", ""),
    ],
)
def test_reasons(read, text, reason):
    assert read(text).reason == reason


@pytest.mark.parametrize(
    ("text", "unopened"),
    [
        ("没拆封", True),
        ("还没开封呢", True),
        ("it is unopened", True),
        ("I haven't opened it", True),
        ("拆开了", False),
        ("用过一次", False),
        ("I already opened it", False),
        ("worn once", False),
        ("我要退货", None),
        ("return it", None),
    ],
)
def test_unopened(read, text, unopened):
    assert read(text).unopened is unopened


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "把地址改成上海市浦东新区张杨路88号502室，李雷 13812345678，谢谢",
            "上海市浦东新区张杨路88号502室,李雷 13812345678",
        ),
        ("寄到北京市朝阳区建国路1号可以吗？", "北京市朝阳区建国路1号"),
        ("李雷，13812345678，北京市朝阳区建国路1号", "李雷,13812345678,北京市朝阳区建国路1号"),
        ("please ship to 5 Park Lane, Leeds LS1 3AB instead", "5 Park Lane, Leeds LS1 3AB"),
        ("change the address of M20260001 to 12 Elm Street, Leeds. Thanks", "12 Elm Street, Leeds"),
        ("My address is 9 Queen Street, Oxford", "9 Queen Street, Oxford"),
        ("Jane Roe\n5 Park Lane\nLeeds LS1 3AB", "Jane Roe\n5 Park Lane\nLeeds LS1 3AB"),
        ("改地址到成都市锦江区春熙路8号！！赶紧给我改", "成都市锦江区春熙路8号"),
        ("地址改成杭州市西湖区文三路1号，快点，急死了", "杭州市西湖区文三路1号"),
        ("寄到成都市锦江区快乐路8号！收件人李雷", "成都市锦江区快乐路8号!收件人李雷"),
        ("ship it to 5 Park Lane, Leeds LS1 3AB ASAP!!", "5 Park Lane, Leeds LS1 3AB"),
        ("change my address to 9 Queen Street, Oxford!!do it now!", "9 Queen Street, Oxford"),
        ("send it to 12 Elm Street, Leeds, and hurry up!!", "12 Elm Street, Leeds"),
        ("我要改地址", ""),
        ("change my address", ""),
        ("到上海市区要几天", ""),
        ("do you deliver to Park Lane?", ""),
        ("换成42码", ""),
    ],
)
def test_addresses(read, text, address):
    assert read(text).address == address


@pytest.mark.parametrize(
    ("text", "phone", "email"),
    [
        ("电话138 1234 5678", "138 1234 5678", ""),
        ("+44 20 7946 0958", "+44 20 7946 0958", ""),
        ("尾号5678", "5678", ""),
        ("last four digits are 0147", "0147", ""),
        ("写信到Mei.Li@example.com吧", "", "mei.li@example.com"),
        ("M20260001", "", ""),
        ("1234", "", ""),
    ],
)
def test_contacts(read, text, phone, email):
    slots = read(text)
    assert (slots.phone, slots.email) == (phone, email)


@pytest.mark.parametrize(
    ("text", "category", "words"),
    [
        ("有没有42码的跑鞋，500以内", "running_shoes", ""),
        ("云步跑鞋42码有货没", "running_shoes", "云步"),
        ("推荐一款面霜，干皮用", "", "面霜 干皮"),
        ("想买个行李箱", "", "行李箱"),
        ("不粘锅有吗", "", "不粘锅"),
        ("有伞吗", "", "伞"),
        ("包裹到哪了", "", ""),
        ("有包吗", "bags", ""),
        ("我要退货", "", ""),
        ("I'm looking for a navy blue jacket in XL under 500", "", "jacket"),
        ("do you have backpacks", "bags", ""),
        ("bluetooth speaker less than 200", "", "bluetooth speaker"),
        ("where is my order", "", ""),
        ("cancel my order please", "", ""),
        ("I want to return the shoes, too small", "running_shoes", ""),
    ],
)
def test_what_is_left_to_search_for(read, text, category, words):
    slots = read(text)
    assert (slots.category, slots.product_words) == (category, words)


def test_everything_at_once(read):
    assert named(read("M20260001里的那双红色跑鞋太小了，没拆封，想换43码")) == {
        "order_ids": ("M20260001",),
        "that": True,
        "category": "running_shoes",
        "colour": "red",
        "colour_said": "红色",
        "size": "43",
        "size_said": "43",
        "reason": "wrong_size",
        "unopened": True,
    }


PIECES = "M2026 0001二百-~到以内under$between and 42码号XLsize第最后个寄到路号，。\n@138+SF1Z"


@given(st.text() | st.text(alphabet=PIECES, max_size=300))
def test_any_text_is_read(reader, text):
    tidied = tidy(text)
    assert isinstance(reader.read(tidied, fold(tidied)), Slots)
