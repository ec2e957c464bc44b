"""Names instead of personal data, before a text leaves the house; and the data again, in what comes back.

Of one conversation the same value always has the same pseudonym, without anything being kept: it is a keyed
digest of the value (HMAC-SHA-256). What is known from the shop's records is found wherever it stands;
anything else by its form (text/mask.py).
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xiaoer.text.mask import Kind, finds
from xiaoer.text.words import HAN


class Of(StrEnum):
    """What a pseudonym stands for, as the model reads it."""

    NAME = "NAME"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    ADDRESS = "ADDRESS"
    ORDER = "ORDER"
    PARCEL = "PARCEL"
    CASE = "CASE"
    NUMBER = "NUMBER"
    ACCOUNT = "ACCOUNT"
    LINK = "LINK"


_OF_FORM: Mapping[Kind, Of] = {
    Kind.EMAIL: Of.EMAIL,
    Kind.LINK: Of.LINK,
    Kind.ACCOUNT: Of.ACCOUNT,
    Kind.NUMBER: Of.NUMBER,
    Kind.NAME: Of.NAME,
    Kind.ADDRESS: Of.ADDRESS,
}
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowel makes a word of them, no digit a number
_LONG = 5
_LONGER = 8  # where two values of a conversation met at five
_SHORTEST = 2  # characters of a known value that is looked for
_PART = 3  # letters of a part of a name that is looked for by itself
_SPACED = 8  # characters from which a number may be written with gaps: a shorter one would be met in dates
_HAN_NAME = re.compile(f"[{HAN}]{{3,4}}")
_UNSEEN = "\u200b-\u200f\u2060\ufeff"
_GAP = rf"[\s{_UNSEEN}]{{0,3}}"
_GAP_IN_NUMBER = rf"[\s{_UNSEEN}.()\-]{{0,3}}"
_IDS = frozenset({Of.ORDER, Of.PARCEL, Of.CASE, Of.NUMBER, Of.ACCOUNT})
PSEUDONYM = re.compile(rf"(?:{'|'.join(Of)})-[{_LETTERS}]{{{_LONG},{_LONGER}}}(?![A-Z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """A value from the records, and what it is."""

    of: Of
    value: str


class Pseudonyms:
    """Of one conversation, for one turn. `key`: secret, and of this conversation alone.

    A known value comes back as the records have it, however it was written.
    """

    def __init__(self, key: bytes, known: Iterable[Known] = ()) -> None:
        self._key = key
        self._values: dict[str, str] = {}  # by pseudonym
        self._names: dict[tuple[Of, str], str] = {}  # by what it is, and the value
        self._all: dict[str, Known] = {}  # by the value as it compares
        self._known: tuple[Known, ...] = ()  # the longest first: one may stand in another
        self._pattern: re.Pattern[str] | None = None
        self.know(known)

    def know(self, known: Iterable[Known]) -> None:
        """What the records say from here on."""
        for one in [*(given := list(known)), *(part for whole in given for part in _parts(whole))]:
            value = one.value.strip()
            if len(value) >= _SHORTEST:
                self._all.setdefault(_even(value), Known(one.of, value))
        self._known = tuple(sorted(self._all.values(), key=lambda one: len(one.value), reverse=True))
        ways = "|".join(f"({_anyhow(one)})" for one in self._known)
        self._pattern = re.compile(ways, re.IGNORECASE) if ways else None

    @property
    def hidden(self) -> tuple[str, ...]:
        """The kinds of what was taken out so far."""
        return tuple(sorted({name.partition("-")[0] for name in self._values}))

    def hide(self, text: str) -> str:
        """The text with a pseudonym for each thing of a person in it."""
        made, at = list[str](), 0
        plain = _even(text)
        for match in self._pattern.finditer(plain) if self._pattern else ():
            if match.start() < at or match.lastindex is None or not _alone(plain, match):
                continue
            known = self._known[match.lastindex - 1]
            made += [self._by_form(text[at : match.start()]), self._name(known.of, known.value)]
            at = match.end()
        return "".join([*made, self._by_form(text[at:])])

    def hide_all(self, value: Any) -> Any:  # noqa: ANN401 - JSON is whatever it is
        """Each text in it, at any depth; names of fields stay."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, Mapping):
            return {name: self.hide_all(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.hide_all(one) for one in value]
        return value

    def show(self, text: str) -> str:
        """The text with what the pseudonyms stand for; one that was never given stays, to be noticed."""
        return PSEUDONYM.sub(lambda found: self._values.get(found[0].upper(), found[0]), text)

    def show_all(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return self.show(value)
        if isinstance(value, Mapping):
            return {str(name): self.show_all(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.show_all(one) for one in value]
        return value

    def _by_form(self, text: str) -> str:
        """Pseudonyms that stand there already are no finds."""
        made, at = list[str](), 0
        for find in finds(PSEUDONYM.sub(lambda found: "\ufffc" * len(found[0]), text)):
            value = text[find.start : find.end]
            made += [text[at : find.start], self._name(_OF_FORM[find.kind], value)]
            at = find.end
        return "".join([*made, text[at:]])

    def _name(self, of: Of, value: str) -> str:
        if (name := self._names.get((of, value))) is not None:
            return name
        digest = hmac.new(self._key, f"{of}\0{value}".encode(), hashlib.sha256).digest()
        letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
        name = f"{of}-{letters[:_LONG]}"
        if name in self._values:
            name = f"{of}-{letters[:_LONGER]}"
        self._names[of, value], self._values[name] = name, value
        return name


def _parts(known: Known) -> Iterable[Known]:
    """A name by which somebody is called too: each word of it, or what follows the surname."""
    if known.of is not Of.NAME:
        return
    value = known.value.strip()
    words = value.split()
    if len(words) > 1:
        yield from (Known(Of.NAME, word) for word in words if len(word) >= _PART)
    elif _HAN_NAME.fullmatch(value):
        yield Known(Of.NAME, value[-2:])


def _anyhow(known: Known) -> str:
    """The value in any case and width; with gaps, where no date or size could be taken for it."""
    ways = dict.fromkeys([_even(known.value), _even(unicodedata.normalize("NFD", known.value))])
    return "|".join(_gap(known).join(map(re.escape, _letters(known, way))) for way in ways)


def _letters(known: Known, way: str) -> list[str]:
    """Without its own gaps, where any may stand between."""
    return [char for char in way if not (char.isspace() and _gap(known))]


def _gap(known: Known) -> str:
    if known.of is Of.PHONE:
        return _GAP_IN_NUMBER
    if known.of in _IDS:
        return _GAP_IN_NUMBER if len(known.value) >= _SPACED else ""
    return _GAP


def _even(text: str) -> str:
    """As long as the text, in one width and one case: what is found in it stands there in the text too."""
    return "".join(_one(char) for char in text)


def _one(char: str) -> str:
    even = unicodedata.normalize("NFKC", char).casefold()
    return even if len(even) == 1 else char


def _alone(plain: str, match: re.Match[str]) -> bool:
    """Not a piece of a longer Latin word or number: Li is a name in "Li" and not in "like"."""
    before = plain[match.start() - 1] if match.start() else " "
    after = plain[match.end()] if match.end() < len(plain) else " "
    begins, ends = plain[match.start()], plain[match.end() - 1]
    return not (_joins(before, begins) or _joins(ends, after))


def _joins(one: str, other: str) -> bool:
    return all(char.isascii() and char.isalnum() for char in (one, other))
