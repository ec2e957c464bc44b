"""Wishes to hear when something is back in stock."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ENDS = ("told", "cancelled", "gone", "over")


def upgrade() -> None:
    op.create_table(
        "restock_wishes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.CheckConstraint(f"ended IN {_ENDS}", name=op.f("ck_restock_wishes_ended")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_restock_wishes_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restock_wishes")),
    )
    op.create_index(
        "uq_restock_wishes_open",
        "restock_wishes",
        ["shop_id", "customer_id", "product_id", "colour", "size"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_restock_wishes_conversation_id", "restock_wishes", ["conversation_id"])
    op.create_index("ix_restock_wishes_waiting", "restock_wishes", ["shop_id", "closed_at", "id"])
    op.create_index("ix_restock_wishes_made_at", "restock_wishes", ["made_at"])
