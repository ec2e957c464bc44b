"""An invoice is owed by its hour, too."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KINDS = (
    "refund_by",
    "parcel_by",
    "ship_by",
    "call_back_by",
    "case_decision_by",
    "ticket_answer_by",
    "invoice_by",
)


def upgrade() -> None:
    with op.batch_alter_table("promises") as promises:
        promises.drop_constraint(op.f("ck_promises_kind"), type_="check")
        promises.create_check_constraint(op.f("ck_promises_kind"), f"kind IN {_KINDS}")
