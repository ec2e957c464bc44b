"""Words of a text as the search weighs them: what is said in many ways becomes one term.

A text is cut into words (English) and characters (Chinese). The longest phrase listed in synonyms/*.yaml is
replaced by the terms of its meaning, which are the same in both languages; what is left counts as it stands.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from xiaoer.domain.words import Language
from xiaoer.text.words import tokens

Bag = Mapping[str, float]  # term -> weight

MEANING = "="  # begins the term of a meaning, so that it is never taken for a word
_FILLER = "~"

# How much a term says besides its rarity. Chosen on one half of the test questions; the optimum is flat.
_WEIGHT_ELSEWHERE = 5.0
_WEIGHT_CONCEPT = 1.0
_WEIGHT_THING = 0.7
_WEIGHT_WORD = 0.6
_WEIGHT_PAIR = 0.4
_WEIGHT_NUMBER = 0.4
_WEIGHT_CHARACTER = 0.3
_WEIGHT_FILLER = 0.1
INFORMATIVE = 0.2  # a term that weighs less is not looked for

_LONGEST_TERM = 40
_BAGS = 8_000  # kept, some 15 MB: a question is looked at up to three times, an article by each library
_HAN_FROM = "\u3400"
_LONG_NUMBER = 6  # digits: not an amount but a name, as of an order


class Synonyms:
    """Phrases, and the terms that each stands for."""

    def __init__(self, phrases: Mapping[str, Bag]) -> None:
        """ValueError for a phrase without a word, and for two that are cut into the same words."""
        known: dict[tuple[str, ...], Bag] = {}
        for phrase, bag in phrases.items():
            atoms = tuple(_atoms(phrase, limit=100))
            if not atoms or known.setdefault(atoms, bag) != bag:
                raise ValueError(f"{phrase!r}: has no word, or stands for {known.get(atoms)} already")
        by_first: dict[str, list[tuple[tuple[str, ...], Bag]]] = defaultdict(list)
        for atoms in sorted(known, key=len, reverse=True):
            by_first[atoms[0]].append((atoms, known[atoms]))
        self._by_first = dict(by_first)
        self._kept = lru_cache(maxsize=_BAGS)(self._bag)
        self.version = sha256(repr(sorted(known.items(), key=str)).encode()).hexdigest()[:12]

    def bag(self, text: str, *, limit: int = 20_000) -> Bag:
        """Terms of the first `limit` characters, each once, with its weight. Kept: not to be changed."""
        return self._kept(text[:limit], limit)

    def _bag(self, text: str, limit: int) -> Bag:
        atoms = _atoms(text, limit=limit)
        weights: dict[str, float] = {}
        at, before = 0, ""
        while at < len(atoms):
            length, bag = self._longest(atoms, at)
            if length:
                weights.update(bag)
                at, before = at + length, ""
                continue
            weights.update(_plain(atoms[at], before))
            at, before = at + 1, atoms[at] if atoms[at] >= _HAN_FROM else ""
        return weights

    def _longest(self, atoms: list[str], at: int) -> tuple[int, Bag]:
        for phrase, bag in self._by_first.get(atoms[at], ()):
            if tuple(atoms[at : at + len(phrase)]) == phrase:
                return len(phrase), bag
        return 0, {}


class SynonymList(BaseModel):
    """One file of synonyms/. Strict: YAML reads an unquoted `on` or `no` as true and false."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    concepts: dict[str, list[str]]  # meanings, parted by spaces -> phrases
    things: dict[str, list[str]]
    elsewhere: list[str]
    fillers: list[str]


def read_list(language: Language) -> SynonymList:
    path = files("xiaoer.knowledge") / "synonyms" / f"{language.value}.yaml"
    return SynonymList.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@cache
def house_synonyms() -> Synonyms:
    """The lists that come with the house, both languages as one: Chinese questions hold English words."""
    phrases: dict[str, Bag] = {}
    for listed in map(read_list, Language):
        phrases |= {filler: {_FILLER + filler: _WEIGHT_FILLER} for filler in listed.fillers}
        phrases |= dict.fromkeys(listed.elsewhere, {f"{MEANING}elsewhere": _WEIGHT_ELSEWHERE})
        for said, weight in ((listed.things, _WEIGHT_THING), (listed.concepts, _WEIGHT_CONCEPT)):
            for meanings, ways in said.items():
                phrases |= dict.fromkeys(ways, {MEANING + meaning: weight for meaning in meanings.split()})
    return Synonyms(phrases)


def _plain(atom: str, before: str) -> Bag:
    """A word, a number, or a character with the pair it makes with the one before it."""
    if atom >= _HAN_FROM:
        pair = {before + atom: _WEIGHT_PAIR} if before else {}
        return {atom: _WEIGHT_CHARACTER, **pair}
    number = atom[0].isdigit() and len(atom) < _LONG_NUMBER
    return {atom[:_LONGEST_TERM]: _WEIGHT_NUMBER if number else _WEIGHT_WORD}


def _atoms(text: str, *, limit: int) -> list[str]:
    """Words, numbers and single characters; the pairs of characters that `tokens` adds are made here."""
    return [t for t in tokens(text, limit=limit) if t < _HAN_FROM or len(t) == 1]
