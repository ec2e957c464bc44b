"""Wishes to hear when something is back in stock. And their plug point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from xiaoer.domain.ids import ConversationId, CustomerId, ProductId, ShopId

LIVES = timedelta(days=90)  # so long it is looked for; later nobody waits for it any more
MOST_OPEN = 10  # of one customer


class WishEnd(StrEnum):
    TOLD = "told"
    CANCELLED = "cancelled"  # the customer takes it back
    GONE = "gone"  # it is not sold any more, or the conversation is not there
    OVER = "over"  # LIVES have passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What a signed-in customer waits for, in any variant that fits. Empty: whatever colour or size."""

    shop_id: ShopId
    conversation_id: ConversationId
    customer_id: CustomerId
    product_id: ProductId
    colour: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockWish:
    id: str
    wished: Wished
    made_at: datetime

    @property
    def until(self) -> datetime:
        return self.made_at + LIVES


class Restocks(Protocol):
    """Wishes; of the same thing a customer has one that is open."""

    async def add(self, wished: Wished, *, now: datetime) -> RestockWish:
        """A new one, or the one that is open."""
        ...

    async def open_of(self, shop_id: ShopId, customer_id: CustomerId) -> Sequence[RestockWish]:
        """Oldest first."""
        ...

    async def due(self, shop_id: ShopId, *, after: str, limit: int) -> Sequence[RestockWish]:
        """Open ones whose id is greater than `after`, by id: a run goes on where the one before ended."""
        ...

    async def close(self, wish_id: str, end: WishEnd, *, now: datetime) -> bool:
        """For exactly one caller; False if it was closed."""
        ...
