"""Who decides: rules that nothing can veto first, then the local mind, where it is sure; else a model's."""

from collections.abc import Callable

import structlog

from xiaoer.decide.goals import BY_NAME, GUESSED
from xiaoer.decide.local import AGAIN
from xiaoer.decide.outside import BY_MODEL
from xiaoer.domain.conversation import State, Turn
from xiaoer.domain.decision import EVERY_WISH, Chosen, Do, Drop, HandOff, Say, Suggest, Wait
from xiaoer.domain.llm import ModelGone
from xiaoer.domain.outcome import Failed, Reason
from xiaoer.domain.ports import Mind, StoreDown
from xiaoer.domain.understanding import Answer, Mood, Risk

PERSON_HAS_IT = "rule:person_has_it"
PATIENCE = 2  # upset turns after which a person is brought in unasked
_GRAVE = frozenset({Risk.VIOLENCE, Risk.LEGAL, Risk.AUTHORITY})
_LAST_WORDS = (HandOff, Wait)
_AT_A_LOSS = frozenset(
    {"unclear", "out_of_scope", "other_language", "not_written", "yes_to_what"}
)  # say.<key>
_log = structlog.get_logger(__name__)


class Router:
    """A Mind over minds. The order of the rules is the order of their rights.

    `model`: a language model's mind, if the shop has one. It is asked only where the local one is not sure,
    and where it is gone the local one answers, as if there were none; so too where it `may` not be asked.
    """

    def __init__(
        self, local: Mind, model: Mind | None = None, *, may: Callable[[Turn], bool] = lambda turn: True
    ) -> None:
        self._local = local
        self._model = model
        self._may = may

    async def next(self, turn: Turn) -> Chosen | None:
        if (unclear := _unclear_effect(turn)) is not None:
            return unclear
        if turn.steps and isinstance(turn.steps[-1].chosen.decision, _LAST_WORDS):
            return None
        if not turn.steps and (ruled := _by_rule(turn)) is not None:
            return ruled
        if self._model and any(step.chosen.why.startswith(BY_MODEL) for step in turn.steps):
            return await self._by_model(turn, instead=None)
        chosen = await self._local.next(turn)
        if is_sure(chosen, turn) or self._model is None or not self._may(turn):
            return chosen
        return await self._by_model(turn, instead=chosen)

    async def _by_model(self, turn: Turn, *, instead: Chosen | None) -> Chosen | None:
        if self._model is None:
            return instead
        try:
            chosen = await self._model.next(turn)
        except StoreDown:
            raise
        except ModelGone as gone:
            _log.warning("model_gone", turn_id=turn.id, why=gone.why.value, status=gone.status)
            return instead
        except Exception as bug:  # noqa: BLE001 - another's mind breaks nothing of ours
            _log.error("model_mind_broke", turn_id=turn.id, error=type(bug).__name__)
            return instead
        if chosen is None and not turn.steps:
            return instead  # nobody is met with silence
        return await self._local.next(turn) if chosen is None and _something_is_left(turn) else chosen


def _something_is_left(turn: Turn) -> bool:
    """A wish that waited for what was just done, and nothing that waits for the customer."""
    memory = turn.memory
    return bool(turn.steps and memory.parked) and memory.proposal is None and memory.task is None


def is_sure(chosen: Chosen | None, turn: Turn) -> bool:
    """Whether the local mind knows what is wanted, all of it."""
    if chosen is None:
        return bool(turn.steps)
    if chosen.wish == EVERY_WISH:
        return True  # the whole message was about this: an answer, a correction, a stop
    match chosen.decision:
        case Suggest(mistaken=mistaken):
            return mistaken
        case Say(key):  # small words do not do where an order was named
            return key not in _AT_A_LOSS and not turn.understanding.slots.order_ids
        case HandOff(why):
            return why != "lost"
        case _:
            guessed = chosen.why.startswith(GUESSED) or chosen.why.endswith((BY_NAME, AGAIN))
            return not guessed and _all_understood(turn)


def _all_understood(turn: Turn) -> bool:
    """Of several wishes every one; of several orders, more than one wish."""
    heard = turn.understanding
    if len(heard.wishes) > 1:
        return all(wish.best.confidence >= heard.sure.accept for wish in heard.wishes)
    return len(heard.slots.order_ids) <= 1 or turn.memory.task is not None


def _unclear_effect(turn: Turn) -> Chosen | None:
    """An effect whose result was lost is looked at by a person, unasked."""
    last = turn.steps[-1].outcome if turn.steps else None
    if isinstance(last, Failed) and last.reason is Reason.SHOP_UNCLEAR:
        return Chosen(HandOff("unclear"), "rule:unclear_effect")
    return None


def _by_rule(turn: Turn) -> Chosen | None:
    heard, held = turn.understanding, turn.conversation.state
    if held is State.HUMAN:
        return Chosen(Wait(), PERSON_HAS_IT)
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
