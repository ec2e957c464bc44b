"""How alike two texts look, letter by letter: typing errors and words that no list knows.

The pairs (Chinese) or triples (other letters) of characters of a text are kept as bits of one number: what
two texts have in common is counted in some nanoseconds. Two of them seldom fall on one bit.
"""

from collections.abc import Iterable
from typing import TypeAlias
from zlib import crc32

from xiaoer.text.clean import clean

Look: TypeAlias = tuple[int, int]  # the bits, and how many there are

_BITS = 512
_HAN_FROM = "\u3400"
_LONGEST = 200  # characters: a title, a question


def look(text: str) -> Look:
    """Of the text's first characters; the same in every process."""
    cleaned = clean(text, limit=_LONGEST).replace(" ", "_")
    width = 2 if any(char >= _HAN_FROM for char in cleaned) else 3
    bits = 0
    for at in range(len(cleaned) - width + 1):
        bits |= 1 << (crc32(cleaned[at : at + width].encode("utf-8", "replace")) % _BITS)
    return bits, bits.bit_count()


def alike(one: Look, others: Iterable[Look]) -> float:
    """Of the most alike one: twice the shared bits over the sum of both (Dice), 0..1."""
    bits, count = one
    if not count:
        return 0.0
    return max([2 * (bits & other).bit_count() / (count + size) for other, size in others], default=0.0)
