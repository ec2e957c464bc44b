"""Who decides: rules that nothing can veto first, then the local mind (a language model's, later)."""

from xiaoer.domain.conversation import State, Turn
from xiaoer.domain.decision import EVERY_WISH, Chosen, Do, Drop, HandOff, Wait
from xiaoer.domain.outcome import Failed, Reason
from xiaoer.domain.ports import Mind
from xiaoer.domain.understanding import Answer, Mood, Risk

PATIENCE = 2  # upset turns after which a person is brought in unasked
_GRAVE = frozenset({Risk.VIOLENCE, Risk.LEGAL, Risk.AUTHORITY})
_LAST_WORDS = (HandOff, Wait)


class Router:
    """A Mind over minds. The order of the rules is the order of their rights."""

    def __init__(self, local: Mind) -> None:
        self._local = local

    async def next(self, turn: Turn) -> Chosen | None:
        if (unclear := _unclear_effect(turn)) is not None:
            return unclear
        if turn.steps and isinstance(turn.steps[-1].chosen.decision, _LAST_WORDS):
            return None
        if not turn.steps and (ruled := _by_rule(turn)) is not None:
            return ruled
        return await self._local.next(turn)


def _unclear_effect(turn: Turn) -> Chosen | None:
    """An effect whose result was lost is looked at by a person, unasked."""
    last = turn.steps[-1].outcome if turn.steps else None
    if isinstance(last, Failed) and last.reason is Reason.SHOP_UNCLEAR:
        return Chosen(HandOff("unclear"), "rule:unclear_effect")
    return None


def _by_rule(turn: Turn) -> Chosen | None:
    heard, held = turn.understanding, turn.conversation.state
    if held is State.HUMAN:
        return Chosen(Wait(), "rule:person_has_it")
    if Risk.SELF_HARM in heard.risks:  # also if a person was asked for: the words are others
        return Chosen(HandOff("self_harm"), "rule:self_harm")
    if heard.wants_person:
        return Chosen(HandOff("asked"), "rule:person_asked")
    if turn.memory.proposal is not None and heard.answer is not None:
        return _answered(turn, heard.answer)
    if _GRAVE & set(heard.risks):
        return Chosen(HandOff("risk"), "rule:risk")
    if heard.mood is Mood.ANGRY and turn.memory.upset >= PATIENCE and held is State.BOT:
        return Chosen(HandOff("angry"), "rule:angry")
    return None


def _answered(turn: Turn, answer: Answer) -> Chosen:
    """An unambiguous yes or no, as the very next message after a card."""
    card, last = turn.memory.proposal, turn.memory.last
    action = last.action if last else ""
    if answer is Answer.YES:
        return Chosen(Do(action, confirmed=card), "rule:yes", EVERY_WISH)
    return Chosen(Drop(card, action), "rule:no", EVERY_WISH)
