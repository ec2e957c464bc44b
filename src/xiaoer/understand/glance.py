"""A question asked out of the blue, understood without what it names: that is what takes the time."""

from xiaoer.domain.understanding import Sure, Understanding, Wish
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.classifier import Model
from xiaoer.understand.clauses import clauses
from xiaoer.understand.rules import guesses_by_rule


def glance(question: str, language: Language, model: Model) -> Understanding:
    """As LocalUnderstander would, but for slots and mood: no order, product or date is looked for."""
    text, bars = clean(question), model.thresholds[language]
    found = clauses(
        text, lambda words: guesses_by_rule(words, model.guesses(words, language)), sure=bars.accept
    )
    wishes = [
        Wish(
            text=text[clause.start : clause.end],
            guesses=clause.guesses,
            question=clause.question,
            negated=clause.negated,
        )
        for clause in found
    ]
    sure = Sure(accept=bars.accept, suggest=bars.suggest)
    return Understanding(text=text, language=language, wishes=tuple(wishes), sure=sure, model=model.version)
