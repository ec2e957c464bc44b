"""What the staff do with corrections: look, put right themselves, confirm, reject; and what a thumb says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.ids import MessageId, ShopId, StaffId, TurnId
from xiaoer.domain.learning import (
    By,
    Correction,
    CorrectionState,
    PastTurn,
    Verdict,
    correction_id,
    place_in,
)
from xiaoer.domain.learning_ports import Corrections
from xiaoer.domain.understanding import OTHER, Guess, Intent
from xiaoer.domain.words import Language
from xiaoer.learn.hearing import doubtful, lesson_text
from xiaoer.understand.catalogue import catalogue

SUGGESTED = 5  # intents to pick from at a glance; the catalogue has the rest


class No(StrEnum):
    """Why nothing was changed."""

    NO_TURN = "no_turn"  # no such turn or message, or nothing was asked in it
    NO_CORRECTION = "no_correction"
    NO_INTENT = "no_intent"  # the catalogue has none of this name
    NO_MEANING = "no_meaning"  # nobody has said what was meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Which wish one of the staff speaks of, and what was meant by it. One of `turn_id` and `message_id`."""

    meant: Intent
    turn_id: TurnId | None = None
    message_id: MessageId | None = None
    place: int | None = None  # which wish of the turn; None: the one that was least sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A correction as the staff see it."""

    correction: Correction
    guesses: Sequence[Guess]  # what the turn took it for; empty once the turn is gone
    suggestions: Sequence[Intent]  # likely meanings, without the one that was wrong


class Correcting:
    """`guess` is what the serving model says of a cleaned text today."""

    def __init__(
        self,
        corrections: Corrections,
        shop_id: ShopId,
        *,
        guess: Callable[[str, Language], Sequence[Guess]],
    ) -> None:
        self._corrections, self._shop_id, self._guess = corrections, shop_id, guess

    async def listed(self, state: CorrectionState, *, limit: int, after: str = "") -> list[Shown]:
        """Newest first; with the id of one, those behind it."""
        found = await self._corrections.listed(self._shop_id, state, limit=limit, after=after)
        turns = await self._corrections.turns(self._shop_id, {c.turn_id for c in found if c.turn_id})
        return [self._shown(c, turns.get(c.turn_id) if c.turn_id else None) for c in found]

    async def say(self, spoken: Spoken, *, staff_id: StaffId, now: datetime) -> Correction | No:
        """One of the staff says what was meant: that is confirmed with the saying."""
        if spoken.meant not in catalogue():
            return No.NO_INTENT
        turn = await self._turn(spoken)
        correction = _of(turn, spoken.place, self._shop_id, now=now) if turn else None
        if correction is None:
            return No.NO_TURN
        said = replace(correction, meant=spoken.meant, made_by=By.STAFF, state=CorrectionState.CONFIRMED)
        return await self._corrections.add(replace(said, staff_id=staff_id, decided_at=now))

    async def confirm(
        self, correction_id_: str, *, meant: Intent | None, staff_id: StaffId, now: datetime
    ) -> Correction | No:
        """From now on it may be learnt. `meant` None: as it says there."""
        if meant is not None and meant not in catalogue():
            return No.NO_INTENT
        if await self._corrections.get(self._shop_id, correction_id_) is None:
            return No.NO_CORRECTION
        verdict = Verdict(state=CorrectionState.CONFIRMED, staff_id=staff_id, at=now, meant=meant)
        return await self._corrections.decide(self._shop_id, correction_id_, verdict) or No.NO_MEANING

    async def reject(self, correction_id_: str, *, staff_id: StaffId, now: datetime) -> Correction | No:
        """Also one that was confirmed: what has learnt it serves until the next training."""
        verdict = Verdict(state=CorrectionState.REJECTED, staff_id=staff_id, at=now)
        return await self._corrections.decide(self._shop_id, correction_id_, verdict) or No.NO_CORRECTION

    async def thumbed(self, message_id: MessageId, thumb: int, *, now: datetime) -> None:
        """A thumb down for a reply says that something was wrong; turned up, it takes that back."""
        turn = await self._corrections.turn_of(self._shop_id, message_id)
        correction = _of(turn, None, self._shop_id, now=now) if turn else None
        if correction is None:
            return
        if thumb < 0:
            await self._corrections.add(correction)
        else:
            await self._corrections.take_back(self._shop_id, correction.id)

    async def _turn(self, spoken: Spoken) -> PastTurn | None:
        if spoken.turn_id is not None:
            return (await self._corrections.turns(self._shop_id, [spoken.turn_id])).get(spoken.turn_id)
        if spoken.message_id is None:
            return None
        return await self._corrections.turn_of(self._shop_id, spoken.message_id)

    def _shown(self, correction: Correction, turn: PastTurn | None) -> Shown:
        place = place_in(correction.id)
        wishes = turn.understanding.wishes if turn else ()
        guesses = wishes[place].guesses if place < len(wishes) else ()
        now = self._guess(correction.text, correction.language)
        likely = [correction.meant, *(guess.intent for guess in (*now, *guesses))]
        kept = dict.fromkeys(i for i in likely if i and i not in (correction.guessed, OTHER))
        return Shown(correction=correction, guesses=guesses, suggestions=list(kept)[:SUGGESTED])


def _of(turn: PastTurn, place: int | None, shop_id: ShopId, *, now: datetime) -> Correction | None:
    """An open correction of a wish, as a thumb leaves it. None: there is no such wish, or it has no words."""
    heard = turn.understanding
    if not heard.wishes or not 0 <= (at := doubtful(heard) if place is None else place) < len(heard.wishes):
        return None
    wish = heard.wishes[at]
    if not (text := lesson_text(wish)):
        return None
    return Correction(
        id=correction_id(turn.id, at),
        shop_id=shop_id,
        conversation_id=turn.conversation_id,
        turn_id=turn.id,
        text=text,
        language=heard.language,
        guessed=wish.best.intent,
        meant=None,
        made_by=By.THUMB,
        state=CorrectionState.OPEN,
        model=heard.model,
        at=now,
    )
