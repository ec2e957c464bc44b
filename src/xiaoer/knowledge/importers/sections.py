"""Markdown of a page, a document or a file -> one piece per question, or per part of a long article."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xiaoer.knowledge.importers.base import Finding, Note, Piece, Reading, Told

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_BOLD = re.compile(r"^(\*\*|__)(?P<text>[^*_]{2,200})\1\s*$")
_ASKED = re.compile(r"^(?:Q(?:uestion)? ?\d{0,3}|问题? ?\d{0,3}) ?[:：.、] ?(?=\S)", re.IGNORECASE)
_ANSWERED = re.compile(
    r"^(?:\*\*)?(?:A(?:nswer)? ?\d{0,3}|答案?) ?(?:\*\*)? ?[:：] ?(?:\*\*)? ?", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"^(?:\d{1,3}(?:\.\d{1,3})*[.、)）]|[（(]\d{1,3}[)）]|[一二三四五六七八九十]{1,3}、) ?"
)
_QUESTION_END = ("?", "？", "?”", "？”", '?"', "?*", "？*")
_ASKING = re.compile(  # headings leave the question mark out, in Chinese more often than not
    r"^(?:如何|怎么|怎样|为什么|为何|什么是|能否|可否|是否)|(?:吗|呢|怎么办|是什么|要多久|多少钱|要几天)$"
    r"|^how (?:do|can|to|long|much|many)\b",
    re.IGNORECASE,
)
_LONGEST_QUESTION = 200
_LEAST_REST = 80  # characters of text between questions that may be an answer of its own
_SHOWN = 60
_SECOND = 2
_MARKED = 7  # deeper than any heading: a line that is but a question


@dataclass(frozen=True, slots=True)
class Section:
    level: int  # of its heading, 1..6; 0 for what stands before the first, 7 for a bold or Q: line
    heading: str
    body: str

    def text(self) -> str:
        mark = "#" * min(self.level, 6)
        return f"{mark} {self.heading}\n\n{self.body}".strip() if self.level else self.body


def pieces_of(markdown: str, title: str, *, source: str, reading: Reading) -> Iterator[Finding]:
    """With two or more questions for headings (or no others) each is a piece; else the whole is an article.

    The only heading of the first level is the title. What stands around questions may be an article too.
    """
    title, parts = _titled(list(sections(markdown)), title)
    asked = [part for part in parts if is_question(part)]
    headed = [part for part in parts if part.level]
    if len(asked) > 1 or asked and len(asked) == len(headed):
        yield from _questions(parts, title, source=source, reading=reading)
    else:
        yield from _article(parts, title, source=source, reading=reading)


def is_question(part: Section) -> bool:
    return bool(part.level) and asks(part.heading)


def asks(heading: str) -> bool:
    return heading.endswith(_QUESTION_END) or bool(
        _ASKED.match(heading) or _ASKING.search(plain_question(heading))
    )


def plain_question(heading: str) -> str:
    """Without its number and `Q:`, emphasis and backslashes."""
    bare = re.sub(r"\\(.)", r"\1", re.sub(r"\*\*|__", "", heading)).strip()
    return _NUMBERED.sub("", _ASKED.sub("", _NUMBERED.sub("", bare))).strip() or bare


def plain_answer(body: str) -> str:
    return _ANSWERED.sub("", body.strip(), count=1).strip()


# --- the sections ------------------------------------------------------------------------------


def sections(markdown: str) -> Iterator[Section]:
    """In their order. Headings: lines with #, underlined ones, those that are but a bold question or Q: x."""
    level, heading, lines = 0, "", list[str]()
    for next_level, text in _lines(markdown.split("\n")):
        if next_level:
            if level or any(line.strip() for line in lines):
                yield Section(level, heading, "\n".join(lines).strip())
            level, heading, lines = next_level, text, []
        else:
            lines.append(text)
    yield Section(level, heading, "\n".join(lines).strip())


def _lines(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(level of a heading | 0, text) of each line."""
    fence = ""
    at = 0
    while at < len(lines):
        line, following = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        at += 1
        mark = _FENCE.match(line)
        if fence or mark:
            closes = mark is not None and fence and mark[1].startswith(fence)
            fence = "" if closes else fence or (mark[1] if mark else "")
            yield 0, line
        elif found := _HEADING.match(line):
            yield len(found[1]), found[2].strip()
        elif _under := _underlined(line, following, lines[at - 2] if at > 1 else ""):
            yield _under, line.strip()
            at += 1
        else:
            yield (_MARKED, _bare(line)) if _marked(line) else (0, line)


def _underlined(line: str, following: str, before: str) -> int:
    found = _UNDERLINE.match(following)
    alone = line.strip() and not before.strip() and not line.lstrip().startswith(("-", "|", ">"))
    return (1 if found[1][0] == "=" else 2) if found and alone else 0


def _marked(line: str) -> bool:
    """A line that is but a bold question, or begins with `Q:`."""
    if len(line) > _LONGEST_QUESTION:
        return False
    bold = _BOLD.match(line)
    if bold is not None:
        return bold["text"].rstrip().endswith(_QUESTION_END) or bool(_ASKED.match(bold["text"]))
    return bool(_ASKED.match(line))


def _bare(line: str) -> str:
    bold = _BOLD.match(line)
    return (bold["text"] if bold else line).strip()


def _titled(parts: list[Section], title: str) -> tuple[str, list[Section]]:
    """A first heading that is the only one of its level names the whole, and is a heading no more."""
    first = next((number for number, part in enumerate(parts) if part.level), None)
    if first is None or parts[first].level != 1 or sum(part.level == 1 for part in parts) > 1:
        return title, parts
    if is_question(parts[first]) and not any(is_question(part) for part in parts[first + 1 :]):
        return title, parts
    named = parts[first]
    rest = [*parts[:first], Section(0, "", named.body), *parts[first + 1 :]]
    return plain_question(named.heading) or title, [part for part in rest if part.level or part.body]


# --- pieces ------------------------------------------------------------------------------------


def _questions(parts: Sequence[Section], title: str, *, source: str, reading: Reading) -> Iterator[Finding]:
    rest: list[Section] = []
    taken: list[Section] = []
    for part in [*parts, Section(1, "?", "")]:  # the last one ends the one before
        ends = is_question(part) or bool(taken) and part.level <= taken[0].level and bool(part.level)
        if taken and ends:
            yield _answer(taken, source)
            taken = []
        if is_question(part):
            taken = [part]
        elif taken:
            taken.append(part)
        else:
            rest.append(part)
    yield from _rest(rest, title, source=source, reading=reading)


def _answer(taken: Sequence[Section], source: str) -> Piece:
    body = "\n\n".join([taken[0].body, *(part.text() for part in taken[1:])])
    return Piece(title=plain_question(taken[0].heading), body=plain_answer(body), source=source)


def _rest(rest: Sequence[Section], title: str, *, source: str, reading: Reading) -> Iterator[Finding]:
    text = " ".join(part.body for part in rest if part.body)
    if len(text) >= _LEAST_REST:
        yield from _article(rest, title, source=source, reading=reading)
    elif text:
        yield Note(source, Told.LEFT_OUT, {"text": text[:_SHOWN]})


def _article(parts: Sequence[Section], title: str, *, source: str, reading: Reading) -> Iterator[Finding]:
    whole = "\n\n".join(text for part in parts if (text := part.text()))
    if len(whole) <= reading.limits.article_chars:
        yield Piece(title=title, body=whole, source=source)
        return
    for group in _divided(parts):
        name = plain_question(group[0].heading)
        inside = [group[0].body, *(part.text() for part in group[1:])]
        body = "\n\n".join(text for text in inside if text)
        if body:
            yield Piece(title=f"{title} - {name}" if name else title, body=body, source=source)


def _divided(parts: Sequence[Section]) -> Iterator[list[Section]]:
    """At the headings of the second level; without such, at the highest that stand there twice."""
    levels = [part.level for part in parts if part.level]
    often = sorted({level for level in levels if levels.count(level) > 1})
    at = _SECOND if _SECOND in levels else (often[0] if often else _MARKED + 1)
    group: list[Section] = []
    for part in parts:
        if group and part.level and part.level <= at:
            yield group
            group = []
        group.append(part)
    if group:
        yield group
