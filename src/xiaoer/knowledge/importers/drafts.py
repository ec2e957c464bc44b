"""Pieces as importers found them -> drafts with languages and slugs, and one report."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import PurePath

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers.base import (
    Draft,
    Finding,
    Imported,
    Limits,
    Note,
    Piece,
    Reading,
    Skipped,
    Told,
    Why,
)
from xiaoer.knowledge.importers.groups import OTHER, group_of
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of

LONGEST_LINE = 200  # of a title or question, as in the articles of a folder
MOST_QUESTIONS = 50
_LONGEST_SLUG = 80
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TOLD_CHARS = 4_000  # by which a text's language is told
_GONE = frozenset({"Cc", "Cs", "Cn", "Co"})
_TURNED = "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF))
)  # text that reads backwards


def gather(findings: Iterable[Finding], reading: Reading) -> Imported:
    """Each piece once, at most Limits.drafts of them; what is left out is among the skipped."""
    tray = _Tray(reading)
    for finding in findings:
        tray.take(finding)
    return Imported(tuple(_named(tray.pieces)), tuple(tray.skipped), tuple(tray.notes))


@dataclass(slots=True)
class _Tray:
    reading: Reading
    pieces: list[Piece] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    unknown_groups: set[str] = field(default_factory=set)
    full: bool = False

    def take(self, finding: Finding) -> None:
        match finding:
            case Skipped():
                self.skipped.append(finding)
            case Note():
                self.notes.append(finding)
            case Piece():
                for piece in self._parts(_tidied(finding, self.reading)):
                    self._keep(piece)

    def _keep(self, piece: Piece) -> None:
        limit, key = self.reading.limits.drafts, (piece.title.casefold(), piece.body)
        if not piece.body:
            self.skipped.append(Skipped(piece.source, Why.NO_TEXT))
        elif key in self.seen:
            self.skipped.append(Skipped(piece.source, Why.TWICE, {"title": piece.title}))
        elif len(self.pieces) >= limit:
            if not self.full:  # of thousands that follow, one line
                self.skipped.append(Skipped(piece.source, Why.TOO_MANY_DRAFTS, {"limit": limit}))
            self.full = True
        else:
            self.seen.add(key)
            self.pieces.append(self._described(piece))

    def _described(self, piece: Piece) -> Piece:
        if len(piece.questions) > MOST_QUESTIONS:
            facts = {"kept": MOST_QUESTIONS, "count": len(piece.questions)}
            self.notes.append(Note(piece.source, Told.MANY_QUESTIONS, facts))
            piece = replace(piece, questions=piece.questions[:MOST_QUESTIONS])
        group = group_of(piece.group)
        if not group and piece.group not in self.unknown_groups:
            self.unknown_groups.add(piece.group)
            self.notes.append(
                Note(piece.source, Told.GROUP_UNKNOWN, {"group": piece.group[:40], "taken": OTHER})
            )
        return replace(piece, group=group or OTHER)

    def _parts(self, piece: Piece) -> Iterator[Piece]:
        """A body beyond the limit in parts that each keep to it."""
        bodies = list(_divided(piece.body, self.reading.limits))
        if len(bodies) > 1:
            self.notes.append(Note(piece.source, Told.DIVIDED, {"title": piece.title, "count": len(bodies)}))
        for number, body in enumerate(bodies, 1):
            mark = f" ({number}/{len(bodies)})" if len(bodies) > 1 else ""
            yield replace(piece, body=body, title=piece.title[: LONGEST_LINE - len(mark)] + mark)


# --- one piece ---------------------------------------------------------------------------------


def _tidied(piece: Piece, reading: Reading) -> Piece:
    title = _line(piece.title) or _line(PurePath(reading.name).stem) or "?"
    body = visible(piece.body).strip()
    questions = dict.fromkeys(line for text in piece.questions if (line := _line(text)) and line != title)
    language = piece.language or reading.hints.language or _language(title, piece.questions, body)
    return replace(piece, title=title, body=body, questions=tuple(questions), language=language)


def visible(text: str) -> str:
    """Without controls, halves of characters and marks that make text read backwards; lines end in \\n."""
    lines = re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    return "".join(
        c for c in lines if c in "\n\t" or unicodedata.category(c) not in _GONE and c not in _TURNED
    )


def _line(text: str) -> str:
    return " ".join(visible(text).split())[:LONGEST_LINE].rstrip()


def _language(title: str, questions: Sequence[str], body: str) -> Language:
    text = "\n".join((title, *questions[:3], body))[:_TOLD_CHARS]
    return language_of(clean(text, limit=_TOLD_CHARS), Language.ZH)


def _divided(body: str, limits: Limits) -> Iterator[str]:
    """At paragraphs, or where one alone is too long, at lines, or anywhere."""
    left = body
    while len(left.encode()) > limits.body_bytes:
        most = left.encode()[: limits.body_bytes].decode("utf-8", "ignore")
        end = next(
            (at for mark in ("\n\n", "\n", " ") if (at := most.rfind(mark)) > len(most) // 2), len(most)
        )
        yield left[:end].strip()
        left = left[end:].lstrip()
    yield left


# --- slugs -------------------------------------------------------------------------------------


def _named(pieces: Sequence[Piece]) -> Iterator[Draft]:
    """With slugs of their titles. Where two would have the same, each is told apart by what it says, so that
    the order of the import does not matter. A slug the merchant gave twice, once in each language, stays."""
    wanted = [_wanted(piece) for piece in pieces]
    often, given = Counter(wanted), {slug for slug, language in wanted if language is not None}
    taken: set[tuple[str, Language | None]] = set()
    for (slug, own), piece in zip(wanted, pieces, strict=True):
        clear = often[slug, own] == 1 and (own is not None or slug not in given)
        rivals = (own, None) if own is not None else (None, *Language)
        unique = next(s for s in _apart(slug, piece, clear=clear) if not any((s, r) in taken for r in rivals))
        taken.add((unique, own))
        yield _draft(piece, unique)


def _wanted(piece: Piece) -> tuple[str, Language | None]:
    """The slug, and its language if it was given: another language may have it too."""
    if piece.slug and is_slug(piece.slug):
        return piece.slug, piece.language
    return slug_of(piece.title), None


def _apart(slug: str, piece: Piece, *, clear: bool) -> Iterator[str]:
    if clear:
        yield slug
    mark = _hash(f"{piece.title}\0{piece.body}\0{piece.language}")
    for length in (6, 12, 24, len(mark)):
        yield f"{slug[: _LONGEST_SLUG - length - 1].rstrip('-')}-{mark[:length]}"


def is_slug(text: str) -> bool:
    return bool(_SLUG.fullmatch(text)) and len(text) <= _LONGEST_SLUG


def slug_of(title: str) -> str:
    """Of an English title its words; of any other one `a-` and six digits that are always the same."""
    plain = unicodedata.normalize("NFKD", title)
    letters = [c for c in plain if c.isalnum()]
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain.encode("ascii", "ignore").decode().lower()))
    if letters and all(c.isascii() for c in letters):
        return "-".join(words)[:_LONGEST_SLUG].rstrip("-")
    return f"a-{_hash(title)[:6]}"


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()


def _draft(piece: Piece, slug: str) -> Draft:
    return Draft(
        slug=slug,
        language=piece.language or Language.ZH,
        title=piece.title,
        group=piece.group,
        questions=piece.questions,
        body=piece.body,
        source=piece.source,
        for_person=piece.for_person,
    )
