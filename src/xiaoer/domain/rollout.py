"""How far a language model is let in, intent by intent: modes, trials, what they come to, the bar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any

from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId, TurnId
from xiaoer.domain.shares import Share, wilson
from xiaoer.domain.understanding import OTHER, Understanding

NOT_UNDERSTOOD = "not_understood"  # the intent of what the local mind took for none
WHOLE_SHOP = "*"  # as an intent: no mode is higher than this one
TRY = "try_model"  # the kind of job


class Mode(StrEnum):
    """From least to most."""

    OFF = "off"  # the local mind alone
    SHADOW = "shadow"  # asked beside it, recorded
    SUGGEST = "suggest"  # and its words kept for the person who has the conversation
    AUTOMATIC = "automatic"  # it answers where the local mind is not sure

    @property
    def rank(self) -> int:
        return _RANKS.index(self)

    @property
    def next_up(self) -> "Mode":
        """That the trials must speak for."""
        return Mode.SUGGEST if self.rank < Mode.SUGGEST.rank else Mode.AUTOMATIC


_RANKS = tuple(Mode)
TRIED = (Mode.SHADOW, Mode.SUGGEST)  # modes in which what it would do is recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A mode that somebody has set, and what they knew. `place` grows by one within a shop."""

    intent: str
    mode: Mode
    by: str
    at: datetime
    why: str = ""
    anyway: bool = False  # the bar was not reached
    figures: Mapping[str, Any] | None = None  # what it was based on
    place: int = 0


class Verdict(StrEnum):
    """How a trial compares with what was really done."""

    OPEN = "open"  # there is nothing to compare it with, or not yet
    AGREED = "agreed"  # the same action on the same order, or the same article
    DIFFERED = "differed"
    HELD = "held"  # our guards would not have let it through
    GONE = "gone"  # too slow, or no answer


class Judged(StrEnum):
    """A person's word; it counts over the verdict."""

    GOOD = "good"
    BAD = "bad"


Deed = tuple[str, str]  # an action, and the order it is about; empty: about none


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a turn comes to, whoever decided it."""

    deeds: tuple[Deed, ...] = ()
    slugs: tuple[str, ...] = ()  # of the articles it rests on

    def __bool__(self) -> bool:
        return bool(self.deeds or self.slugs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One turn that the model was asked beside. No word of the customer's; its own with pseudonyms."""

    turn_id: TurnId
    shop_id: ShopId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    intent: str
    mode: Mode
    sure: bool  # the local mind was: what it did is what is compared with
    model: str
    at: datetime
    meant: Meant
    verdict: Verdict
    really: Meant = Meant()  # what it was compared with
    words: str = ""
    why: str = ""  # it was held back, or there was no answer
    ms: int = 0
    micros: int = 0
    judged: Judged | None = None
    judged_by: str = ""
    judged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A turn as it began, and what was then done in it."""

    turn: Turn
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """What came after a turn, up to the customer's next message."""

    words: tuple[str, ...] = ()  # a person's
    ruled: tuple[Step, ...] = ()  # what a person decided of an effect
    next: Past | None = None  # the turn of the customer's next message


@dataclass(frozen=True, slots=True)
class Counted:
    """Of a trial what is counted."""

    intent: str
    sure: bool
    verdict: Verdict
    judged: Judged | None
    ms: int
    micros: int


# --- what trials come to ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one intent. `n`: trials of which it is known whether they were good."""

    n: int = 0
    good: int = 0
    held: int = 0  # of all that were asked
    asked: int = 0
    judged: int = 0  # by a person
    unsure: int = 0  # of n: turns the local mind was not sure of, which alone the model is to answer
    unsure_good: int = 0
    p95_ms: int = 0
    micros: int = 0

    @property
    def share(self) -> Share | None:
        """Good ones among those known."""
        return wilson(self.good, self.n)

    @property
    def held_share(self) -> float:
        return self.held / self.asked if self.asked else 0.0

    @property
    def unsure_share(self) -> float:
        return self.unsure_good / self.unsure if self.unsure else 0.0


def scores(trials: Iterable[Counted]) -> dict[str, Score]:
    """By intent."""
    by_intent: dict[str, list[Counted]] = {}
    for one in trials:
        by_intent.setdefault(one.intent, []).append(one)
    return {intent: _score(found) for intent, found in by_intent.items()}


def _score(trials: Sequence[Counted]) -> Score:
    known = [one for one in trials if one.judged or one.verdict is not Verdict.OPEN]
    return Score(
        n=len(known),
        good=sum(map(is_good, known)),
        held=sum(one.verdict is Verdict.HELD for one in trials),
        asked=len(trials),
        judged=sum(one.judged is not None for one in trials),
        unsure=sum(not one.sure for one in known),
        unsure_good=sum(not one.sure and is_good(one) for one in known),
        p95_ms=percentile([one.ms for one in trials], 0.95),
        micros=sum(one.micros for one in trials),
    )


def is_good(trial: Counted | Trial) -> bool:
    return trial.judged is Judged.GOOD if trial.judged else trial.verdict is Verdict.AGREED


def percentile(values: Sequence[int], share: float) -> int:
    """The least value that so large a share of them does not exceed (nearest rank); 0 of none."""
    return sorted(values)[max(ceil(share * len(values)), 1) - 1] if values else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What trials must come to before an intent goes up.

    Fifty, of which 47 good ones have a lower bound of .84 and 48 of .87: fewer prove nothing either way.
    Of the turns the local mind is sure of there are far more, and they are easier: without a floor of its own
    what the model is to answer would vanish among them.
    """

    trials: int = 50
    good: float = 0.85  # lower bound of the interval; and share of those the local mind was not sure of
    held: float = 0.05
    unsure: int = 10  # of the trials, before `automatic`


@dataclass(frozen=True, slots=True)
class Lack:
    """What keeps an intent from going up: a field of the bar, what it is and what it must be."""

    what: str
    found: float
    wanted: float


def lacks(score: Score, bar: Bar, to: Mode) -> tuple[Lack, ...]:
    """On the way up to a mode. In `suggest` a person reads it first."""
    low = score.share.low if score.share else 0.0
    found = []
    if score.n < bar.trials:
        found.append(Lack("trials", score.n, bar.trials))
    if low < bar.good:
        found.append(Lack("good", low, bar.good))
    if score.held_share > bar.held:
        found.append(Lack("held", score.held_share, bar.held))
    if to is Mode.AUTOMATIC and score.unsure < bar.unsure:
        found.append(Lack("unsure", score.unsure, bar.unsure))
    elif to is Mode.AUTOMATIC and score.unsure and score.unsure_share < bar.good:
        found.append(Lack("unsure_good", score.unsure_share, bar.good))
    return tuple(found)


# --- which intent a turn is of ------------------------------------------------------------------


def intents_in(heard: Understanding) -> tuple[str, ...]:
    """Of each wish, the least sure first."""
    by_doubt = sorted(heard.wishes, key=lambda wish: wish.best.confidence)
    known = [
        wish.best.intent
        if wish.best.intent != OTHER and wish.best.confidence >= heard.sure.suggest
        else NOT_UNDERSTOOD
        for wish in by_doubt
    ]
    return tuple(dict.fromkeys(known)) or (NOT_UNDERSTOOD,)
