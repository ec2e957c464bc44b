"""What a language model was asked: when, for which turn, at what cost. Not a word of it."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from xiaoer.domain.llm import Purpose
from xiaoer.store.columns import Moment, Sent
from xiaoer.store.notes import Erase, personal, plain, rows
from xiaoer.store.tables.common import HALF_A_YEAR, metadata, one_of

_THEIRS = personal(HALF_A_YEAR)
_OURS = plain(HALF_A_YEAR, erase=Erase.DELETE)

llm_calls = Table(
    "llm_calls",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    Column(
        "conversation_id",
        Sent,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
        info=_THEIRS,
    ),
    Column("customer_id", Sent, info=_THEIRS, doc="of a signed-in customer"),
    Column("turn_id", Sent, nullable=False, info=_THEIRS),
    Column("at", Moment, nullable=False, info=_THEIRS),
    Column("purpose", Sent, nullable=False, info=_THEIRS),
    Column("model", Sent, nullable=False, info=_THEIRS, doc="its name and where it is"),
    Column("region", Sent, nullable=False, info=_THEIRS, doc="as the operator calls it"),
    Column("digest", Sent, nullable=False, info=_OURS, doc="SHA-256 of the request as it left"),
    Column("hidden", Sent, nullable=False, info=_THEIRS, doc="kinds of data that were replaced in it"),
    Column("became", Sent, nullable=False, info=_THEIRS, doc="asked, said, or why there was no answer"),
    Column("sent", Integer, nullable=False, info=_THEIRS, doc="tokens"),
    Column("cached", Integer, nullable=False, info=_THEIRS, doc="of those, kept by the provider"),
    Column("made", Integer, nullable=False, info=_THEIRS, doc="tokens of the answer"),
    Column("micros", BigInteger, nullable=False, info=_OURS, doc="cost, millionths of the currency"),
    Column("ms", Integer, nullable=False, info=_OURS),
    one_of("purpose", Purpose),
    Index("ix_llm_calls_conversation", "conversation_id", "turn_id"),
    Index("ix_llm_calls_customer", "shop_id", "customer_id", "at"),
    Index("ix_llm_calls_day", "shop_id", "at"),
    Index("ix_llm_calls_at", "at"),
    info=rows(HALF_A_YEAR, customer="customer_id", conversation="conversation_id", clock="at"),
)
