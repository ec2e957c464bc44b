"""Regular expressions from lists of words. None can blow up: alternatives of fixed words, bounded gaps."""

import re
from collections.abc import Iterable


def one_of(words: Iterable[str]) -> re.Pattern[str]:
    """Matches any of the words; a Latin one only whole, a Chinese one also inside a sentence."""
    return re.compile("|".join(map(_whole, sorted(words, key=len, reverse=True))) or r"(?!)")


def _whole(word: str) -> str:
    literal = re.escape(word).replace(r"\ ", " ")
    before = r"(?<![a-z0-9'])" if _is_latin(word[0]) else ""
    after = r"(?![a-z0-9]|'(?!s\b))" if _is_latin(word[-1]) else ""
    return f"{before}{literal}{after}"


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def consumed(text: str, pattern: re.Pattern[str], *, between: str = " ,.!~;\n。、…") -> bool:
    """Whether the whole text is matches of the pattern, one after the other; linear in its length."""
    at = 0
    while at < len(text):
        if text[at] in between:
            at += 1
        elif (found := pattern.match(text, at)) and found.end() > at:
            at = found.end()
        else:
            return False
    return True
