"""What was promised to a customer: an obligation with a deadline, and whether it is kept. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId, CustomerId, ShopId
from xiaoer.domain.order import Order, OrderState, ParcelState, Refund, RefundState

MOST_ROUNDS = 2  # new dates given for one thing; the next slip is a broken promise and a person's


class PromiseKind(StrEnum):
    REFUND_BY = "refund_by"
    PARCEL_BY = "parcel_by"
    SHIP_BY = "ship_by"
    CALL_BACK_BY = "call_back_by"  # a person answers
    CASE_DECISION_BY = "case_decision_by"
    TICKET_ANSWER_BY = "ticket_answer_by"
    INVOICE_BY = "invoice_by"


BY_A_PERSON = frozenset({PromiseKind.CALL_BACK_BY, PromiseKind.TICKET_ANSWER_BY})
BY_THE_HOUR = BY_A_PERSON | {PromiseKind.INVOICE_BY}  # the others are promised for a day


class PromiseState(StrEnum):
    OPEN = "open"
    MET = "met"
    BROKEN = "broken"  # the customer was told and a person called
    TOLD = "told"  # the customer heard a new date before the old one: that one is a promise of its own
    CANCELLED = "cancelled"  # no longer owed, or a person closed it


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """`about` names the thing: of each kind one is open, and what was said last holds."""

    id: str
    shop_id: ShopId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    kind: PromiseKind
    about: str
    due_at: datetime
    look_at: datetime  # when it is looked up next
    made_at: datetime
    made_by: str  # the turn that said it, or the effect
    subject: Facts = field(default_factory=dict)
    state: PromiseState = PromiseState.OPEN
    rounds: int = 0  # how often its date was put off
    why: str = ""  # it ended so
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The thing has happened."""


@dataclass(frozen=True, slots=True)
class Owed:
    """It is not time yet."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """It will be late, and it is known until when."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Missed:
    """It is late, or cannot come any more."""


@dataclass(frozen=True, slots=True)
class Void:
    """Nobody owes it any more."""

    why: str


Verdict = Kept | Owed | PutOff | Missed | Void

_EARLY = {
    PromiseKind.REFUND_BY: timedelta(hours=24),
    PromiseKind.PARCEL_BY: timedelta(hours=24),
    PromiseKind.SHIP_BY: timedelta(hours=12),
}
_AGAIN = timedelta(hours=6)  # between looks before the deadline
_GONE_WRONG = frozenset({ParcelState.LOST, ParcelState.RETURNING, ParcelState.RETURNED})


def end_of_day(moment: datetime, time_zone: str) -> datetime:
    """What is promised for a day is kept on its last second, where the customer lives. In `moment`'s zone."""
    zone = ZoneInfo(time_zone)
    day = moment.astimezone(zone).date()
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(moment.tzinfo)


def first_look(kind: PromiseKind, due_at: datetime, now: datetime) -> datetime:
    """Early enough that the customer can hear of a delay before the day."""
    return max(now, due_at - _EARLY.get(kind, timedelta()))


def next_look(promise: Promise, now: datetime) -> datetime:
    """A second past the deadline it is decided."""
    over = promise.due_at + timedelta(seconds=1)
    return min(over, now + _AGAIN) if now < over else now + _AGAIN


def judge(promise: Promise, order: Order, now: datetime) -> Verdict:
    """Whether what was promised of an order is kept. ValueError for a promise about something else."""
    match promise.kind:
        case PromiseKind.REFUND_BY:
            return _refund(promise, order.refunds, now)
        case PromiseKind.PARCEL_BY:
            return _parcel(promise, order, now)
        case PromiseKind.SHIP_BY:
            return _sent(promise, order, now)
        case PromiseKind.INVOICE_BY:
            return _made_out(promise, order, now)
    raise ValueError(f"{promise.kind} is not about an order")


def by_date(promise: Promise, now: datetime, until: datetime | None = None) -> Verdict:
    """By the dates alone: that of the promise, and the one that is expected by now."""
    if until is not None and until > promise.due_at and until > now:
        return PutOff(until) if promise.rounds < MOST_ROUNDS else Missed()
    return Missed() if now > promise.due_at else Owed()


def _refund(promise: Promise, refunds: Sequence[Refund], now: datetime) -> Verdict:
    """Of a return that has not come back yet nothing was promised."""
    due = [refund for refund in refunds if refund.state is not RefundState.AWAITING_GOODS]
    if any(refund.state is RefundState.FAILED for refund in due):
        return Missed()
    if due and all(refund.state is RefundState.DONE for refund in due):
        return Kept()
    dates = [r.expected_by for r in due if r.state is RefundState.PROCESSING and r.expected_by is not None]
    return by_date(promise, now, max(dates, default=None))


def _parcel(promise: Promise, order: Order, now: datetime) -> Verdict:
    if order.state is OrderState.CANCELLED:
        return Void("order_cancelled")
    if order.state is OrderState.DELIVERED or order.delivered_at is not None:
        return Kept()
    if any(parcel.state in _GONE_WRONG for parcel in order.parcels):
        return Missed()
    dates = [p.eta for p in order.parcels if p.delivered_at is None and p.eta is not None]
    return by_date(promise, now, max(dates, default=None))


def _sent(promise: Promise, order: Order, now: datetime) -> Verdict:
    if order.state is OrderState.CANCELLED:
        return Void("order_cancelled")
    if order.state in (OrderState.SHIPPED, OrderState.DELIVERED):
        return Kept()
    return by_date(promise, now, order.ship_by)


def _made_out(promise: Promise, order: Order, now: datetime) -> Verdict:
    if order.invoice is None:
        return Void("invoice_gone")
    return Kept() if order.invoice.number else by_date(promise, now)
