"""Names instead of personal data, before a text leaves the house; and the data again, in what comes back.

Of one conversation the same value always has the same pseudonym, without anything being kept: it is a keyed
digest of the value (HMAC-SHA-256). What is known from the shop's records is found wherever it stands;
anything else by its form (text/mask.py).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xiaoer.guard.written import Way, bones, evened, ways
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
_IDS = frozenset({Of.ORDER, Of.PARCEL, Of.CASE, Of.NUMBER, Of.ACCOUNT})
PSEUDONYM = re.compile(rf"(?:{'|'.join(Of)})-[{_LETTERS}]{{{_LONG},{_LONGER}}}(?![A-Z])", re.IGNORECASE)
_IS_LETTER = re.compile("[A-Z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """A value from the records, and what it is."""

    of: Of
    value: str


@dataclass(frozen=True, slots=True)
class _Way:
    """How something known may be written."""

    way: Way
    known: Known


class Pseudonyms:
    """Of one conversation, for one turn. `key`: secret, and of this conversation alone.

    A known value comes back as the records have it, however it was written.
    """

    def __init__(self, key: bytes, known: Iterable[Known] = ()) -> None:
        self._key = key
        self._values: dict[str, str] = {}  # by pseudonym
        self._names: dict[tuple[Of, str], str] = {}  # by what it is, and the value
        self._ways: dict[str, _Way] = {}  # by its pattern; those of the longest value first: one may stand
        self.know(known)  # in another

    def know(self, known: Iterable[Known]) -> None:
        """What the records say from here on."""
        given = dict.fromkeys(known)  # the same name and street stand in many an order
        for one in dict.fromkeys((*given, *(part for whole in given for part in _parts(whole)))):
            value = one.value.strip()
            if len(value) >= _SHORTEST:
                exact = one.of in _IDS and len(value) < _SPACED
                for way in ways(value, name=one.of is Of.NAME, exact=exact):
                    self._ways.setdefault(way.pattern, _Way(way, Known(one.of, value)))
        longest = sorted(self._ways.items(), key=lambda item: len(item[1].known.value), reverse=True)
        self._ways = dict(longest)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The kinds of what was taken out so far."""
        return tuple(sorted({name.partition("-")[0] for name in self._values}))

    def hide(self, text: str) -> str:
        """The text with a pseudonym for each thing of a person in it."""
        return self._by_form(self._by_record(text))

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

    def _by_record(self, text: str) -> str:
        found, even = list[tuple[int, int, str]](), evened(text)
        there = bones(even)
        near = [one for one in self._ways.values() if one.way.bones in there]  # few: only these are compiled
        pattern = "|".join(f"({one.way.pattern})" for one in near)
        for match in re.finditer(pattern, even) if near else ():
            known = near[(match.lastindex or 1) - 1].known
            found.append((*match.span(), self._name(known.of, known.value)))
        return _replaced(text, found)

    def _by_form(self, text: str) -> str:
        """Pseudonyms that stand there already are no finds."""
        found = list[tuple[int, int, str]]()
        for find in finds(PSEUDONYM.sub(lambda found: "\ufffc" * len(found[0]), text)):
            name = self._name(_OF_FORM[find.kind], text[find.start : find.end])
            found.append((find.start, find.end, name))
        return _replaced(text, found)

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


def _replaced(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    """With the names where the values were; apart from a letter that would be read as one of theirs."""
    made, at = "", 0
    for start, end, name in found:
        made += text[at:start]
        made += " " * bool(_IS_LETTER.match(made[-1:])) + name + " " * bool(_IS_LETTER.match(text, end))
        at = end
    return made + text[at:]
