"""Numbers that contradict: between the languages of one article, and between articles."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Language
from xiaoer.knowledge.lint.findings import Finding, Kind
from xiaoer.knowledge.lint.numbers import Quantity, Unit, numbers, quantities
from xiaoer.knowledge.terms import MEANING, house_synonyms, is_thing

_CLAUSE = re.compile(r"[，。；！？、：\n]|[,.;:!?](?=\s|$)")
_FEWEST_MEANINGS = 2  # that make a matter: one word is in many of them
_VAGUE = frozenset({"=how-long", "=deadline", "=elapsed", "=how-much"})  # ask for numbers, say not of what
_Matter = tuple[Language, Unit, frozenset[str]]


def between_languages(articles: Iterable[Article]) -> Iterator[Finding]:
    """A quantity of one language whose number does not stand in the other, whatever its unit of time."""
    for translations in _by_slug(articles).values():
        if len(translations) < len(Language):
            continue
        for article in translations:
            other = next(a for a in translations if a is not article)
            if missing := _missing(_text(article), _text(other)):
                yield Finding(
                    kind=Kind.LANGUAGES_DIFFER,
                    name=article.name,
                    where="body",
                    detail=f"{', '.join(map(str, sorted(missing)))}: not in {other.language.value}",
                )


def between_articles(articles: Iterable[Article]) -> Iterator[Finding]:
    """Clauses of two articles that speak of the same things and have no number in common.

    The same: the same meanings (terms.py), at least two of them, in one language, and the goods in the title.
    What is said in other meanings is not compared: a rule for shoes and one for bags may differ.
    """
    said: dict[_Matter, dict[str, set[Quantity]]] = defaultdict(lambda: defaultdict(set))
    by_name = {(article.language, article.slug): article for article in articles}
    for article in by_name.values():
        for matter, found in _matters(article):
            said[matter][article.slug] |= found
    for (language, _, about), by_slug in said.items():
        for slug, other in _apart(by_slug):
            yield Finding(
                kind=Kind.ARTICLES_DIFFER,
                name=by_name[language, slug].name,
                where="body",
                detail=f"{_told(by_slug[slug])}; {other}: {_told(by_slug[other])} "
                f"({', '.join(sorted(term.removeprefix(MEANING) for term in about))})",
            )


def _by_slug(articles: Iterable[Article]) -> Mapping[str, list[Article]]:
    found: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        found[article.slug].append(article)
    return found


def _missing(text: str, other: str) -> set[Quantity]:
    own = quantities(text) - quantities(other)
    there = numbers(other) if own else set()
    return {quantity for quantity in own if not there & _forms(quantity)}


def _forms(quantity: Quantity) -> set[float]:
    """How its number may be written."""
    if quantity.unit == "hours":
        return {quantity.value, quantity.value / 24, quantity.value / 168}
    if quantity.unit == "months":
        return {quantity.value, quantity.value / 12}
    return {quantity.value}


def _matters(article: Article) -> Iterator[tuple[_Matter, set[Quantity]]]:
    goods = frozenset(filter(is_thing, house_synonyms().terms(article.title)))  # all of it is about them
    for clause in _CLAUSE.split(article.body):
        if not (found := quantities(clause)):
            continue
        meant = frozenset(t for t in house_synonyms().terms(clause) if t.startswith(MEANING))
        about = (meant | goods) - _VAGUE
        if len(about) < _FEWEST_MEANINGS:
            continue
        for unit in {quantity.unit for quantity in found}:
            yield (article.language, unit, about), {q for q in found if q.unit == unit}


def _apart(by_slug: Mapping[str, set[Quantity]]) -> Iterator[tuple[str, str]]:
    """Each article with one that has no quantity in common with it."""
    slugs: Sequence[str] = sorted(by_slug)
    for slug in slugs:
        other = next((o for o in slugs if o != slug and not by_slug[o] & by_slug[slug]), None)
        if other is not None:
            yield slug, other


def _text(article: Article) -> str:
    return f"{article.title}\n{article.body}"


def _told(found: set[Quantity]) -> str:
    return ", ".join(map(str, sorted(found)))
