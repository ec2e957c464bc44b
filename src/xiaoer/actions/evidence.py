"""The photo that speaks for what is reported: of this conversation, looked up by us."""

from collections.abc import Sequence
from datetime import timedelta

from xiaoer.actions.base import Reach
from xiaoer.actions.run import CARD_LIVES
from xiaoer.domain.order import CaseReason, Order
from xiaoer.domain.photos import FRESH, Photo, evidence
from xiaoer.domain.rules.returns import FAULTS

_NOW = timedelta(0)


async def shown(order: Order, reach: Reach, *, photo_id: str = "") -> Photo | None:
    """The latest that speaks for this order; with an id that very one, also while its card lives."""
    photos = await reach.photos.of(reach.conversation_id)
    longer = CARD_LIVES if photo_id else _NOW
    fit = evidence(photos, order.id, reach.now, longer=longer)
    return next((photo for photo in fit if photo_id in ("", photo.id)), None)


async def keep_with(order: Order, number: str, reason: CaseReason, reach: Reach) -> None:
    """The photos sent of goods that are at fault belong to their case: whoever opens the parcel sees them."""
    if reason not in FAULTS:
        return
    photos = await reach.photos.of(reach.conversation_id)
    theirs = [p.id for p in evidence(photos, order.id, reach.now, longer=CARD_LIVES) if not p.number]
    await reach.photos.tie(reach.conversation_id, theirs, order_id=order.id, number=number)


async def loose(reach: Reach) -> Sequence[Photo]:
    """Fresh ones that belong to nothing yet."""
    photos = await reach.photos.of(reach.conversation_id)
    return [p for p in photos if not p.number and p.order_id is None and p.at >= reach.now - FRESH]
