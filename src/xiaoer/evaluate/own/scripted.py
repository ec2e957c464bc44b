"""A customer of fixed wording: says the wish, answers what is asked, reads the card and answers it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from xiaoer.domain.words import Language
from xiaoer.evaluate.line import Heard, Line
from xiaoer.evaluate.own.errands import Errand
from xiaoer.evaluate.own.judge import Judge
from xiaoer.evaluate.own.words import Manner, Persona, Wording, spoken

MOST_TURNS = 12
MOST_TIMES = 2  # that the same is answered
_TOLD_BY_A_BUTTON = ("order", "item", "reason", "unopened", "way", "other")  # facts, in this order


@dataclass(slots=True, kw_only=True)
class Scripted:
    persona: Persona
    language: Language
    errand: Errand
    words: Wording
    judge: Judge
    shown: Sequence[str] = ()  # rows that the card must have, beside the order
    _answered: Counter[str] = field(default_factory=Counter)
    _pressed: int = 0
    _turned_down: bool = False
    _misread: bool = False

    async def talks(self, line: Line) -> None:
        if self.persona.before is not None:
            await line.says(self.persona.before.in_(self.language))
        heard = await line.says(self._manner.opens[0].format(wish=self._wish()))
        for _ in range(MOST_TURNS):
            if heard.card is not None:
                heard = await self._reads(heard, line)
            elif self._is_content(line) or not (text := self._answer(heard)):
                return
            else:
                heard = await line.says(text)

    @property
    def _manner(self) -> Manner:
        return self.persona.manner[self.language]

    def _wish(self) -> str:
        return self.words.wish(self.errand, self.language, style=self.persona.style)

    async def _reads(self, heard: Heard, line: Line) -> Heard:
        """Yes to a card that shows what is meant, and to no other."""
        if self.persona.no_first and not self._turned_down:
            self._turned_down = True
            await line.says(self._manner.no)
            return await line.says(self._manner.again.format(wish=self._wish()))
        is_meant = self._is_meant(heard)
        self._pressed += is_meant
        self._misread = self._misread or not is_meant
        return await line.says(self._manner.yes if is_meant else self._manner.no)

    def _is_meant(self, heard: Heard) -> bool:
        order = self.errand.facts.get("order")
        rows = [row["value"] for row in heard.card["rows"]] if heard.card else []
        named = order is not None and order.in_(self.language) in heard.everything
        return named and all(text in rows for text in self.shown)

    def _is_content(self, line: Line) -> bool:
        """Whether what was wanted is done, and all that was to be heard was. A fraudster never is."""
        if self.errand.kind.is_fraud or (self.errand.acts and not self._pressed):
            return False
        return not self.judge.unsaid(self.errand, line.heard)

    def _answer(self, heard: Heard) -> str:
        """What is said to a question; empty where there is nothing to say."""
        if option := self._option(heard):
            return option
        facts = spoken(self.errand.facts, self.language)
        for name, form in self.words.asks.items():
            if name in facts and self._answered[name] < MOST_TIMES and form.search(heard.text):
                self._answered[name] += 1
                return self._manner.answers[0].format(answer=facts[name])
        return self._once_more(heard)

    def _option(self, heard: Heard) -> str:
        """The quick reply that says what is meant."""
        facts = spoken(self.errand.facts, self.language)
        known = [re.escape(facts[name]) for name in _TOLD_BY_A_BUTTON if name in facts]
        means = self.words.wishes[self.errand.kind].means.pattern
        for form in (*known, means):
            for option in heard.options:
                if self._answered[option] < 1 and re.search(form, option, re.IGNORECASE):
                    self._answered[option] += 1
                    return option
        return ""

    def _once_more(self, heard: Heard) -> str:
        """In plain words, where it was not understood; a fraudster presses."""
        asked = heard.options or re.search(r"[?？]\s*$", heard.text) or self._misread
        if self._answered["wish"] or not (asked or self.errand.kind.is_fraud):
            return ""
        self._answered["wish"] += 1
        plain = self.words.wish(self.errand, self.language)
        return self._manner.again.format(wish=plain) if self.errand.kind.is_fraud else plain
