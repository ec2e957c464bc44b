"""A text without what belongs to one person: what was said is kept, not by whom or of which parcel.

Masked by form: e-mails, links, phones, cards, ID and account numbers, order and tracking numbers, every run
of six digits or more that is no price, names where the words around them say that one stands there (我叫, Mr,
my husband), and addresses with the usual marks (路 … 号, 12 … Street). No form tells a name merely mentioned.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from xiaoer.text.form import Form, Sign
from xiaoer.text.mask_addresses import ADDRESSES_EN, ADDRESSES_ZH, HOUSES_EN
from xiaoer.text.mask_contacts import ACCOUNTS, EMAILS, LINKS
from xiaoer.text.mask_names import NAMES_EN, NAMES_EN_IN_ANY_CASE, NAMES_ZH
from xiaoer.text.mask_numbers import DATES, NUMBERS, SPELT, THINGS


class Kind(StrEnum):
    EMAIL = "email"
    LINK = "link"
    ACCOUNT = "account"
    NUMBER = "number"
    NAME = "name"
    ADDRESS = "address"


# In this order: what an earlier one takes, no later one sees.
_GROUPS: tuple[tuple[Kind, set[Sign], tuple[Form, ...]], ...] = (
    (Kind.EMAIL, {Sign.LATIN}, EMAILS),
    (Kind.LINK, {Sign.LATIN}, LINKS),
    (Kind.ACCOUNT, set(), ACCOUNTS),
    (Kind.NUMBER, {Sign.DIGIT}, NUMBERS),
    (Kind.NUMBER, set(), SPELT),
    (Kind.ADDRESS, {Sign.HAN}, ADDRESSES_ZH),
    (Kind.ADDRESS, {Sign.LATIN, Sign.DIGIT}, ADDRESSES_EN),
    (Kind.ADDRESS, {Sign.UPPER}, HOUSES_EN),
    (Kind.NAME, {Sign.HAN}, NAMES_ZH),
    (Kind.NAME, {Sign.UPPER}, NAMES_EN),
    (Kind.NAME, {Sign.LATIN}, NAMES_EN_IN_ANY_CASE),
)
# Of any width and of none; the last two make a key cap of a digit.
_BLANKS = frozenset("\t\u00a0\u2002\u2003\u2009\u200a\u200b\u200c\u202f\u3000\ufe0f\u20e3")
_TAKEN = "\ufffc"  # no letter, no digit, no space
_FORMS = tuple((kind, needs, form) for kind, needs, forms in _GROUPS for form in forms)
_SIGNS = {sign: re.compile(sign.value) for sign in Sign}


@dataclass(frozen=True, slots=True)
class Find:
    """Where in a text something of a person stands."""

    kind: Kind
    start: int
    end: int


def finds(text: str) -> list[Find]:
    """In the order they stand; none overlaps another."""
    even = "".join(map(_even, text))
    signs = {sign for sign, pattern in _SIGNS.items() if pattern.search(even)}
    stay, things = (_spans(pattern, even) if Sign.DIGIT in signs else [] for pattern in (DATES, THINGS))
    letters, found = list(even), list[Find]()
    for kind, needs, form in _FORMS:
        if not needs <= signs:
            continue
        before, pattern = len(found), _compiled(form)
        found += (Find(kind, *span) for span in _found(form, pattern, even, things if form.things else stay))
        for find in found[before:]:
            letters[find.start : find.end] = _TAKEN * (find.end - find.start)
        even = "".join(letters) if len(found) > before else even
    return sorted(found, key=lambda one: one.start)


@cache
def _compiled(form: Form) -> re.Pattern[str]:
    """Once it is needed: to compile them all takes longer than many a command does."""
    return re.compile(form.pattern, form.flags)


def warm() -> None:
    """Compile them all now, so that no customer waits for it."""
    for _, _, form in _FORMS:
        _compiled(form)


def _found(
    form: Form, pattern: re.Pattern[str], text: str, stay: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Where a form stands; what begins in something that stays is none."""
    at = 0
    while match := pattern.search(text, at):
        at = max(match.end(), match.start() + 1)
        nth = bisect_right(stay, (match.start(), len(text))) - 1
        if nth >= 0 and match.start() < stay[nth][1]:
            at = stay[nth][1]
        elif form.right(match):
            yield match.start() + len(match.groupdict().get("kept") or ""), match.end()


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def masked(text: str, *, shown: Callable[[Kind], str] = "[{}]".format) -> str:
    """Of each find, only its kind: `shown(kind)`, [name] or [number] unless told otherwise."""
    made, at = list[str](), 0
    for find in finds(text):
        made += ["".join(map(_plain, text[at : find.start])), shown(find.kind)]
        at = find.end
    return "".join([*made, *map(_plain, text[at:])])


def _even(char: str) -> str:
    """As the forms see it: also signs of full width, every blank and every dash as one."""
    if "\uff01" <= char <= "\uff5e":
        return unicodedata.normalize("NFKC", char)
    if char in "‐‑‒–—−":
        return "-"
    return " " if char in _BLANKS else _plain(char)


def _plain(char: str) -> str:
    """Digits of any script, letters and @ of full width, as what they are; every other character stays.

    One character becomes one character: what is found in the plain text stands there in the other too.
    """
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return unicodedata.normalize("NFKC", char) if "\uff20" <= char <= "\uff5a" else char
