"""What importers give and what they keep to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.words import Language


class Why(StrEnum):
    """Why something was not taken. Each has its words in reasons/{zh,en}.yaml."""

    # the file
    NO_SUCH_FILE = "no_such_file"
    NOT_PLAIN = "not_plain"  # a link out of the folder, a device
    OUTSIDE = "outside"  # of zh/ and en/, in a folder that has them
    UNREADABLE = "unreadable"  # the system does not let us
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_FORM = "unknown_form"
    OLD_OFFICE = "old_office"  # .xls, .doc, or a password on .xlsx, .docx
    DAMAGED = "damaged"
    ENCODING = "encoding"
    TOO_MANY_FILES = "too_many_files"
    # what it unpacks to
    ZIP_BOMB = "zip_bomb"
    HOSTILE_XML = "hostile_xml"
    TOO_INTRICATE = "too_intricate"
    # Markdown
    NO_HEAD_END = "no_head_end"
    HEAD_YAML = "head_yaml"
    HEAD_FIELD = "head_field"
    # tables and tickets
    NO_COLUMNS = "no_columns"
    NO_QUESTION = "no_question"
    NO_ANSWER = "no_answer"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MANY_ROWS = "too_many_rows"
    BAD_ROW = "bad_row"
    BAD_JSON = "bad_json"
    NO_CLUSTERS = "no_clusters"
    # pages and documents
    NO_TEXT = "no_text"
    SCANNED = "scanned"
    ENCRYPTED = "encrypted"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_SLOW = "too_slow"
    BAD_PAGE = "bad_page"
    # the drafts
    TWICE = "twice"
    TOO_MANY_DRAFTS = "too_many_drafts"


class Told(StrEnum):
    """What was taken, but a person should know of."""

    ENCODING = "encoding"
    ENCODING_GUESSED = "encoding_guessed"
    BAD_BYTES = "bad_bytes"
    NO_HEADER = "no_header"
    QUOTES = "quotes"
    FORMULAS = "formulas"
    MERGED = "merged"
    MANY_QUESTIONS = "many_questions"
    GROUP_UNKNOWN = "group_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"
    FIELDS_IGNORED = "fields_ignored"
    LEFT_OUT = "left_out"
    DIVIDED = "divided"
    EMPTY_PAGES = "empty_pages"
    CLUSTERED = "clustered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article that a person is still to look at. Imported again, it has the same slug again."""

    slug: str
    language: Language
    title: str
    group: str
    questions: tuple[str, ...]
    body: str  # Markdown, at most Limits.body_bytes
    source: str  # file name or address, with row or page: faq.csv:12
    for_person: bool = False  # put together from tickets: its answer must be checked or written


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not taken. `facts` fill the words for it."""

    where: str
    why: Why
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    where: str
    what: Told
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    drafts: tuple[Draft, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[Note, ...] = ()


class Progress(Protocol):
    def __call__(self, done: int, total: int | None, what: str) -> None:
        """`done` of `total` (None: not known) rows, pages or files of `what`."""


def silent(done: int, total: int | None, what: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one import. What lies beyond is reported, never cut off in silence."""

    file_bytes: int = 20_000_000
    markup_bytes: int = 5_000_000  # of HTML and text: no page that people read has more
    unpacked_bytes: int = 100_000_000  # of .xlsx and .docx, pictures with them
    xml_bytes: int = 16_000_000  # of the parts that are read: as objects they take some thirty times that
    body_bytes: int = 64 * 1024  # as of the articles in a folder
    article_chars: int = 6_000  # a longer page is divided at its headings
    cell_chars: int = 20_000
    rows: int = 20_000
    pages: int = 300
    seconds: float = 60.0  # of one PDF
    files: int = 5_000
    drafts: int = 5_000
    clock: Callable[[], float] = time.monotonic  # what `seconds` are counted by


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the merchant, or the server a page came from, says of it."""

    language: Language | None = None  # None: each text tells by itself
    charset: str | None = None
    tickets: bool = False  # the rows are past questions, not a FAQ


# --- between importers and drafts --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One answer as an importer found it; `drafts` makes a Draft of it."""

    title: str
    body: str
    source: str
    questions: tuple[str, ...] = ()
    group: str = ""
    language: Language | None = None
    slug: str | None = None  # given by the merchant: the same one in the other language is the translation
    for_person: bool = False


Finding = Piece | Skipped | Note


@dataclass(frozen=True, slots=True)
class Reading:
    """What every importer is given beside the bytes."""

    name: str  # a file's name, or the address of a page
    limits: Limits
    hints: Hints
    progress: Progress

    def at(self, place: int | str) -> str:
        """A row or page of it: faq.csv:12."""
        return f"{self.name}:{place}"


class Unreadable(Exception):
    """The whole file cannot be used; inside importers only, `read_source` makes a Skipped of it."""

    def __init__(self, why: Why, **facts: Fact) -> None:
        super().__init__(why.value)
        self.why, self.facts = why, facts
