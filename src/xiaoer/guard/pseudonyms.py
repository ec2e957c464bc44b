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
PSEUDONYM = re.compile(rf"(?:{'|'.join(Of)})-[{_LETTERS}]{{{_LONG},{_LONGER}}}(?![A-Z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """A value from the records, and what it is."""

    of: Of
    value: str


class Pseudonyms:
    """Of one conversation, for one turn. `key`: secret, and of this conversation alone."""

    def __init__(self, key: bytes, known: Iterable[Known] = ()) -> None:
        self._key = key
        self._values: dict[str, str] = {}  # by pseudonym
        self._names: dict[str, str] = {}  # by the value as it compares
        self._of: dict[str, Of] = {}
        self._known: re.Pattern[str] | None = None
        self.know(known)

    def know(self, known: Iterable[Known]) -> None:
        """What the records say from here on; a longer value is found before one that stands in it."""
        for one in known:
            if len(one.value.strip()) >= _SHORTEST:
                self._of.setdefault(_same(one.value.strip()), one.of)
        longest = sorted(self._of, key=len, reverse=True)
        self._known = re.compile("|".join(map(_anyhow, longest)), re.IGNORECASE) if longest else None

    @property
    def hidden(self) -> tuple[str, ...]:
        """The kinds of what was taken out so far."""
        return tuple(sorted({name.partition("-")[0] for name in self._values}))

    def hide(self, text: str) -> str:
        """The text with a pseudonym for each thing of a person in it."""
        made, at = list[str](), 0
        plain = _even(text)
        for match in self._known.finditer(plain) if self._known else ():
            if match.start() < at or not _alone(plain, match):
                continue
            value = text[match.start() : match.end()]
            made += [self._by_form(text[at : match.start()]), self._name(value, self._kind(value))]
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

    def _kind(self, value: str) -> Of:
        return self._of.get(_same(value), Of.NUMBER)

    def _by_form(self, text: str) -> str:
        """Pseudonyms that stand there already are no finds."""
        made, at = list[str](), 0
        for find in finds(PSEUDONYM.sub(lambda found: "\ufffc" * len(found[0]), text)):
            value = text[find.start : find.end]
            made += [
                text[at : find.start],
                self._name(value, self._of.get(_same(value), _OF_FORM[find.kind])),
            ]
            at = find.end
        return "".join([*made, text[at:]])

    def _name(self, value: str, of: Of) -> str:
        same = _same(value)
        if (name := self._names.get(same)) is not None:
            return name
        digest = hmac.new(self._key, same.encode(), hashlib.sha256).digest()
        letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
        name = f"{of}-{letters[:_LONG]}"
        if name in self._values:
            name = f"{of}-{letters[:_LONGER]}"
        self._names[same], self._values[name] = name, value
        return name


def _same(value: str) -> str:
    """As it compares: whatever the width, the case and the gaps."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", value)).casefold()


def _anyhow(same: str) -> str:
    """The value, written with any gaps."""
    return r"[\s-]?".join(map(re.escape, same))


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
