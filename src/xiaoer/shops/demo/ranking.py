"""Which products fit a customer's words, best first: Chinese by pairs of characters, English by stems.

A product fits if it covers more than half of what was said, the last word (the thing itself, in both
languages) counting half as much again: "waterproof jacket" finds a jacket, not a waterproof tent.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from xiaoer.domain.catalog import Category, Product
from xiaoer.shops.demo.texts import texts
from xiaoer.text.clean import clean
from xiaoer.text.words import HAN, stem

_RUNS = re.compile(rf"[{HAN}]+|[a-z0-9]+", re.ASCII)
_ENOUGH = 0.5
_THING = 1.5  # weight of the last word
_WORD = 2.0  # an English word weighs as much as two Chinese characters
_TOLD = 0.6  # what only the description says, against 1 for title, tags and category
_TYPO_FROM, _ALIKE = 4, 84.0  # letters, and how alike (0..100), for a misspelt English word
_PAIR = 2  # characters of a Chinese word, mostly
_LONGEST = 200  # characters of a query that are looked at


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of what was said: found in a text if one of its forms is there."""

    forms: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class _Text:
    """A product's terms: stems, pairs of characters, and the single characters of its name."""

    named: frozenset[str]
    told: frozenset[str]
    titles: tuple[str, str]

    def share(self, units: Sequence[_Unit]) -> float:
        """How much of what was said is here, 0..1."""
        return sum(u.weight * self._has(u) for u in units) / sum(u.weight for u in units)

    def closeness(self, said: str) -> float:
        return max(fuzz.token_set_ratio(said, title) for title in self.titles)

    def _has(self, unit: _Unit) -> float:
        if not self.named.isdisjoint(unit.forms):
            return 1.0
        return _TOLD if not self.told.isdisjoint(unit.forms) else 0.0


class Shelves:
    """The texts of all products. They change rarely, so a process keeps them; stock and price it does not."""

    def __init__(self, products: Iterable[Product], categories: Iterable[Category]) -> None:
        synonyms = {c.key: " , ".join((c.name.zh, c.name.en, *c.synonyms)) for c in categories}
        self._texts: dict[str, _Text] = {p.id: _text(p, synonyms[p.category]) for p in products}
        terms = {term for text in self._texts.values() for term in text.named | text.told}
        self._english = sorted(term for term in terms if term.isascii())

    def __contains__(self, product_id: str) -> bool:
        return product_id in self._texts

    def rank(self, words: str, ids: Iterable[str]) -> list[str]:
        """Those of `ids` that the words fit, best first; all of them if no thing was named."""
        said = clean(words, limit=_LONGEST)
        units = [self._with_typos(unit) for unit in _units(said)]
        if not units:
            return [] if said and not _RUNS.search(said) else sorted(ids)  # an emoji is not "anything"
        shares = ((self._texts[product_id].share(units), product_id) for product_id in ids)
        fit = [(-share, -self._texts[i].closeness(said), i) for share, i in shares if share > _ENOUGH]
        return [product_id for _, _, product_id in sorted(fit)]

    def _with_typos(self, unit: _Unit) -> _Unit:
        word = min(unit.forms)
        if not word.isascii() or len(word) < _TYPO_FROM:
            return unit
        alike = process.extract(word, self._english, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=3)
        return _Unit(unit.forms | {term for term, _, _ in alike}, unit.weight)


def _text(product: Product, synonyms: str) -> _Text:
    names = " , ".join((product.title.zh, product.title.en, *product.tags, synonyms))
    return _Text(
        named=_terms(names) | frozenset(clean(product.title.zh)),
        told=_terms(f"{product.description.zh} {product.description.en}"),
        titles=(clean(product.title.zh), clean(product.title.en)),
    )


def _terms(text: str) -> frozenset[str]:
    return frozenset(form for run in _RUNS.findall(clean(text)) for unit in _cut(run) for form in unit.forms)


def _units(said: str) -> list[_Unit]:
    """What was said, without what names no product; the thing itself weighs more."""
    runs = _RUNS.findall(_noise().sub(" ", said))
    named = [_cut(run) for run in runs if not run.isdigit()]
    if not named:
        return []
    *before, thing = named
    heavy = [_Unit(unit.forms, unit.weight * _THING) for unit in thing[-_PAIR:]]
    return [unit for cut in before for unit in cut] + thing[:-_PAIR] + heavy


def _cut(run: str) -> list[_Unit]:
    if run.isascii():
        return [_Unit(frozenset({stem(run)}), _WORD)]
    if len(run) == 1:
        return [_Unit(frozenset({run}), 1.0)]
    pairs = [run[i : i + _PAIR] for i in range(len(run) - 1)]
    around = [{*pairs[max(0, i - 1) : i + 1]} for i in range(len(run))]
    return [_Unit(frozenset(forms), 1.0) for forms in around]


@cache
def _noise() -> re.Pattern[str]:
    chinese = sorted((*texts().stopwords.zh, *texts().colours.values()), key=len, reverse=True)
    english = (*texts().stopwords.en, *texts().colours)
    return re.compile(rf"{'|'.join(chinese)}|\b(?:{'|'.join(english)})\b", re.ASCII)
