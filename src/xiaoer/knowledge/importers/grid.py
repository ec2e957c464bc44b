"""CSV and XLSX -> rows of texts, with the numbers that a spreadsheet shows beside them."""

import csv
import io
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from xiaoer.knowledge.importers.archive import repacked
from xiaoer.knowledge.importers.base import Finding, Note, Reading, Skipped, Told, Unreadable, Why
from xiaoer.knowledge.importers.columns import columns_of
from xiaoer.knowledge.importers.decode import decoded

_DELIMITERS = ",\t;|"
_SNIFFED_ROWS = 30
_SNIFFED_CHARS = 100_000
_MOST_COLUMNS = 60
_MOST_SHEETS = 50
_BLANK_ROWS = 2_000  # at a stretch; a cell somewhere at row 1,048,576 is a slip of somebody's hand


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # the first is 1
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """`where` names the home of the rows, which can be read once; `told` is complete when they have been."""

    where: str
    rows: Iterator[Row]
    told: Sequence[Finding] = ()


def grids(data: bytes, reading: Reading, *, is_xlsx: bool) -> Iterator[Grid]:
    if is_xlsx:
        yield from _sheets(data, reading)
    else:
        text, told = decoded(data, reading)
        yield Grid(reading.name, _not_blank(_csv_rows(text, told, reading)), told)


def delimiter_of(text: str) -> str:
    """The one that shows a header we know; or else cuts most of the first rows into equally many cells."""
    return max(_DELIMITERS, key=lambda mark: _agreement(text[:_SNIFFED_CHARS], mark))


def _agreement(text: str, delimiter: str) -> tuple[bool, float]:
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        rows = [row for row in islice(reader, _SNIFFED_ROWS) if row]
    except csv.Error:
        return False, 0.0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    often = max(widths.values(), default=0)
    return bool(rows) and columns_of(rows[0]) is not None, often / max(1, len(rows))


def _csv_rows(text: str, told: list[Finding], reading: Reading) -> Iterator[Row]:
    # Excel may write the delimiter of its country into a first line, sep=;
    mark = text[4:5] if text[:4].lower() == "sep=" else ""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark or delimiter_of(text))
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if not (mark and number == 1):
                yield _row(number, map(str.strip, cells[:_MOST_COLUMNS]))
    except csv.Error:  # a cell of more than 131,072 characters
        told.append(Skipped(f"{reading.name}:{number + 1}-", Why.BAD_ROW))
    if text.count('"') % 2:
        told.append(Note(reading.name, Told.QUOTES, {"row": number}))


def _row(number: int, cells: Iterable[str]) -> Row:
    """Without the empty cells behind the last that is not."""
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return Row(number, tuple(kept))


def _not_blank(rows: Iterator[Row]) -> Iterator[Row]:
    blank = 0
    for row in rows:
        blank = 0 if any(row.cells) else blank + 1
        if blank > _BLANK_ROWS:
            return
        if not blank:
            yield row


def _sheets(data: bytes, reading: Reading) -> Iterator[Grid]:
    book = _opened(data, reading)
    sheets = [sheet for sheet in book.worksheets[:_MOST_SHEETS] if sheet.sheet_state == "visible"]
    for sheet in sheets:
        where = reading.name if len(sheets) == 1 else reading.at(sheet.title)
        yield Grid(where, _not_blank(_sheet_rows(sheet)))


def _opened(data: bytes, reading: Reading) -> Workbook:
    clean = repacked(data, reading.limits)
    try:
        with warnings.catch_warnings():  # of styles it does not know: no matter here
            warnings.simplefilter("ignore")
            return load_workbook(clean, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl breaks in many ways on what is no real workbook
        raise Unreadable(Why.DAMAGED) from error


def _sheet_rows(sheet: Worksheet) -> Iterator[Row]:
    try:
        for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), 1):
            yield _row(number, map(_text, cells))
    except Exception as error:  # see above
        raise Unreadable(Why.DAMAGED) from error


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case datetime():  # a date alone is one at midnight
            return (value.date() if value.time() == time.min else value.replace(microsecond=0)).isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value).replace("_x000D_", "").strip()
