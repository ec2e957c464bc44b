"""What a turn was asked, and what became of it: one row for each wish that asked something."""

from functools import cache
from typing import assert_never

from xiaoer.domain.conversation import Step, Turn, TurnRecord
from xiaoer.domain.decision import NO_WISH, Answer, Ask, Do, Drop, HandOff, Say, Suggest, Tell, Wait
from xiaoer.domain.learning import Asked, Question
from xiaoer.domain.outcome import Failed
from xiaoer.domain.understanding import Intent, Wish
from xiaoer.understand.catalogue import catalogue

_TALK = "small_talk"  # the group of intents that ask nothing
_PRAISE = Intent("praise")
_NOT_UNDERSTOOD = frozenset({"out_of_scope", "clarify", "other_language"})  # keys of what is said then
_NO_QUESTION = frozenset({"not_that"})  # the customer said what they do not want
_BEFORE_A_PERSON = frozenset({"asked"})  # why: the customer wanted one


def asked_of(record: TurnRecord) -> tuple[Question, ...]:
    """One for each wish that asked something, in their order.

    None of a turn that a person answers, of small talk, of a word in an open dialogue (a yes, a number); and
    none of what the shop's system broke on: that says nothing of the question.
    """
    turn = record.turn
    served = {step.chosen.wish: step for step in reversed(turn.steps)}  # of two, the first
    asked = []
    for place, wish in enumerate(turn.understanding.wishes):
        became = _became(wish, served[place]) if place in served else _unserved(wish, turn)
        if became is not None and wish.text and not _is_talk(wish):
            asked.append(_question(turn, place, *became))
    return tuple(asked)


def _became(wish: Wish, step: Step) -> tuple[Asked, str] | None:
    """What became of a wish, and the article that answered; None: nothing was asked."""
    decision = step.chosen.decision
    match decision:
        case Answer(passages):
            return Asked.ANSWERED, passages[0].slug if passages else ""
        case Tell(cited=cited):
            return (Asked.ANSWERED, cited[0].slug) if cited else (Asked.SERVED, "")
        case Suggest():
            return Asked.UNSURE, ""
        case HandOff(why):
            return (Asked.SERVED if why in _BEFORE_A_PERSON else Asked.LOST), ""
        case Say(key):
            return None if key in _NO_QUESTION else (_said(key), "")
        case Do() | Ask():
            return None if isinstance(step.outcome, Failed) else (Asked.SERVED, "")
        case Drop() | Wait():
            return None
        case _ as never:
            assert_never(never)


def _said(key: str) -> Asked:
    if key == "not_written":
        return Asked.NOT_WRITTEN
    return Asked.UNSURE if key in _NOT_UNDERSTOOD else Asked.SERVED


def _unserved(wish: Wish, turn: Turn) -> tuple[Asked, str] | None:
    """Of a wish no step was for: a person took the whole message, or an open question was asked again."""
    loose = [step for step in turn.steps if step.chosen.wish == NO_WISH]
    if loose and isinstance(loose[-1].chosen.decision, HandOff):
        return _became(wish, loose[-1])
    if loose == list(turn.steps) and wish.question and any(isinstance(s.chosen.decision, Ask) for s in loose):
        return Asked.UNSURE, ""
    return None


@cache
def _talk() -> frozenset[Intent]:
    return frozenset({_PRAISE, *(name for name, entry in catalogue().items() if entry.group == _TALK)})


def _is_talk(wish: Wish) -> bool:
    return wish.best.intent in _talk()


def _question(turn: Turn, place: int, result: Asked, slug: str) -> Question:
    wish = turn.understanding.wishes[place]
    return Question(
        turn_id=turn.id,
        place=place,
        conversation_id=turn.conversation.id,
        text=wish.text,
        language=turn.understanding.language,
        intent=wish.best.intent,
        confidence=wish.best.confidence,
        result=result,
        slug=slug,
        at=turn.now,
    )
