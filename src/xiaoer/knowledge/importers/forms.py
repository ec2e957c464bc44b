"""Which form a file has: by its content, and by its name only where content does not tell."""

import re
from enum import Enum, auto
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from xiaoer.knowledge.importers.archive import names_in
from xiaoer.knowledge.importers.base import Unreadable, Why

_HEAD_BYTES = 4_096
_BEGINNING = 64  # bytes before which a page says that it is one
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, .doc, and anything of Office with a password
_ZIP = b"PK\x03\x04"
_NOT_TEXT = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"MZ",
    b"\x7fELF",
    b"{\\rtf",
    b"PK",
)
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


class Form(Enum):
    MARKDOWN = auto()
    PLAIN = auto()
    HTML = auto()
    CSV = auto()
    XLSX = auto()
    JSONL = auto()
    DOCX = auto()
    PDF = auto()


_BY_ENDING = {
    "md": Form.MARKDOWN,
    "markdown": Form.MARKDOWN,
    "txt": Form.PLAIN,
    "html": Form.HTML,
    "htm": Form.HTML,
    "xhtml": Form.HTML,
    "csv": Form.CSV,
    "tsv": Form.CSV,
    "jsonl": Form.JSONL,
    "ndjson": Form.JSONL,
}


def form_of(data: bytes, name: str) -> Form:
    """Unreadable: EMPTY, OLD_OFFICE, UNKNOWN_FORM."""
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(Why.EMPTY)
    head = data[:_HEAD_BYTES]
    if head.startswith(_OLE):
        raise Unreadable(Why.OLD_OFFICE)
    if head.startswith(_ZIP):
        return _zipped(data)
    if b"%PDF-" in head[:1024]:
        return Form.PDF
    if head.startswith(_NOT_TEXT):
        raise Unreadable(Why.UNKNOWN_FORM)
    return _text(head, name)


def _zipped(data: bytes) -> Form:
    names = names_in(data)
    if not names:
        raise Unreadable(Why.DAMAGED)
    if "word/document.xml" in names:
        return Form.DOCX
    if "xl/workbook.xml" in names:
        return Form.XLSX
    raise Unreadable(Why.UNKNOWN_FORM)


def _text(head: bytes, name: str) -> Form:
    # An address tells its form only by an ending of its path: shop.example/faq.md?page=2
    path = urlsplit(name).path if name.startswith(("http://", "https://")) else name
    ending = PurePosixPath(path).suffix.lower().lstrip(".")
    # A CSV or Markdown file may show HTML somewhere, but does not begin with it.
    begins = _PAGE.search(head.replace(b"\0", b"")[:_HEAD_BYTES])
    if begins and (begins.start() < _BEGINNING or ending not in _BY_ENDING):
        return Form.HTML
    form = _BY_ENDING.get(ending)
    if form is None:
        raise Unreadable(Why.UNKNOWN_FORM)
    return form
