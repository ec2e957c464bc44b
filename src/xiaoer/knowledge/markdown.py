"""A folder of articles, {zh,en}/<slug>.md with a YAML head, -> domain.knowledge.Article."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Language
from xiaoer.text.own_yaml import own_yaml

MOST_FILES = 5_000  # in one language; more is no shop's handbook but a mistaken folder
LARGEST_BYTES = 64 * 1024
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 80
_LONGEST_LINE = 4_096  # of a YAML head: a question is not broken in two
FENCE = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*\n(.*)\Z", re.DOTALL)
_MOST_MISTAKES = 20  # told at once; a folder of another kind has thousands


class BadArticles(ValueError):
    """Articles that cannot be used. The message names file and line or field, and says what to write."""


class _Bad(Exception):
    """One mistake in one file."""


def read_folder(folder: Path) -> list[Article]:
    """All articles below `folder`, by language and slug.

    BadArticles if the folder has neither zh/ nor en/, or any file cannot be used: a shop must not go live
    with half of its answers. Links that lead out of the folder are refused.
    """
    homes = [(language, folder / language.value) for language in Language]
    if not any(home.is_dir() for _, home in homes):
        raise BadArticles(
            f"{folder}: no zh/ or en/ in it. Put each article into zh/<slug>.md and en/<slug>.md."
        )
    articles, mistakes = [], []
    for path, language in _files(homes):
        try:
            articles.append(_read(path, language))
        except _Bad as mistake:
            mistakes.append(f"{path.relative_to(folder)}{mistake}")
    if mistakes:
        more = len(mistakes) - _MOST_MISTAKES
        tail = [f"... and {more} more files"] if more > 0 else []
        raise BadArticles("\n".join([*mistakes[:_MOST_MISTAKES], *tail]))
    return articles


def read_article(text: str, *, slug: str, language: Language, now: datetime) -> Article:
    """One article as `written` writes it. BadArticles if it cannot be used."""
    try:
        head, body = _parts(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    except _Bad as mistake:
        raise BadArticles(f"{language.value}/{slug}{mistake}") from mistake
    return Article(
        slug=slug,
        language=language,
        title=head.title,
        group=head.group,
        questions=tuple(head.questions),
        body=body,
        updated_at=now,
    )


def written(article: Article) -> str:
    """The article as a Markdown file with its head; what holds when and where is not in it."""
    head: dict[str, object] = {"title": article.title, "group": article.group}
    if article.questions:
        head["questions"] = list(article.questions)
    told = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=_LONGEST_LINE)
    return f"---\n{told}---\n{article.body}\n"


# --- one file ----------------------------------------------------------------------------------

_Line = Annotated[str, Field(min_length=1, max_length=200)]


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    title: _Line
    group: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    questions: Annotated[list[_Line], Field(max_length=50)] = []


def _read(path: Path, language: Language) -> Article:
    head, body = _parts(_text(path))
    return Article(
        slug=path.stem,
        language=language,
        title=head.title,
        group=head.group,
        questions=tuple(head.questions),
        body=body,
        updated_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def _text(path: Path) -> str:
    if not _SLUG.fullmatch(path.stem) or len(path.stem) > _LONGEST_SLUG:
        raise _Bad(": name it in small letters, digits and single hyphens, for instance shipping-fee.md")
    if path.resolve().parent != path.parent.resolve() or not path.is_file():
        raise _Bad(": not a plain file of this folder. Copy the text here instead of linking to it.")
    with path.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    if len(data) > LARGEST_BYTES:
        raise _Bad(f": larger than {LARGEST_BYTES // 1024} kB. Split it: one question, one article.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _Bad(f": not UTF-8 at byte {error.start}. Save the file as UTF-8.") from error


def _parts(text: str) -> tuple[_Head, str]:
    found = FENCE.match(text)
    if found is None:
        raise _Bad(":1: must begin with a line ---, then title, group and questions, then a line ---.")
    body = found[2].strip()
    if not body:
        raise _Bad(
            ": nothing below the second ---. Write the answer there; the first paragraph answers directly."
        )
    try:
        return _Head.model_validate(_yaml(found[1])), body
    except ValidationError as error:
        raise _Bad("; ".join(_advice(dict(e)) for e in error.errors())) from error


def _yaml(head: str) -> object:
    try:
        return own_yaml(head)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _Bad(f":{line}: {error.problem}. Put a text with a colon or # into quotes.") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that no calendar has
        raise _Bad(f":2: not readable as YAML ({error}). Put the text into quotes.") from error


_WRITE = {
    "title": "one line, at most 200 characters, in quotes if it is a number",
    "group": "one word such as delivery or returns, in small letters",
    "questions": "a list of at most 50, each line '- ' and a question of at most 200 characters",
}


def _advice(error: dict[str, Any]) -> str:
    where = [str(part) for part in error["loc"]]
    if error["type"] in ("extra_forbidden", "invalid_key"):
        return f": {where[0]}: not known here. Only title, group and questions belong above the text."
    advice = _WRITE[where[0]] if where else "title: and a text, group: and a word, each on a line of its own"
    return f": {'.'.join(where) or 'head'}: {error['msg']}. Write {advice}."


def _files(homes: list[tuple[Language, Path]]) -> Iterator[tuple[Path, Language]]:
    for language, home in homes:
        paths = sorted(home.glob("*.md"))
        if len(paths) > MOST_FILES:
            raise BadArticles(f"{home}: {len(paths)} files; at most {MOST_FILES} articles can be read.")
        yield from ((path, language) for path in paths)
