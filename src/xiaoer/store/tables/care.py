"""What a person of the shop has promised to see to."""

from sqlalchemy import Column, Index, Table
from sqlalchemy.sql import text

from xiaoer.domain.care_ports import TicketKind
from xiaoer.store.columns import Moment, Sent
from xiaoer.store.notes import rows
from xiaoer.store.tables.common import OURS, TALK, THEIRS, conversation_column, metadata, one_of

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
