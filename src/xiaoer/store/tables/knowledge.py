"""What the shop knows and how it says it: articles in versions, imports, reply templates."""

from sqlalchemy import Column, Index, Integer, Table
from sqlalchemy.sql import text

from xiaoer.domain.knowledge import ArticleState
from xiaoer.store.columns import Json, Moment, Sent
from xiaoer.store.notes import rows
from xiaoer.store.tables.common import FOREVER, LASTING, OURS, TALK, conversation_column, metadata, one_of

article_versions = Table(
    "article_versions",
    metadata,
    Column("shop_id", Sent, primary_key=True, info=LASTING),
    Column("slug", Sent, primary_key=True, info=LASTING),
    Column("language", Sent, primary_key=True, info=LASTING),
    Column("number", Integer, primary_key=True, info=LASTING, doc="1, 2, 3 ... of its slug and language"),
    Column("state", Sent, nullable=False, info=LASTING),
    Column("title", Sent, nullable=False, info=LASTING),
    Column("group", Sent, nullable=False, info=LASTING),
    Column("questions", Json, nullable=False, info=LASTING, doc="JSON: ways customers ask it"),
    Column("body", Sent, nullable=False, info=LASTING, doc="Markdown"),
    Column("valid_from", Moment, info=LASTING, doc="none: from its publication"),
    Column("valid_until", Moment, info=LASTING, doc="none: for good; from this moment on it is not said"),
    Column("region", Sent, nullable=False, info=LASTING, doc="ISO 3166 country; empty: everywhere"),
    Column("channel", Sent, nullable=False, info=LASTING, doc="web, email ...; empty: all"),
    Column("author", Sent, nullable=False, info=LASTING, doc="of the staff, or the name of an import"),
    Column("source", Sent, nullable=False, info=LASTING, doc="file or address it came from"),
    Column("created_at", Moment, nullable=False, info=LASTING),
    Column("published_at", Moment, info=LASTING),
    Column(
        "archived_at", Moment, info=LASTING, doc="when another version took its place, or it was withdrawn"
    ),
    one_of("state", ArticleState),
    Index(
        "uq_article_versions_published",
        "shop_id",
        "slug",
        "language",
        unique=True,
        sqlite_where=text("state = 'published'"),
        postgresql_where=text("state = 'published'"),
    ),
    Index("ix_article_versions_state", "shop_id", "state", "number"),  # answers `mark` alone
    info=rows(FOREVER),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Sent, primary_key=True, info=LASTING),
    Column("shop_id", Sent, nullable=False, info=LASTING),
    Column("source", Sent, nullable=False, info=LASTING, doc="file name or address"),
    Column("state", Sent, nullable=False, info=LASTING),
    Column("done", Integer, nullable=False, info=LASTING),
    Column("total", Integer, info=LASTING, doc="none: not known yet"),
    Column("report", Json, nullable=False, info=LASTING, doc="JSON: drafts made, what was skipped and why"),
    Column("author", Sent, nullable=False, info=LASTING),
    Column("at", Moment, nullable=False, info=LASTING),
    Column("finished_at", Moment, info=LASTING),
    one_of("state", ["running", "done", "failed"]),
    Index("ix_imports_shop", "shop_id", "at"),
    info=rows(FOREVER),
)

reply_templates = Table(
    "reply_templates",
    metadata,
    Column("id", Sent, primary_key=True, info=LASTING),
    Column("shop_id", Sent, nullable=False, info=LASTING),
    Column("intent", Sent, nullable=False, info=LASTING),
    Column("language", Sent, nullable=False, info=LASTING),
    Column("mood", Sent, nullable=False, info=LASTING, doc="empty: any"),
    Column("variant", Sent, nullable=False, info=LASTING, doc="name of this way of saying it: a, b ..."),
    Column("number", Integer, nullable=False, info=LASTING, doc="1, 2, 3 ... of its variant"),
    Column("text", Sent, nullable=False, info=LASTING),
    Column("state", Sent, nullable=False, info=LASTING),
    Column("author", Sent, nullable=False, info=LASTING),
    Column("created_at", Moment, nullable=False, info=LASTING),
    Column("published_at", Moment, info=LASTING),
    Column("archived_at", Moment, info=LASTING),
    one_of("state", ArticleState),
    Index(
        "uq_reply_templates_number",
        "shop_id",
        "intent",
        "language",
        "mood",
        "variant",
        "number",
        unique=True,
    ),
    Index(
        "uq_reply_templates_published",
        "shop_id",
        "intent",
        "language",
        "mood",
        "variant",
        unique=True,
        sqlite_where=text("state = 'published'"),
        postgresql_where=text("state = 'published'"),
    ),
    Index("ix_reply_templates_state", "shop_id", "state"),
    info=rows(FOREVER),
)

template_uses = Table(
    "template_uses",
    metadata,
    Column("turn_id", Sent, primary_key=True, info=OURS),
    Column("template_id", Sent, primary_key=True, info=OURS),
    Column("shop_id", Sent, nullable=False, info=OURS),
    conversation_column(index=True),
    Column("message_id", Sent, info=OURS, doc="the reply: feedback speaks of it"),
    Column("at", Moment, nullable=False, info=OURS),
    Index("ix_template_uses_template", "shop_id", "template_id", "at"),
    info=rows(TALK, conversation="conversation_id"),
)
