"""Addresses in a customer's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.understand.address import ParsedAddress, parse_address


def read(text: str, country: str = "CN") -> ParsedAddress:
    return parse_address(text, default_name="李梅", default_phone="+8613900000000", default_country=country)


@pytest.mark.parametrize(
    ("text", "region", "city", "street"),
    [
        ("北京市朝阳区建国路1号", "北京市", "北京市", "朝阳区建国路1号"),
        ("杭州西湖区文三路1号", "浙江省", "杭州市", "西湖区文三路1号"),
        ("廣東省深圳市南山區海棠路8號", "广东省", "深圳市", "南山區海棠路8號"),
        ("内蒙古呼和浩特新城区牧歌街3号", "内蒙古自治区", "呼和浩特市", "新城区牧歌街3号"),
        ("重庆渝中区青石巷12号", "重庆市", "重庆市", "渝中区青石巷12号"),
        ("湖北恩施土家族苗族自治州恩施市舞阳大道1号", "湖北省", "恩施土家族苗族自治州", "恩施市舞阳大道1号"),
        ("吉林市船营区解放路1号", "吉林省", "吉林市", "船营区解放路1号"),
        ("吉林省吉林市船营区解放路1号", "吉林省", "吉林市", "船营区解放路1号"),
    ],
)
def test_chinese_places(text, region, city, street):
    parsed = read(text)
    assert (parsed.region, parsed.city, parsed.street) == (region, city, street)
    assert parsed.missing == ()


@pytest.mark.parametrize(
    "text",
    [
        "上海市浦东新区张杨路88号502室，李雷 13812345678",
        "李雷，13812345678，上海市浦东新区张杨路88号502室",
        "收件人：李雷\n手机：138 1234 5678\n地址：上海市浦东新区张杨路88号502室",
        "上海市浦东新区张杨路88号502室 李雷先生收 电话+86 138-1234-5678",
        "上海市浦东新区张杨路88号502室李雷收，13812345678",
    ],
)
def test_receiver_and_phone_stand_anywhere_in_a_chinese_address(text):
    parsed = read(text)
    assert (parsed.name, parsed.phone) == ("李雷", "+8613812345678")
    assert (parsed.city, parsed.street) == ("上海市", "浦东新区张杨路88号502室")


def test_chinese_postcode_is_no_part_of_the_street():
    parsed = read("浙江省杭州市西湖区文三路1号 310012")
    assert (parsed.postcode, parsed.street) == ("310012", "西湖区文三路1号")


@pytest.mark.parametrize(
    ("text", "country", "region", "city", "street", "postcode"),
    [
        ("5 Park Lane, Leeds LS1 3AB", "GB", "", "Leeds", "5 Park Lane", "LS1 3AB"),
        ("500 Elm Road Leeds LS1 3AB", "GB", "", "Leeds", "500 Elm Road", "LS1 3AB"),
        ("221B Baker Street, London, nw1 6xe, UK", "GB", "", "London", "221B Baker Street", "NW1 6XE"),
        (
            "12 Alder Row, Apt 5\nPortland, OR 97205\nUSA",
            "US",
            "OR",
            "Portland",
            "12 Alder Row, Apt 5",
            "97205",
        ),
        (
            "3/18 Wattle Street, Melbourne VIC 3000, Australia",
            "AU",
            "VIC",
            "Melbourne",
            "3/18 Wattle Street",
            "3000",
        ),
        ("Lindenweg 5, 10115 Berlin, Germany", "DE", "", "Berlin", "Lindenweg 5", "10115"),
        (
            "88 Orchid Walk, #04-12, Singapore 238801",
            "SG",
            "",
            "Singapore",
            "88 Orchid Walk, #04-12",
            "238801",
        ),
        (
            "No. 8 Cuibai Road, Xihu District, Hangzhou, Zhejiang, China 310012",
            "CN",
            "Zhejiang",
            "Hangzhou",
            "No. 8 Cuibai Road, Xihu District",
            "310012",
        ),
    ],
)
def test_western_places(text, country, region, city, street, postcode):
    parsed = read(text)
    assert (parsed.country, parsed.region, parsed.city) == (country, region, city)
    assert (parsed.street, parsed.postcode, parsed.missing) == (street, postcode, ())


def test_western_receiver_and_phone():
    parsed = read("Carla Müller, Kastanienallee 10, 10435 Berlin, Germany, phone 030 23125117")
    assert (parsed.name, parsed.phone) == ("Carla Müller", "+493023125117")


@pytest.mark.parametrize(
    ("text", "country", "missing"),
    [
        ("文三路2号", "CN", ("city",)),
        ("上海市浦东新区", "CN", ("street",)),
        ("hello", "CN", ("city", "street")),
        ("", "GB", ("city", "street", "postcode")),
        ("12 Elm Street, Leeds", "GB", ("postcode",)),
    ],
)
def test_what_a_parcel_needs_is_named(text, country, missing):
    assert read(text, country).missing == missing


def test_a_number_that_cannot_be_one_is_missing():
    assert read("12 Elm Street, Leeds LS1 3AB, +1 5550 12345", "GB").missing == ("phone",)


def test_what_is_not_said_keeps_the_default():
    parsed = read("北京市朝阳区建国路1号")
    assert (parsed.name, parsed.phone, parsed.country) == ("李梅", "+8613900000000", "CN")


@given(st.text())
def test_any_text_is_read(text):
    assert isinstance(read(text), ParsedAddress)


@given(st.text(alphabet="省市区路号1390，, 北京上海收USA\n12Street"))
def test_any_mixture_of_address_words_is_read(text):
    assert isinstance(read(text), ParsedAddress)
