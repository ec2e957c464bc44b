"""What is done later, and what was promised."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint
from sqlalchemy.sql import text

from xiaoer.domain.job import JobState
from xiaoer.domain.promise import PromiseKind, PromiseState
from xiaoer.store.columns import Json, Moment, Sent
from xiaoer.store.notes import Erase, Keep, personal, plain, rows
from xiaoer.store.tables.common import OURS, TALK, THEIRS, conversation_column, metadata, one_of

JOB = Keep("job", 90)  # after its end: a webhook sent again within that time is still the same job
_THEIRS = personal(JOB)
_OURS = plain(JOB, erase=Erase.DELETE)

# No foreign key: a job may be nobody's.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    Column("kind", Sent, nullable=False, info=_OURS),
    Column("key", Sent, nullable=False, info=_OURS, doc="of each kind there is one with a key"),
    Column("payload", Json, nullable=False, info=_THEIRS, doc="JSON of what its handler takes"),
    Column("conversation_id", Sent, info=_THEIRS),
    Column("customer_id", Sent, info=_THEIRS),
    Column("state", Sent, nullable=False, info=_OURS),
    Column("run_at", Moment, nullable=False, info=_OURS),
    Column("every_s", Integer, info=_OURS, doc="of a schedule"),
    Column("tries", Integer, nullable=False, info=_OURS),
    Column("most_tries", Integer, nullable=False, info=_OURS),
    Column("lease_token", Sent, info=_OURS),
    Column("lease_until", Moment, info=_OURS),
    Column("error", Sent, nullable=False, info=_OURS, doc="class and place of what went wrong last"),
    Column("made_at", Moment, nullable=False, info=_OURS),
    Column("finished_at", Moment, info=_OURS, doc="done or dead; never of a schedule"),
    UniqueConstraint("shop_id", "kind", "key"),
    one_of("state", JobState),
    Index("ix_jobs_due", "shop_id", "state", "run_at"),
    Index("ix_jobs_conversation_id", "conversation_id"),
    Index("ix_jobs_customer", "shop_id", "customer_id"),
    Index("ix_jobs_finished_at", "finished_at"),
    info=rows(JOB, customer="customer_id", conversation="conversation_id", clock="finished_at"),
)

promises = Table(
    "promises",
    metadata,
    Column("id", Sent, primary_key=True, info=OURS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(index=True),
    Column("customer_id", Sent, info=THEIRS),
    Column("kind", Sent, nullable=False, info=THEIRS),
    Column("about", Sent, nullable=False, info=THEIRS, doc="the order, the conversation"),
    Column("subject", Json, nullable=False, info=THEIRS, doc="JSON: what it is about, in its parts"),
    Column("due_at", Moment, nullable=False, info=THEIRS),
    Column("look_at", Moment, nullable=False, info=OURS, doc="when it is looked up next"),
    Column("made_at", Moment, nullable=False, info=THEIRS),
    Column("made_by", Sent, nullable=False, info=OURS, doc="turn, or effect"),
    Column("state", Sent, nullable=False, info=THEIRS),
    Column("rounds", Integer, nullable=False, info=OURS, doc="how often its date was put off"),
    Column("why", Sent, nullable=False, info=THEIRS, doc="it ended so"),
    Column("closed_at", Moment, info=THEIRS),
    one_of("kind", PromiseKind),
    one_of("state", PromiseState),
    Index(
        "uq_promises_open",
        "shop_id",
        "kind",
        "about",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index("ix_promises_look", "shop_id", "state", "look_at"),
    Index("ix_promises_due", "shop_id", "due_at"),
    Index("ix_promises_customer", "shop_id", "customer_id"),
    info=rows(TALK, customer="customer_id", conversation="conversation_id"),
)
