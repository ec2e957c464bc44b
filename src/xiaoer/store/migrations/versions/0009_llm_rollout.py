"""How far a language model is let in, and what it would have done where it was not."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_MODES = ("off", "shadow", "suggest", "automatic")
_TRIED = ("shadow", "suggest")
_VERDICTS = ("open", "agreed", "differed", "held", "gone")
_JUDGED = ("good", "bad")
_PURPOSES = ("turn", "voice", "check", "trial")


def upgrade() -> None:
    with op.batch_alter_table("llm_calls") as calls:
        calls.drop_constraint(op.f("ck_llm_calls_purpose"), type_="check")
        calls.create_check_constraint(op.f("ck_llm_calls_purpose"), f"purpose IN {_PURPOSES}")
    op.create_table(
        "llm_switches",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("turned_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("anyway", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.CheckConstraint(f"mode IN {_MODES}", name=op.f("ck_llm_switches_mode")),
        sa.PrimaryKeyConstraint("shop_id", "place", name=op.f("pk_llm_switches")),
    )
    _trials()


def _trials() -> None:
    op.create_table(
        "llm_trials",
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meant", sa.Text(), nullable=False),
        sa.Column("really", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("micros", sa.BigInteger(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=True),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"mode IN {_TRIED}", name=op.f("ck_llm_trials_mode")),
        sa.CheckConstraint(f"verdict IN {_VERDICTS}", name=op.f("ck_llm_trials_verdict")),
        sa.CheckConstraint(f"judged IN {_JUDGED}", name=op.f("ck_llm_trials_judged")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_llm_trials_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_llm_trials")),
    )
    op.create_index("ix_llm_trials_conversation_id", "llm_trials", ["conversation_id"])
    op.create_index("ix_llm_trials_counted", "llm_trials", ["shop_id", "model", "at"])
    op.create_index("ix_llm_trials_customer", "llm_trials", ["shop_id", "customer_id"])
    op.create_index("ix_llm_trials_at", "llm_trials", ["at"])
