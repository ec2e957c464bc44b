"""What a reply claims, and what proves it: both as keys that compare.

¥1,299, 1299元 and 一千二百九十九元 have the same key; so have 28 Nov, 11月28日 and the "tomorrow"
of the 27th. A claim needs one of its keys; a text that proves something gives keys.
"""

import re
import unicodedata
from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from xiaoer.text.clean import fold, tidy

LONGEST = 20_000  # characters that are read; a longer reply is not said at all
_MOST_DIGITS = 15  # of an amount or a count; more is an id
# NFKC would make these the comma within 1,299.
_PARTING = str.maketrans({"，": "; ", "、": "; ", "﹐": "; ", "､": "; "})
_ONE_FORM = str.maketrans({"−": "-", "–": "-", "—": "-", "―": "-", "〜": "~", "円": "元", "＄": "$"})

_OTHER_DIGIT = re.compile(r"[^\D0-9]")  # of another script

Key: TypeAlias = tuple[Hashable, ...]


class Kind(StrEnum):
    """What was found. The first need a receipt; the others may not be said so at all."""

    MONEY = "money"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    PERCENT = "percent"
    NUMBER = "number"  # a quantity, or bare
    ID = "id"
    STATE = "state"
    PRODUCT = "product"
    PROMISE = "promise"
    DONE = "done"  # said to be done
    LANGUAGE = "language"
    LINK = "link"
    MARKUP = "markup"
    LENGTH = "length"
    TONE = "tone"
    HUMAN = "human"  # says it is a person
    MARK = "mark"  # of machine text


FIGURES = frozenset(
    {Kind.MONEY, Kind.DATE, Kind.TIME, Kind.DURATION, Kind.PERCENT, Kind.NUMBER, Kind.ID}
)  # told by numbers


class Why(StrEnum):
    NO_RECEIPT = "no_receipt"  # nothing of this turn says so
    OF_ANOTHER = "of_another"  # it is so, but of another order
    NOT_DONE = "not_done"  # no such action was carried out in this turn
    NOT_ALLOWED = "not_allowed"
    TOO_LONG = "too_long"
    WRONG_LANGUAGE = "wrong_language"
    LEFT_OUT = "left_out"  # what was to be said again is not in it


@dataclass(frozen=True, slots=True)
class Claim:
    """`needs`: any of these keys proves it; `gives`: what it proves where it stands in a receipt."""

    kind: Kind
    said: str  # normalised
    start: int
    needs: tuple[Key, ...]
    gives: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Why a reply may not be said. `said` is of the customer: it is for the screen, never for a log."""

    kind: Kind
    said: str
    why: Why


@lru_cache(maxsize=16)  # of a reply: asked for its claims, its manner and what it grants
def normal(text: str) -> str:
    """One width, one case, simplified characters, nothing invisible; sentence commas are not of a number."""
    plain = fold(tidy(text.translate(_PARTING), limit=LONGEST).translate(_ONE_FORM))
    return plain if plain.isascii() else _OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), plain)


def number(digits: str) -> Decimal | None:
    """1,299.00 and 1299 are the same; None for what is too long to be a count."""
    plain = digits.replace(",", "")
    return Decimal(plain).normalize() if len(plain) <= _MOST_DIGITS else None
