"""Articles in versions, imports, reply templates; what the house learns from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _article_versions()
    _imports()
    _reply_templates()
    _template_uses()
    _asked()
    _corrections()
    _models()
    _pinned_questions()
    _policies()
    _first_versions()


def _first_versions() -> None:
    """Each article there is becomes its first version, published when it was last changed."""
    op.execute(
        """
        INSERT INTO article_versions (shop_id, slug, language, number, state, title, "group", questions, body,
            region, channel, author, source, created_at, published_at)
        SELECT shop_id, slug, language, 1, 'published', title, "group", questions, body,
            '', '', '', '', updated_at, updated_at
        FROM articles
        """
    )
    op.drop_table("articles")


def _article_versions() -> None:
    op.create_table(
        "article_versions",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True)),
        sa.Column("valid_until", sa.DateTime(timezone=True)),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'archived')", name=op.f("ck_article_versions_state")
        ),
        sa.PrimaryKeyConstraint("shop_id", "slug", "language", "number", name=op.f("pk_article_versions")),
    )
    op.create_index("ix_article_versions_state", "article_versions", ["shop_id", "state", "number"])
    op.create_index(
        "uq_article_versions_published",
        "article_versions",
        ["shop_id", "slug", "language"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('running', 'done', 'failed')", name=op.f("ck_imports_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_shop", "imports", ["shop_id", "at"])


def _reply_templates() -> None:
    op.create_table(
        "reply_templates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mood", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'archived')", name=op.f("ck_reply_templates_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_templates")),
    )
    op.create_index(
        "uq_reply_templates_number",
        "reply_templates",
        ["shop_id", "intent", "language", "mood", "variant", "number"],
        unique=True,
    )
    op.create_index(
        "uq_reply_templates_published",
        "reply_templates",
        ["shop_id", "intent", "language", "mood", "variant"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index("ix_reply_templates_state", "reply_templates", ["shop_id", "state"])


def _template_uses() -> None:
    op.create_table(
        "template_uses",
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_template_uses_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("turn_id", "template_id", name=op.f("pk_template_uses")),
    )
    op.create_index(op.f("ix_template_uses_conversation_id"), "template_uses", ["conversation_id"])
    op.create_index("ix_template_uses_template", "template_uses", ["shop_id", "template_id", "at"])


def _asked() -> None:
    op.create_table(
        "asked",
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("reply_id", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "result IN ('answered', 'served', 'not_written', 'unsure', 'lost')", name=op.f("ck_asked_result")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_asked_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_asked_turn_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", "place", name=op.f("pk_asked")),
    )
    op.create_index(op.f("ix_asked_conversation_id"), "asked", ["conversation_id"])
    op.create_index("ix_asked_recent", "asked", ["shop_id", "at"])


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("guessed", sa.Text(), nullable=False),
        sa.Column("meant", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text()),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("made_by IN ('staff', 'customer', 'thumb')", name=op.f("ck_corrections_made_by")),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'rejected')", name=op.f("ck_corrections_state")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_corrections_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_conversation_id"), "corrections", ["conversation_id"])
    op.create_index("ix_corrections_state", "corrections", ["shop_id", "state", "at"])


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("correction_ids", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("served_from", sa.DateTime(timezone=True)),
        sa.Column("served_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('refused', 'ready', 'serving', 'former')", name=op.f("ck_models_state")
        ),
        sa.PrimaryKeyConstraint("shop_id", "version", name=op.f("pk_models")),
    )
    op.create_index(
        "uq_models_serving",
        "models",
        ["shop_id"],
        unique=True,
        sqlite_where=sa.text("state = 'serving'"),
        postgresql_where=sa.text("state = 'serving'"),
    )


def _pinned_questions() -> None:
    op.create_table(
        "pinned_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pinned_questions")),
    )
    op.create_index("ix_pinned_questions_shop", "pinned_questions", ["shop_id", "active"])


def _policies() -> None:
    op.create_table(
        "policies",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_served_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "version", name=op.f("pk_policies")),
    )
