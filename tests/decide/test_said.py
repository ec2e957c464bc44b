"""Words that name what no slot reads: remedies, invoices, a pair of products."""

import pytest

from xiaoer.decide.said import answer, demands, is_plain, named, remedy_in, two_products
from xiaoer.domain.conversation import Memory

SHOWN = Memory(shown=("p1", "p2", "p3"), shown_slot="product_id")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("重新寄一份吧", "resend"),
        ("补发", "resend"),
        ("send it again", "resend"),
        ("a replacement please", "resend"),
        ("退钱", "refund"),
        ("I want my money back", "refund"),
        ("refund or a new one?", ""),
        ("随便", ""),
        ("", ""),
    ],
)
def test_a_remedy_is_taken_only_if_one_is_said(words: str, remedy: str) -> None:
    assert remedy_in(words) == remedy


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (
            "抬头：山月商贸有限公司，税号 91110000600037341L",
            {"kind": "company", "title": "山月商贸有限公司", "tax_number": "91110000600037341L"},
        ),
        (
            "a personal invoice made out to Alex Morgan, to Alex@Example.com",
            {"kind": "personal", "title": "Alex Morgan", "email": "alex@example.com"},
        ),
        ("I need an invoice for order M24032833", {}),
        ("开发票", {}),
    ],
)
def test_details_of_an_invoice(words: str, found: dict[str, str]) -> None:
    assert named("request_invoice", words) == found


def test_asked_for_a_title_a_whole_line_is_it_but_no_question() -> None:
    assert answer("title", "Mei Lin") == "Mei Lin"
    assert answer("title", "林美") == "林美"
    assert answer("title", "抬头是什么") is None
    assert answer("title", "x" * 101) is None


def test_a_complaint_that_says_nothing_yet_is_asked_for() -> None:
    assert named("complaint", "我要投诉你们") == {}
    assert named("complaint", "I want to complain") == {}
    story = "我要投诉，快递员把我的箱子摔在门口就走了"
    assert named("complaint", story) == {"what": story}


def test_what_holds_the_answer_is_no_digression() -> None:
    assert is_plain("tax_number", "9111000060003734")
    assert is_plain("email", "发到 mei@example.com")
    assert not is_plain("email", "where is my parcel")
    assert not is_plain("title", "where is my parcel")


@pytest.mark.parametrize(
    ("words", "pair"),
    [
        ("这两款有什么区别", ("p1", "p2")),
        ("compare these two", ("p1", "p2")),
        ("第一款和第三款有什么区别", ("p1", "p3")),
        ("compare the first and the third", ("p1", "p3")),
        ("帮我比较一下晨风跑鞋和夏蝉跑鞋", ("晨风跑鞋", "夏蝉跑鞋")),
        ("晨风跑鞋和夏蝉跑鞋哪个好", ("晨风跑鞋", "夏蝉跑鞋")),
        ("what is the difference between the breeze 4 and the cicada?", ("breeze 4", "cicada")),
        ("breeze 4 vs cicada", ("breeze 4", "cicada")),
        ("哪个好", None),
    ],
)
def test_two_products_by_name_or_place(words: str, pair: tuple[str, str] | None) -> None:
    found = two_products(words, SHOWN)
    assert (found.get("first"), found.get("second")) == (pair or (None, None))


def test_these_two_of_no_list_are_asked_for() -> None:
    assert two_products("这两款有什么区别", Memory()) == {}


@pytest.mark.parametrize(
    ("text", "demanded"),
    [
        ("给我退差价", True),
        ("退差价", True),
        ("refund the price difference", True),
        ("can i get the difference", False),
        ("买完降价了能退差价吗", False),
        ("请问降价了怎么办", False),
    ],
)
def test_a_demand_is_no_question(text: str, demanded: bool) -> None:
    assert demands(text) is demanded
