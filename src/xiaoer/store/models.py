"""SqlModels: the history of models in a database (domain.learning_ports.Models)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import ModelRow, ModelState
from xiaoer.store.engine import Store, in_turn, upsert
from xiaoer.store.tables import models

_SERVES = models.c.state == ModelState.SERVING.value


class SqlModels:
    """Models in a database: what each learnt and how it did; what it is made of, processes make anew."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def serving(self, shop_id: ShopId) -> ModelRow | None:
        return await self._store.read(lambda conn: _serving(conn, shop_id))

    async def get(self, shop_id: ShopId, version: str) -> ModelRow | None:
        return await self._store.read(lambda conn: _get(conn, shop_id, version))

    async def history(self, shop_id: ShopId, *, limit: int) -> Sequence[ModelRow]:
        of_shop = select(models).where(models.c.shop_id == shop_id)
        query = of_shop.order_by(models.c.made_at.desc(), models.c.version).limit(limit)
        return await self._store.read(lambda conn: [_model_of(row) for row in conn.execute(query).mappings()])

    async def put(self, shop_id: ShopId, row: ModelRow) -> None:
        if row.state is ModelState.SERVING:
            raise ValueError("a model is made to serve by `serve`")
        await self._store.write(row.version, lambda conn: _put(conn, shop_id, row))

    async def serve(self, shop_id: ShopId, version: str, *, instead_of: str, now: datetime) -> bool:
        return await self._store.write(version, lambda conn: _serve(conn, shop_id, version, instead_of, now))


def _put(conn: Connection, shop_id: ShopId, row: ModelRow) -> None:
    in_turn(conn, f"models {shop_id}")
    before = _get(conn, shop_id, row.version)
    if before is None or before.state is not ModelState.SERVING:
        upsert(conn, models, ["shop_id", "version"], _row_of(shop_id, row))


def _serve(conn: Connection, shop_id: ShopId, version: str, instead_of: str, now: datetime) -> bool:
    in_turn(conn, f"models {shop_id}")
    before = _serving(conn, shop_id)
    if (before.version if before else "") != instead_of:
        return False
    of_shop = update(models).where(models.c.shop_id == shop_id)
    conn.execute(of_shop.where(_SERVES).values(state=ModelState.FORMER.value, served_until=now))
    serves = {"state": ModelState.SERVING.value, "served_from": now, "served_until": None}
    if conn.execute(of_shop.where(models.c.version == version).values(serves)).rowcount == 0:
        raise LookupError(version)
    return True


def _serving(conn: Connection, shop_id: ShopId) -> ModelRow | None:
    row = conn.execute(select(models).where(models.c.shop_id == shop_id, _SERVES)).mappings().one_or_none()
    return _model_of(row) if row else None


def _get(conn: Connection, shop_id: ShopId, version: str) -> ModelRow | None:
    query = select(models).where(models.c.shop_id == shop_id, models.c.version == version)
    row = conn.execute(query).mappings().one_or_none()
    return _model_of(row) if row else None


def _row_of(shop_id: ShopId, row: ModelRow) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "version": row.version,
        "state": row.state.value,
        "before": row.before,
        "correction_ids": json.dumps(list(row.correction_ids)),
        "report": json.dumps(row.report, ensure_ascii=False, allow_nan=False),
        "made_by": row.made_by,
        "made_at": row.made_at,
        "served_from": row.served_from,
        "served_until": row.served_until,
    }


def _model_of(row: RowMapping) -> ModelRow:
    return ModelRow(
        version=row["version"],
        state=ModelState(row["state"]),
        before=row["before"],
        correction_ids=tuple(json.loads(row["correction_ids"])),
        report=json.loads(row["report"]),
        made_by=row["made_by"],
        made_at=row["made_at"],
        served_from=row["served_from"],
        served_until=row["served_until"],
    )
