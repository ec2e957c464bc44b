"""A folder of files, or one file of Markdown -> pieces. Unlike knowledge.markdown, a bad file stops no other.

Articles in the form of the house (a head with title, group and questions) stay whole; other Markdown is cut
at its questions, as a page is.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers.base import Finding, Note, Piece, Reading, Skipped, Told, Unreadable, Why
from xiaoer.knowledge.importers.decode import decoded
from xiaoer.knowledge.importers.drafts import is_slug
from xiaoer.knowledge.importers.sections import pieces_of
from xiaoer.knowledge.markdown import FENCE

_KNOWN_FIELDS = frozenset({"title", "group", "questions"})
_MOST_IGNORED = 10
# Markdown may hold HTML. Nothing in an article should be more than text: < shows as <, a link runs nothing.
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_TAG = re.compile(r"(?<!\\)<(?=[a-zA-Z/!?])(?!(?:https?://|mailto:))")
_RUNNING_LINK = re.compile(
    r"(\]\(\s*<?|^ {0,3}\[[^\]\n]{1,100}\]:\s*<?)(?:javascript|data|vbscript|file):", re.I | re.M
)


@dataclass(frozen=True, slots=True)
class Listed:
    path: Path
    name: str  # within the folder, with /
    language: Language | None  # of a folder zh or en that it lies in


def files_in(folder: Path, reading: Reading) -> Iterator[Listed | Skipped]:
    """In the order of their names; hidden ones are passed over, links are not followed."""
    sorted_by_language = any((folder / language.value).is_dir() for language in Language)
    for count, path in enumerate(_paths(folder), 1):
        name = path.relative_to(folder).as_posix()
        if count > reading.limits.files:
            yield Skipped(name, Why.TOO_MANY_FILES, {"limit": reading.limits.files})
            return
        language = _language(name)
        if path.is_symlink() or not path.is_file():
            yield Skipped(name, Why.NOT_PLAIN)
        elif sorted_by_language and language is None:
            yield Skipped(name, Why.OUTSIDE)
        else:
            yield Listed(path, name, language)


def _paths(folder: Path) -> Iterator[Path]:
    for home, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(home, name) for name in sorted(names) if not name.startswith("."))


def _language(name: str) -> Language | None:
    parts = PurePosixPath(name).parts[:-1]
    return next((language for language in Language if language.value in parts), None)


def read_markdown(data: bytes, reading: Reading, *, language: Language | None = None) -> Iterator[Finding]:
    """`language` is that of a folder zh or en the file lies in: its name there is the slug of the article."""
    text, told = decoded(data, reading)
    yield from told
    text = text.replace("\r\n", "\n")
    stem = PurePosixPath(reading.name).stem
    if text.startswith("---\n"):
        yield from _article(text, stem, reading, language)
        return
    found = list(pieces_of(defused(text), stem, source=reading.name, reading=reading))
    whole = sum(isinstance(finding, Piece) for finding in found) == 1
    slug = stem if whole and language is not None and is_slug(stem) else None
    for finding in found:
        yield replace(finding, language=language, slug=slug) if isinstance(finding, Piece) else finding


def defused(markdown: str) -> str:
    return _TAG.sub(r"\\<", _RUNNING_LINK.sub(r"\1#", _BREAK.sub("\n", markdown)))


# --- articles with a head ----------------------------------------------------------------------


class _Head(BaseModel):
    """As in knowledge.markdown, but what is missing is made up for: a person looks at a draft anyway."""

    model_config = ConfigDict(extra="ignore", strict=True)

    title: Annotated[str, Field(max_length=200)] = ""
    group: Annotated[str, Field(max_length=100)] = ""
    questions: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)] = []


def _article(text: str, stem: str, reading: Reading, language: Language | None) -> Iterator[Finding]:
    found = FENCE.match(text)
    if found is None:
        raise Unreadable(Why.NO_HEAD_END)
    raw, body = _yaml(found[1]), defused(found[2]).strip()
    head = _head(raw)
    ignored = sorted(str(key)[:40] for key in raw if key not in _KNOWN_FIELDS)[:_MOST_IGNORED]
    if ignored:
        yield Note(reading.name, Told.FIELDS_IGNORED, {"fields": ", ".join(ignored)})
    if not body:
        raise Unreadable(Why.NO_TEXT)
    yield Piece(
        title=head.title or stem,
        group=head.group,
        questions=tuple(head.questions),
        body=body,
        source=reading.name,
        language=language,
        slug=stem if is_slug(stem) else None,
    )


def _yaml(head: str) -> dict[Any, Any]:
    try:
        raw = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(
            Why.HEAD_YAML, line=error.problem_mark.line + 2 if error.problem_mark else 1
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date that no calendar has
        raise Unreadable(Why.HEAD_YAML, line=2) from error
    if not isinstance(raw, dict):
        raise Unreadable(Why.HEAD_YAML, line=2)
    return raw


def _head(raw: dict[Any, Any]) -> _Head:
    try:
        return _Head.model_validate(raw)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise Unreadable(Why.HEAD_FIELD, field=field) from error
