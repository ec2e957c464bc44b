"""Words of a text as the search weighs them: what is said in many ways becomes one term.

A text is cut into words (English) and characters (Chinese). The longest phrase listed in synonyms/*.yaml is
replaced by the name of its meaning, which is the same in both languages; what is left counts as it stands.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
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
_WEIGHTS = {"meaning": 1.0, "word": 0.6, "pair": 0.4, "number": 0.4, "character": 0.3, "filler": 0.1}
INFORMATIVE = 0.2  # a term that weighs less is not looked for
_LONGEST_TERM = 40
_HAN_FROM = "\u3400"
_LONG_NUMBER = 6  # digits: not an amount but a name, as of an order


class Synonyms:
    """Phrases and the meaning of each; an empty meaning is a filler."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """`meanings`: phrase -> meaning. ValueError if two meanings claim one phrase."""
        known: dict[tuple[str, ...], str] = {}
        for phrase, meaning in meanings.items():
            atoms = tuple(_atoms(phrase, limit=100))
            if not atoms or known.setdefault(atoms, meaning) != meaning:
                raise ValueError(f"{phrase!r} ({meaning}): has no word, or means {known.get(atoms)} already")
        by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for atoms in sorted(known, key=len, reverse=True):
            by_first[atoms[0]].append((atoms, known[atoms]))
        self._by_first = dict(by_first)
        self.version = sha256(repr(sorted(known.items())).encode()).hexdigest()[:12]

    def bag(self, text: str, *, limit: int = 20_000) -> Bag:
        """Terms of the first `limit` characters, each once, with its weight (0..1)."""
        atoms = _atoms(text, limit=limit)
        weights: dict[str, float] = {}
        at, before = 0, ""
        while at < len(atoms):
            phrase, meaning = self._longest(atoms, at)
            if phrase:
                weights.update(_known(phrase, meaning))
                at, before = at + len(phrase), ""
                continue
            atom = atoms[at]
            weights.update(_plain(atom, before))
            at, before = at + 1, atom if atom >= _HAN_FROM else ""
        return weights

    def _longest(self, atoms: list[str], at: int) -> tuple[tuple[str, ...], str]:
        for phrase, meaning in self._by_first.get(atoms[at], ()):
            if tuple(atoms[at : at + len(phrase)]) == phrase:
                return phrase, meaning
        return (), ""


@cache
def house_synonyms() -> Synonyms:
    """The lists that come with the house, both languages as one: Chinese questions hold English words."""
    meanings: dict[str, str] = {}
    for language in Language:
        listed = read_list(language)
        meanings |= dict.fromkeys(listed.fillers, "")
        for meaning, phrases in listed.concepts.items():
            meanings |= dict.fromkeys(phrases, meaning)
    return Synonyms(meanings)


class SynonymList(BaseModel):
    """One file of synonyms/. Strict: YAML reads an unquoted `on` or `no` as true and false."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    concepts: dict[str, list[str]]  # meaning -> phrases
    fillers: list[str]


def read_list(language: Language) -> SynonymList:
    path = files("xiaoer.knowledge") / "synonyms" / f"{language.value}.yaml"
    return SynonymList.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def _known(phrase: tuple[str, ...], meaning: str) -> Bag:
    if meaning:
        return {MEANING + meaning: _WEIGHTS["meaning"]}
    return {_FILLER + "".join(phrase): _WEIGHTS["filler"]}


def _plain(atom: str, before: str) -> Bag:
    """A word, a number, or a character with the pair it makes with the one before it."""
    if atom >= _HAN_FROM:
        pair = {before + atom: _WEIGHTS["pair"]} if before else {}
        return {atom: _WEIGHTS["character"], **pair}
    number = atom[0].isdigit() and len(atom) < _LONG_NUMBER
    return {atom[:_LONGEST_TERM]: _WEIGHTS["number" if number else "word"]}


def _atoms(text: str, *, limit: int) -> list[str]:
    """Words, numbers and single characters; the pairs of characters that `tokens` adds are made here."""
    return [t for t in tokens(text, limit=limit) if t < _HAN_FROM or len(t) == 1]
