"""What a turn heard, kept for the next; and what the customer puts right in words."""

from dataclasses import replace

from xiaoer.domain.conversation import Heard, Step, Turn
from xiaoer.domain.decision import EVERY_WISH, Suggest
from xiaoer.domain.learning import By, Correction, CorrectionState, correction_id
from xiaoer.domain.understanding import OTHER, Guess, Intent, Understanding, Wish
from xiaoer.text.clean import clean
from xiaoer.text.mask import Kind, masked
from xiaoer.understand.catalogue import catalogue

LONGEST = 300  # characters of a wish that are kept: nobody's longer story teaches a wish
_PERSON = Intent("call_person")
_TALK = "small_talk"  # a group: who says thanks has not said what was meant


def heard_in(turn: Turn) -> Heard | None:
    """What "not what I meant" will speak of after this turn.

    While a question of ours is answered it is still the wish that the question is for.
    """
    before, heard = turn.conversation.memory.heard, turn.understanding
    if not turn.messages:
        return before
    if places := _served(turn):
        return _heard(turn, min(places, key=lambda place: heard.wishes[place].best.confidence))
    if before is not None and heard.misunderstood:
        return replace(before, wrong=True)
    answered = any(step.chosen.wish == EVERY_WISH for step in turn.steps)
    return replace(before, wrong=False) if before is not None and answered else None


def put_right(turn: Turn) -> Correction | None:
    """What the customer says of the reply before: that it was wrong, and what was meant, once it is said.

    An open correction: nothing is learnt of it until one of the staff confirms it.
    """
    before = turn.conversation.memory.heard
    if before is None or not before.text or not (turn.understanding.misunderstood or before.wrong):
        return None
    meant = _meant(turn, before)
    if meant is None and not turn.understanding.misunderstood:
        return None
    return Correction(
        id=correction_id(before.turn_id, before.place),
        shop_id=turn.conversation.actor.shop_id,
        conversation_id=turn.conversation.id,
        turn_id=before.turn_id,
        text=before.text,
        language=before.language,
        guessed=before.guesses[0].intent if before.guesses else OTHER,
        meant=meant,
        made_by=By.CUSTOMER,
        state=CorrectionState.OPEN,
        model=before.model,
        at=turn.now,
    )


def lesson_text(wish: Wish) -> str:
    """The words of a wish without what belongs to one person. Numbers stay numbers to the classifier."""
    text = wish.text
    if address := clean(wish.slots.address):
        text = text.replace(address, "…")
    return masked(text, shown=lambda kind: "#" if kind is Kind.NUMBER else "…")[:LONGEST].strip()


def doubtful(heard: Understanding) -> int:
    """The place of the wish that was least sure: if one of several was misunderstood, most likely this."""
    return min(range(len(heard.wishes)), key=lambda place: heard.wishes[place].best.confidence)


def _heard(turn: Turn, place: int) -> Heard:
    wish = turn.understanding.wishes[place]
    return Heard(
        turn_id=turn.id,
        place=place,
        text=lesson_text(wish),
        language=turn.understanding.language,
        guesses=tuple(Guess(g.intent, round(g.confidence, 6)) for g in wish.guesses),
        model=turn.understanding.model,
    )


def _served(turn: Turn) -> list[int]:
    return [step.chosen.wish for step in turn.steps if _is_of_a_wish(step, turn)]


def _is_of_a_wish(step: Step, turn: Turn) -> bool:
    return 0 <= step.chosen.wish < len(turn.understanding.wishes)


def _meant(turn: Turn, before: Heard) -> Intent | None:
    """The first wish of this turn that was sure, if it is another one than was understood before."""
    heard, guessed = turn.understanding, before.guesses[0].intent if before.guesses else OTHER
    for step in turn.steps:
        if not _is_of_a_wish(step, turn) or isinstance(step.chosen.decision, Suggest):
            continue
        best = heard.wishes[step.chosen.wish].best
        if best.confidence >= heard.sure.accept and best.intent != guessed and _is_a_wish(best.intent):
            return best.intent
    return None


def _is_a_wish(intent: Intent) -> bool:
    entry = catalogue().get(intent)
    return entry is not None and entry.group != _TALK and intent not in (OTHER, _PERSON)
