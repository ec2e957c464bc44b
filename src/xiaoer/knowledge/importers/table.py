"""A table of questions and answers (CSV, XLSX) -> pieces."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from xiaoer.domain.facts import Facts
from xiaoer.domain.words import Language
from xiaoer.knowledge.importers.base import Finding, Note, Piece, Reading, Skipped, Told, Unreadable, Why
from xiaoer.knowledge.importers.columns import Columns, columns_of
from xiaoer.knowledge.importers.faq import soup_of
from xiaoer.knowledge.importers.grid import Grid, Row, grids
from xiaoer.knowledge.importers.to_markdown import escaped, markdown
from xiaoer.knowledge.importers.wash import wash

_EVERY = 200  # rows between two words of progress
_SHOWN_ROWS = 10
_TWO = 2
_MARKUP = re.compile(
    r"<(?:p|br|div|span|ul|ol|li|a|b|strong|em|table|h[1-6]|img|script)\b[^<>]{0,500}>", re.IGNORECASE
)
_FORMULA_START = "=+-@"
# After + - @ a formula goes on with a name, a bracket or a call (OWASP, CSV Injection), a text with a number.
_FORMULA = re.compile(r"^=|^[+\-@](?:[A-Za-z_(\"'=+\-@]|[^|\n]{0,200}\|)|^[+\-@][^\n]{0,200}[A-Za-z_.]\(")
_CODES = {
    **dict.fromkeys(("zh", "cn", "ch", "中", "汉", "简", "繁"), Language.ZH),
    **dict.fromkeys(("en", "英"), Language.EN),
}


def read_table(data: bytes, reading: Reading, *, is_xlsx: bool) -> Iterator[Finding]:
    """Rows with the same answer become one piece; what a row lacks is told with its number."""
    rows = 0
    for grid in grids(data, reading, is_xlsx=is_xlsx):
        first = next(grid.rows, None)
        if first is not None:  # (a workbook has empty sheets by nature)
            rows += 1
            yield from _grid(grid, first, reading)
        yield from grid.told
    if not rows:
        raise Unreadable(Why.EMPTY)


def _grid(grid: Grid, first: Row, reading: Reading) -> Iterator[Finding]:
    columns, rows = columns_of(first.cells), grid.rows
    if columns is None:
        columns, rows = _without_header(first), chain([first], grid.rows)
        if columns is None:
            yield Skipped(grid.where, Why.NO_COLUMNS)
            return
        yield Note(grid.where, Told.NO_HEADER, {"first": _short(first.cells)})
    answers = _Answers(grid.where)
    for count, row in enumerate(islice(rows, reading.limits.rows), 1):
        yield from answers.take(row, columns, reading)
        if count % _EVERY == 0:
            reading.progress(count, None, grid.where)
    following = next(rows, None)
    if following is not None:
        yield Skipped(f"{grid.where}:{following.number}-", Why.TOO_MANY_ROWS, {"limit": reading.limits.rows})
    yield from answers.given()


def _without_header(first: Row) -> Columns | None:
    """Two columns need no names: what is asked stands before what is answered."""
    return Columns(question=0, answer=1) if len(first.cells) == _TWO and all(first.cells) else None


def _short(cells: Sequence[str]) -> str:
    return " | ".join(cell[:30] for cell in cells)


# --- rows --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Answers:
    """Pieces by their answer, in the order in which each came first."""

    where: str
    pieces: dict[tuple[str, ...], Piece] = field(default_factory=dict)
    merged: int = 0
    formulas: list[int] = field(default_factory=list)
    unknown_languages: list[str] = field(default_factory=list)

    def take(self, row: Row, columns: Columns, reading: Reading) -> Iterator[Finding]:
        where = f"{self.where}:{row.number}"
        if any(len(cell) > reading.limits.cell_chars for cell in row.cells):
            yield Skipped(where, Why.CELL_TOO_LONG, {"limit": reading.limits.cell_chars})
            return
        cells = tuple(map(harmless, row.cells))
        if any(map(_may_be_formula, row.cells)):
            self.formulas.append(row.number)
        asked, answer = _asked(cells, columns), body_of(columns.cell(cells, "answer"), reading)
        if not asked:
            yield Skipped(where, Why.NO_QUESTION)
        elif not answer:
            yield Skipped(where, Why.NO_ANSWER, {"question": asked[0][:60]})
        else:
            language = self._language(columns.cell(cells, "language"))
            self._add(replace(_piece(cells, columns, asked, where), body=answer, language=language))

    def _language(self, named: str) -> Language | None:
        code = named.strip().lower()
        found = _CODES.get(code[:2]) or _CODES.get(code[:1])
        if code and found is None:
            self.unknown_languages.append(named[:20])
        return found

    def _add(self, piece: Piece) -> None:
        key = (piece.body, piece.slug or "", piece.language or "")
        known = self.pieces.get(key)
        if known is None:
            self.pieces[key] = piece
            return
        self.merged += 1
        self.pieces[key] = replace(known, questions=(*known.questions, piece.title, *piece.questions))

    def given(self) -> Iterator[Finding]:
        if self.formulas:
            shown = ", ".join(map(str, self.formulas[:_SHOWN_ROWS]))
            yield Note(self.where, Told.FORMULAS, {"count": len(self.formulas), "rows": shown})
        if self.unknown_languages:
            facts: Facts = {"count": len(self.unknown_languages), "example": self.unknown_languages[0]}
            yield Note(self.where, Told.LANGUAGE_UNKNOWN, facts)
        if self.merged:
            yield Note(self.where, Told.MERGED, {"count": self.merged})
        yield from self.pieces.values()


def _asked(cells: Sequence[str], columns: Columns) -> list[str]:
    """Title first, then every question; a cell may hold one on each line."""
    title = columns.cell(cells, "title")
    lines = columns.cell(cells, "question").splitlines()
    others = re.split(r"[\n|；;]", columns.cell(cells, "others"))
    return [text for part in (title, *lines, *others) if (text := " ".join(part.split()))]


def _piece(cells: Sequence[str], columns: Columns, asked: list[str], where: str) -> Piece:
    return Piece(
        title=asked[0],
        questions=tuple(asked[1:]),
        body="",
        source=where,
        group=columns.cell(cells, "group"),
        slug=columns.cell(cells, "slug") or None,
    )


def body_of(cell: str, reading: Reading) -> str:
    """A cell as Markdown: of HTML, as some systems export it, or of text whose lines stay lines."""
    if _MARKUP.search(cell):
        return markdown(soup_of(wash(cell).markup), reading.name)
    lines = [escaped(line.strip()) for line in cell.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\S)\n(?=\S)", "  \n", "\n".join(lines)))


# --- formulas ----------------------------------------------------------------------------------


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would run, with the apostrophe that makes it a text there.

    Here it is a text in any case. But what is taken in may be exported and opened again.
    """
    folded = unicodedata.normalize("NFKC", cell[:1]) + cell[1:]  # a full-width = runs too
    return f"'{cell}" if _FORMULA.search(folded) else cell


def _may_be_formula(cell: str) -> bool:
    return unicodedata.normalize("NFKC", cell[:1])[:1] in tuple(_FORMULA_START)
