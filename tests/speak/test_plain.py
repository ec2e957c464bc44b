"""A reply where there is text alone: nothing of it is lost, and no words pass for more than words."""

from dataclasses import replace

import pytest
from tests.speak.test_render import renderer

from xiaoer.domain.ids import IntentId, PhotoId
from xiaoer.domain.reply import (
    CardEvent,
    CardLine,
    CardParcel,
    CardRow,
    Citation,
    ConfirmCard,
    OrderCard,
    PhotoPart,
    ProductCard,
    ProductCards,
    QueueCard,
    QuickReplies,
    QuickReply,
    TextPart,
)
from xiaoer.domain.understanding import Answer
from xiaoer.domain.words import Language
from xiaoer.speak.plain import Plain, unlinked
from xiaoer.understand.answers import answer_in

ZH, EN = Plain(say=renderer(Language.ZH)), Plain(say=renderer(Language.EN))
CARD = ConfirmCard(
    intent_id="i1",
    action="cancel_order",
    title="Cancel the order",
    rows=(CardRow(label="Order", value="M1"), CardRow(label="To", value="1 Road\nTown")),
    yes="Yes",
    no="No",
    expires_at="2026-11-24T05:00:00+00:00",
)
BAG = ProductCard(
    product_id="p1", title="Bag", price="¥99.00", options="blue", stock="In stock", image="", link="/#p1"
)


def test_an_order_and_its_parcel_stand_in_lines() -> None:
    parcel = CardParcel(
        carrier="SF",
        tracking_number="SF1",
        state="In transit",
        eta="",
        events=(
            CardEvent(at="24 Nov, 14:05", text="left\nHangzhou"),
            CardEvent(at="23 Nov", text="picked up"),
        ),
    )
    order = OrderCard(
        order_id="M1",
        state="shipped",
        state_text="On its way",
        placed_at="Sat 21 Nov",
        total="¥648.00",
        lines=(CardLine(title="Shoes", options="38 / black", quantity=2, price="¥324.00"),),
        parcels=(parcel,),
    )
    assert EN.reply([TextPart(text="Here it is."), order]).splitlines() == [
        "Here it is.",
        "",
        "M1 · Sat 21 Nov · On its way · ¥648.00",
        "- Shoes · 38 / black · ×2 · ¥324.00",
        "- SF · SF1 · In transit",
        "  - 24 Nov, 14:05 · left Hangzhou",
        "  - 23 Nov · picked up",
    ]


def test_a_card_says_how_to_confirm_and_its_words_are_heard_as_yes_and_no() -> None:
    for plain, yes, no in ((ZH, "是的", "不用了"), (EN, "yes", "no")):
        said = replace(plain, card=IntentId("i1")).reply([CARD])
        assert said.startswith("Cancel the order\n- Order: M1\n- To: 1 Road Town\n\n")
        assert yes in said
        assert no in said
        assert "http" not in said
        assert (answer_in(yes), answer_in(no)) == (Answer.YES, Answer.NO)


def test_a_card_that_no_word_confirms_does_not_ask_for_one() -> None:
    for plain in (ZH, replace(EN, card=IntentId("another"))):
        said = plain.reply([CARD])
        assert "是的" not in said
        assert '"yes"' not in said
        assert said.endswith(plain.phrase("press"))


def test_the_page_where_a_card_is_pressed_is_named_where_it_is_known() -> None:
    page = "https://shop.example/talk?c=1"
    for plain in (ZH, EN):
        for card in (IntentId("i1"), None):
            assert page in replace(plain, page=page, card=card).reply([CARD])
        assert page in replace(plain, page=page).phrase("with_person")


@pytest.mark.parametrize(
    ("link", "site", "told"),
    [
        ("/#p1", "https://shop.example/talk", "https://shop.example/#p1"),
        ("/#p1", "", ""),
        ("https://shop.example/p1", "", "https://shop.example/p1"),
        ("https://cdn.example/p1", "https://shop.example/", "https://cdn.example/p1"),
        ("javascript:alert(1)", "", ""),
        ("javascript:alert(1)", "https://shop.example/", ""),
    ],
)
def test_a_link_leads_to_the_shops_page_or_is_left_out(link: str, site: str, told: str) -> None:
    said = replace(EN, site=site).reply([ProductCards(products=(replace(BAG, link=link),))])
    assert said == " · ".join(filter(None, ["- Bag", "¥99.00", "blue", "In stock", told]))


def test_buttons_titles_and_the_place_in_the_queue_are_said() -> None:
    buttons = QuickReplies(options=(QuickReply(label="Track", text="Track my parcel"),))
    title = Citation(slug="returns", title="Returns", language=Language.EN)
    queue = QueueCard(state="waiting", place=2, text="In the queue · number 2")
    photo = PhotoPart(photo_id=PhotoId("f1"), width=1, height=1)
    assert EN.reply([title, buttons, queue, photo]) == (
        '(from "Returns")\n\nYou can answer:\n- Track my parcel\n\nIn the queue · number 2'
    )
    assert ZH.reply([title, buttons]) == "（出自《Returns》）\n\n您可以这样回复：\n- Track my parcel"


@pytest.mark.parametrize(
    "trick",
    [
        "![](https://evil.example/seen.gif)",
        "[your parcel](https://evil.example)",
        "![x][1]\n\n[1]: https://evil.example/seen.gif",
        "[your parcel]\n\n[your parcel]: https://evil.example",
        "![[x](y)](z)",
        "<img src=https://evil.example/seen.gif><a href='//evil.example'>your parcel</a><!--",
    ],
)
def test_no_words_draw_a_picture_or_hide_an_address(trick: str) -> None:
    for text in (unlinked(trick), EN.reply([TextPart(text=trick)])):
        assert not any(mark in text for mark in ("![", "](", "][", "]:", "<i", "<a", "</", "<!"))
