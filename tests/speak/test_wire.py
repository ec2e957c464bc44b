"""What clients see of a message: whole, marked, and of the described shape."""

import json
from datetime import UTC, datetime

from xiaoer.channels.web.shapes import MessageOut
from xiaoer.domain.conversation import Message
from xiaoer.domain.ids import ConversationId, MessageId, PhotoId, StaffId
from xiaoer.domain.reply import (
    CardEvent,
    CardLine,
    CardParcel,
    CardRow,
    Citation,
    ConfirmCard,
    OrderCard,
    Origin,
    PhotoPart,
    ProductCard,
    ProductCards,
    QueueCard,
    QuickReplies,
    QuickReply,
    TextPart,
    TranslationPart,
)
from xiaoer.domain.words import Language
from xiaoer.speak.wire import KINDS, message_json

_PARCEL = CardParcel(
    carrier="顺丰",
    tracking_number="SF1",
    state="运输中",
    eta="3月5日",
    events=(CardEvent(at="3月4日", text="已揽收"),),
)
PARTS = (
    TextPart(text="您的订单"),
    TranslationPart(text="Votre commande", language="fr"),
    OrderCard(
        order_id="M1",
        state="shipped",
        state_text="已发货",
        placed_at="3月1日",
        total="¥99.00",
        lines=(CardLine(title="包", options="蓝色", quantity=1, price="¥99.00"),),
        parcels=(_PARCEL,),
    ),
    ProductCards(
        products=(
            ProductCard(
                product_id="p1",
                title="包",
                price="¥99",
                options="蓝色",
                stock="有货",
                image="/b.svg",
                link="/#p1",
            ),
        )
    ),
    ConfirmCard(
        intent_id="i1",
        action="cancel_order",
        title="取消订单",
        rows=(CardRow(label="订单", value="M1"),),
        yes="确认",
        no="不用了",
        expires_at="2026-03-04T04:30:00+00:00",
    ),
    QuickReplies(options=(QuickReply(label="退货", text="我想退货"),)),
    Citation(slug="return-window", title="退货期限", language=Language.ZH),
    QueueCard(state="waiting", place=2, text="前面还有 2 位"),
    PhotoPart(photo_id=PhotoId("ph1"), width=300, height=200),
)


def message(origin: Origin) -> Message:
    return Message(
        id=MessageId("m1"),
        conversation_id=ConversationId("c1"),
        seq=3,
        kind="message",
        origin=origin,
        text="您的订单",
        parts=PARTS,
        at=datetime(2026, 3, 4, 4, 0, 0, 500, tzinfo=UTC),
        client_id="a",
        staff_id=StaffId("employee-7") if origin is Origin.HUMAN else None,
    )


def test_every_part_is_told_as_the_api_describes_it() -> None:
    told = json.loads(json.dumps(message_json(message(Origin.TEMPLATE))))
    assert [part["kind"] for part in told["parts"]] == list(KINDS.values())
    assert MessageOut.model_validate(told).model_dump(mode="json") == told


def test_what_no_person_wrote_is_marked() -> None:
    marks = {origin: message_json(message(origin)) for origin in Origin}
    assert {o for o, told in marks.items() if told["machine"]} == {Origin.AI, Origin.TEMPLATE, Origin.FLOW}
    authors = {origin: told["author"] for origin, told in marks.items()}
    assert authors == {
        Origin.AI: "assistant",
        Origin.TEMPLATE: "assistant",
        Origin.FLOW: "system",
        Origin.HUMAN: "staff",
        Origin.CUSTOMER: "customer",
    }


def test_who_of_the_staff_wrote_is_told_to_nobody() -> None:
    assert "employee-7" not in str(message_json(message(Origin.HUMAN)))
