"""Large knowledge bases out of the demo shop's articles, by putting other words for some of their words."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Language
from xiaoer.knowledge.passages import passages
from xiaoer.knowledge.terms import read_list

KNOWN_SWAPPED = 0.25  # of the phrases that have a meaning: for another one, so that meanings are as common
OTHERS_SWAPPED = 0.3  # of the other words: for invented ones, so that the vocabulary grows with the corpus
INVENTED = 20_000  # words of each language
_WORDS = re.compile(r"[a-z]{4,}|[\u4e00-\u9fff]{2}")


def corpus(articles: Sequence[Article], size: int, *, seed: int = 1) -> list[Article]:
    """Articles with at least `size` passages, both languages together; each slug in both of them.

    The first ones are the articles as they are: questions about them still have their answers.
    """
    made: list[Article] = []
    told = copy = 0
    while told < size:
        for article in articles:
            made.append(_copied(article, copy, seed) if copy else article)
            told += len(passages(article.body))
        copy += 1
    return made


def _copied(article: Article, copy: int, seed: int) -> Article:
    chance = random.Random(f"{seed}/{copy}/{article.slug}/{article.language}")
    swap = _Swap(article.language, chance)
    return replace(
        article,
        slug=f"{article.slug}-{copy}",
        title=swap(article.title),
        questions=tuple(map(swap, article.questions)),
        body=swap(article.body),
    )


class _Swap:
    """The same other word wherever a word stands in one article."""

    def __init__(self, language: Language, chance: random.Random) -> None:
        self._language, self._chance = language, chance
        self._other: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        known = _known(self._language).sub(lambda found: self._swapped(found[0], is_known=True), text)
        return _WORDS.sub(lambda found: self._swapped(found[0], is_known=False), known)

    def _swapped(self, word: str, *, is_known: bool) -> str:
        if word not in self._other:
            self._other[word] = self._choice(word, is_known=is_known)
        return self._other[word]

    def _choice(self, word: str, *, is_known: bool) -> str:
        if is_known:
            swapped = self._chance.random() < KNOWN_SWAPPED
            return self._chance.choice(_phrases(self._language)) if swapped else word
        if word in _listed(self._language) or self._chance.random() >= OTHERS_SWAPPED:
            return word
        return _invented(self._language)[self._chance.randrange(INVENTED)]


@cache
def _phrases(language: Language) -> tuple[str, ...]:
    listed = read_list(language)
    ways = [way for said in (listed.concepts, listed.things) for group in said.values() for way in group]
    return tuple(way for way in ways if len(way) > 1)


@cache
def _listed(language: Language) -> frozenset[str]:
    return frozenset(_phrases(language))


@cache
def _known(language: Language) -> re.Pattern[str]:
    ways = sorted(map(re.escape, _phrases(language)), key=len, reverse=True)
    edge = r"\b" if language is Language.EN else ""
    return re.compile(f"{edge}(?:{'|'.join(ways)}){edge}", re.IGNORECASE)


@cache
def _invented(language: Language) -> tuple[str, ...]:
    chance = random.Random(language.value)
    if language is Language.ZH:
        written = sorted({char for phrase in _phrases(language) for char in phrase if char >= "\u4e00"})
        return tuple("".join(chance.choices(written, k=2)) for _ in range(INVENTED))
    return tuple("".join(_syllables(chance)) for _ in range(INVENTED))


def _syllables(chance: random.Random) -> Iterator[str]:
    for _ in range(chance.randint(2, 4)):
        yield chance.choice("bcdfghklmnprstvz") + chance.choice("aeiou")
