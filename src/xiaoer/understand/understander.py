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
from xiaoer.domain.understanding import Guess, Slots, Understanding, Wish
from xiaoer.domain.words import Language
from xiaoer.text.clean import LONGEST, fold, tidy
from xiaoer.text.language import is_foreign, language_of
from xiaoer.understand import answers, mood, risks
from xiaoer.understand.classifier import Model
from xiaoer.understand.clauses import Clause, clauses
from xiaoer.understand.dates import is_day_first
from xiaoer.understand.joined import Ear, Joint, alone, together
from xiaoer.understand.mistaken import is_mistaken, said_besides
from xiaoer.understand.mixed import in_one
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
        self._model = model
        self._joint: Joint | None = None
        self._slots = SlotReader(order_pattern, tuple(categories))

    @property
    @override
    def version(self) -> str:
        return self._model.version

    @property
    @override
    def waits(self) -> bool:
        return self._joint is not None

    def join(self, joint: Joint) -> None:
        """From the next message on, as long as the model it stands beside serves."""
        self._joint = joint

    def swap(self, model: Model) -> None:
        """From the next message on. What is being understood ends with the model it began with."""
        self._model = model

    @override
    def understand(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        """`texts` oldest first. Of a flood, the first 2,000 characters are understood."""
        tidied = tidy("\n".join(text[:LONGEST] for text in texts))
        text = fold(tidied)
        language = language_of(text, conversation.language)
        read = self._reading(conversation.time_zone, text)
        slots = read(tidied, text)
        misunderstood = is_mistaken(text)
        asked = said_besides(tidied, text) if misunderstood else tidied
        ear = self._ear(fold(asked), language)
        return Understanding(
            text=text,
            language=language,
            wishes=tuple(
                self._wish(asked, clause, slots, read=read) for clause in _clauses(fold(asked), ear, language)
            ),
            slots=slots,
            answer=answers.answer_in(text),
            stop=answers.wants_to_stop(text),
            correction=answers.is_correction(text),
            wants_person=answers.wants_person(text),
            mood=mood.mood_of(tidied, text),
            urgency=mood.urgency(text),
            risks=risks.risks_in(text),
            misunderstood=misunderstood,
            sure=ear.sure,
            model=ear.version,
            foreign=is_foreign(text, tidied),
        )

    def _ear(self, text: str, language: Language) -> Ear:
        """Of the model as it is now: it may be swapped while the message is understood."""
        model, joint = self._model, self._joint
        if joint is None or joint.of != model.version:
            return alone(model, language)
        return together(
            model, joint, language, lambda ear: [text[c.start : c.end] for c in _clauses(text, ear, language)]
        )

    def _reading(self, time_zone: str, text: str) -> Reading:
        """Of slots, today where the customer is. Chinese puts the month first everywhere."""
        today = self._clock().astimezone(ZoneInfo(time_zone)).date()
        return partial(self._slots.read, today=today, day_first=is_day_first(time_zone) and text.isascii())

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


def _clauses(text: str, ear: Ear, language: Language) -> tuple[Clause, ...]:
    def guess(words: str) -> tuple[Guess, ...]:
        return guesses_by_rule(in_one(words, language), ear.guess(words))

    return clauses(text, guess, sure=ear.sure.accept)
