"""Which sentences of a text are founded on its sources, as far as code can tell.

What is claimed (figures, days, states, promises, grants) must stand in one of them, and some of a sentence's
words must be theirs. What is said in other words without a figure is not found: a person reads it anyway.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.concessions import conceded
from xiaoer.guard.evidence import Evidence
from xiaoer.guard.outbound import unproven
from xiaoer.text.words import tokens

MOST_SENTENCES = 40
FEWEST_SHARED = 0.3  # of the words of a sentence
_SHORTEST = {Language.ZH: 2, Language.EN: 4}  # letters of a word that says what a sentence is about
_ENDS = re.compile(r"(?<=[。！？!?\n])|(?<=[.;])(?=\s)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`supported`: nothing was found in it that none of the sources says."""

    text: str
    supported: bool


class Founded:
    def __init__(self, sources: Sequence[tuple[str, Language]], *, now: datetime, time_zone: str) -> None:
        self._texts = [text for text, _ in sources]
        self._evidence = Evidence(now=now, time_zone=time_zone, passages=tuple(self._texts))
        self._words = {
            language: {word for text, spoken in sources if spoken is language for word in tokens(text)}
            for language in Language
        }

    def sentences(self, text: str, language: Language) -> tuple[Sentence, ...]:
        """Of at most MOST_SENTENCES; joined they are the text."""
        found = [one for one in _ENDS.split(text) if one][:MOST_SENTENCES]
        return tuple(Sentence(one, not one.strip() or self._is_supported(one, language)) for one in found)

    def _is_supported(self, sentence: str, language: Language) -> bool:
        reply = Reply(parts=(TextPart(text=sentence),), receipts=(), origin=Origin.AI, language=language)
        if unproven(reply, self._evidence) or any(conceded(sentence, self._texts)):
            return False
        if not self._texts:
            return False
        known = self._words[language]
        mine = {word for word in tokens(sentence) if len(word) >= _SHORTEST[language]}
        return not known or not mine or len(mine & known) >= FEWEST_SHARED * len(mine)
