"""Rehearsal: what the model's mind would do in a turn that is answered. It looks things up; it does nothing.

Everything stands between that stands between in a turn: what it may name, what it may propose, what the door
says of it, the last look at its words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from typing_extensions import override

from xiaoer.actions.base import Reach, reads_only
from xiaoer.actions.run import foreseen
from xiaoer.decide.suggested import Names
from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.decision import Chosen, Do, Suggest, Tell
from xiaoer.domain.llm import Brief, Gone, Heard, LanguageModel, ModelGone, Purpose, Said
from xiaoer.domain.outcome import Done, Refused
from xiaoer.domain.ports import Mind
from xiaoer.domain.reply import NOTHING
from xiaoer.domain.rollout import Verdict
from xiaoer.guard.outbound import found_in
from xiaoer.guard.proposed import proposed
from xiaoer.speak.voice import TemplateVoice

MOST_STEPS = 8
NOTHING_LEFT = "nothing_left"  # why: it named only what it may not
WORDS = "words"  # why: what it said may not be said
_UNASKED = frozenset({Gone.SPENT, Gone.RESTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """`words` with pseudonyms; `verdict` is OPEN unless the guards or the model itself ended it."""

    steps: tuple[Step, ...]
    words: str
    verdict: Verdict
    why: str
    model: str
    ms: int  # that the model took


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """`mind_for` makes the model's mind as it is in a turn, but heard by nobody."""

    model: LanguageModel
    mind_for: Callable[[LanguageModel], Mind]
    voice: TemplateVoice
    reach_for: Callable[[Turn], Reach]
    names: Names
    timer: Callable[[], float]

    async def of(self, turn: Turn) -> Rehearsed | None:
        """None: it was not asked, the budget being spent or the model left alone. ShopError."""
        watched = _Watched(self.model, self.timer)
        verdict, why, played = Verdict.OPEN, "", turn
        try:
            played = await self._played(turn, self.mind_for(watched))
            verdict, why = self._last_look(played)
        except ModelGone as gone:
            if watched.gone in _UNASKED:
                return None
            verdict, why = watched.ended(gone)
        last = played.steps[-1].chosen.decision if played.steps else None
        words = last.text if isinstance(last, Tell) and verdict is Verdict.OPEN else ""
        return Rehearsed(
            steps=played.steps,
            words=(await self.names.of(turn)).hide(words) if words else "",
            verdict=verdict,
            why=why,
            model=self.model.name,
            ms=round(watched.seconds * 1000),
        )

    async def _played(self, turn: Turn, mind: Mind) -> Turn:
        for _ in range(MOST_STEPS):
            chosen = await mind.next(turn)
            if chosen is None:
                break
            step = await self._step(proposed(chosen, turn), turn)
            turn = replace(turn, steps=(*turn.steps, step))
            if not _goes_on(step):
                break
        return turn

    async def _step(self, chosen: Chosen, turn: Turn) -> Step:
        """Words are made only where the model reads them, or they are its own."""
        match chosen.decision:
            case Do() as call:
                outcome = await foreseen(call, turn.conversation.actor, self.reach_for(turn))
                heard = isinstance(outcome, Done | Refused)
                reply = self.voice.say(chosen, outcome, turn) if heard else NOTHING
                return Step(chosen=chosen, outcome=outcome, reply=reply)
            case Tell():
                return Step(chosen=chosen, outcome=None, reply=self.voice.say(chosen, None, turn))
            case _:
                return Step(chosen=chosen, outcome=None, reply=NOTHING)

    def _last_look(self, played: Turn) -> tuple[Verdict, str]:
        last = played.steps[-1].chosen if played.steps else None
        if last is not None and isinstance(last.decision, Suggest):
            return Verdict.HELD, NOTHING_LEFT
        if found := found_in(self.voice.together(played), played):
            return Verdict.HELD, _kinds([one.kind.value for one in found])
        return Verdict.OPEN, ""


def _goes_on(step: Step) -> bool:
    call = step.chosen.decision
    return isinstance(call, Do) and reads_only(call.action)


def _kinds(found: Sequence[str]) -> str:
    return " ".join(sorted(set(found)))


class _Watched(LanguageModel):
    """A model as a trial asks it: how long it took, and whether it ended or we did."""

    def __init__(self, model: LanguageModel, timer: Callable[[], float]) -> None:
        self._model, self._timer = model, timer
        self.seconds = 0.0
        self.gone: Gone | None = None
        self._cut = False  # its last answer ended before its end, and not because we had heard enough

    @property
    @override
    def name(self) -> str:
        return self._model.name

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        begun, enough = self._timer(), False

        def hears(piece: str) -> bool:
            nonlocal enough
            enough = heard is not None and not heard(piece)
            return not enough

        try:
            asked = replace(brief, purpose=Purpose.TRIAL)
            said = await self._model.ask(asked, within_s=within_s, heard=hears)
        except ModelGone as gone:
            self.gone = gone.why
            raise
        finally:
            self.seconds += self._timer() - begun
        self._cut = not said.whole and not enough
        return said

    def ended(self, gone: ModelGone) -> tuple[Verdict, str]:
        """Of a mind that gave up: the model was gone, too slow or cut off; else its words may not be said."""
        if self.gone is None and gone.why is Gone.BROKEN and not self._cut:
            return Verdict.HELD, WORDS
        return Verdict.GONE, (self.gone or gone.why).value
