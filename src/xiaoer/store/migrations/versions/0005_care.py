"""Tickets: complaints, calls to be made, requests about personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KINDS = ("complaint", "call_back", "unsubscribe", "data_export", "data_erasure")


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN {_KINDS}", name=op.f("ck_tickets_kind")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_tickets_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shop_id", "number", name=op.f("pk_tickets")),
    )
    op.create_index(
        "uq_tickets_open",
        "tickets",
        ["conversation_id", "kind"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_tickets_customer", "tickets", ["shop_id", "customer_id"])
    op.create_index("ix_tickets_due", "tickets", ["shop_id", "closed_at", "due_at"])
