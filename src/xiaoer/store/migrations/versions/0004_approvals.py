"""Effects that a colleague must agree to, and what goes back without one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATES = "'open', 'taken', 'needs_staff', 'done', 'refused', 'unclear', 'declined', 'expired'"


def upgrade() -> None:
    with op.batch_alter_table("intents") as intents:
        intents.add_column(sa.Column("order_id", sa.Text()))
        intents.add_column(sa.Column("amount", sa.Integer()))
        intents.add_column(sa.Column("approval", sa.Text()))
        intents.add_column(sa.Column("rule", sa.Text()))
        intents.add_column(sa.Column("agreed_by", sa.Text()))
        intents.drop_constraint(op.f("ck_intents_state"), type_="check")
        intents.create_check_constraint(op.f("ck_intents_state"), f"state IN ({_STATES})")
    op.create_index("ix_intents_order", "intents", ["shop_id", "order_id"])
