"""Regular expressions from lists of words. None can blow up: alternatives of fixed words, bounded gaps."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import TypeAlias

Trie: TypeAlias = "dict[str, Trie]"
_END = ""  # key of a node at which a word is whole

_BEFORE = r"(?<![a-z0-9'])"  # a Latin word only whole, but for an 's
_AFTER = r"(?![a-z0-9]|'(?!s\b))"


def one_of(words: Iterable[str]) -> re.Pattern[str]:
    """Matches any of the words, the longest; a Latin one only whole, a Chinese one also inside a sentence.

    Words share their beginnings in the pattern: hundreds cost little more than a few.
    """
    ordered = sorted(set(words), key=_ends)
    groups = [_group(ends, list(group)) for ends, group in groupby(ordered, key=_ends)]
    return re.compile("|".join(groups) or r"(?!)")


def _ends(word: str) -> tuple[bool, bool]:
    """Whether it begins and ends with a Latin letter or a digit."""
    return _is_latin(word[0]), _is_latin(word[-1])


def _group(ends: tuple[bool, bool], words: list[str]) -> str:
    starts, stops = ends
    return f"{_BEFORE if starts else ''}{_written(_trie(words))}{_AFTER if stops else ''}"


def _trie(words: list[str]) -> Trie:
    root: Trie = {}
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[_END] = {}
    return root


def _written(node: Trie) -> str:
    """What may follow: longer words before the one that ends here."""
    longer = [f"{_literal(char)}{_written(child)}" for char, child in node.items() if char != _END]
    if not longer:
        return ""
    body = longer[0] if len(longer) == 1 and _END not in node else f"(?:{'|'.join(longer)})"
    return f"{body}?" if _END in node else body


def _literal(char: str) -> str:
    return char if char == " " else re.escape(char)


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
