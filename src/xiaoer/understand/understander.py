"""The local understander: one burst of customer messages in, what they mean out."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias
from zoneinfo import ZoneInfo

from typing_extensions import override

from xiaoer.domain.catalog import Category
from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ports import Understander
from xiaoer.domain.understanding import Slots, Understanding, Wish
from xiaoer.domain.words import Language
from xiaoer.text.clean import LONGEST, fold, tidy
from xiaoer.text.language import language_of
from xiaoer.understand import answers, mood, risks
from xiaoer.understand.classifier import Model
from xiaoer.understand.clauses import Clause, clauses
from xiaoer.understand.dates import is_day_first
from xiaoer.understand.rules import guesses_by_rule
from xiaoer.understand.slots import SlotReader

_now = partial(datetime.now, UTC)
Reading: TypeAlias = Callable[[str, str], Slots]  # of a tidied and a folded text


class LocalUnderstander(Understander):
    """Rules for what must be certain, a classifier for the rest. Never raises on any text."""

    def __init__(
        self,
        model: Model,
        *,
        order_pattern: str,
        categories: Sequence[Category],
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """`clock` tells now, aware: "yesterday" is read on the calendar of the customer's time zone."""
        self._clock = clock
        self.version = model.version
        self._model = model
        self._slots = SlotReader(order_pattern, tuple(categories))

    @override
    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        """`texts` oldest first. Of a flood, the first 2,000 characters are understood."""
        tidied = tidy("\n".join(text[:LONGEST] for text in texts))
        text = fold(tidied)
        language = language_of(text, conversation.language)
        read = self._reading(conversation.time_zone, text)
        slots = read(tidied, text)
        return Understanding(
            text=text,
            language=language,
            wishes=self._wishes(tidied, slots, language, read=read),
            slots=slots,
            answer=answers.answer_in(text),
            stop=answers.wants_to_stop(text),
            correction=answers.is_correction(text),
            wants_person=answers.wants_person(text),
            mood=mood.mood_of(tidied, text),
            urgency=mood.urgency(text),
            risks=risks.risks_in(text),
            model=self.version,
        )

    def _reading(self, time_zone: str, text: str) -> Reading:
        """Of slots, today where the customer is. Chinese puts the month first everywhere."""
        today = self._clock().astimezone(ZoneInfo(time_zone)).date()
        return partial(self._slots.read, today=today, day_first=is_day_first(time_zone) and text.isascii())

    def _wishes(
        self, tidied: str, slots: Slots, language: Language, *, read: Reading
    ) -> tuple[Wish, ...]:
        text = fold(tidied)
        sure = self._model.thresholds[language].accept
        found = clauses(
            text, lambda words: guesses_by_rule(words, self._model.guesses(words, language)), sure=sure
        )
        return tuple(self._wish(tidied, clause, slots, read=read) for clause in found)

    def _wish(self, tidied: str, clause: Clause, slots: Slots, *, read: Reading) -> Wish:
        """`slots` are those of the whole text: an only wish names all of it."""
        said = tidied[clause.start : clause.end]
        return Wish(
            text=fold(said),
            guesses=clause.guesses,
            slots=slots if len(said) == len(tidied) else read(said, fold(said)),
            question=clause.question,
            negated=clause.negated,
        )
