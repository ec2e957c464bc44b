"""Words of a text as the search weighs them: what is said in many ways becomes one term.

A text is cut into words (English) and characters (Chinese). The longest phrase listed in synonyms/*.yaml is
replaced by the terms of its meaning, which are the same in both languages; what is left counts as it stands.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from xiaoer.domain.words import Language
from xiaoer.text.own_yaml import own_yaml
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
        """A term weighs the same in all of them.

        ValueError for a phrase without a word, and for two that are cut into the same words.
        """
        known: dict[tuple[str, ...], tuple[str, ...]] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for phrase, bag in phrases.items():
            atoms = tuple(_atoms(phrase, limit=100))
            if not atoms or known.setdefault(atoms, tuple(bag)) != tuple(bag):
                raise ValueError(f"{phrase!r}: has no word, or stands for {known.get(atoms)} already")
            lengths[atoms[0]].add(len(atoms))
        self._known = known
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        self._weights = {term: weight for bag in phrases.values() for term, weight in bag.items()}
        self._kept = lru_cache(maxsize=_BAGS)(self._bag)
        named = sorted(
            (atoms, [(term, self._weights[term]) for term in found]) for atoms, found in known.items()
        )
        self.version = sha256(repr(named).encode()).hexdigest()[:12]

    def bag(self, text: str, *, limit: int = 20_000) -> Bag:
        """Terms of the first `limit` characters, each once, with its weight. Kept: not to be changed."""
        return self._kept(text[:limit], limit)

    def weight(self, term: str) -> float:
        """Of a term, wherever it stands."""
        return self._weights.get(term) or _weight(term)

    def terms(self, text: str, *, limit: int = 20_000) -> list[str]:
        """The terms alone, as often as they stand there; for texts that are cut only once."""
        atoms = _atoms(text, limit=limit)
        found: list[str] = []
        at, before = 0, ""
        while at < len(atoms):
            atom = atoms[at]
            for length in self._lengths.get(atom, ()):
                if (meant := self._known.get(tuple(atoms[at : at + length]))) is not None:
                    found += meant
                    at, before = at + length, ""
                    break
            else:
                found.append(atom[:_LONGEST_TERM])
                if before and atom >= _HAN_FROM:
                    found.append(before + atom)
                at, before = at + 1, atom if atom >= _HAN_FROM else ""
        return found

    def _bag(self, text: str, limit: int) -> Bag:
        return {term: self.weight(term) for term in self.terms(text, limit=limit)}


class SynonymList(BaseModel):
    """One file of synonyms/. Strict: YAML reads an unquoted `on` or `no` as true and false."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    concepts: dict[str, list[str]]  # meanings, parted by spaces -> phrases
    things: dict[str, list[str]]
    elsewhere: list[str]
    fillers: list[str]


def read_list(language: Language) -> SynonymList:
    path = files("xiaoer.knowledge") / "synonyms" / f"{language.value}.yaml"
    return SynonymList.model_validate(own_yaml(path.read_bytes()))


@cache
def house_synonyms() -> Synonyms:
    """The lists that come with the house, both languages as one: Chinese questions hold English words."""
    phrases: dict[str, Bag] = {}
    lists = list(map(read_list, Language))
    things = {meaning for listed in lists for said in listed.things for meaning in said.split()}
    for listed in lists:
        phrases |= {filler: {_FILLER + filler: _WEIGHT_FILLER} for filler in listed.fillers}
        phrases |= dict.fromkeys(listed.elsewhere, {f"{MEANING}elsewhere": _WEIGHT_ELSEWHERE})
        for meanings, ways in (*listed.things.items(), *listed.concepts.items()):
            phrases |= dict.fromkeys(ways, _meant(meanings.split(), things))
    return Synonyms(phrases)


def is_thing(term: str) -> bool:
    """Whether it stands for goods or people, and not for what is wanted."""
    return term.startswith(MEANING) and house_synonyms().weight(term) == _WEIGHT_THING


def _meant(meanings: Sequence[str], things: Set[str]) -> Bag:
    """A thing is no more than a thing in whatever phrase it stands: a term has one weight."""
    return {MEANING + m: _WEIGHT_THING if m in things else _WEIGHT_CONCEPT for m in meanings}


def _weight(term: str) -> float:
    if term >= _HAN_FROM:
        return _WEIGHT_CHARACTER if len(term) == 1 else _WEIGHT_PAIR
    return _WEIGHT_NUMBER if term[0].isdigit() and len(term) < _LONG_NUMBER else _WEIGHT_WORD


def _atoms(text: str, *, limit: int) -> list[str]:
    """Words, numbers and single characters; the pairs of characters that `tokens` adds are made here."""
    return [t for t in tokens(text, limit=limit) if t < _HAN_FROM or len(t) == 1]
