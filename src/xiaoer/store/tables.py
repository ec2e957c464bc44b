"""Every table. Each says of its rows, and of each column, what privacy needs to know (notes.py)."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.sql import text

from xiaoer.domain.conversation import State
from xiaoer.domain.ports import ProposalState
from xiaoer.domain.reply import Origin
from xiaoer.store.columns import Json, Moment, Sent
from xiaoer.store.notes import Erase, Keep, personal, plain, rows

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

FOREVER = Keep("for_ever", None)
TALK = Keep("talk", 365)  # a year: long enough for any warranty question to be looked up
EFFECT = Keep("effect", 1096)  # three years: what the Chinese e-commerce law asks of transaction records
TRY = Keep("try", 2)

_THEIRS = personal(TALK)
_OURS = plain(TALK, erase=Erase.DELETE)
_LASTING = plain(FOREVER)


def _one_of(column: str, values: type[StrEnum] | Sequence[str]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def _conversation(*, primary_key: bool = False, index: bool = False) -> "Column[str]":
    return Column(
        "conversation_id",
        Sent,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
        primary_key=primary_key,
        index=index,
        info=_THEIRS,
    )


conversations = Table(
    "conversations",
    metadata,
    Column("id", Sent, primary_key=True, info=_THEIRS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    Column("proof", Integer, nullable=False, info=_THEIRS, doc="domain.people.Proof"),
    Column("customer_id", Sent, info=_THEIRS, doc="of a signed-in customer"),
    Column("state", Sent, nullable=False, info=_THEIRS),
    Column("language", Sent, nullable=False, info=_THEIRS),
    Column("time_zone", Sent, nullable=False, info=_THEIRS),
    Column("channel", Sent, nullable=False, info=_THEIRS),
    Column("memory", Json, nullable=False, info=_THEIRS, doc="JSON of domain.conversation.Memory"),
    Column("last_seq", Integer, nullable=False, info=_OURS),
    Column("asked_seq", Integer, nullable=False, info=_OURS, doc="seq of the newest customer message"),
    Column("answered_seq", Integer, nullable=False, info=_OURS),
    Column("staff_id", Sent, info=_OURS, doc="who of the staff has it"),
    Column("lease_holder", Sent, info=_OURS),
    Column("lease_until", Moment, info=_OURS),
    Column("created_at", Moment, nullable=False, info=_THEIRS),
    Column("updated_at", Moment, nullable=False, info=_THEIRS, doc="of its newest event"),
    _one_of("state", State),
    Index("ix_conversations_customer", "shop_id", "customer_id", "created_at"),
    Index("ix_conversations_updated_at", "updated_at"),
    Index(
        "ix_conversations_unanswered",
        "updated_at",
        sqlite_where=text("asked_seq > answered_seq"),
        postgresql_where=text("asked_seq > answered_seq"),
    ),
    info=rows(TALK, customer="customer_id", conversation="id", clock="updated_at"),
)

proofs = Table(
    "proofs",
    metadata,
    _conversation(primary_key=True),
    Column("order_id", Sent, primary_key=True, info=_THEIRS, doc="a guest showed that it is theirs"),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    Index("ix_proofs_order", "shop_id", "order_id"),
    info=rows(TALK, conversation="conversation_id", order="order_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Sent, primary_key=True, info=_THEIRS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    _conversation(),
    Column("seq", Integer, nullable=False, info=_THEIRS),
    Column("kind", Sent, nullable=False, info=_THEIRS),
    Column("origin", Sent, nullable=False, info=_THEIRS, doc="who made it: machine text is marked for good"),
    Column("text", Sent, nullable=False, info=_THEIRS),
    Column("parts", Json, nullable=False, info=_THEIRS, doc="JSON of domain.reply.Part"),
    Column("at", Moment, nullable=False, info=_THEIRS),
    Column("client_id", Sent, info=_OURS, doc="the client's own id: a repeat is the same message"),
    Column("turn_id", Sent, info=_OURS),
    Column("staff_id", Sent, info=_OURS),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_id"),
    _one_of("kind", ["message", "state", "card"]),
    _one_of("origin", Origin),
    info=rows(TALK, conversation="conversation_id"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    _conversation(index=True),
    Column("message_ids", Json, nullable=False, info=_OURS, doc="JSON: the customer's messages it answers"),
    Column("reply_id", Sent, info=_OURS, doc="message; none if nothing was said"),
    Column(
        "understanding", Json, nullable=False, info=_THEIRS, doc="JSON of domain.understanding.Understanding"
    ),
    Column(
        "steps",
        Json,
        nullable=False,
        info=_THEIRS,
        doc="JSON of domain.conversation.Step: decided, why, done",
    ),
    Column(
        "receipts",
        Json,
        nullable=False,
        info=_THEIRS,
        doc="JSON of domain.reply.Receipt: what proves the reply",
    ),
    Column("memory", Json, nullable=False, info=_THEIRS, doc="JSON: the memory it left"),
    Column("timings_ms", Json, nullable=False, info=_OURS, doc="JSON: milliseconds by step"),
    Column("versions", Json, nullable=False, info=_OURS, doc="JSON: classifier, knowledge, policy, code"),
    Column("at", Moment, nullable=False, info=_THEIRS),
    info=rows(TALK, conversation="conversation_id"),
)

# No foreign key: the row outlives its conversation, so that a key is never used twice.
intents = Table(
    "intents",
    metadata,
    Column("id", Sent, primary_key=True, info=_LASTING, doc="the key the shop is called with"),
    Column("shop_id", Sent, nullable=False, info=_LASTING),
    Column("conversation_id", Sent, nullable=False, info=_LASTING, doc="points nowhere after erasure"),
    Column("role", Sent, nullable=False, info=_LASTING),
    Column("proof", Integer, nullable=False, info=_LASTING),
    Column("customer_id", Sent, info=personal(EFFECT, erase=Erase.BLANK)),
    Column("proven_orders", Json, nullable=False, info=personal(EFFECT, erase=Erase.BLANK, blank="[]")),
    Column("staff_id", Sent, info=_LASTING),
    Column("action", Sent, nullable=False, info=_LASTING),
    Column("args", Json, nullable=False, info=personal(EFFECT, erase=Erase.BLANK, blank="{}")),
    Column("facts", Json, nullable=False, info=personal(EFFECT, erase=Erase.BLANK, blank="{}")),
    Column("state", Sent, nullable=False, info=_LASTING),
    Column("outcome", Json, info=personal(EFFECT, erase=Erase.BLANK)),
    Column("created_at", Moment, nullable=False, info=_LASTING),
    Column("expires_at", Moment, nullable=False, info=_LASTING),
    Column("taken_at", Moment, info=_LASTING),
    Column("finished_at", Moment, info=_LASTING),
    _one_of("state", ProposalState),
    Index("ix_intents_conversation_id", "conversation_id"),
    Index("ix_intents_customer", "shop_id", "customer_id"),
    Index("ix_intents_state", "state", "taken_at"),
    info=rows(FOREVER, customer="customer_id", conversation="conversation_id", clock="created_at"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    _conversation(),
    Column("why", Sent, nullable=False, info=_THEIRS),
    Column("queued_at", Moment, nullable=False, info=_THEIRS),
    Column("taken_at", Moment, info=_THEIRS),
    Column("staff_id", Sent, info=_OURS),
    Column("closed_at", Moment, info=_THEIRS),
    Index(
        "uq_handoffs_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_handoffs_queue", "shop_id", "closed_at", "queued_at"),
    info=rows(TALK, conversation="conversation_id"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("message_id", Sent, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, info=_THEIRS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    _conversation(index=True),
    Column("thumb", Integer, nullable=False, info=_THEIRS),
    Column("text", Sent, nullable=False, info=_THEIRS),
    Column("at", Moment, nullable=False, info=_THEIRS),
    CheckConstraint("thumb IN (-1, 1)", name="thumb"),
    info=rows(TALK, conversation="conversation_id"),
)

articles = Table(
    "articles",
    metadata,
    Column("shop_id", Sent, primary_key=True, info=_LASTING),
    Column("slug", Sent, primary_key=True, info=_LASTING),
    Column("language", Sent, primary_key=True, info=_LASTING),
    Column("title", Sent, nullable=False, info=_LASTING),
    Column("group", Sent, nullable=False, info=_LASTING),
    Column("questions", Json, nullable=False, info=_LASTING, doc="JSON: ways customers ask it"),
    Column("body", Sent, nullable=False, info=_LASTING, doc="Markdown"),
    Column("updated_at", Moment, nullable=False, info=_LASTING),
    info=rows(FOREVER),
)

# No shop: the key that is hashed names it.
tries = Table(
    "tries",
    metadata,
    Column("key_hash", Sent, primary_key=True, info=plain(TRY), doc="keyed BLAKE2b: no way back to the key"),
    Column("at", Json, nullable=False, info=plain(TRY), doc="JSON: when, Unix seconds, oldest first"),
    Column("last_at", Moment, nullable=False, info=plain(TRY)),
    Index("ix_tries_last_at", "last_at"),
    info=rows(TRY, clock="last_at"),
)
