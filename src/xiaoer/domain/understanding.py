"""What a message means, as far as code can tell."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import NewType

from xiaoer.domain.words import Language

Intent = NewType("Intent", str)  # what a customer can want: a name in understand/intents/*.yaml
OTHER = Intent("other")  # nothing a shop deals with


@dataclass(frozen=True, slots=True)
class Guess:
    intent: Intent
    confidence: float  # calibrated, 0..1


@dataclass(frozen=True, slots=True)
class Sure:
    """Confidence from which a wish is acted on, and from which it is one that a shop deals with."""

    accept: float = 0.5
    suggest: float = 0.2


class Answer(StrEnum):
    """Recognised by rule; it counts only right after a proposal."""

    YES = "yes"
    NO = "no"


class Mood(StrEnum):
    HAPPY = "happy"
    CALM = "calm"
    WORRIED = "worried"
    UPSET = "upset"
    ANGRY = "angry"


class Urgency(IntEnum):
    NONE = 0
    SOON = 1  # 尽快 / as soon as possible
    NOW = 2  # 立刻, 今天必须 / right now, today


class Risk(StrEnum):
    LEGAL = "legal"
    AUTHORITY = "authority"  # 12315, a regulator, a chargeback
    BAD_REVIEW = "bad_review"
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Days that were named, both included, as the customer's calendar has them."""

    start: date
    end: date
    text: str  # as it was said, cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What the words of one wish name. Raw finds: whose order it is, is checked elsewhere."""

    order_ids: tuple[str, ...] = ()
    tracking_numbers: tuple[str, ...] = ()
    ordinal: int | None = None  # "the second one" -> 2; "the last" -> -1
    that: bool = False  # it, that one, 那个
    other: bool = False  # another one, 另一个
    latest: bool = False  # my latest order, 最近那单
    product_words: str = ""  # what is left to search for
    category: str = ""
    colour: str = ""  # key, e.g. blue
    colour_said: str = ""  # 雾霾蓝, light blue
    size: str = ""  # "42", "L", as the shop writes it
    size_said: str = ""  # "uk 8" of the 42 it was understood as
    quantity: int | None = None
    dates: tuple[DateSpan, ...] = ()
    amount_minor: int | None = None  # of money paid, charged or refunded; never a limit of what may be spent
    currency: str = ""  # of the amount, ISO 4217; empty if it was not said
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    address: str = ""  # the customer's own words for an address
    phone: str = ""
    email: str = ""
    reason: str = ""  # key of order.CaseReason
    pay_method: str = ""  # key of order.PayMethod: of two, the one to change to
    unopened: bool | None = None  # 没拆 / unopened -> True; 拆了 / opened -> False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One clause of a message: what is wanted (best first, at most five) and what it names."""

    text: str
    guesses: tuple[Guess, ...]
    slots: Slots = field(default_factory=Slots)
    question: bool = False  # asks whether or how ("can I return it?") rather than for it to be done
    negated: bool = False  # 我不是要退货 / I do not want to cancel

    @property
    def best(self) -> Guess:
        return self.guesses[0] if self.guesses else Guess(OTHER, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """One turn's customer messages, understood together."""

    text: str  # cleaned (see text/clean.py); what is matched, never what is stored or shown
    language: Language
    wishes: tuple[Wish, ...]
    slots: Slots = field(default_factory=Slots)  # of the whole text
    answer: Answer | None = None
    stop: bool = False  # 算了 / never mind
    correction: bool = False  # 不对，是… / no, the blue one
    wants_person: bool = False  # by rule, before any model
    mood: Mood = Mood.CALM
    urgency: Urgency = Urgency.NONE
    risks: tuple[Risk, ...] = ()
    misunderstood: bool = False  # 不是这个意思 / that's not what I meant: of the reply before
    sure: Sure = Sure()  # the lines of the classifier that guessed
    model: str = ""  # version of the classifier
    foreign: bool | None = None  # written in neither language; None: it does not tell
