"""What the house learns from: questions and how they went, corrections, models."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from xiaoer.domain.ids import ConversationId, ShopId, StaffId, TurnId
from xiaoer.domain.understanding import Intent, Understanding
from xiaoer.domain.words import Language


class Asked(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"  # by an article
    SERVED = "served"  # by an action, a word or a person that was asked for
    NOT_WRITTEN = "not_written"  # understood, but no article says it
    UNSURE = "unsure"  # three choices were offered, or it was not understood
    LOST = "lost"  # a person had to take over


class By(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"  # "not what I meant", and what was chosen instead
    THUMB = "thumb"  # a thumb down says only that it was wrong


class CorrectionState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class ModelState(StrEnum):
    REFUSED = "refused"  # worse somewhere that matters: never served
    READY = "ready"
    SERVING = "serving"
    FORMER = "former"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One wish of one turn, and what became of it."""

    turn_id: TurnId
    place: int
    conversation_id: ConversationId
    text: str
    language: Language
    intent: Intent
    confidence: float
    result: Asked
    slug: str
    at: datetime
    thumb: int = 0  # what the customer said of the answer: -1, 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """Somebody says what was meant. Only what one of the staff confirms is learnt."""

    id: str
    shop_id: ShopId
    conversation_id: ConversationId
    turn_id: TurnId | None
    text: str  # personal data masked
    language: Language
    guessed: Intent
    meant: Intent | None
    made_by: By
    state: CorrectionState
    model: str
    at: datetime
    staff_id: StaffId | None = None
    decided_at: datetime | None = None


def correction_id(turn_id: TurnId, place: int) -> str:
    """One for each wish of a turn: whoever speaks of it again speaks of the same."""
    return f"{turn_id}-{place}"


def place_in(correction_id: str) -> int:
    """Which wish of its turn a correction speaks of."""
    return int(correction_id.rpartition("-")[2])


def spoken_again(kept: Correction, said: Correction) -> Correction:
    """What a correction becomes when its wish is spoken of again.

    What the staff have decided only the staff change; a thumb adds nothing to what is known.
    """
    if said.made_by is By.STAFF:
        return replace(
            kept, meant=said.meant, state=said.state, staff_id=said.staff_id, decided_at=said.decided_at
        )
    if kept.state is not CorrectionState.OPEN or said.made_by is By.THUMB:
        return kept
    return replace(kept, meant=said.meant or kept.meant, made_by=said.made_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one of the staff decides of a correction."""

    state: CorrectionState
    staff_id: StaffId
    at: datetime
    meant: Intent | None = None  # None: what is said there


def judged(kept: Correction, verdict: Verdict) -> Correction | None:
    """None: it would be confirmed without saying what was meant."""
    meant = verdict.meant or kept.meant
    if verdict.state is CorrectionState.CONFIRMED and meant is None:
        return None
    return replace(kept, meant=meant, state=verdict.state, staff_id=verdict.staff_id, decided_at=verdict.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTurn:
    """What a turn of the record understood: a correction speaks of one of its wishes."""

    id: TurnId
    conversation_id: ConversationId
    understanding: Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """One model that was made: what it learnt, how it did, when it served."""

    version: str
    state: ModelState
    before: str
    correction_ids: tuple[str, ...]
    report: Mapping[str, Any]
    made_by: str
    made_at: datetime
    served_from: datetime | None = None
    served_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A question whose answer must not change unseen."""

    id: str
    question: str
    language: Language
    slug: str  # the article that must answer; empty: none may
    says: str = ""  # words the answer must hold
    author: str = ""
    active: bool = True
