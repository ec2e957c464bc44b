"""What is stored, column by column: for the documentation and the record of processing."""

from dataclasses import dataclass

from xiaoer.store.notes import note_of, rows_of
from xiaoer.store.tables import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    table: str
    column: str
    says: str
    personal: bool
    whose: str  # customer | conversation | nobody
    keep: str  # retention class
    days: int | None  # None: for ever
    erase: str  # delete | blank | keep


def catalogue() -> list[Entry]:
    """Tables in the order they depend on each other; columns as they stand."""
    return [
        Entry(
            table=table.name,
            column=column.name,
            says=column.doc or "",
            personal=note_of(column).personal,
            whose=rows_of(table).whose,
            keep=note_of(column).keep.name,
            days=note_of(column).keep.days,
            erase=note_of(column).erase.value,
        )
        for table in metadata.sorted_tables
        for column in table.c
    ]
