"""A language model's words with care: each sentence is looked at before it is heard, and the whole before it
is said. What may not be said it is told, and may say once more; after that it has said nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from xiaoer.domain.llm import Brief, FromCustomer, FromUs, Gone, LanguageModel, ModelGone, Said
from xiaoer.domain.persona import Persona
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.concessions import conceded
from xiaoer.guard.pseudonyms import PSEUDONYM

TRIES = 2
_NOT_SAID = (
    "(Not from the customer.) That was not sent: something in it ({kinds}) stands in nothing you were given, "
    "was left out, or may not be said. Answer again from what you were given alone."
)
_ENDS = re.compile(r"(?<=[。！？!?\n])|(?<=[.;])(?=\s)")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Careful:
    """`faults` keep a text from being said, `whole` all of it; `aloud` hears sentences; `left`: seconds."""

    model: LanguageModel
    faults: Callable[[str], Sequence[Fault]]
    aloud: Callable[[str], None]
    whole: Callable[[str], Sequence[Fault]] = lambda text: ()
    left: Callable[[], float]

    async def say(self, brief: Brief) -> Said:
        """What it asks for, or words that may be said. ModelGone."""
        for _ in range(TRIES):
            said, faults = await self._once(brief)
            if not faults:
                return said
            kinds = ", ".join(sorted({fault.kind.value for fault in faults}))
            turn_id = brief.whose.turn_id if brief.whose else ""
            _log.warning("model_unproven", turn_id=turn_id, model=self.model.name, kinds=kinds)
            wrong = FromCustomer(_NOT_SAID.format(kinds=kinds))
            brief = replace(brief, lines=(*brief.lines, FromUs(said.text), wrong))
        raise ModelGone(Gone.BROKEN)

    async def _once(self, brief: Brief) -> tuple[Said, Sequence[Fault]]:
        left = self.left()
        if left <= 0:
            raise ModelGone(Gone.SLOW)
        listener = _Listener(self)
        said = await self.model.ask(brief, within_s=left, heard=listener)
        if said.calls and brief.tools:  # a call nobody offered is none: the words beside it are looked at
            return said, ()
        if not listener.faults and not said.whole:
            raise ModelGone(Gone.BROKEN)
        return said, listener.faults or [*self.faults(said.text), *self.whole(said.text)]


def unwanted(text: str, persona: Persona, sources: Sequence[str]) -> list[Fault]:
    """Words the shop does not want to hear, what it concedes on its own account, made-up pseudonyms."""
    made_up = [Fault(Kind.ID, found[0], Why.NO_RECEIPT) for found in PSEUDONYM.finditer(text)]
    return [*avoided(text, persona), *made_up, *conceded(text, sources)]


def avoided(text: str, persona: Persona) -> list[Fault]:
    """Words the shop does not want to hear."""
    low = text.casefold()
    return [Fault(Kind.TONE, word, Why.NOT_ALLOWED) for word in persona.avoid if word.casefold() in low]


class _Listener:
    """Says each sentence aloud once it is looked at; wants no more of an answer that may not be said."""

    def __init__(self, careful: Careful) -> None:
        self._careful = careful
        self._text = ""
        self._said = 0
        self.faults: Sequence[Fault] = ()

    def __call__(self, piece: str) -> bool:
        self._text += piece
        *whole, _ = _ENDS.split(self._text[self._said :])
        for sentence in whole:
            self._said += len(sentence)
            if not sentence.strip():
                continue
            self.faults = self._careful.faults(self._text[: self._said])
            if self.faults:
                return False
            self._careful.aloud(sentence)
        return True
