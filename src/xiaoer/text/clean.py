"""The copy of a message that is matched. What the customer wrote is stored and shown as it came."""

import re
import unicodedata
from collections.abc import Callable
from itertools import groupby

from xiaoer.text.traditional import TO_SIMPLIFIED

LONGEST = 2_000  # characters of a message that are understood; nobody states a wish later than that

_GONE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})  # controls, zero-width, bidi, surrogates, Zalgo
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_QUOTES = str.maketrans("’‘`´“”、；﹔", "''''\"\",;;")
_FOUR_ALIKE = re.compile(r"([^\s\d])\1{3}")
_KNOWN_CHARS = 8_192  # of a table: a shop's texts have some thousands


def tidy(text: str, *, limit: int = LONGEST) -> str:
    """The text without what no eye sees: width and compatibility forms, controls, endless repeats.

    Case and script stay, so that a name or an address can be taken from it. At most `limit` characters.
    """
    visible = unicodedata.normalize("NFKC", text[:limit]).translate(_SEEN).translate(_QUOTES)
    one_spaced = _LINES.sub("\n", _SPACES.sub(" ", visible.replace("\r", "\n"))).strip()
    return _at_most_three(one_spaced)[:limit]


def _at_most_three(text: str) -> str:
    """Endless repeats cut to three, of what is matched as one: AAAa is four of a. Numbers stay."""
    if not _FOUR_ALIKE.search(fold(text)):
        return text
    runs = ("".join(run) for _, run in groupby(text, key=_plain))
    return "".join(run if run[0].isdecimal() or run[0].isspace() else run[:3] for run in runs)


def fold(tidied: str) -> str:
    """The tidied text for matching: lower case, plain Latin letters, simplified characters.

    Keeps every character's position: fold(t)[a:b] was said as t[a:b].
    """
    return tidied.translate(_PLAIN)


def simplified(text: str) -> str:
    """In simplified characters, as far as traditional.py has them; every character keeps its position."""
    return "".join(TO_SIMPLIFIED.get(char, char) for char in text)


def clean(text: str, *, limit: int = LONGEST) -> str:
    """fold(tidy(text)): what patterns, classifier and search see of a text."""
    return fold(tidy(text, limit=limit))


class _Table(dict[int, str | None]):
    """For str.translate, which asks it in C: what becomes of each character, worked out when first met."""

    def __init__(self, becomes: Callable[[str], str | None]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, code: int) -> str | None:
        if len(self) >= _KNOWN_CHARS:  # somebody sends all of Unicode: begin anew
            self.clear()
        value = self[code] = self._becomes(chr(code))
        return value


def _seen(char: str) -> str | None:
    return char if char in "\n\t" or unicodedata.category(char) not in _GONE else None


def _plain(char: str) -> str:
    if char in TO_SIMPLIFIED:
        return TO_SIMPLIFIED[char]
    base = unicodedata.normalize("NFD", char)[0] if "\u00c0" <= char <= "\u1eff" else char
    lower = base.lower()
    return lower if len(lower) == 1 else char


_SEEN, _PLAIN = _Table(_seen), _Table(_plain)
