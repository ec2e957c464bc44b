"""A PDF with text -> pieces. What is but pictures of text (a scan) is told, not guessed at."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import PurePath
from typing import Any

from pypdf import PageObject, PdfReader, apply_configuration
from pypdf.errors import DependencyError, PyPdfError

from xiaoer.knowledge.importers.base import Finding, Note, Piece, Reading, Skipped, Told, Unreadable, Why
from xiaoer.knowledge.importers.prose import markdown_of_lines
from xiaoer.knowledge.importers.sections import pieces_of
from xiaoer.text.words import HAN

# pypdf's own bounds are those of a print shop: 75 MB a stream, 300 MB of decoding.
_BOUNDS: dict[str, Any] = {
    "zlib_maximum_output_length": 8_000_000,
    "lzw_maximum_output_length": 8_000_000,
    "run_length_maximum_output_length": 8_000_000,
    "array_based_stream_maximum_output_length": 8_000_000,
    "stream_decoding_work_maximum_length": 30_000_000,
    "stream_parsing_work_maximum_count": 300_000,
    "page_tree_maximum_entries": 20_000,
    "page_tree_maximum_page_entries": 200_000,
    "xform_maximum_invocations_per_extraction": 200,
}
_LEAST_LETTERS = 20  # of a whole document; a scan often has a line that its scanner wrote
_MOST_PAGE_CHARS = 100_000
_HAN, _WORD = re.compile(f"[{HAN}]"), 3  # a character of Chinese says as much as three letters
_KEY = 40  # letters by which a text is found again on its page
_SELDOM = 3  # pages; a line that stands on more than half of them is their header or footer
_PAGE_NUMBER = re.compile(
    r"^[-–—\s]*(?:第\s*|page\s*|p\.?\s*)?\d{1,4}(?:\s*(?:页|/|of|共)\s*\d{0,4}\s*页?)?[-–—\s]*$", re.I
)

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # a hostile file writes a line for each of its faults


class _TimeUp(BaseException):
    """Not an Exception: pypdf swallows those that fall out of a form within a page."""


def read_pdf(data: bytes, reading: Reading) -> Iterator[Finding]:
    ends = reading.limits.clock() + reading.limits.seconds
    pages = _opened(data)
    taken = min(len(pages), reading.limits.pages)
    read: list[str | Skipped] = []
    while len(read) < taken:
        read.append(_page(pages, len(read), ends, reading))
        reading.progress(len(read), taken, reading.name)
        if isinstance(read[-1], Skipped) and read[-1].why is Why.TOO_SLOW:
            break
    if len(pages) > taken:
        yield Skipped(reading.at(f"p{taken + 1}-{len(pages)}"), Why.TOO_MANY_PAGES, {"limit": taken})
    yield from (page for page in read if isinstance(page, Skipped))
    yield from _told(read, reading)


def _opened(data: bytes) -> Sequence[PageObject]:
    """The pages. A password for its owner alone keeps nobody from reading."""
    try:
        with apply_configuration(**_BOUNDS):
            reader = PdfReader(BytesIO(data))
            if reader.is_encrypted:
                _unlock(reader)
            len(reader.pages)  # the tree is walked here, within the bounds
            return reader.pages
    except Unreadable:
        raise
    except Exception as error:  # pypdf breaks in many ways on what is damaged
        raise Unreadable(Why.DAMAGED) from error


def _unlock(reader: PdfReader) -> None:
    try:
        opened = bool(reader.decrypt(""))
    except (PyPdfError, DependencyError, NotImplementedError) as error:
        raise Unreadable(Why.ENCRYPTED) from error
    if not opened:
        raise Unreadable(Why.ENCRYPTED)


def _page(pages: Sequence[PageObject], number: int, ends: float, reading: Reading) -> str | Skipped:
    """The text of a page, counted from 0; or why there is none of it (TOO_SLOW: and of all that follow)."""
    try:
        return _text(pages[number], ends, reading)
    except _TimeUp:
        facts = {"seconds": int(reading.limits.seconds)}
        return Skipped(reading.at(f"p{number + 1}-{len(pages)}"), Why.TOO_SLOW, facts)
    except Exception:  # noqa: BLE001 - see above; the other pages may be fine
        return Skipped(reading.at(f"p{number + 1}"), Why.BAD_PAGE)


def _text(page: PageObject, ends: float, reading: Reading) -> str:
    def look_at_the_clock(*_: object) -> None:
        if reading.limits.clock() > ends:
            raise _TimeUp

    look_at_the_clock()
    with apply_configuration(**_BOUNDS):
        return page.extract_text(visitor_operand_before=look_at_the_clock)[:_MOST_PAGE_CHARS]


def _told(read: Sequence[str | Skipped], reading: Reading) -> Iterator[Finding]:
    texts = [page if isinstance(page, str) else "" for page in read]
    if sum(_WORD if _HAN.match(c) else c.isalpha() for text in texts for c in text) < _LEAST_LETTERS:
        if all(isinstance(page, str) for page in read):
            raise Unreadable(Why.SCANNED)
        return  # it is told already why there is nothing
    empty = [number for number, page in enumerate(read, 1) if isinstance(page, str) and not page.strip()]
    if empty:
        yield Note(reading.name, Told.EMPTY_PAGES, {"pages": _ranges(empty)})
    markdown = markdown_of_lines(_lines(texts))
    pages = [_key(text) for text in texts]
    for finding in pieces_of(markdown, PurePath(reading.name).stem, source=reading.name, reading=reading):
        yield _placed(finding, pages, reading) if isinstance(finding, Piece) else finding


def _placed(piece: Piece, pages: Sequence[str], reading: Reading) -> Piece:
    """With the page on which it begins, if that can be told."""
    for text in (piece.title, piece.body):
        key = _key(text)[:_KEY]
        found = next((number for number, page in enumerate(pages, 1) if key and key in page), None)
        if found is not None:
            return replace(piece, source=reading.at(f"p{found}"))
    return piece


def _key(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _lines(texts: Sequence[str]) -> Iterator[str]:
    """Without what stands on every page. A page's end is no end of a paragraph."""
    pages = [[line.strip() for line in text.splitlines()] for text in texts]
    often = Counter(line for page in pages for line in set(page) if line)
    enough = max(_SELDOM, len(pages) // 2 + 1)
    for page in pages:
        yield from (line for line in page if often[line] < enough and not _PAGE_NUMBER.match(line))


def _ranges(numbers: Sequence[int]) -> str:
    """3, 4, 5, 9 -> 3-5, 9."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ", ".join("-".join(map(str, span)) for span in found)
