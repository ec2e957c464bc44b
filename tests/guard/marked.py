"""Texts of our own in which what belongs to a person is marked: masking/{zh,en}.{tune,held,late}.jsonl.

A row is a text, its marked values in their order ("spans", each with what it is) and what may be masked or
not ("may": a city, a nickname). Two in five hold nothing of anybody: prices, sizes, models, brands that look
like it. `held` was written before any rule was touched, `late` when the rules were done: both are only seen
as figures. What `tune` got wrong was looked at.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from xiaoer.domain.words import Language
from xiaoer.text import mask

HERE = Path(__file__).parent / "masking"
PARTS = ("tune", "held", "late")


class Kind(StrEnum):
    """What a marked value is."""

    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    ID = "id"
    IBAN = "iban"
    ACCOUNT = "account"
    ORDER = "order"
    PARCEL = "parcel"
    LINK = "link"
    CODE = "code"
    NAME = "name"
    ADDRESS = "address"


STRUCTURED = frozenset(Kind) - {Kind.NAME, Kind.ADDRESS}


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int

    def letters(self, text: str) -> frozenset[int]:
        """Where its letters and digits stand: a bracket or a blank at its edge tells nothing."""
        return frozenset(at for at in range(self.start, self.end) if text[at].isalnum())


@dataclass(frozen=True, slots=True)
class Marked(Span):
    kind: Kind


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    spans: tuple[Marked, ...]
    may: tuple[Span, ...] = ()

    def values(self, kinds: Iterable[str]) -> tuple[str, ...]:
        of = frozenset(kinds)
        return tuple(self.text[one.start : one.end] for one in self.spans if one.kind in of)


@dataclass(frozen=True, slots=True)
class Found:
    """A row, and what was found in it."""

    row: Row
    finds: tuple[mask.Find, ...]

    def covered(self) -> frozenset[int]:
        return frozenset(at for find in self.finds for at in range(find.start, find.end))


@cache
def rows(language: Language, part: str) -> tuple[Row, ...]:
    lines = (HERE / f"{language.value}.{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_row(json.loads(line)) for line in lines)


def look(every: Iterable[Row]) -> list[Found]:
    return [Found(row, tuple(mask.finds(row.text))) for row in every]


def recall(found: Sequence[Found], kinds: Iterable[str]) -> tuple[int, int]:
    """Marked values of which no letter and no digit is left; marked values."""
    of = frozenset(kinds)
    hits = [
        span.letters(one.row.text) <= one.covered()
        for one in found
        for span in one.row.spans
        if span.kind in of
    ]
    return sum(hits), len(hits)


def precision(found: Sequence[Found], kinds: Iterable[mask.Kind]) -> tuple[int, int]:
    """Finds in which no letter and no digit is of anything else; finds."""
    of = frozenset(kinds)
    hits = [
        Span(find.start, find.end).letters(one.row.text) <= _of_somebody(one.row)
        for one in found
        for find in one.finds
        if find.kind in of
    ]
    return sum(hits), len(hits)


def left_alone(found: Sequence[Found]) -> tuple[int, int]:
    """Texts with nothing of anybody in which nothing was found; such texts."""
    hits = [not one.finds for one in found if not (one.row.spans or one.row.may)]
    return sum(hits), len(hits)


def _of_somebody(row: Row) -> frozenset[int]:
    return frozenset(at for span in (*row.spans, *row.may) for at in span.letters(row.text))


def _row(doc: Mapping[str, Any]) -> Row:
    text = doc["text"]
    spans = tuple(Marked(start, end, Kind(kind)) for kind, start, end in _placed(text, doc["spans"]))
    may = tuple(
        Span(start, end) for _, start, end in _placed(text, [("", one) for one in doc.get("may", ())])
    )
    return Row(text, spans, may)


def _placed(text: str, values: Iterable[Sequence[str]]) -> Iterator[tuple[str, int, int]]:
    """Where each stands; the next one behind it."""
    at = 0
    for kind, value in values:
        start = text.index(value, at)
        at = start + len(value)
        yield kind, start, at
