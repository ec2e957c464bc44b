"""The one way in: a file, a folder or bytes of any form -> drafts, and what was left out."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers.base import (
    Finding,
    Hints,
    Imported,
    Limits,
    Piece,
    Progress,
    Reading,
    Skipped,
    Unreadable,
    Why,
    silent,
)
from xiaoer.knowledge.importers.docx import read_docx
from xiaoer.knowledge.importers.drafts import gather, visible
from xiaoer.knowledge.importers.forms import Form, form_of
from xiaoer.knowledge.importers.html import read_html
from xiaoer.knowledge.importers.markdown_folder import Listed, files_in, read_markdown
from xiaoer.knowledge.importers.pdf import read_pdf
from xiaoer.knowledge.importers.plain import read_plain
from xiaoer.knowledge.importers.table import read_table
from xiaoer.knowledge.importers.tickets import read_tickets

_LONGEST_NAME = 300
_MARKUP = (Form.MARKDOWN, Form.HTML, Form.PLAIN)


def read_source(
    source: Path | bytes,
    name: str = "",
    *,
    limits: Limits | None = None,
    hints: Hints | None = None,
    progress: Progress = silent,
) -> Imported:
    """Never raises for what is in it, or that it is not there: that is among the skipped.

    `name` is the file's name or the page's address; of a path it may be left out. A folder is read with all
    that is in it. Takes seconds for a large file: call it from a thread where others wait.
    """
    path = source if isinstance(source, Path) else None
    shown = " ".join(visible(name or (path.name if path else "")).split())[:_LONGEST_NAME] or "?"
    reading = Reading(shown, limits or Limits(), hints or Hints(), progress)
    if path is not None and path.is_dir():
        return gather(_folder(path, reading), reading)
    return gather(_one(source, reading), reading)


def _folder(folder: Path, reading: Reading) -> Iterator[Finding]:
    files = list(files_in(folder, reading))
    if not files:
        yield Skipped(reading.name, Why.EMPTY)
    inside = replace(reading, progress=silent)
    for number, file in enumerate(files, 1):
        if isinstance(file, Listed):
            yield from _one(file.path, replace(inside, name=file.name), file.language)
        else:
            yield file
        reading.progress(number, len(files), file.name if isinstance(file, Listed) else file.where)


def _one(source: Path | bytes, reading: Reading, language: Language | None = None) -> Iterator[Finding]:
    """One file; what makes the whole of it useless ends what it gave so far."""
    try:
        data = source if isinstance(source, bytes) else _read(source, reading.limits.file_bytes)
        for finding in _findings(data, reading, language):
            is_bare = isinstance(finding, Piece) and finding.language is None
            yield replace(finding, language=language) if isinstance(finding, Piece) and is_bare else finding
    except Unreadable as no:
        yield Skipped(reading.name, no.why, no.facts)


def _read(path: Path, limit: int) -> bytes:
    """By its size first: a file of gigabytes is not touched."""
    try:
        told = path.stat()
        if not stat.S_ISREG(told.st_mode):
            raise Unreadable(Why.NOT_PLAIN)  # a pipe would never end
        if told.st_size > limit:
            raise Unreadable(Why.TOO_LARGE, limit_mb=limit / 1_000_000)
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError as error:
        raise Unreadable(Why.NO_SUCH_FILE) from error
    except (OSError, ValueError) as error:
        raise Unreadable(Why.UNREADABLE) from error


def _findings(data: bytes, reading: Reading, language: Language | None) -> Iterator[Finding]:
    form = form_of(data, reading.name)
    limit = reading.limits.markup_bytes if form in _MARKUP else reading.limits.file_bytes
    if len(data) > limit:
        raise Unreadable(Why.TOO_LARGE, limit_mb=limit / 1_000_000)
    match form:
        case Form.MARKDOWN:
            return read_markdown(data, reading, language=language)
        case Form.PLAIN:
            return read_plain(data, reading)
        case Form.HTML:
            return read_html(data, reading)
        case Form.DOCX:
            return read_docx(data, reading)
        case Form.PDF:
            return read_pdf(data, reading)
        case Form.CSV | Form.XLSX | Form.JSONL:
            return _rows(data, form, reading)


def _rows(data: bytes, form: Form, reading: Reading) -> Iterator[Finding]:
    is_xlsx, is_json = form is Form.XLSX, form is Form.JSONL
    if is_json or reading.hints.tickets:
        return read_tickets(data, reading, is_xlsx=is_xlsx, is_json=is_json)
    return read_table(data, reading, is_xlsx=is_xlsx)
