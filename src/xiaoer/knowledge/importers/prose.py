"""Lines of plain text, as they stand on a printed page -> Markdown with its questions for headings."""

import re
from collections.abc import Iterable, Iterator

from xiaoer.knowledge.importers.to_markdown import escaped
from xiaoer.text.words import HAN

_ENDS = ("。", "！", "？", ".", "!", "?", "；", "：", ":", "”", "）", ")")
_INNER_END = re.compile(r"[。！？；]|[.!?] (?=[A-Z])")
_QUESTION = re.compile(r"[?？][”\"』）)]?$")
_ASKED = re.compile(r"^(?:Q(?:uestion)? ?\d{0,3}|问题? ?\d{0,3}) ?[:：.、] ?\S", re.IGNORECASE)
_ANSWERED = re.compile(r"^(?:A(?:nswer)? ?\d{0,3}|答案?) ?[:：.、] ?", re.IGNORECASE)
_ITEM = re.compile(r"^(?:[•·▪●○◦*-] |\d{1,3}[.、)）]|[（(]\d{1,3}[)）]|[①-⑳]|[一二三四五六七八九十]{1,3}、)")
_BULLET = re.compile(r"^[•·▪●○◦*-] ")
_WIDE = re.compile(f"[{HAN}，。、；：？！“”（）]")
_LONGEST_QUESTION = 200
_MOST_LINES = 3  # of one question
_FULL = 0.8  # of the width of the lines around it, that a line has which was broken for its length


def markdown_of_lines(lines: Iterable[str]) -> str:
    """Broken lines are joined, list items stand on their own, a question on its own line is a heading."""
    return "\n\n".join(_blocks(" ".join(line.split()) for line in lines))


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    waiting: list[str] = []  # lines of the paragraph that is not finished
    for line in lines:
        begun = _begun(waiting, line)
        if _is_question(begun, line):
            yield from _paragraph(waiting[: len(waiting) - len(begun)])
            yield f"## {escaped(_joined([*begun, line]))}"
            waiting = []
        elif not line or _ITEM.match(line) or _ANSWERED.match(line):
            yield from _paragraph(waiting)
            waiting = [line] if line else []
        else:
            waiting.append(line)
    yield from _paragraph(waiting)


def _begun(waiting: list[str], line: str) -> list[str]:
    """The lines before `line` that belong to its sentence: each was broken because it was full."""
    if _ASKED.match(line):
        return []
    full, at = len(line), len(waiting)
    while at and not waiting[at - 1].endswith(_ENDS) and len(waiting[at - 1]) >= _FULL * full:
        at -= 1
        full = max(full, len(waiting[at]))
    return waiting[at:]


def _is_question(begun: list[str], line: str) -> bool:
    whole = _joined([*begun, line])
    if len(whole) > _LONGEST_QUESTION or len(begun) >= _MOST_LINES:
        return False
    return bool(_ASKED.match(line) or _QUESTION.search(line) and not _INNER_END.search(whole[:-2]))


def _paragraph(lines: list[str]) -> Iterator[str]:
    text = _joined(lines)
    if text:
        yield f"- {escaped(_BULLET.sub('', text))}" if _BULLET.match(text) else escaped(text)


def _joined(lines: list[str]) -> str:
    text = ""
    for line in lines:
        if text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower():
            text = text[:-1] + line
        elif text and not (_WIDE.match(text[-1]) and _WIDE.match(line[:1])):
            text = f"{text} {line}"
        else:
            text += line
    return text
