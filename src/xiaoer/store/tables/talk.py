"""What is said and done: conversations, their messages and turns, effects, people, feedback."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, UniqueConstraint
from sqlalchemy.sql import text

from xiaoer.domain.conversation import State
from xiaoer.domain.ports import ProposalState
from xiaoer.domain.reply import Origin
from xiaoer.store.columns import Json, Moment, Sent
from xiaoer.store.notes import Erase, personal, plain, rows
from xiaoer.store.tables.common import (
    EFFECT,
    FOREVER,
    LASTING,
    OURS,
    TALK,
    THEIRS,
    TRY,
    conversation_column,
    metadata,
    one_of,
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Sent, primary_key=True, info=THEIRS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    Column("proof", Integer, nullable=False, info=THEIRS, doc="domain.people.Proof"),
    Column("customer_id", Sent, info=THEIRS, doc="of a signed-in customer"),
    Column("state", Sent, nullable=False, info=THEIRS),
    Column("language", Sent, nullable=False, info=THEIRS),
    Column("time_zone", Sent, nullable=False, info=THEIRS),
    Column("channel", Sent, nullable=False, info=THEIRS),
    Column("memory", Json, nullable=False, info=THEIRS, doc="JSON of domain.conversation.Memory"),
    Column("last_seq", Integer, nullable=False, info=OURS),
    Column("asked_seq", Integer, nullable=False, info=OURS, doc="seq of the newest customer message"),
    Column("answered_seq", Integer, nullable=False, info=OURS),
    Column("staff_id", Sent, info=OURS, doc="who of the staff has it"),
    Column("lease_holder", Sent, info=OURS),
    Column("lease_until", Moment, info=OURS),
    Column("created_at", Moment, nullable=False, info=THEIRS),
    Column("updated_at", Moment, nullable=False, info=THEIRS, doc="of its newest event"),
    one_of("state", State),
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
    conversation_column(primary_key=True),
    Column("order_id", Sent, primary_key=True, info=THEIRS, doc="a guest showed that it is theirs"),
    Column("shop_id", Sent, nullable=False, info=OURS),
    Index("ix_proofs_order", "shop_id", "order_id"),
    info=rows(TALK, conversation="conversation_id", order="order_id"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Sent, primary_key=True, info=THEIRS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(),
    Column("seq", Integer, nullable=False, info=THEIRS),
    Column("kind", Sent, nullable=False, info=THEIRS),
    Column("origin", Sent, nullable=False, info=THEIRS, doc="who made it: machine text is marked for good"),
    Column("text", Sent, nullable=False, info=THEIRS),
    Column("parts", Json, nullable=False, info=THEIRS, doc="JSON of domain.reply.Part"),
    Column("at", Moment, nullable=False, info=THEIRS),
    Column("client_id", Sent, info=OURS, doc="the client's own id: a repeat is the same message"),
    Column("turn_id", Sent, info=OURS),
    Column("staff_id", Sent, info=OURS),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_id"),
    one_of("kind", ["message", "state", "card"]),
    one_of("origin", Origin),
    info=rows(TALK, conversation="conversation_id"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Sent, primary_key=True, info=OURS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(index=True),
    Column("message_ids", Json, nullable=False, info=OURS, doc="JSON: the customer's messages it answers"),
    Column("reply_id", Sent, info=OURS, doc="message; none if nothing was said"),
    Column(
        "understanding", Json, nullable=False, info=THEIRS, doc="JSON of domain.understanding.Understanding"
    ),
    Column(
        "steps",
        Json,
        nullable=False,
        info=THEIRS,
        doc="JSON of domain.conversation.Step: decided, why, done",
    ),
    Column(
        "receipts",
        Json,
        nullable=False,
        info=THEIRS,
        doc="JSON of domain.reply.Receipt: what proves the reply",
    ),
    Column("memory", Json, nullable=False, info=THEIRS, doc="JSON: the memory it left"),
    Column("timings_ms", Json, nullable=False, info=OURS, doc="JSON: milliseconds by step"),
    Column("versions", Json, nullable=False, info=OURS, doc="JSON: classifier, knowledge, policy, code"),
    Column("at", Moment, nullable=False, info=THEIRS),
    info=rows(TALK, conversation="conversation_id"),
)

# No foreign key: the row outlives its conversation, so that a key is never used twice.
intents = Table(
    "intents",
    metadata,
    Column("id", Sent, primary_key=True, info=LASTING, doc="the key the shop is called with"),
    Column("shop_id", Sent, nullable=False, info=LASTING),
    Column("conversation_id", Sent, nullable=False, info=LASTING, doc="points nowhere after erasure"),
    Column("role", Sent, nullable=False, info=LASTING),
    Column("proof", Integer, nullable=False, info=LASTING),
    Column("customer_id", Sent, info=personal(EFFECT, erase=Erase.BLANK)),
    Column("proven_orders", Json, nullable=False, info=personal(EFFECT, erase=Erase.BLANK, blank="[]")),
    Column("staff_id", Sent, info=LASTING),
    Column("action", Sent, nullable=False, info=LASTING),
    Column("args", Json, nullable=False, info=personal(EFFECT, erase=Erase.BLANK, blank="{}")),
    Column("facts", Json, nullable=False, info=personal(EFFECT, erase=Erase.BLANK, blank="{}")),
    Column("state", Sent, nullable=False, info=LASTING),
    Column("outcome", Json, info=personal(EFFECT, erase=Erase.BLANK)),
    Column("order_id", Sent, info=personal(EFFECT, erase=Erase.BLANK)),
    Column("amount", Integer, info=LASTING, doc="what it gives back, minor units"),
    Column("approval", Sent, info=LASTING, doc="why a colleague must agree; none: nobody need"),
    Column("rule", Sent, info=LASTING, doc="the line of policy.yaml that says so"),
    Column("agreed_by", Sent, info=LASTING, doc="the colleague who did"),
    Column("created_at", Moment, nullable=False, info=LASTING),
    Column("expires_at", Moment, nullable=False, info=LASTING),
    Column("taken_at", Moment, info=LASTING),
    Column("finished_at", Moment, info=LASTING),
    one_of("state", ProposalState),
    Index("ix_intents_conversation_id", "conversation_id"),
    Index("ix_intents_customer", "shop_id", "customer_id"),
    Index("ix_intents_state", "state", "taken_at"),
    Index("ix_intents_order", "shop_id", "order_id"),
    info=rows(FOREVER, customer="customer_id", conversation="conversation_id", clock="created_at"),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Sent, primary_key=True, info=OURS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(),
    Column("why", Sent, nullable=False, info=THEIRS),
    Column("queued_at", Moment, nullable=False, info=THEIRS),
    Column("taken_at", Moment, info=THEIRS),
    Column("staff_id", Sent, info=OURS),
    Column("closed_at", Moment, info=THEIRS),
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
    Column("message_id", Sent, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, info=THEIRS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(index=True),
    Column("thumb", Integer, nullable=False, info=THEIRS),
    Column("text", Sent, nullable=False, info=THEIRS),
    Column("at", Moment, nullable=False, info=THEIRS),
    CheckConstraint("thumb IN (-1, 1)", name="thumb"),
    info=rows(TALK, conversation="conversation_id"),
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
