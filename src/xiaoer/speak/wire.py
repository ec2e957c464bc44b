"""Messages and cards as clients see them, in JSON: the web channel and the terminal say the same."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xiaoer.domain.conversation import Message
from xiaoer.domain.reply import (
    Citation,
    ConfirmCard,
    OrderCard,
    Origin,
    Part,
    PhotoPart,
    ProductCards,
    QueueCard,
    QuickReplies,
    TextPart,
    TranslationPart,
)

KINDS: Mapping[type[Part], str] = {
    TextPart: "text",
    TranslationPart: "translation",
    OrderCard: "order",
    ProductCards: "products",
    ConfirmCard: "confirm",
    QuickReplies: "quick_replies",
    Citation: "citation",
    QueueCard: "queue",
    PhotoPart: "photo",
}

AUTHORS: Mapping[Origin, str] = {
    Origin.AI: "assistant",
    Origin.TEMPLATE: "assistant",
    Origin.FLOW: "system",
    Origin.HUMAN: "staff",
    Origin.CUSTOMER: "customer",
}


def part_json(part: Part) -> dict[str, Any]:
    """The fields of the part, and `kind` to tell it by."""
    return {"kind": KINDS[type(part)], **asdict(part)}


def message_json(message: Message) -> dict[str, Any]:
    """One event of a conversation. `machine` marks what no person wrote."""
    return {
        "id": message.id,
        "seq": message.seq,
        "kind": message.kind,
        "origin": message.origin.value,
        "machine": message.origin not in (Origin.CUSTOMER, Origin.HUMAN),
        "author": AUTHORS[message.origin],
        "text": message.text,
        "parts": [part_json(part) for part in message.parts],
        "at": message.at.isoformat().replace("+00:00", "Z"),
        "client_id": message.client_id,
    }
