"""SqlConversations: the log of what was said, its lease, and the record of each turn."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, and_, bindparam, insert, select

from xiaoer.domain.conversation import Conversation, Inbound, Memory, Message, State, TurnRecord
from xiaoer.domain.ids import ConversationId, CustomerId, MessageId, OrderId, ShopId, StaffId
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.ports import DifferentBody, Feedback
from xiaoer.domain.reply import Origin, Part, TextPart
from xiaoer.domain.words import Language
from xiaoer.store import tables, turns
from xiaoer.store.codec import dumps
from xiaoer.store.engine import Store, insert_missing, upsert
from xiaoer.store.leases import FREE, Leases
from xiaoer.store.rows import (
    Event,
    append,
    change,
    conversation,
    found_by,
    message_of,
    new_id,
    next_place,
    put,
)
from xiaoer.store.tables import conversations, messages

T = TypeVar("T")
Ring = Callable[[ConversationId], None]

AT_ONCE = 50  # customer messages answered by one turn; the rest is the next one's

# Statements are built once, at import: that takes six times as long as running them.
_OF_THIS = select(messages).where(messages.c.conversation_id == bindparam("this"))
_NEWER = _OF_THIS.where(messages.c.seq > bindparam("seq")).order_by(messages.c.seq)
_AFTER = _NEWER.limit(bindparam("most"))
_PENDING = _NEWER.where(messages.c.origin == Origin.CUSTOMER.value).limit(AT_ONCE)
_MESSAGE = _OF_THIS.where(messages.c.id == bindparam("message"))
_REPEATED = _OF_THIS.where(messages.c.client_id == bindparam("client"))
_LATEST = (
    select(conversations)
    .where(
        conversations.c.shop_id == bindparam("shop"),
        conversations.c.customer_id == bindparam("customer"),
        conversations.c.state != State.CLOSED.value,
    )
    .order_by(conversations.c.created_at.desc(), conversations.c.id)
    .limit(1)
)
_UNANSWERED = (
    select(conversations.c.id)
    .where(
        conversations.c.shop_id == bindparam("shop"),
        conversations.c.asked_seq > conversations.c.answered_seq,
        conversations.c.updated_at <= bindparam("before", type_=conversations.c.updated_at.type),
        FREE,
    )
    .order_by(conversations.c.updated_at)
    .limit(bindparam("most"))
)


class _Repeat(Exception):
    """The message is there already: take the new event back."""

    def __init__(self, message: Message) -> None:
        self.message = message


def _now() -> datetime:
    return datetime.now(UTC)


class SqlConversations:
    """Conversations in a database. `ring` is called after a commit that added an event.

    LookupError where a conversation is named that is not there.
    """

    def __init__(
        self, store: Store, ring: Ring | None = None, *, clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = store
        self._leases = Leases(store)
        self._ring = ring or (lambda _: None)
        self._clock = clock

    async def open(
        self, actor: Actor, *, language: Language, time_zone: str, channel: str, now: datetime
    ) -> Conversation:
        """ValueError for staff: a conversation is a customer's."""
        if actor.role is not Role.CUSTOMER:
            raise ValueError("only a customer opens a conversation")
        opened = Conversation(
            id=ConversationId(new_id()),
            actor=actor,
            state=State.BOT,
            language=language,
            time_zone=time_zone,
            channel=channel,
            created_at=now,
        )
        await self._store.write(opened.id, lambda conn: _insert(conn, opened))
        return opened

    async def get(self, conversation_id: ConversationId) -> Conversation | None:
        return await self._store.read(lambda conn: conversation(conn, conversation_id))

    async def latest_of(self, shop_id: ShopId, customer_id: CustomerId) -> Conversation | None:
        given = {"shop": shop_id, "customer": customer_id}
        return await self._store.read(lambda conn: found_by(conn, _LATEST, given))

    async def receive(self, inbound: Inbound, *, now: datetime) -> tuple[Message, bool]:
        """Idempotent by client id, if there is one. ValueError for a text with NUL or a lone surrogate."""
        try:
            message = await self._store.write(
                inbound.conversation_id, lambda conn: _receive(conn, inbound, now)
            )
        except _Repeat as repeat:
            return repeat.message, False
        self._ring(inbound.conversation_id)
        return message, True

    async def after(self, conversation_id: ConversationId, seq: int, *, limit: int) -> Sequence[Message]:
        given = {"this": conversation_id, "seq": seq, "most": limit}
        return await self._store.read(lambda conn: _messages(conn, _AFTER, given))

    async def message(self, conversation_id: ConversationId, message_id: MessageId) -> Message | None:
        given = {"this": conversation_id, "message": message_id}
        found = await self._store.read(lambda conn: _messages(conn, _MESSAGE, given))
        return found[0] if found else None

    def lease(self, conversation_id: ConversationId, *, now: datetime) -> AbstractAsyncContextManager[None]:
        return self._leases.hold(conversation_id, now=now)

    async def pending(self, conversation_id: ConversationId) -> tuple[Conversation, Sequence[Message]]:
        return await self._store.read(lambda conn: _pending(conn, conversation_id))

    async def unanswered(
        self, shop_id: ShopId, *, limit: int, before: datetime | None = None
    ) -> Sequence[ConversationId]:
        """Longest silent first."""
        now = self._clock()
        given = {"shop": shop_id, "now": now, "before": before or now, "most": limit}
        return await self._store.read(
            lambda conn: [ConversationId(found) for found in conn.scalars(_UNANSWERED, given)]
        )

    async def finish_turn(self, record: TurnRecord, *, now: datetime) -> Message | None:
        """Busy if this task's lease was taken over, or it never had one. Card presses answer no message."""
        conversation_id = record.turn.conversation.id
        token = self._leases.token(conversation_id)
        message = await self._store.write(
            conversation_id, lambda conn: turns.finish(conn, record, now, token=token)
        )
        self._leases.ended(conversation_id)
        if message is not None:
            self._ring(conversation_id)
        return message

    async def say(
        self,
        conversation_id: ConversationId,
        text: str,
        parts: tuple[Part, ...],
        origin: Origin,
        *,
        now: datetime,
        staff_id: StaffId | None = None,
    ) -> Message:
        event = Event(kind="message", origin=origin, text=text, parts=parts, at=now, staff_id=staff_id)
        message = await self._store.write(
            conversation_id, lambda conn: _found(append(conn, conversation_id, event), conversation_id)
        )
        self._ring(conversation_id)
        return message

    async def prove(self, conversation_id: ConversationId, order_id: OrderId) -> None:
        """Nothing changes for one who is signed in: all their orders are open to them."""
        await self._store.write(conversation_id, lambda conn: _prove(conn, conversation_id, order_id))

    async def feedback(self, feedback: Feedback, *, now: datetime) -> None:
        """LookupError if the message is not one of this conversation."""
        await self._store.write(feedback.conversation_id, lambda conn: _feedback(conn, feedback, now))

    async def remember(self, conversation_id: ConversationId, memory: Memory) -> None:
        changes = {"memory": dumps(memory)}
        await self._store.write(conversation_id, lambda conn: change(conn, conversation_id, changes))


def _insert(conn: Connection, opened: Conversation) -> None:
    actor = opened.actor
    row = {
        "id": opened.id,
        "shop_id": actor.shop_id,
        "proof": actor.proof.value,
        "customer_id": actor.customer_id,
        "state": opened.state.value,
        "language": opened.language.value,
        "time_zone": opened.time_zone,
        "channel": opened.channel,
        "memory": dumps(opened.memory),
        "last_seq": 0,
        "asked_seq": 0,
        "answered_seq": 0,
        "created_at": opened.created_at,
        "updated_at": opened.created_at,
    }
    conn.execute(insert(conversations), row)
    for order_id in actor.proven_orders:
        _prove(conn, opened.id, order_id)


def _receive(conn: Connection, inbound: Inbound, now: datetime) -> Message:
    event = Event(
        kind="message",
        origin=Origin.HUMAN if inbound.staff_id else Origin.CUSTOMER,
        text=inbound.text,
        parts=_parts(inbound),
        at=now,
        client_id=inbound.client_id,
        staff_id=inbound.staff_id,
    )
    place = _found(next_place(conn, inbound.conversation_id, event), inbound.conversation_id)
    # Looked up only now, under the row's lock: of two repeats at once the second sees the first.
    given = {"this": inbound.conversation_id, "client": inbound.client_id}
    for stored in _messages(conn, _REPEATED, given):
        if (stored.text, stored.parts) != (inbound.text, event.parts):
            raise DifferentBody(inbound.client_id)
        raise _Repeat(stored)
    return put(conn, place, event)


def _parts(inbound: Inbound) -> tuple[Part, ...]:
    """A customer's words are the text alone, byte for byte."""
    if inbound.photo is not None:
        return (inbound.photo,)
    return (TextPart(text=inbound.text),) if inbound.staff_id else ()


def _messages(conn: Connection, query: Select[Any], given: Mapping[str, object]) -> list[Message]:
    return [message_of(row) for row in conn.execute(query, dict(given)).mappings()]


def _pending(conn: Connection, conversation_id: ConversationId) -> tuple[Conversation, Sequence[Message]]:
    found = _found(conversation(conn, conversation_id), conversation_id)
    return found, _messages(conn, _PENDING, {"this": conversation_id, "seq": found.answered_seq})


def _prove(conn: Connection, conversation_id: ConversationId, order_id: OrderId) -> None:
    guest = conversations.c.proof != Proof.SIGNED_IN.value
    if change(conn, conversation_id, {"proof": Proof.ORDER.value}, where=guest) == 0:
        return  # signed in: all that is theirs is open to them already
    shop_id = conn.scalar(select(conversations.c.shop_id).where(conversations.c.id == conversation_id))
    row = {"conversation_id": conversation_id, "order_id": order_id, "shop_id": shop_id}
    insert_missing(conn, tables.proofs, row)


def _feedback(conn: Connection, feedback: Feedback, now: datetime) -> None:
    of_this = and_(
        messages.c.id == feedback.message_id, messages.c.conversation_id == feedback.conversation_id
    )
    row = {
        "message_id": feedback.message_id,
        "shop_id": _found(conn.scalar(select(messages.c.shop_id).where(of_this)), feedback.message_id),
        "conversation_id": feedback.conversation_id,
        "thumb": feedback.thumb,
        "text": feedback.text,
        "at": now,
    }
    upsert(conn, tables.feedback, ["message_id"], row)


def _found(value: T | None, name: str) -> T:
    if value is None:
        raise LookupError(name)
    return value
