"""Cards as lines of text, and which of their texts were written outside the shop."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from xiaoer.domain.reply import (
    Citation,
    ConfirmCard,
    OrderCard,
    Part,
    PhotoPart,
    ProductCards,
    QueueCard,
    QuickReplies,
    TextPart,
    TranslationPart,
)


def cards_of(parts: Sequence[Part]) -> list[Part]:
    """What an agent is given besides the text. Quick replies are buttons of a screen it does not have."""
    return [part for part in parts if not isinstance(part, TextPart | QuickReplies)]


def as_text(parts: Sequence[Part]) -> str:
    """A reply for a reader that has no screen."""
    return "\n".join(line for part in parts for line in _lines(part))


def outside(cards: Sequence[Part]) -> list[str]:
    """JSON pointers (RFC 6901) into `cards`: what a carrier reports is neither the shop's word nor ours."""
    return [
        f"/cards/{c}/parcels/{p}/events/{e}/text"
        for c, card in enumerate(cards)
        if isinstance(card, OrderCard)
        for p, parcel in enumerate(card.parcels)
        for e in range(len(parcel.events))
    ]


def _lines(part: Part) -> Iterator[str]:
    match part:
        case TextPart(text=text):
            yield text
        case OrderCard():
            yield from _order(part)
        case ProductCards(products=products):
            for item in products:
                told = (item.product_id, item.title, item.price, item.options, item.stock, item.link)
                yield " · ".join(filter(None, told))
        case ConfirmCard():
            yield f"[{part.title}]"
            yield from (f"{row.label}: {row.value}" for row in part.rows)
        case Citation(title=title):
            yield f"({title})"
        case QueueCard() | QuickReplies() | PhotoPart() | TranslationPart():
            return  # its text has been said; a button, a photo and a translation are for a screen
        case _ as never:
            assert_never(never)


def _order(card: OrderCard) -> Iterator[str]:
    yield f"{card.order_id} · {card.state_text} · {card.total}"
    for line in card.lines:
        yield f"- {line.title} {line.options} ×{line.quantity}  {line.price}"
    for parcel in card.parcels:
        yield f"- {parcel.carrier} {parcel.tracking_number} · {parcel.state} {parcel.eta}"
        yield from (f'  {event.at}  "{event.text}"' for event in parcel.events)
