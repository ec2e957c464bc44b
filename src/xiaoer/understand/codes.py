"""Order numbers, tracking numbers, phones and e-mails in a text."""

import re
from functools import cache

_SEPARATORS = " -_.#/"
_WINDOW = 30  # characters an order number may be spread over
_TRACKING = re.compile(
    r"(?<![A-Z0-9])(?:SF ?\d{12,15}|YT ?\d{13,15}|JD[A-Z]{0,2} ?\d{11,15}|JT ?\d{13}|ZTO ?\d{12,14}|"
    r"STO ?\d{12,15}"
    r"|1Z[A-Z0-9]{16}|[A-Z]{2} ?\d{9} ?[A-Z]{2}|[A-Z]{2}\d{10,14}|\d{12,22})(?![A-Z0-9])",
    re.ASCII,
)
_PHONE = re.compile(
    r"(?<![\w+])(?:\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d(?:[ -]?\d){6,12}|1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
    r"|\(\d{3}\) ?\d{3}[ -]\d{4}|\d{3}-\d{3}-\d{4}|0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4})(?!\d)",
    re.ASCII,
)
_TAIL = re.compile(
    r"(?:尾号|后四位|末四位|后4位|末4位|last (?:four|4)(?: digits)?|ending(?: in| with)?|ends (?:in|with))"
    r"(?: ?(?:是|为|are|is|of|my|phone|:))* ?(\d{4})(?!\d)",
    re.ASCII,
)
_EMAIL = re.compile(r"(?<![\w.+-])[a-z0-9][\w.+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", re.ASCII)
_WORD_START = re.compile(r"(?<![A-Z0-9])[A-Z0-9]", re.ASCII)


def order_ids(text: str, pattern: str) -> list[tuple[str, tuple[int, int]]]:
    """Numbers of the shop's form and where they stand, each once; also spaced, dashed or in small letters.

    Never a part of a longer run of digits or letters. `pattern` is the shop's, without anchors, in capitals.
    """
    shape, upper = _compiled(pattern), text.upper()
    found: dict[str, tuple[int, int]] = {}
    end = 0
    if len(upper) != len(text):  # a letter without a capital of one character: look at it as it is
        upper = text
    for start in _WORD_START.finditer(upper):
        if start.start() >= end and (hit := _read(upper, start.start(), shape)):
            end = hit[1]
            found.setdefault(hit[0], (start.start(), end))
    return list(found.items())


def _read(upper: str, start: int, shape: re.Pattern[str]) -> tuple[str, int] | None:
    compact, separated = "", False
    for at in range(start, min(start + _WINDOW, len(upper))):
        char = upper[at]
        if char in _SEPARATORS:
            if separated:
                return None
            separated = True
            continue
        if not (char.isascii() and char.isalnum()):
            return None
        compact, separated = compact + char, False
        following = upper[at + 1 : at + 2]
        if shape.fullmatch(compact) and not (following.isascii() and following.isalnum()):
            return compact, at + 1
    return None


def tracking_numbers(text: str) -> list[tuple[str, tuple[int, int]]]:
    upper = text.upper() if len(text.upper()) == len(text) else text
    return [(found[0].replace(" ", ""), found.span()) for found in _TRACKING.finditer(upper)]


def phone_in(text: str) -> tuple[str, tuple[int, int]] | None:
    """A telephone number as it was written, or the last four digits of one that are said to be that."""
    if found := _PHONE.search(text):
        return found[0], found.span()
    if tail := _TAIL.search(text):
        return tail[1], tail.span()
    return None


def email_in(text: str) -> tuple[str, tuple[int, int]] | None:
    found = _EMAIL.search(text)
    return (found[0], found.span()) if found else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
