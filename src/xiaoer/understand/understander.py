"""The local understander: one burst of customer messages in, what they mean out."""

from collections.abc import Sequence

from typing_extensions import override

from xiaoer.domain.catalog import Category
from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ports import Understander
from xiaoer.domain.understanding import Slots, Understanding, Wish
from xiaoer.domain.words import Language
from xiaoer.text.clean import LONGEST, fold, tidy
from xiaoer.text.language import language_of
from xiaoer.understand import answers, mood
from xiaoer.understand.classifier import Model
from xiaoer.understand.clauses import Clause, clauses
from xiaoer.understand.rules import guesses_by_rule
from xiaoer.understand.slots import SlotReader


class LocalUnderstander(Understander):
    """Rules for what must be certain, a classifier for the rest. Never raises on any text."""

    def __init__(self, model: Model, *, order_pattern: str, categories: Sequence[Category]) -> None:
        self.version = model.version
        self._model = model
        self._slots = SlotReader(order_pattern, tuple(categories))

    @override
    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        """`texts` oldest first. Of a flood, the first 2,000 characters are understood."""
        tidied = tidy("\n".join(text[:LONGEST] for text in texts))
        text = fold(tidied)
        language = language_of(text, conversation.language)
        slots = self._slots.read(tidied, text)
        return Understanding(
            text=text,
            language=language,
            wishes=self._wishes(tidied, slots, language),
            slots=slots,
            answer=answers.answer_in(text),
            stop=answers.wants_to_stop(text),
            correction=answers.is_correction(text),
            wants_person=answers.wants_person(text),
            mood=mood.mood_of(tidied, text),
            urgent=mood.is_urgent(text),
            risks=mood.risks_in(text),
            model=self.version,
        )

    def _wishes(self, tidied: str, slots: Slots, language: Language) -> tuple[Wish, ...]:
        text = fold(tidied)
        sure = self._model.thresholds[language].accept
        found = clauses(
            text, lambda words: guesses_by_rule(words, self._model.guesses(words, language)), sure=sure
        )
        return tuple(self._wish(tidied, clause, slots) for clause in found)

    def _wish(self, tidied: str, clause: Clause, slots: Slots) -> Wish:
        """`slots` are those of the whole text: an only wish names all of it."""
        said = tidied[clause.start : clause.end]
        return Wish(
            text=fold(said),
            guesses=clause.guesses,
            slots=slots if len(said) == len(tidied) else self._slots.read(said, fold(said)),
            question=clause.question,
            negated=clause.negated,
        )
