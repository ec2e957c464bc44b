"""A reply for a place that shows text and nothing else: a card becomes lines, a button what to answer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urljoin

from xiaoer.domain.ids import IntentId
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
from xiaoer.speak.render import Renderer

_MARKS = re.compile(r"(?<=!)(?=\[)|(?<=\])(?=[(\[:])|(?<=<)(?=[A-Za-z/!?])")  # where a blank undoes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What else than its words such a place can lead to."""

    say: Renderer
    card: IntentId | None = None  # the one a yes confirms, if it is said next
    page: str = ""  # the customer's conversation on the shop's own page; empty: not known
    site: str = ""  # where links to the shop's own pages start; empty: they are left out

    def reply(self, parts: Sequence[Part]) -> str:
        told = ["\n".join(self._lines(part)) for part in parts]
        return unlinked("\n\n".join(filter(None, told)))

    def phrase(self, key: str, **facts: str) -> str:
        return self.say.phrase([f"plain.{key}"], {"link": self.page, **facts}).text

    def _lines(self, part: Part) -> Iterator[str]:
        match part:
            case TextPart(text=text) | TranslationPart(text=text) | QueueCard(text=text):
                yield text
            case OrderCard():
                yield from _order(part)
            case ProductCards(products=products):
                for item in products:
                    yield _row(item.title, item.price, item.options, item.stock, self._link(item.link))
            case ConfirmCard():
                yield from self._confirm(part)
            case QuickReplies(options=options):
                yield self.phrase("replies")
                yield from (_row(option.text) for option in options)
            case Citation(title=title):
                yield self.phrase("citation", title=title)
            case PhotoPart():
                return  # a customer's own
            case _ as never:
                assert_never(never)

    def _confirm(self, card: ConfirmCard) -> Iterator[str]:
        yield card.title
        yield from (_row(f"{row.label}: {row.value}") for row in card.rows)
        yield ""
        yield self.phrase("confirm" if card.intent_id == self.card else "press")

    def _link(self, link: str) -> str:
        whole = urljoin(self.site, link)
        return whole if whole.startswith(("https://", "http://")) else ""


def unlinked(text: str) -> str:
    """Where Markdown or HTML is drawn, no words hide an address behind others or have a picture loaded."""
    return _MARKS.sub(" ", text)


def _order(card: OrderCard) -> Iterator[str]:
    yield _joined(card.order_id, card.placed_at, card.state_text, card.total)
    for line in card.lines:
        yield _row(line.title, line.options, f"×{line.quantity}", line.price)
    for parcel in card.parcels:
        yield _row(parcel.carrier, parcel.tracking_number, parcel.state, parcel.eta)
        yield from (f"  {_row(event.at, event.text)}" for event in parcel.events)


def _row(*told: str) -> str:
    return f"- {_joined(*told)}"


def _joined(*told: str) -> str:
    """On one line, whatever breaks a value holds."""
    return " · ".join(" ".join(value.split()) for value in told if value)
