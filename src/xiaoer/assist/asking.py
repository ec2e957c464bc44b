"""One question to a language model on behalf of somebody at the desk: what all of them have in common.

Nobody's data leaves: each text goes through the conversation's pseudonyms. What comes back is looked at
before it is shown, and may be said once more; after that the person is told that nothing safe came of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from uuid import uuid4

import structlog

from xiaoer.actions.base import Reach
from xiaoer.decide.briefing import known_of
from xiaoer.decide.careful import Careful
from xiaoer.domain.conversation import Conversation, Turn
from xiaoer.domain.ids import TurnId
from xiaoer.domain.llm import Brief, FromCustomer, Gone, LanguageModel, Line, ModelGone, Purpose, Whose
from xiaoer.domain.persona import Persona
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import ShopError
from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.links import links
from xiaoer.guard.pseudonyms import PSEUDONYM, Pseudonyms

WITHIN_S = 15.0
_FEWEST_TOKENS, _MOST_TOKENS = 300, 4_000
_log = structlog.get_logger(__name__)


class Ready(StrEnum):
    """What became of it. Only READY has words of a model."""

    READY = "ready"
    NO_MODEL = "no_model"  # none is set up, or it is switched off
    GONE = "model_gone"  # it was slow, busy, unreachable, or its budget is spent
    UNSAFE = "unsafe"  # it answered, and what it said may not be shown
    NOTHING = "nothing"  # there is nothing to be worded


@dataclass(frozen=True, slots=True)
class Worded:
    state: Ready
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked. `show` makes of the model's words what is shown. `faults` sees the words as they are, as
    far as they have come; `whole` sees them once they have ended.
    """

    standing: str
    told: str
    hidden: tuple[str, ...]  # kinds of personal data that were taken out of it
    show: Callable[[str], str]
    faults: Callable[[str], Sequence[Fault]]
    whole: Callable[[str], Sequence[Fault]] = field(default=lambda text: ())
    before: tuple[Line, ...] = ()
    length: int = 0  # characters the answer may need, about
    purpose: Purpose = Purpose.ASSIST
    whose: Whose | None = None  # None: the desk's


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """`model` is None where none is set up. `timer`: seconds, only ever forward; `key` makes pseudonyms."""

    model: LanguageModel | None
    persona: Persona
    policy: Policy
    key: bytes
    reach_for: Callable[[Turn], Reach]
    timer: Callable[[], float]
    within_s: float = WITHIN_S
    let_in: Callable[[], bool] = lambda: True  # False: it is switched off for the whole shop

    @property
    def at_hand(self) -> LanguageModel | None:
        return self.model if self.let_in() else None

    async def names(self, turn: Turn) -> Pseudonyms:
        """Of this conversation, as in its turns. ShopError."""
        known = await known_of(turn, self.reach_for(turn))
        return Pseudonyms(self.key + turn.conversation.id.encode(), known)

    async def worded(self, turn: Turn, wanted: Callable[[Pseudonyms], Wanted]) -> Worded:
        """Words that may be shown, or why there are none. `wanted` is asked once the names are known."""
        if (model := self.at_hand) is None:
            return Worded(Ready.NO_MODEL)
        try:
            names = await self.names(turn)
        except ShopError as error:  # what it would have to hide is not known
            _log.warning("shop_error", turn_id=turn.id, error=type(error).__name__)
            return Worded(Ready.GONE)
        return await self._ask(model, turn, wanted(names))

    async def _ask(self, model: LanguageModel, turn: Turn, wanted: Wanted) -> Worded:
        found = list[Fault]()

        def noted(faults: Sequence[Fault]) -> Sequence[Fault]:
            found.extend(faults)
            return faults

        until = self.timer() + self.within_s
        careful = Careful(
            model=model,
            faults=lambda text: noted(_faults(text, wanted)),
            whole=lambda text: noted(wanted.whole(text)),
            aloud=lambda sentence: None,
            left=lambda: until - self.timer(),
        )
        try:
            said = await careful.say(brief_of(turn, wanted))
        except ModelGone as gone:
            _log.warning("assist_gone", turn_id=turn.id, why=gone.why.value)
            unsafe = gone.why is Gone.BROKEN and bool(found)
            return Worded(Ready.UNSAFE if unsafe else Ready.GONE)
        return Worded(Ready.READY, wanted.show(said.text).strip())


def brief_of(turn: Turn, wanted: Wanted) -> Brief:
    return Brief(
        standing=wanted.standing,
        lines=(*wanted.before, FromCustomer(wanted.told)),
        most_tokens=min(_MOST_TOKENS, _FEWEST_TOKENS + wanted.length),
        purpose=wanted.purpose,
        whose=wanted.whose or whose(turn),
        hidden=wanted.hidden,
    )


def whose(turn: Turn) -> Whose:
    """A request of the desk is a turn of its own. It is not of the customer's day: that budget is theirs."""
    return Whose(
        shop_id=turn.conversation.actor.shop_id, conversation_id=turn.conversation.id, turn_id=turn.id
    )


def beside(conversation: Conversation, *, now: datetime) -> Turn:
    """A turn nobody takes: what the look-ups of one need to know, for somebody who only looks."""
    return Turn(
        id=TurnId(uuid4().hex),
        conversation=conversation,
        messages=(),
        understanding=Understanding(text="", language=conversation.language, wishes=()),
        memory=replace(conversation.memory, proposal=None, card=None),
        now=now,
    )


@cache
def standing(name: str) -> str:
    """The rules of one kind of question; {fields} are filled in by who asks."""
    return (files("xiaoer.assist") / f"{name}.md").read_text(encoding="utf-8").strip()


def linked(said: str) -> list[Fault]:
    """Links of the model's own: those it was given stand behind pseudonyms."""
    reply = Reply(parts=(TextPart(text=said),), receipts=(), origin=Origin.AI, language=Language.EN)
    return [*links(reply, frozenset())]


def made_up(text: str) -> list[Fault]:
    """Pseudonyms that stand for nothing."""
    return [Fault(Kind.ID, found[0], Why.NO_RECEIPT) for found in PSEUDONYM.finditer(text)]


def _faults(said: str, wanted: Wanted) -> Sequence[Fault]:
    if not said.strip():
        return [Fault(Kind.LENGTH, "", Why.NOT_ALLOWED)]
    return [*made_up(wanted.show(said)), *wanted.faults(said)]
