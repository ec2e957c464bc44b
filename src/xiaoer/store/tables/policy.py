"""The policies that were served: a verdict names its version, and the text behind it is never lost."""

from sqlalchemy import Column, Table

from xiaoer.store.columns import Moment, Sent
from xiaoer.store.notes import rows
from xiaoer.store.tables.common import FOREVER, LASTING, metadata

policies = Table(
    "policies",
    metadata,
    Column("shop_id", Sent, primary_key=True, info=LASTING),
    Column("version", Sent, primary_key=True, info=LASTING, doc="the file's own version + its fingerprint"),
    Column("text", Sent, nullable=False, info=LASTING, doc="policy.yaml as it was"),
    Column("first_served_at", Moment, nullable=False, info=LASTING),
    Column("last_served_at", Moment, nullable=False, info=LASTING),
    info=rows(FOREVER),
)
