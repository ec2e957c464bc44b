"""The ways in which a value from the records is written: glued to words, with gaps, in another width."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from xiaoer.text.clean import fold
from xiaoer.text.words import HAN

# Accents that stand apart, blanks of no width, key caps.
_UNSEEN = "\u0300-\u036f\u200b-\u200d\u2060\ufeff\ufe0f\u20e3"
_GAP = rf"[\s{_UNSEEN}·•._,、/()（）:：#–—−-]{{0,3}}"
_HAN_GAP = rf"[\s{_UNSEEN}·•._-]{{0,2}}"  # a comma parts two words
_WORD_GAP = rf"[{_UNSEEN}]?"
_WORDS = re.compile(r"[^\W_]+")
_LETTERS = re.compile("ss|ß|.")
_AT = r"(?:@|[\[({]?\s?at\s?[\])}]?|艾特)"
_DOT = r"(?:[.。]|[\[({]?\s?dot\s?[\])}]?|点)"
_GLUED = 6  # letters of a name that is told from the word it is glued to
_CODE = 6  # letters and digits of a code that is
_ALONE = r"(?<![a-z0-9ß-ɏ])", r"(?![a-z0-9ß-ɏ])"
_NO_MORE_DIGITS = r"(?<!\d)", r"(?!\d)"


def evened(text: str) -> str:
    """As long as the text, in one width, one case, one script, without accents."""
    return fold("".join(map(_one, text)))


def bones(even: str) -> str:
    """The letters and digits of an evened text: what no gap and no width changes."""
    return "".join(filter(str.isalnum, even)).replace("ß", "ss")


@dataclass(frozen=True, slots=True)
class Way:
    """A pattern for an evened text, dear to compile. It matches only where its `bones` are in the text's."""

    pattern: str
    bones: str


def ways(value: str, *, name: bool, exact: bool) -> Iterator[Way]:
    """A name of two Latin words is also said the other way round."""
    even = evened(unicodedata.normalize("NFKC", value))
    if exact:
        yield Way(_ALONE[0] + re.escape(even) + _ALONE[-1], bones(even))
        return
    words = _WORDS.findall(even)
    if "@" in even:
        yield Way(_mailbox(even), bones(max(words, key=len, default="")))
        return
    if words:
        yield Way(_anyhow(words), bones(even))
    if name and len(words) == len(("given", "family")) and all(map(_is_word, words)):
        yield Way(_anyhow(words[::-1]), bones("".join(words[::-1])))
        yield from (Way(pattern, bones(even)) for pattern in _parted(words))


def _anyhow(words: list[str]) -> str:
    gap = _GAP if any(map(str.isascii, words)) else _HAN_GAP
    before, after = (_edge(words, at) for at in (0, -1))
    return before + gap.join(map(_spelt, words)) + after


def _parted(words: list[str]) -> Iterator[str]:
    """Two words with a gap between them are a name also where one of them is glued to the next word."""
    body = (_GAP[: -len("{0,3}")] + "{1,3}").join(map(_spelt, words))
    yield _ALONE[0] + body
    yield body + _ALONE[-1]


def _spelt(word: str) -> str:
    """A word stands together; digits and Chinese characters may stand apart."""
    gap = _WORD_GAP if _is_word(word) else _GAP if word.isascii() else _HAN_GAP
    return gap.join("(?:ss|ß)" if one in ("ss", "ß") else re.escape(one) for one in _LETTERS.findall(word))


def _edge(words: list[str], at: int) -> str:
    """Li is a name in "Li" and not in "like"; 13800138000 is in "tel13800138000", not in a longer number."""
    whole = "".join(words)
    if re.match(f"[{HAN}]", whole[at]):
        return ""
    if len(whole) < (_GLUED if _is_word(whole) else _CODE) or words == [whole] and _is_word(whole):
        return _ALONE[at]
    return _NO_MORE_DIGITS[at] if whole[at].isdecimal() else ""


def _mailbox(even: str) -> str:
    """Also as it is said to escape what looks for mailboxes."""
    signs = {"@": rf"\s{{0,2}}{_AT}\s{{0,2}}", ".": rf"\s?{_DOT}\s?"}
    return "".join(signs.get(char, re.escape(char)) for char in even) + r"(?!\.[a-z0-9])"


def _is_word(word: str) -> bool:
    """Not Chinese, and no digit in it."""
    return word.isalpha() and not re.search(f"[{HAN}]", word)


def _one(char: str) -> str:
    even = unicodedata.normalize("NFKC", char)
    return even if len(even) == 1 else char
