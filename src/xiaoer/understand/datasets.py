"""Labelled sentences from files: JSON lines and CSV, gzipped or not, their labels mapped to our intents."""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.catalogue import catalogue
from xiaoer.understand.evaluate import Case

MOST_ROWS = 1_000_000
_LONGEST_LINE = 1_000_000  # characters
_GZIP = b"\x1f\x8b"


class BadData(ValueError):
    """A file that holds no labelled sentences. The message names file and line, and says what to write."""


class _Columns(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = "text"
    label: str = "label"


def _some(value: object) -> object:
    return [value] if isinstance(value, str) else value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: Language
    columns: _Columns = _Columns()
    labels: dict[str, Annotated[list[str], Field(min_length=1), BeforeValidator(_some)]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How a set's columns are called, and which of our intents its labels mean."""

    language: Language | None  # None: of each text
    text: str
    label: str
    labels: (
        Mapping[str, frozenset[Intent]] | None
    )  # None: the labels are our own, or to be learnt as they are


OWN = Mapped(language=None, text="text", label="label", labels=None)


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    label: str


def read_mapping(path: Path) -> Mapped:
    """BadData if it is not of this form, or names an intent that the catalogue has not."""
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as wrong:
        raise BadData(
            f"{path}: {_first_line(wrong)}. Write language: zh, and labels: with label: intent"
        ) from wrong
    known = catalogue()
    unknown = sorted({name for names in read.labels.values() for name in names if Intent(name) not in known})
    if unknown:
        raise BadData(f"{path}: no such intent: {', '.join(unknown)}")
    return Mapped(
        language=read.language,
        text=read.columns.text,
        label=read.columns.label,
        labels={label: frozenset(map(Intent, names)) for label, names in read.labels.items()},
    )


def read_rows(path: Path, mapped: Mapped = OWN) -> list[Row]:
    """Sentences and labels of a file. A CSV without the named columns is read as text and label, headless."""
    try:
        rows = [row for row in _rows(path, mapped) if row.text.strip()]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as wrong:
        raise BadData(f"{path}: {_first_line(wrong)}") from wrong
    if not rows:
        raise BadData(f"{path}: no row with {mapped.text} and {mapped.label}")
    return rows


def cases(rows: list[Row], mapped: Mapped) -> tuple[list[Case], float]:
    """(the cases whose label is mapped, share of the labels that are). BadData if none is."""
    labels = {row.label for row in rows}
    meaning = mapped.labels or {label: frozenset({Intent(label)}) for label in labels if label in catalogue()}
    found = [Case(clean(row.text), row.label, meaning[row.label]) for row in rows if row.label in meaning]
    if not found:
        raise BadData(f"none of the {len(labels)} labels is mapped, as for instance {sorted(labels)[0]!r}")
    known = labels if mapped.labels is None else set(mapped.labels) | labels
    return found, len(known & set(meaning)) / len(known)


def _rows(path: Path, mapped: Mapped) -> Iterator[Row]:
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
    opener = gzip.open if packed else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
        first = lines.readline(_LONGEST_LINE)
        lines.seek(0)
        yield from _json_lines(lines, path, mapped) if first.lstrip().startswith("{") else _csv(lines, mapped)


def _json_lines(lines: Any, path: Path, mapped: Mapped) -> Iterator[Row]:  # noqa: ANN401 - a text file
    for number, line in zip(range(1, MOST_ROWS + 1), lines, strict=False):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Row(str(row[mapped.text]), str(row[mapped.label]))
        except (ValueError, KeyError, TypeError) as wrong:
            raise BadData(
                f"{path}:{number}: needs {mapped.text!r} and {mapped.label!r} as JSON ({wrong})"
            ) from wrong


def _csv(lines: Any, mapped: Mapped) -> Iterator[Row]:  # noqa: ANN401 - a text file
    rows = csv.reader(lines)
    head = next(rows, [])
    named = mapped.text in head and mapped.label in head
    text, label = (head.index(mapped.text), head.index(mapped.label)) if named else (0, 1)
    if not named and len(head) > 1:
        yield Row(head[0], head[1])
    for _, row in zip(range(MOST_ROWS), rows, strict=False):
        if len(row) > max(text, label):
            yield Row(row[text], row[label])


def _first_line(wrong: Exception) -> str:
    return str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__
