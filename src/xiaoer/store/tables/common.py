"""What all tables share: one MetaData, the retention classes, columns that stand in many."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, MetaData

from xiaoer.store.columns import Sent
from xiaoer.store.notes import Erase, Keep, personal, plain

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

FOREVER = Keep("for_ever", None)
TALK = Keep("talk", 365)  # a year: long enough for any warranty question to be looked up
EFFECT = Keep("effect", 1096)  # three years: what the Chinese e-commerce law asks of transaction records
TRY = Keep("try", 2)
HALF_A_YEAR = Keep("half_a_year", 180)  # longer than any return, complaint or dispute takes

THEIRS = personal(TALK)
OURS = plain(TALK, erase=Erase.DELETE)
LASTING = plain(FOREVER)


def one_of(column: str, values: type[StrEnum] | Sequence[str]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def conversation_column(
    *, primary_key: bool = False, index: bool = False, info: Mapping[str, Any] = THEIRS
) -> "Column[str]":
    """`info`: how long the row's reference to it is kept."""
    return Column(
        "conversation_id",
        Sent,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
        primary_key=primary_key,
        index=index,
        info=dict(info),
    )
