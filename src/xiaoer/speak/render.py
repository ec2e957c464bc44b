"""A phrase filled with facts. What was filled in is its receipt."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from string import Formatter

from typing_extensions import override

from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.money import Money
from xiaoer.domain.words import Language, Words
from xiaoer.speak.book import book
from xiaoer.speak.formats import Calendar, money

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_NOTHING = (None, "", (), Words("", ""))
_FIELD = re.compile(r"{(\w+)")
_SLOT = re.compile(r"{[^{}]*}")
GAP = "\ufffc"  # in a template's own words, where a value was filled in


@dataclass(frozen=True, slots=True)
class Rendered:
    """`key` is the phrase used; `values` are the facts in it, as they were written; `words` are its own."""

    key: str
    text: str
    values: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Renderer:
    """Fills phrases for one turn. `seed` varies the wording, the same seed says the same."""

    calendar: Calendar
    seed: str
    language: Language = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "language", self.calendar.language)

    def phrase(self, keys: Sequence[str], facts: Facts) -> Rendered:
        """The first of `keys` that the book holds. KeyError with the keys if it holds none.

        {name} takes a fact; {name:day} and {name:time} a moment; {name:term.method} the name of a key;
        {name:way} an amount and by which way of paying it goes.
        [[ ... ]] is left out when a fact in it is missing.
        """
        phrases = book(self.language).phrases
        key = next((k for k in keys if k in phrases), None)
        if key is None:
            raise KeyError(", ".join(keys))
        values: list[str] = []
        ways = phrases[key]
        text = _OPTIONAL.sub(lambda m: _kept(m.group(1), facts), ways[self._pick(key, len(ways))])
        said = _Filler(self, values).vformat(text, (), facts)
        return Rendered(key, said.strip(), tuple(values), _SLOT.sub(GAP, text).strip())

    def term(self, key: str) -> str:
        return book(self.language).terms[key]

    def fact(self, value: Fact, spec: str = "") -> str:
        """One fact as this customer reads it."""
        if isinstance(value, tuple):
            return ("、" if self.language is Language.ZH else ", ").join(self.fact(v, spec) for v in value)
        if isinstance(value, Money):
            return money(value, self.language)
        if isinstance(value, Words):
            return value.in_(self.language)
        if isinstance(value, datetime):
            return self.calendar.time(value) if spec == "time" else self.calendar.day(value)
        if isinstance(value, date):
            return self.calendar.date(value)
        if isinstance(value, Mapping) and spec in ("way", "coupon"):
            return self._whole(value, spec)
        if spec.startswith("term."):
            return self.term(f"{spec.removeprefix('term.')}.{value}")
        return str(value)

    def _whole(self, value: Facts, spec: str) -> str:
        """Several facts that are told as one."""
        if spec == "way":
            named = value.get("label") or self.term(f"method.{value['method']}")
            return self.term("way").format(amount=self.fact(value["amount"]), method=self.fact(named))
        told = {name: self.fact(part) for name, part in value.items()}
        return self.term("coupon.from" if value.get("minimum") else "coupon.any").format(**told)

    def _pick(self, key: str, count: int) -> int:
        digest = hashlib.blake2b(f"{self.seed}:{key}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % count


def _kept(text: str, facts: Facts) -> str:
    """An optional piece, if every fact in it is there."""
    there = all(facts.get(name) not in _NOTHING for name in _FIELD.findall(text))
    return text if there else ""


class _Filler(Formatter):
    def __init__(self, renderer: Renderer, values: list[str]) -> None:
        self._renderer = renderer
        self._values = values

    @override
    def get_value(self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]) -> object:
        return kwargs[str(key)]

    @override
    def format_field(self, value: Fact, format_spec: str) -> str:
        text = self._renderer.fact(value, format_spec)
        self._values.append(text)
        return text
