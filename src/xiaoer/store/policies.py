"""SqlPolicies: the policies that were served (domain.policy_ports.Policies)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.policy_ports import PolicyVersion
from xiaoer.store.engine import Store, in_turn
from xiaoer.store.tables import policies


class SqlPolicies:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def served(self, shop_id: ShopId, version: str, text: str, *, now: datetime) -> None:
        await self._store.write(version, lambda conn: _served(conn, shop_id, version, text, now))

    async def history(self, shop_id: ShopId, *, limit: int) -> Sequence[PolicyVersion]:
        query = (
            select(policies)
            .where(policies.c.shop_id == shop_id)
            .order_by(policies.c.last_served_at.desc(), policies.c.version)
            .limit(limit)
        )
        return await self._store.read(lambda conn: [_of(row) for row in conn.execute(query).mappings()])

    async def get(self, shop_id: ShopId, version: str) -> PolicyVersion | None:
        query = select(policies).where(policies.c.shop_id == shop_id, policies.c.version == version)
        row = await self._store.read(lambda conn: conn.execute(query).mappings().one_or_none())
        return _of(row) if row else None


def _served(conn: Connection, shop_id: ShopId, version: str, text: str, now: datetime) -> None:
    in_turn(conn, f"policies {shop_id}")
    this = (policies.c.shop_id == shop_id) & (policies.c.version == version)
    if conn.execute(update(policies).where(this).values(last_served_at=now)).rowcount == 0:
        row = {"shop_id": shop_id, "version": version, "text": text}
        conn.execute(insert(policies).values(**row, first_served_at=now, last_served_at=now))


def _of(row: RowMapping) -> PolicyVersion:
    return PolicyVersion(
        version=row["version"],
        text=row["text"],
        first_served_at=row["first_served_at"],
        last_served_at=row["last_served_at"],
    )
