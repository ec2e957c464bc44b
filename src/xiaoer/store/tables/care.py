"""What a person of the shop has promised to see to, and the photos that show it."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table
from sqlalchemy.sql import text

from xiaoer.domain.care_ports import TicketKind
from xiaoer.domain.restock import WishEnd
from xiaoer.store.columns import Moment, Sent
from xiaoer.store.notes import Erase, personal, plain, rows
from xiaoer.store.tables.common import HALF_A_YEAR, OURS, TALK, THEIRS, conversation_column, metadata, one_of

tickets = Table(
    "tickets",
    metadata,
    Column("shop_id", Sent, primary_key=True, info=OURS),
    Column("number", Sent, primary_key=True, info=THEIRS),
    conversation_column(),
    Column("customer_id", Sent, info=THEIRS, doc="of a signed-in customer"),
    Column("kind", Sent, nullable=False, info=THEIRS),
    Column("words", Sent, nullable=False, info=THEIRS, doc="the customer's own"),
    Column("contact", Sent, nullable=False, info=THEIRS, doc="the phone to call, the address to take off"),
    Column("made_at", Moment, nullable=False, info=THEIRS),
    Column("due_at", Moment, nullable=False, info=THEIRS, doc="until when an answer was promised"),
    Column("closed_at", Moment, info=THEIRS),
    one_of("kind", TicketKind),
    Index(
        "uq_tickets_open",
        "conversation_id",
        "kind",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_tickets_customer", "shop_id", "customer_id"),
    Index("ix_tickets_due", "shop_id", "closed_at", "due_at"),
    info=rows(TALK, customer="customer_id", conversation="conversation_id"),
)

_THEIRS = personal(HALF_A_YEAR)
_OURS = plain(HALF_A_YEAR, erase=Erase.DELETE)

photos = Table(
    "photos",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    conversation_column(info=_THEIRS),
    Column("order_id", Sent, info=_THEIRS, doc="the order it was evidence for"),
    Column("number", Sent, nullable=False, info=_THEIRS, doc="of the case or ticket it belongs to"),
    Column("digest", Sent, nullable=False, info=_OURS, doc="of what was sent, to know a repeat by"),
    Column("width", Integer, nullable=False, info=_THEIRS),
    Column("height", Integer, nullable=False, info=_THEIRS),
    Column("image", LargeBinary, nullable=False, info=_THEIRS, doc="a JPEG we encoded: no EXIF, no place"),
    Column("at", Moment, nullable=False, info=_THEIRS),
    Index("ix_photos_conversation", "conversation_id", "at"),
    Index("ix_photos_at", "at"),
    info=rows(HALF_A_YEAR, conversation="conversation_id", clock="at"),
)

restock_wishes = Table(
    "restock_wishes",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    conversation_column(index=True, info=_THEIRS),
    Column("customer_id", Sent, nullable=False, info=_THEIRS),
    Column("product_id", Sent, nullable=False, info=_THEIRS),
    Column("colour", Sent, nullable=False, info=_THEIRS),
    Column("size", Sent, nullable=False, info=_THEIRS),
    Column("made_at", Moment, nullable=False, info=_THEIRS),
    Column("closed_at", Moment, info=_THEIRS),
    Column("ended", Sent, info=_THEIRS, doc="told, cancelled, gone or over"),
    one_of("ended", WishEnd),
    Index(
        "uq_restock_wishes_open",
        *("shop_id", "customer_id", "product_id", "colour", "size"),
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_restock_wishes_waiting", "shop_id", "closed_at", "id"),
    Index("ix_restock_wishes_made_at", "made_at"),
    info=rows(HALF_A_YEAR, customer="customer_id", conversation="conversation_id", clock="made_at"),
)
