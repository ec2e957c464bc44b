"""Between rows and domain values; and the one way to append an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, insert, select, true, update
from sqlalchemy.sql.dml import ReturningUpdate

from xiaoer.domain.conversation import Conversation, Memory, Message, State
from xiaoer.domain.ids import ConversationId, CustomerId, MessageId, OrderId, ShopId, StaffId, TurnId
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.reply import Origin, Part
from xiaoer.domain.words import Language
from xiaoer.store.codec import dumps, loads
from xiaoer.store.tables import conversations, messages, proofs

Where = ColumnElement[bool]
Changes = Mapping[str, object]
ANY: Where = true()
NONE: Changes = MappingProxyType({})


def advance(*changed: str, where: Where = ANY, asked: bool = False) -> ReturningUpdate[Any]:
    """A statement for next_place. To be built once, at import: that takes six times as long as running it.

    It sets the columns `changed` too; `asked` says that the event is the customer's.
    """
    c = conversations.c
    seq = c.last_seq + 1
    values: dict[str, Any] = {"last_seq": seq, "updated_at": bindparam("at", type_=c.updated_at.type)}
    values |= {name: bindparam(f"to_{name}", type_=c[name].type) for name in changed}
    if asked:
        values["asked_seq"] = seq
    this = update(conversations).where(c.id == bindparam("this"), where)
    return this.values(values).returning(c.shop_id, c.last_seq)


_NEXT = advance()
_NEXT_ASKED = advance(asked=True)
_PUT = insert(messages)
_PROVEN = select(proofs.c.order_id).where(proofs.c.conversation_id == bindparam("this"))
_BY_ID = select(conversations).where(conversations.c.id == bindparam("this"))


def new_id() -> str:
    """Random, so that nobody finds another's by counting."""
    return uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What is appended to a conversation."""

    kind: str  # message | state | card
    origin: Origin
    at: datetime
    text: str = ""
    parts: tuple[Part, ...] = ()
    client_id: str = ""
    turn_id: TurnId | None = None
    staff_id: StaffId | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A seq that was taken for an event."""

    conversation_id: ConversationId
    shop_id: ShopId
    seq: int


def append(conn: Connection, conversation_id: ConversationId, event: Event) -> Message | None:
    """The next event of a conversation; None if there is no such conversation."""
    place = next_place(conn, conversation_id, event)
    return None if place is None else put(conn, place, event)


def next_place(
    conn: Connection,
    conversation_id: ConversationId,
    event: Event,
    *,
    by: ReturningUpdate[Any] | None = None,
    given: Changes = NONE,
) -> Place | None:
    """Take the next seq of a conversation, if it fits the statement `by` (made by `advance`) with `given`.

    The row stays locked until the commit: the order of seq is the order of commits.
    """
    if by is None:
        by = _NEXT_ASKED if event.origin is Origin.CUSTOMER else _NEXT
    found = conn.execute(by, {"this": conversation_id, "at": event.at, **given}).one_or_none()
    return None if found is None else Place(conversation_id, found.shop_id, found.last_seq)


def put(conn: Connection, place: Place, event: Event) -> Message:
    message = _message(place, event)
    conn.execute(_PUT, {"shop_id": place.shop_id, **_row_of(message)})
    return message


def change(conn: Connection, conversation_id: ConversationId, changes: Changes, *, where: Where = ANY) -> int:
    """How many rows it changed: 1, or 0 if it does not fit."""
    wanted = update(conversations).where(conversations.c.id == conversation_id, where)
    return conn.execute(wanted.values(changes)).rowcount


def _message(place: Place, event: Event) -> Message:
    return Message(
        id=MessageId(new_id()),
        conversation_id=place.conversation_id,
        seq=place.seq,
        kind=event.kind,
        origin=event.origin,
        text=event.text,
        parts=event.parts,
        at=event.at,
        client_id=event.client_id,
        turn_id=event.turn_id,
        staff_id=event.staff_id,
    )


def _row_of(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "seq": message.seq,
        "kind": message.kind,
        "origin": message.origin.value,
        "text": message.text,
        "parts": dumps(message.parts),
        "at": message.at,
        "client_id": message.client_id or None,
        "turn_id": message.turn_id,
        "staff_id": message.staff_id,
    }


def message_of(row: RowMapping) -> Message:
    return Message(
        id=MessageId(row["id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        seq=row["seq"],
        kind=row["kind"],
        origin=Origin(row["origin"]),
        text=row["text"],
        parts=loads(row["parts"], tuple),
        at=row["at"],
        client_id=row["client_id"] or "",
        turn_id=row["turn_id"] and TurnId(row["turn_id"]),
        staff_id=row["staff_id"] and StaffId(row["staff_id"]),
    )


def conversation(conn: Connection, conversation_id: ConversationId) -> Conversation | None:
    return found_by(conn, _BY_ID, {"this": conversation_id})


def found_by(conn: Connection, query: Select[Any], given: Changes) -> Conversation | None:
    """The conversation a query of whole rows finds."""
    row = conn.execute(query, dict(given)).mappings().one_or_none()
    return None if row is None else _conversation_of(row, _proven(conn, row))


def _proven(conn: Connection, row: RowMapping) -> frozenset[OrderId]:
    if row["proof"] != Proof.ORDER:
        return frozenset()
    return frozenset(OrderId(found) for found in conn.scalars(_PROVEN, {"this": row["id"]}))


def _conversation_of(row: RowMapping, orders: frozenset[OrderId]) -> Conversation:
    return Conversation(
        id=ConversationId(row["id"]),
        actor=Actor(
            shop_id=ShopId(row["shop_id"]),
            role=Role.CUSTOMER,
            proof=Proof(row["proof"]),
            customer_id=row["customer_id"] and CustomerId(row["customer_id"]),
            proven_orders=orders,
        ),
        state=State(row["state"]),
        language=Language(row["language"]),
        time_zone=row["time_zone"],
        channel=row["channel"],
        created_at=row["created_at"],
        last_seq=row["last_seq"],
        answered_seq=row["answered_seq"],
        staff_id=row["staff_id"] and StaffId(row["staff_id"]),
        memory=loads(row["memory"], Memory),
    )
