"""SqlSwitches: how far a language model is let in, in a database (domain.rollout_ports.Switches)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from xiaoer.domain.ids import ShopId
from xiaoer.domain.rollout import Mode, Turned
from xiaoer.store.engine import Store, in_turn
from xiaoer.store.tables import llm_switches


class SqlSwitches:
    """Every mode that was ever set, in the order in which they were."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def turned(self, shop_id: ShopId, *, after: int = 0) -> Sequence[Turned]:
        c = llm_switches.c
        query = select(llm_switches).where(c.shop_id == shop_id, c.place > after).order_by(c.place)
        return await self._store.read(
            lambda conn: [_turned_of(row) for row in conn.execute(query).mappings()]
        )

    async def turn(self, shop_id: ShopId, to: Sequence[Turned], *, after: int) -> Sequence[Turned] | None:
        return await self._store.write(f"switches {shop_id}", lambda conn: _turn(conn, shop_id, to, after))


def _turn(conn: Connection, shop_id: ShopId, to: Sequence[Turned], after: int) -> list[Turned] | None:
    in_turn(conn, f"llm_switches {shop_id}")
    last = conn.scalar(select(func.max(llm_switches.c.place)).where(llm_switches.c.shop_id == shop_id)) or 0
    if last != after:
        return None
    placed = [replace(one, place=last + n) for n, one in enumerate(to, 1)]
    if placed:
        conn.execute(insert(llm_switches), [_row_of(shop_id, one) for one in placed])
    return placed


def _row_of(shop_id: ShopId, turned: Turned) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "place": turned.place,
        "intent": turned.intent,
        "mode": turned.mode.value,
        "turned_by": turned.by,
        "at": turned.at,
        "why": turned.why,
        "anyway": turned.anyway,
        "figures": json.dumps(dict(turned.figures or {}), allow_nan=False),
    }


def _turned_of(row: RowMapping) -> Turned:
    return Turned(
        intent=row["intent"],
        mode=Mode(row["mode"]),
        by=row["turned_by"],
        at=row["at"],
        why=row["why"],
        anyway=row["anyway"],
        figures=json.loads(row["figures"]) or None,
        place=row["place"],
    )
