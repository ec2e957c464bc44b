"""SqlRestocks: who waits for what to come back in stock (domain.restock)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, select, update

from xiaoer.domain.ids import ConversationId, CustomerId, ProductId, ShopId
from xiaoer.domain.restock import RestockWish, Wished, WishEnd
from xiaoer.store.engine import Store, insert_missing
from xiaoer.store.rows import new_id
from xiaoer.store.tables import restock_wishes

_WHAT = ("shop_id", "customer_id", "product_id", "colour", "size")


class SqlRestocks:
    """Wishes in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, wished: Wished, *, now: datetime) -> RestockWish:
        return await self._store.write(wished.conversation_id, lambda conn: _add(conn, wished, now))

    async def open_of(self, shop_id: ShopId, customer_id: CustomerId) -> Sequence[RestockWish]:
        c = restock_wishes.c
        theirs = (c.shop_id == shop_id, c.customer_id == customer_id, c.closed_at.is_(None))
        query = select(restock_wishes).where(*theirs).order_by(c.made_at, c.id)
        return await self._store.read(lambda conn: [_wish(r) for r in conn.execute(query).mappings()])

    async def due(self, shop_id: ShopId, *, after: str, limit: int) -> Sequence[RestockWish]:
        c = restock_wishes.c
        waiting = (c.shop_id == shop_id, c.closed_at.is_(None), c.id > after)
        query = select(restock_wishes).where(*waiting).order_by(c.id).limit(limit)
        return await self._store.read(lambda conn: [_wish(r) for r in conn.execute(query).mappings()])

    async def close(self, wish_id: str, end: WishEnd, *, now: datetime) -> bool:
        c = restock_wishes.c
        this = update(restock_wishes).where(c.id == wish_id, c.closed_at.is_(None))
        closed = this.values(closed_at=now, ended=end.value)
        return await self._store.write(wish_id, lambda conn: conn.execute(closed).rowcount == 1)


def _add(conn: Connection, wished: Wished, now: datetime) -> RestockWish:
    """Two at once make one: the second finds the first."""
    row = {name: getattr(wished, name) for name in (*_WHAT, "conversation_id")}
    insert_missing(conn, restock_wishes, {**row, "id": new_id(), "made_at": now})
    c = restock_wishes.c
    same: list[ColumnElement[bool]] = [c[name] == row[name] for name in _WHAT]
    found = conn.execute(select(restock_wishes).where(*same, c.closed_at.is_(None))).mappings().one()
    return _wish(found)


def _wish(row: RowMapping) -> RestockWish:
    wished = Wished(
        shop_id=ShopId(row["shop_id"]),
        conversation_id=ConversationId(row["conversation_id"]),
        customer_id=CustomerId(row["customer_id"]),
        product_id=ProductId(row["product_id"]),
        colour=row["colour"],
        size=row["size"],
    )
    return RestockWish(id=row["id"], wished=wished, made_at=row["made_at"])
