"""What each table and column says of itself: personal or not, whose, how long, what erasure does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Table


class Erase(StrEnum):
    DELETE = "delete"  # goes with its row
    BLANK = "blank"  # the row stays, the value goes
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Keep:
    """A retention class. `days` None is for ever."""

    name: str
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Of a column. `blank` is what stands there after erasure or its time."""

    personal: bool
    keep: Keep
    erase: Erase
    blank: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Of a table: by which of its columns its rows lead to a person, and from when their time runs.

    `order` names a column with the order a guest has proven. `clock` None: rows go with their conversation.
    """

    keep: Keep
    customer: str = ""
    conversation: str = ""
    order: str = ""
    clock: str | None = None

    @property
    def whose(self) -> str:
        return "customer" if self.customer else "conversation" if self.conversation else "nobody"


def personal(keep: Keep, *, erase: Erase = Erase.DELETE, blank: str | None = None) -> dict[str, Any]:
    return {"note": Note(personal=True, keep=keep, erase=erase, blank=blank)}


def plain(keep: Keep, *, erase: Erase = Erase.KEEP) -> dict[str, Any]:
    return {"note": Note(personal=False, keep=keep, erase=erase)}


def rows(
    keep: Keep, *, customer: str = "", conversation: str = "", order: str = "", clock: str | None = None
) -> dict[str, Any]:
    return {"rows": Rows(keep=keep, customer=customer, conversation=conversation, order=order, clock=clock)}


def note_of(column: "Column[Any]") -> Note:
    """KeyError for a column that says nothing of itself."""
    note: Note = column.info["note"]
    return note


def rows_of(table: Table) -> Rows:
    """KeyError for a table that says nothing of itself."""
    found: Rows = table.info["rows"]
    return found


def deletes(table: Table) -> bool:
    """Whether erasure takes its rows away, rather than values out of them."""
    return any(note_of(column).erase is Erase.DELETE for column in table.c)


def blanks_of(table: Table) -> dict[str, str | None]:
    """What erasure leaves in the columns it empties."""
    notes = {column.name: note_of(column) for column in table.c}
    return {name: note.blank for name, note in notes.items() if note.erase is Erase.BLANK}
