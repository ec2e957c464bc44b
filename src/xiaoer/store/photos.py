"""SqlPhotos: the photos of conversations (domain.photos)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select, update

from xiaoer.domain.ids import ConversationId, OrderId, PhotoId, ShopId
from xiaoer.domain.photos import MOST_KEPT, Image, Photo, TooManyPhotos
from xiaoer.domain.ports import DifferentBody
from xiaoer.store.engine import Store, insert_missing
from xiaoer.store.tables import conversations, photos

_TOLD = [column for column in photos.c if column.name != "image"]


class SqlPhotos:
    """Photos in a database. LookupError where a conversation is named that is not there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self, conversation_id: ConversationId, client_id: str, digest: str, image: Image, *, now: datetime
    ) -> Photo:
        row = {
            "id": _id_of(conversation_id, client_id),
            "conversation_id": conversation_id,
            "number": "",
            "digest": digest,
            "width": image.width,
            "height": image.height,
            "image": image.jpeg,
            "at": now,
        }
        return await self._store.write(conversation_id, lambda conn: _add(conn, row))

    async def of(self, conversation_id: ConversationId, *, limit: int = MOST_KEPT) -> Sequence[Photo]:
        c = photos.c
        query = select(*_TOLD).where(c.conversation_id == conversation_id)
        newest = query.order_by(c.at.desc(), c.id).limit(limit)
        return await self._store.read(lambda conn: [_photo(r) for r in conn.execute(newest).mappings()])

    async def image(self, conversation_id: ConversationId, photo_id: PhotoId) -> bytes | None:
        c = photos.c
        query = select(c.image).where(c.conversation_id == conversation_id, c.id == photo_id)
        return await self._store.read(lambda conn: conn.scalar(query))

    async def tie(
        self,
        conversation_id: ConversationId,
        photo_ids: Sequence[str],
        *,
        order_id: str = "",
        number: str = "",
    ) -> None:
        c = photos.c
        told = {name: value for name, value in (("order_id", order_id), ("number", number)) if value}
        if told and photo_ids:
            these = update(photos).where(c.conversation_id == conversation_id, c.id.in_(photo_ids))
            await self._store.write(conversation_id, lambda conn: conn.execute(these.values(told)))


def _add(conn: Connection, row: dict[str, object]) -> Photo:
    """The conversation's row is locked first: of two at once the second sees the first."""
    this = select(conversations.c.shop_id).where(conversations.c.id == row["conversation_id"])
    shop_id = conn.scalar(this.with_for_update())
    if shop_id is None:
        raise LookupError(row["conversation_id"])
    mine = select(*_TOLD).where(photos.c.id == row["id"])
    stored = conn.execute(mine).mappings().first()
    if stored is None:
        of_this = photos.c.conversation_id == row["conversation_id"]
        if (conn.scalar(select(func.count()).select_from(photos).where(of_this)) or 0) >= MOST_KEPT:
            raise TooManyPhotos
        insert_missing(conn, photos, {**row, "shop_id": shop_id})
        stored = conn.execute(mine).mappings().one()
    if stored["digest"] != row["digest"]:
        raise DifferentBody(str(row["id"]))
    return _photo(stored)


def _id_of(conversation_id: ConversationId, client_id: str) -> str:
    """The same for a repeat; nobody else can make it, nobody knows another's conversation."""
    return hashlib.blake2b(f"{conversation_id}/{client_id}".encode(), digest_size=16).hexdigest()


def _photo(row: RowMapping) -> Photo:
    return Photo(
        id=PhotoId(row["id"]),
        shop_id=ShopId(row["shop_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        width=row["width"],
        height=row["height"],
        at=row["at"],
        order_id=row["order_id"] and OrderId(row["order_id"]),
        number=row["number"],
    )
