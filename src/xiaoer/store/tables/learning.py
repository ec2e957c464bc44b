"""What the house learns from: questions asked, what people put right, and the models made of it."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, Table
from sqlalchemy.sql import text

from xiaoer.domain.learning import Asked, By, CorrectionState, ModelState
from xiaoer.store.columns import Json, Moment, Sent
from xiaoer.store.notes import rows
from xiaoer.store.tables.common import (
    FOREVER,
    LASTING,
    OURS,
    TALK,
    THEIRS,
    conversation_column,
    metadata,
    one_of,
)

asked = Table(
    "asked",
    metadata,
    Column("turn_id", Sent, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True, info=OURS),
    Column("place", Integer, primary_key=True, info=OURS, doc="which wish of the turn: 0, 1, 2 ..."),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(index=True),
    Column("reply_id", Sent, info=OURS, doc="the message that answered: feedback speaks of it"),
    Column("text", Sent, nullable=False, info=THEIRS, doc="the wish, as it was understood"),
    Column("language", Sent, nullable=False, info=OURS),
    Column("intent", Sent, nullable=False, info=OURS),
    Column("confidence", Float, nullable=False, info=OURS),
    Column("result", Sent, nullable=False, info=OURS),
    Column("slug", Sent, nullable=False, info=OURS, doc="the article that answered; empty: none"),
    Column("at", Moment, nullable=False, info=OURS),
    one_of("result", Asked),
    Index("ix_asked_recent", "shop_id", "at"),
    info=rows(TALK, conversation="conversation_id"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Sent, primary_key=True, info=OURS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(index=True),
    Column("turn_id", Sent, info=OURS),
    Column("text", Sent, nullable=False, info=THEIRS, doc="what the customer wrote, personal data masked"),
    Column("language", Sent, nullable=False, info=OURS),
    Column("guessed", Sent, nullable=False, info=OURS, doc="the intent that was understood"),
    Column("meant", Sent, nullable=False, info=OURS, doc="the intent that was meant; empty: not said yet"),
    Column(
        "made_by", Sent, nullable=False, info=OURS, doc="who says so: a person of the staff, or the customer"
    ),
    Column(
        "state", Sent, nullable=False, info=OURS, doc="only what one of the staff confirmed is ever learnt"
    ),
    Column("staff_id", Sent, info=OURS, doc="who confirmed or rejected it"),
    Column("model", Sent, nullable=False, info=OURS, doc="version of the classifier that guessed"),
    Column("at", Moment, nullable=False, info=THEIRS),
    Column("decided_at", Moment, info=OURS),
    one_of("made_by", By),
    one_of("state", CorrectionState),
    Index("ix_corrections_state", "shop_id", "state", "at"),
    info=rows(TALK, conversation="conversation_id"),
)

# What a model learnt from is kept as ids: a person's erasure takes the words out of every later making of it.
models = Table(
    "models",
    metadata,
    Column("shop_id", Sent, primary_key=True, info=LASTING),
    Column("version", Sent, primary_key=True, info=LASTING),
    Column("state", Sent, nullable=False, info=LASTING),
    Column("before", Sent, nullable=False, info=LASTING, doc="the version that served when it was made"),
    Column(
        "correction_ids", Json, nullable=False, info=LASTING, doc="JSON: what it learnt beyond the catalogue"
    ),
    Column("report", Json, nullable=False, info=LASTING, doc="JSON: its figures and the serving model's"),
    Column("made_by", Sent, nullable=False, info=LASTING),
    Column("made_at", Moment, nullable=False, info=LASTING),
    Column("served_from", Moment, info=LASTING),
    Column("served_until", Moment, info=LASTING),
    one_of("state", ModelState),
    Index(
        "uq_models_serving",
        "shop_id",
        unique=True,
        sqlite_where=text("state = 'serving'"),
        postgresql_where=text("state = 'serving'"),
    ),
    info=rows(FOREVER),
)

pinned_questions = Table(
    "pinned_questions",
    metadata,
    Column("id", Sent, primary_key=True, info=LASTING),
    Column("shop_id", Sent, nullable=False, info=LASTING),
    Column("question", Sent, nullable=False, info=LASTING, doc="written by the staff, never by a customer"),
    Column("language", Sent, nullable=False, info=LASTING),
    Column("slug", Sent, nullable=False, info=LASTING, doc="the article that must answer; empty: none may"),
    Column("says", Sent, nullable=False, info=LASTING, doc="words the answer must hold; empty: any"),
    Column("active", Boolean, nullable=False, info=LASTING),
    Column("author", Sent, nullable=False, info=LASTING),
    Column("at", Moment, nullable=False, info=LASTING),
    Index("ix_pinned_questions_shop", "shop_id", "active"),
    info=rows(FOREVER),
)
