"""The end of a turn: its reply, its row, and what it leaves in its conversation."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert
from sqlalchemy.exc import IntegrityError

from xiaoer.domain.conversation import Message, Turn, TurnRecord
from xiaoer.domain.decision import Do
from xiaoer.domain.ids import IntentId
from xiaoer.domain.job import SETTLE
from xiaoer.domain.outcome import Done, Failed, Outcome, Reason, Refused
from xiaoer.domain.ports import Busy
from xiaoer.domain.promise_ports import AlreadySaid
from xiaoer.store import job_rows, promise_rows
from xiaoer.store.codec import dumps
from xiaoer.store.question_rows import row_of
from xiaoer.store.rows import Event, advance, change, next_place, put
from xiaoer.store.tables import asked, conversations, template_uses, turns

_MINE = conversations.c.lease_holder == bindparam("token")
_FREED = ("lease_holder", "lease_until")  # the lease ends with its turn: that saves a commit
_SPOKEN = advance("memory", *_FREED, where=_MINE)
_ANSWERED = advance("memory", "answered_seq", "language", *_FREED, where=_MINE)
_NO_END = frozenset({Reason.CARD_UNDER_WAY, Reason.CARD_UNKNOWN, Reason.SHOP_UNCLEAR})
_RECORD = insert(turns)
_ASKED = insert(asked)
_USED = insert(template_uses)


def finish(conn: Connection, record: TurnRecord, now: datetime, *, token: str) -> Message | None:
    """The reply, if anything was said; ends the lease. Busy unless `token` still holds the conversation.

    AlreadySaid if there is a turn of this id.
    """
    turn, reply = record.turn, record.reply
    message = None
    left = _left_by(turn)
    if reply.parts:
        event = Event(
            kind="message", origin=reply.origin, text=reply.text, parts=reply.parts, at=now, turn_id=turn.id
        )
        given = {"token": token, **{f"to_{name}": value for name, value in left.items()}}
        by = _ANSWERED if turn.messages else _SPOKEN
        place = next_place(conn, turn.conversation.id, event, by=by, given=given)
        if place is None:
            raise Busy(turn.conversation.id)
        message = put(conn, place, event)
    elif change(conn, turn.conversation.id, left, where=conversations.c.lease_holder == token) == 0:
        raise Busy(turn.conversation.id)
    try:
        conn.execute(_RECORD, _turn_row(record, message, now))
    except IntegrityError as again:
        raise AlreadySaid(turn.id) from again
    promise_rows.record(conn, record.promises)
    for intent_id in _told_of(turn):
        job_rows.drop(conn, turn.conversation.actor.shop_id, SETTLE, intent_id, now)
    for job in record.jobs:
        job_rows.enqueue(conn, job, now)
    if record.questions:
        conn.execute(_ASKED, _asked_rows(record, message))
    if reply.templates:
        conn.execute(_USED, _use_rows(record, message, now))
    return message


def _told_of(turn: Turn) -> list[IntentId]:
    """The effects whose end this turn says: nobody else need."""
    steps = [(step.chosen.decision, step.outcome) for step in turn.steps]
    return [call.confirmed for call, end in steps if isinstance(call, Do) and call.confirmed and _is_end(end)]


def _is_end(outcome: Outcome | None) -> bool:
    reason = outcome.reason if isinstance(outcome, Refused | Failed) else None
    return isinstance(outcome, Done | Refused | Failed) and reason not in _NO_END


def _left_by(turn: Turn) -> dict[str, Any]:
    """What a turn changes in its conversation."""
    left: dict[str, Any] = {"memory": dumps(turn.memory), **dict.fromkeys(_FREED)}
    if turn.messages:
        left["answered_seq"] = turn.messages[-1].seq
        left["language"] = turn.understanding.language.value
    return left


def _turn_row(record: TurnRecord, message: Message | None, now: datetime) -> dict[str, Any]:
    turn = record.turn
    return {
        "id": turn.id,
        "shop_id": turn.conversation.actor.shop_id,
        "conversation_id": turn.conversation.id,
        "message_ids": dumps(tuple(message.id for message in turn.messages)),
        "reply_id": message and message.id,
        "understanding": dumps(turn.understanding),
        "steps": dumps(turn.steps),
        "receipts": dumps(record.reply.receipts),
        "memory": dumps(turn.memory),
        "timings_ms": dumps(record.timings_ms),
        "versions": dumps(record.versions),
        "at": now,
    }


def _asked_rows(record: TurnRecord, message: Message | None) -> list[dict[str, Any]]:
    same = {"shop_id": record.turn.conversation.actor.shop_id, "reply_id": message and message.id}
    return [{**same, **row_of(question)} for question in record.questions]


def _use_rows(record: TurnRecord, message: Message | None, now: datetime) -> list[dict[str, Any]]:
    """A template said twice in one reply counts once."""
    turn = record.turn
    same = {
        "turn_id": turn.id,
        "shop_id": turn.conversation.actor.shop_id,
        "conversation_id": turn.conversation.id,
        "message_id": message and message.id,
        "at": now,
    }
    return [{**same, "template_id": found} for found in {used.template_id for used in record.reply.templates}]
