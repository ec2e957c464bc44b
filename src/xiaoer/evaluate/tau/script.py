"""A task's text as a customer says it: fixed wording, and nothing that does not stand in the text.

Most tasks list what is wanted in one form ("Return #W1 via card_2: Lamp; For #W3, exchange ..."). Each wish
becomes one sentence; what it holds is said again, alone, when it is asked for. Free text is said as it is.
"""

import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xiaoer.evaluate.tau.words import words

_ABOUT_SELF = re.compile(r"^Your name is .*?(?:\.com|\d{5})\. You are [^.]*\. ?")
_OPTIONS = r"\{[^{}]*\}"
_ITEM = re.compile(rf"([A-Z][^{{}};#:]*?)(?: ({_OPTIONS}))?(?: to ({_OPTIONS}))?; ?")
_WISHES = {
    "cancel": re.compile(
        r"Cancel order (?P<order>#W\d+) because (?P<reason>no longer needed|ordered by mistake)\."
    ),
    "return": re.compile(rf"Return (?P<order>#W\d+) via (?P<way>\w+): (?P<items>(?:{_ITEM.pattern})+)"),
    "exchange": re.compile(
        rf"For (?P<order>#W\d+), exchange (?P<items>(?:{_ITEM.pattern})+)via (?P<way>\w+)\."
    ),
    "modify": re.compile(rf"For (?P<order>#W\d+), modify (?P<items>(?:{_ITEM.pattern})+)via (?P<way>\w+)\."),
    "payment": re.compile(r"For (?P<order>#W\d+), change payment to (?P<way>\w+)\."),
    "address": re.compile(
        rf"For (?P<order>#W\d+), change address to (?P<address>{_OPTIONS})(?: \(same as #W\d+\))?\."
    ),
}
_FREE = re.compile(r"\bYou(?:'re|'ve|'d|'ll)?\b|\byour(?:self)?\b", re.IGNORECASE)
_FIRST_PERSON = {
    "you": "I",
    "you're": "I'm",
    "you've": "I've",
    "you'd": "I'd",
    "you'll": "I'll",
    "your": "my",
}


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    is_now: Mapping[str, str]
    wanted: Mapping[str, str] | None  # None: not another one; empty: the same once more

    def said(self) -> str:
        return str(words()["item_now" if self.is_now else "item"]).format(
            name=self.name, options=_listed(self.is_now)
        )

    def swap(self) -> str:
        return str(words()["swap"]).format(item=self.said(), other=self.other())

    def other(self) -> str:
        return str(words()["other" if self.wanted else "same_again"]).format(options=_listed(self.wanted))


@dataclass(frozen=True, slots=True)
class Wish:
    kind: str  # cancel, return, exchange, modify, payment, address, free
    text: str  # the sentence
    order: str = ""
    items: tuple[Item, ...] = ()
    way: str = ""
    reason: str = ""
    address: str = ""


def wishes(instruction: str) -> list[Wish]:
    """In the order of the text."""
    rest = _ABOUT_SELF.sub("", instruction)
    found = [(m.start(), _wish(kind, m)) for kind, form in _WISHES.items() for m in form.finditer(rest)]
    if not found:
        return [Wish("free", _in_first_person(rest))]
    return [wish for _, wish in sorted(found, key=lambda pair: pair[0])]


def _wish(kind: str, match: re.Match[str]) -> Wish:
    told = match.groupdict()
    order, way = told["order"], told.get("way") or ""
    items = tuple(_items(told.get("items") or ""))
    reason, address = told.get("reason") or "", _address(told.get("address") or "{}")
    said = str(words()["says"][kind]).format(
        order=order,
        way=way,
        because=words()["because"].get(reason, ""),
        address=address,
        said=_all(i.said() for i in items),
        swaps=_all(i.swap() for i in items),
    )
    return Wish(kind, said, order, items, way, reason, address)


def _items(text: str) -> Iterator[Item]:
    for name, is_now, wanted in _ITEM.findall(text):
        yield Item(name, literal_eval(is_now or "{}"), literal_eval(wanted) if wanted else None)


def _address(text: str) -> str:
    raw = literal_eval(text)
    if not raw:
        return ""
    street = ", ".join(part for part in (raw["address1"], raw["address2"]) if part)
    return f"{street}, {raw['city']}, {raw['state']} {raw['zip']}, {raw['country']}"


def _listed(options: Mapping[str, str] | None) -> str:
    return ", ".join(f"{key} {value}" for key, value in (options or {}).items())


def _all(parts: Iterator[str]) -> str:
    *some, last = [*parts] or [""]
    return str(words()["several"]).format(some=", ".join(some), last=last) if some else last


def _in_first_person(text: str) -> str:
    return _FREE.sub(lambda m: _FIRST_PERSON.get(m[0].lower(), "myself"), text)
