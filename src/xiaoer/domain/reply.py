"""Reply: parts for the customer's screen, and what proves each word. All strings are ready to show."""

from dataclasses import dataclass, replace
from enum import StrEnum

from xiaoer.domain.ids import PhotoId, TemplateId
from xiaoer.domain.words import Language


class Origin(StrEnum):
    """Who made a message; machine text is marked wherever it goes."""

    AI = "ai"  # worded by a language model
    TEMPLATE = "template"  # worded by us, filled with facts by code
    FLOW = "flow"  # state changes
    HUMAN = "human"  # staff
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationPart:
    """The reply's words in the language the customer writes, by a machine: those of the house count."""

    text: str
    language: str  # BCP 47


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    title: str
    options: str
    quantity: int
    price: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEvent:
    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardParcel:
    carrier: str
    tracking_number: str
    state: str
    eta: str
    events: tuple[CardEvent, ...]  # newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    order_id: str
    state: str  # key
    state_text: str
    placed_at: str
    total: str
    lines: tuple[CardLine, ...]
    parcels: tuple[CardParcel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    product_id: str
    title: str
    price: str
    options: str  # what fits, in words
    stock: str
    image: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCards:
    products: tuple[ProductCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCard:
    """Built from the stored row alone. Its present state is told by events of the same intent_id."""

    intent_id: str
    action: str
    title: str
    rows: tuple[CardRow, ...]
    yes: str
    no: str
    expires_at: str  # ISO 8601, UTC
    state: str = "open"  # open | done | declined | expired | failed


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReply:
    label: str
    text: str  # what is sent when it is pressed


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReplies:
    options: tuple[QuickReply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    slug: str
    title: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCard:
    """Where the customer stands on the way to a person."""

    state: str  # waiting | away
    place: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoPart:
    """A photo the customer sent; its bytes have an address of their own."""

    photo_id: PhotoId
    width: int
    height: int


Part = (
    TextPart
    | TranslationPart
    | OrderCard
    | ProductCards
    | ConfirmCard
    | QuickReplies
    | Citation
    | QueueCard
    | PhotoPart
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What proves a part: a tool's result, a passage, a template."""

    source: str  # action:track_parcel | article:returns-window | template:greeting | reply:ID
    values: tuple[str, ...] = ()  # amounts, dates, ids as they may be said
    words: str = ""  # the template's own, a gap where a value was filled in


@dataclass(frozen=True, slots=True)
class Used:
    """A reply template that was said. `for_mood`: it was written for the very mood it met."""

    template_id: TemplateId
    for_mood: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    parts: tuple[Part, ...]
    receipts: tuple[Receipt, ...]
    origin: Origin
    language: Language
    templates: tuple[Used, ...] = ()  # the merchant's own words in it

    @property
    def text(self) -> str:
        return "\n".join(p.text for p in self.parts if isinstance(p, TextPart))

    @property
    def without_text(self) -> "Reply":
        """Its cards alone."""
        return replace(self, parts=tuple(p for p in self.parts if not isinstance(p, TextPart)))


def after(begins: Reply, reply: Reply) -> Reply:
    """Both as one, in this order."""
    parts, receipts = (*begins.parts, *reply.parts), (*begins.receipts, *reply.receipts)
    return replace(reply, parts=parts, receipts=receipts)


NOTHING = Reply(parts=(), receipts=(), origin=Origin.FLOW, language=Language.ZH)
