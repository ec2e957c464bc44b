"""SqlPromises: what is owed to customers, and what became of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Update, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.promise import Promise, PromiseState
from xiaoer.store import promise_rows
from xiaoer.store.engine import Store
from xiaoer.store.promise_rows import promise_of
from xiaoer.store.tables import promises


class SqlPromises:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def due(self, shop_id: ShopId, *, now: datetime, limit: int) -> Sequence[Promise]:
        c = promises.c
        query = (
            select(promises)
            .where(c.shop_id == shop_id, c.state == PromiseState.OPEN.value, c.look_at <= now)
            .order_by(c.look_at, c.id)
            .limit(limit)
        )
        return await self._found(query)

    async def get(self, shop_id: ShopId, promise_id: str) -> Promise | None:
        c = promises.c
        found = await self._found(select(promises).where(c.shop_id == shop_id, c.id == promise_id))
        return found[0] if found else None

    async def listed(
        self,
        shop_id: ShopId,
        *,
        states: Collection[PromiseState],
        due_before: datetime | None = None,
        limit: int,
    ) -> Sequence[Promise]:
        c, wanted = promises.c, [state.value for state in states or list(PromiseState)]
        query = select(promises).where(c.shop_id == shop_id, c.state.in_(wanted))
        if due_before is not None:
            query = query.where(c.due_at < due_before)
        return await self._found(query.order_by(c.due_at, c.id).limit(limit))

    async def look_again(self, promise: Promise, *, at: datetime) -> None:
        await self._store.write(
            promise.id, lambda conn: conn.execute(_same(promise).values(look_at=at)).rowcount
        )

    async def close(
        self,
        promise: Promise,
        state: PromiseState,
        *,
        why: str,
        now: datetime,
        renewed: Promise | None = None,
    ) -> bool:
        """ValueError for OPEN."""
        if state is PromiseState.OPEN:
            raise ValueError("a promise does not end open")
        changes = {"state": state.value, "why": why, "closed_at": now}

        def change(conn: Connection) -> bool:
            if conn.execute(_same(promise).values(changes)).rowcount == 0:
                return False
            promise_rows.record(conn, [renewed] if renewed else [])
            return True

        return await self._store.write(promise.id, change)

    async def _found(self, query: Select[Any]) -> Sequence[Promise]:
        return await self._store.read(
            lambda conn: [promise_of(row) for row in conn.execute(query).mappings()]
        )


def _same(promise: Promise) -> Update:
    """Open, and with the date it was looked at with."""
    c = promises.c
    still = (c.id == promise.id, c.state == PromiseState.OPEN.value, c.due_at == promise.due_at)
    return update(promises).where(*still)
