"""Calls of a language model that help somebody at the desk."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PURPOSES = ("turn", "voice", "check", "trial", "assist")


def upgrade() -> None:
    with op.batch_alter_table("llm_calls") as calls:
        calls.drop_constraint(op.f("ck_llm_calls_purpose"), type_="check")
        calls.create_check_constraint(op.f("ck_llm_calls_purpose"), f"purpose IN {_PURPOSES}")
