"""Photos a customer sends in: what shows that goods came broken. And their plug point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from xiaoer.domain.ids import ConversationId, OrderId, PhotoId, ShopId

MOST_BYTES = 8_000_000  # as sent: what a phone's camera makes, with room to spare
MOST_KEPT = 30  # of one conversation
FRESH = timedelta(hours=1)  # so long a photo speaks for whatever is reported next


class Unfit(StrEnum):
    """Why an upload is not taken as a photo."""

    UNREADABLE = "photo_unreadable"  # no JPEG, PNG or WebP, or not a whole one
    TOO_LARGE = "photo_too_large"  # more pixels than are looked at


class UnfitPhoto(Exception):
    def __init__(self, why: Unfit) -> None:
        super().__init__(why.value)
        self.why = why


class TooManyPhotos(Exception):
    """The conversation holds as many as are kept."""


@dataclass(frozen=True, slots=True)
class Image:
    """A JPEG we encoded ourselves: pixels and nothing else."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that is kept. `order_id` and `number` (of a case or ticket): what it was evidence for."""

    id: PhotoId
    shop_id: ShopId
    conversation_id: ConversationId
    width: int
    height: int
    at: datetime
    order_id: OrderId | None = None
    number: str = ""


class Photos(Protocol):
    """Photos by conversation; nobody reaches one through another's conversation."""

    async def add(
        self, conversation_id: ConversationId, client_id: str, digest: str, image: Image, *, now: datetime
    ) -> Photo:
        """The same client id again is the same photo. DifferentBody for another `digest`, TooManyPhotos."""
        ...

    async def of(self, conversation_id: ConversationId, *, limit: int = MOST_KEPT) -> Sequence[Photo]:
        """Newest first."""
        ...

    async def image(self, conversation_id: ConversationId, photo_id: PhotoId) -> bytes | None:
        """The JPEG; None if there is none of this id in this conversation."""
        ...

    async def tie(
        self,
        conversation_id: ConversationId,
        photo_ids: Sequence[str],
        *,
        order_id: str = "",
        number: str = "",
    ) -> None:
        """Say what they belong to."""
        ...


def evidence(photos: Sequence[Photo], order_id: str, now: datetime, *, longer: timedelta) -> Sequence[Photo]:
    """Those that speak for this order: tied to it, or fresh and tied to no other.

    `longer`: how much older than FRESH one may be, because it was fresh when a card was made of it.
    """
    since = now - FRESH - longer
    return [p for p in photos if p.order_id == order_id or (p.order_id is None and p.at >= since)]
