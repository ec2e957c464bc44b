"""What a language model was asked, how far it is let in, and what it would have done where it was not."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from xiaoer.domain.llm import Purpose
from xiaoer.domain.rollout import TRIED, Judged, Mode, Verdict
from xiaoer.store.columns import Json, Moment, Sent
from xiaoer.store.notes import Erase, personal, plain, rows
from xiaoer.store.tables.common import FOREVER, HALF_A_YEAR, LASTING, conversation_column, metadata, one_of

_THEIRS = personal(HALF_A_YEAR)
_OURS = plain(HALF_A_YEAR, erase=Erase.DELETE)

# When, for which turn, at what cost; not a word of it.
llm_calls = Table(
    "llm_calls",
    metadata,
    Column("id", Sent, primary_key=True, info=_OURS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    conversation_column(info=_THEIRS),
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

llm_switches = Table(
    "llm_switches",
    metadata,
    Column("shop_id", Sent, primary_key=True, info=LASTING),
    Column("place", Integer, primary_key=True, info=LASTING, doc="grows by one: the last of an intent holds"),
    Column("intent", Sent, nullable=False, info=LASTING, doc="* is the whole shop: none is higher"),
    Column("mode", Sent, nullable=False, info=LASTING),
    Column("turned_by", Sent, nullable=False, info=LASTING, doc="who of the staff"),
    Column("at", Moment, nullable=False, info=LASTING),
    Column("why", Sent, nullable=False, info=LASTING),
    Column("anyway", Boolean, nullable=False, info=LASTING, doc="though the trials were not enough"),
    Column("figures", Json, nullable=False, info=LASTING, doc="JSON: what it was based on"),
    one_of("mode", Mode),
    info=rows(FOREVER),
)

# Beside an answer that was given without it: what the model would have done. Nothing of it was done.
llm_trials = Table(
    "llm_trials",
    metadata,
    Column("turn_id", Sent, primary_key=True, info=_THEIRS),
    Column("shop_id", Sent, nullable=False, info=_OURS),
    conversation_column(index=True, info=_THEIRS),
    Column("customer_id", Sent, info=_THEIRS, doc="of a signed-in customer"),
    Column("intent", Sent, nullable=False, info=_THEIRS),
    Column("mode", Sent, nullable=False, info=_OURS),
    Column("sure", Boolean, nullable=False, info=_OURS, doc="the local mind was"),
    Column("model", Sent, nullable=False, info=_OURS),
    Column("at", Moment, nullable=False, info=_THEIRS),
    Column("meant", Json, nullable=False, info=_THEIRS, doc="JSON: its actions with their orders, articles"),
    Column("really", Json, nullable=False, info=_THEIRS, doc="JSON: what was done, as far as it is known"),
    Column("words", Sent, nullable=False, info=_THEIRS, doc="what it would have said, with pseudonyms"),
    Column("verdict", Sent, nullable=False, info=_OURS),
    Column("why", Sent, nullable=False, info=_OURS, doc="it was held back, or there was no answer"),
    Column("ms", Integer, nullable=False, info=_OURS),
    Column("micros", BigInteger, nullable=False, info=_OURS, doc="cost, millionths of the currency"),
    Column("judged", Sent, info=_OURS, doc="a person's word, which counts over the verdict"),
    Column("judged_by", Sent, nullable=False, info=_OURS),
    Column("judged_at", Moment, info=_OURS),
    one_of("mode", [mode.value for mode in TRIED]),
    one_of("verdict", Verdict),
    one_of("judged", Judged),
    Index("ix_llm_trials_counted", "shop_id", "model", "at"),
    Index("ix_llm_trials_customer", "shop_id", "customer_id"),
    Index("ix_llm_trials_at", "at"),
    info=rows(HALF_A_YEAR, customer="customer_id", conversation="conversation_id", clock="at"),
)
