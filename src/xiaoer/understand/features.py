"""What the classifier sees of a sentence: runs of words, and for English also of letters.

Numbers and codes are only marked as such, so that no order number, size or price decides what is wanted.
"""

import re
from collections.abc import Iterator, Sequence

from xiaoer.domain.words import Language
from xiaoer.text.words import HAN, stem
from xiaoer.understand.mixed import in_one

VERSION = "3"  # raise it when features change: fitted models are kept by version
_CODE = re.compile(r"[a-z]{0,4}[- ]?\d[\d-]{6,}[a-z0-9]*|\b1z[a-z0-9]{16}\b", re.ASCII)
_UNIT = re.compile(rf"[{HAN}]|#|0|[a-z]+(?:'[a-z]+)?|[?!]|[^\x00-\x7f\s{HAN}，。、；：？！…·—]", re.ASCII)
_WORDS_ZH, _WORDS_EN = 3, 2
_LETTERS = range(3, 5)


def features(text: str, language: Language) -> Iterator[str]:
    """Features of a cleaned text, each as often as it stands."""
    found = units(in_one(text, language))
    yield from _runs(found, _WORDS_ZH if language is Language.ZH else _WORDS_EN)
    if language is Language.EN:
        for unit in found:
            yield from _letters(unit)


def units(text: str) -> list[str]:
    """English words (stemmed), Chinese characters, marks, emoji; `#` for a code and `0` for a number."""
    marked = re.sub(r"\d+(?:\.\d+)?", " 0 ", _CODE.sub(" # ", text))
    return [stem(u.replace("'", "")) for u in _UNIT.findall(marked)]


def _runs(found: Sequence[str], longest: int) -> Iterator[str]:
    framed = ["^", *found, "$"]
    for size in range(1, longest + 1):
        for start in range(len(framed) - size + 1):
            yield " ".join(framed[start : start + size])


def _letters(word: str) -> Iterator[str]:
    framed = f"<{word}>"
    for size in _LETTERS:
        for start in range(len(framed) - size + 1):
            yield framed[start : start + size]
