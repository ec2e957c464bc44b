"""What a turn promised: from the facts of its outcomes, the same that its words are made of."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from xiaoer.domain.conversation import Turn
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Outcome, Reason, Refused
from xiaoer.domain.promise import BY_THE_HOUR, Promise, PromiseKind, end_of_day, first_look

GRACE = timedelta(hours=1)  # after opening: "first thing" is not the first minute
_TO_BE_SENT = frozenset({"paid", "packed", "in_time"})
# Money that goes back at once; of a return, once the goods are here.
_GOES_BACK = frozenset(
    {
        "cancel_items",
        "cancel_order",
        "change_payment",
        "give_goodwill",
        "price_protection",
        "report_damage",
        "report_lost",
    }
)
_UNTIL = {
    "call_back": PromiseKind.CALL_BACK_BY,
    "complaint": PromiseKind.TICKET_ANSWER_BY,
    "request_data_export": PromiseKind.TICKET_ANSWER_BY,
    "request_erasure": PromiseKind.TICKET_ANSWER_BY,
    "request_invoice": PromiseKind.INVOICE_BY,
    "unsubscribe": PromiseKind.TICKET_ANSWER_BY,
}
_NO_DAY_TOLD = frozenset({"looked_up", "unpaid"})
_ABOUT = {PromiseKind.CALL_BACK_BY: (), PromiseKind.TICKET_ANSWER_BY: ("number",)}
_Owed = tuple[PromiseKind, datetime, Facts]


def promised_in(turn: Turn) -> tuple[Promise, ...]:
    """Of several about the same thing the last one said."""
    made = [_made(turn, *owed) for step in turn.steps for owed in _owed(step.outcome, turn)]
    return tuple({(promise.kind, promise.about): promise for promise in made}.values())


def _owed(outcome: Outcome | None, turn: Turn) -> Iterator[_Owed]:
    match outcome:
        case Done("call_person", facts):
            opens_at = facts.get("opens_at")
            if isinstance(opens_at, datetime):
                yield PromiseKind.CALL_BACK_BY, opens_at + GRACE, {}
        case Done(action, facts) if action in _UNTIL:
            yield from _on(_UNTIL[action], "until", facts)
        case Done(action, facts) if action in _GOES_BACK:
            yield from _going_back(facts, turn)
        case Refused(Reason.INVOICE_ASKED, facts) if facts.get("situation") == "asked":
            yield from _on(PromiseKind.INVOICE_BY, "until", facts)
        case Done("refund_status", facts):
            if facts.get("situation") == "processing":
                yield from _on(PromiseKind.REFUND_BY, "expected_by", facts)
        case Done("look_up_order" | "track_parcel" | "urge_shipping", facts):
            yield from _under_way(facts)
        case Refused(Reason.NOT_SHIPPED_YET, facts):
            yield from _under_way(facts)


def _going_back(facts: Facts, turn: Turn) -> Iterator[_Owed]:
    days = facts.get("refund_days")
    if isinstance(days, int) and days > 0 and facts.get("situation") not in _NO_DAY_TOLD:
        yield PromiseKind.REFUND_BY, turn.now + timedelta(days=days), facts


def _under_way(facts: Facts) -> Iterator[_Owed]:
    if facts.get("situation") == "shipped":
        yield from _on(PromiseKind.PARCEL_BY, "eta", facts)
    elif facts.get("situation") in _TO_BE_SENT:
        yield from _on(PromiseKind.SHIP_BY, "ship_by", facts)


def _on(kind: PromiseKind, name: str, facts: Facts) -> Iterator[_Owed]:
    if isinstance(moment := facts.get(name), datetime):
        yield kind, moment, facts


def _made(turn: Turn, kind: PromiseKind, moment: datetime, facts: Facts) -> Promise:
    """A day is kept on its last second; an hour, on the hour."""
    conversation = turn.conversation
    due_at = moment if kind in BY_THE_HOUR else end_of_day(moment, conversation.time_zone)
    subject: Facts = {name: facts[name] for name in _ABOUT.get(kind, ("order_id",))}
    return Promise(
        id=uuid4().hex,
        shop_id=conversation.actor.shop_id,
        conversation_id=conversation.id,
        customer_id=conversation.actor.customer_id,
        kind=kind,
        about=str(next(iter(subject.values()), conversation.id)),
        due_at=due_at,
        look_at=first_look(kind, due_at, turn.now),
        made_at=turn.now,
        made_by=turn.id,
        subject=subject,
    )
