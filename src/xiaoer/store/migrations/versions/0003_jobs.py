"""What is done later, and what was promised."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _jobs()
    _promises()
    _effects_in_doubt()


def _effects_in_doubt() -> None:
    """What a process of the version before left behind is settled like any other."""
    op.execute(
        """
        INSERT INTO jobs (id, shop_id, kind, key, payload, conversation_id, customer_id, state, run_at, tries,
            most_tries, error, made_at)
        SELECT 'settle-' || id, shop_id, 'settle_effect', id, '{"intent_id":"' || id || '"}', conversation_id,
            customer_id, 'ready', taken_at, 0, 8, '', taken_at
        FROM intents WHERE state = 'taken' AND taken_at IS NOT NULL
        """
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text()),
        sa.Column("customer_id", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("every_s", sa.Integer()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("most_tries", sa.Integer(), nullable=False),
        sa.Column("lease_token", sa.Text()),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('ready', 'running', 'done', 'dead')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("shop_id", "kind", "key", name=op.f("uq_jobs_shop_id_kind_key")),
    )
    op.create_index("ix_jobs_due", "jobs", ["shop_id", "state", "run_at"])
    op.create_index("ix_jobs_conversation_id", "jobs", ["conversation_id"])
    op.create_index("ix_jobs_customer", "jobs", ["shop_id", "customer_id"])
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"])


def _promises() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('refund_by', 'parcel_by', 'ship_by', 'call_back_by', 'case_decision_by', "
            "'ticket_answer_by')",
            name=op.f("ck_promises_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'met', 'broken', 'told', 'cancelled')", name=op.f("ck_promises_state")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_promises_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(
        "uq_promises_open",
        "promises",
        ["shop_id", "kind", "about"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_promises_look", "promises", ["shop_id", "state", "look_at"])
    op.create_index("ix_promises_due", "promises", ["shop_id", "due_at"])
    op.create_index("ix_promises_customer", "promises", ["shop_id", "customer_id"])
    op.create_index("ix_promises_conversation_id", "promises", ["conversation_id"])
