"""Tickets: what a person of the shop has to see to, with a number and a promise. And their plug point."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from xiaoer.domain.ids import ConversationId, CustomerId, ShopId


class TicketKind(StrEnum):
    COMPLAINT = "complaint"
    CALL_BACK = "call_back"
    UNSUBSCRIBE = "unsubscribe"
    DATA_EXPORT = "data_export"
    DATA_ERASURE = "data_erasure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a customer wants seen to."""

    kind: TicketKind
    shop_id: ShopId
    conversation_id: ConversationId
    customer_id: CustomerId | None  # None: a guest
    words: str = ""  # the customer's own
    contact: str = ""  # the phone to call, the address to take off
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    number: str  # T12345678
    asked: Asked
    made_at: datetime
    closed_at: datetime | None = None


class Tickets(Protocol):
    """Of each kind a conversation has one that is open, at most."""

    async def open(self, asked: Asked, *, now: datetime) -> Ticket:
        """A new one; the one that is open already, if there is one."""
        ...

    async def current(
        self, kind: TicketKind, conversation_id: ConversationId, customer_id: CustomerId | None
    ) -> Ticket | None:
        """The newest open one of this kind: of the conversation, or of the customer in another one."""
        ...

    async def waiting(self, shop_id: ShopId, *, limit: int) -> "list[Ticket]":
        """Open ones, the soonest due first."""
        ...

    async def close(self, shop_id: ShopId, number: str, *, now: datetime) -> bool:
        """False if there is no open one of this number."""
        ...
