"""Labelled questions of our own: questions.{zh,en}.jsonl.

    tune   what weights, lists of synonyms and the line were chosen with; their misses were looked at
    held   as customers write, seen only as figures: half of them drawn from the phrases others wrote for the
           classifier and labelled by hand, half put for the articles that no intent is about
    far    put as far from the articles' words as we could, seen only as figures

`says` labels the passage: one of these words stands in the one that answers.
"""

import json
from functools import cache
from pathlib import Path

from tests.knowledge.articles import demo

from xiaoer.domain.words import Language
from xiaoer.knowledge.evaluate import Case, Question, cases
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.knowledge.terms import read_list
from xiaoer.text.words import tokens

HERE = Path(__file__).parent


@cache
def questions(language: Language, part: str) -> tuple[Question, ...]:
    lines = (HERE / f"questions.{language.value}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(
        Question(text=row["question"], slugs=tuple(row["slugs"]), says=tuple(row.get("says", ())))
        for row in map(json.loads, lines)
        if row["half"] == part
    )


@cache
def asked(language: Language, part: str) -> tuple[Case, ...]:
    return tuple(cases(TantivyLibrary.build(demo(), line=0), questions(language, part), language))


def overlap(question: Question, language: Language) -> float:
    """Of the words of the question with those of the title or listed question most like it: Dice, 0..1.

    Words of English without endings, pairs of characters of Chinese; without words that carry nothing.
    """
    own = _words(question.text, language)
    theirs = (
        _words(text, language)
        for article in demo()
        if article.language is language and article.slug in question.slugs
        for text in (article.title, *article.questions)
    )
    return max(2 * len(own & other) / max(1, len(own) + len(other)) for other in theirs)


def _words(text: str, language: Language) -> frozenset[str]:
    is_pair = language is Language.ZH
    cut = (word for word in tokens(text) if not is_pair or len(word) > 1)
    return frozenset(cut) - _fillers(language)


@cache
def _fillers(language: Language) -> frozenset[str]:
    return frozenset(word for filler in read_list(language).fillers for word in tokens(filler))
