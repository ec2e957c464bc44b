"""SqlImports: what was imported, how far it is, and what came of it (domain.knowledge_ports.Imports)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Import, ImportReport, ImportState
from xiaoer.store.codec import dumps, loads
from xiaoer.store.engine import Store
from xiaoer.store.rows import new_id
from xiaoer.store.tables import imports

_RUNS = imports.c.state == ImportState.RUNNING.value


class SqlImports:
    """Imports in a database. One that has ended stays as it ended."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, shop_id: ShopId, source: str, *, author: str, now: datetime) -> Import:
        row = {
            "id": new_id(),
            "shop_id": shop_id,
            "source": source,
            "state": ImportState.RUNNING.value,
            "done": 0,
            "total": None,
            "report": dumps(ImportReport()),
            "author": author,
            "at": now,
        }
        await self._store.write(shop_id, lambda conn: conn.execute(insert(imports), row))
        return Import(
            id=str(row["id"]),
            source=source,
            state=ImportState.RUNNING,
            done=0,
            total=None,
            report=ImportReport(),
            author=author,
            at=now,
        )

    async def note(self, import_id: str, *, done: int, total: int | None) -> None:
        this = update(imports).where(imports.c.id == import_id, _RUNS).values(done=done, total=total)
        await self._store.write(import_id, lambda conn: conn.execute(this))

    async def finish(
        self, import_id: str, report: ImportReport, *, state: ImportState, now: datetime
    ) -> None:
        done = len(report.drafts) + len(report.same)
        ended: dict[str, object] = {"state": state.value, "report": dumps(report), "finished_at": now}
        ended |= {"done": done, "total": done} if state is ImportState.DONE else {}
        this = update(imports).where(imports.c.id == import_id, _RUNS).values(ended)
        await self._store.write(import_id, lambda conn: conn.execute(this))

    async def get(self, shop_id: ShopId, import_id: str) -> Import | None:
        query = select(imports).where(imports.c.shop_id == shop_id, imports.c.id == import_id)
        row = await self._store.read(lambda conn: conn.execute(query).mappings().one_or_none())
        return None if row is None else _import_of(row)

    async def latest(self, shop_id: ShopId, *, limit: int) -> Sequence[Import]:
        of_shop = select(imports).where(imports.c.shop_id == shop_id)
        query = of_shop.order_by(imports.c.at.desc(), imports.c.id).limit(limit)
        return await self._store.read(
            lambda conn: [_import_of(row) for row in conn.execute(query).mappings()]
        )

    async def give_up(self, before: datetime, *, now: datetime) -> None:
        cut_off = update(imports).where(_RUNS, imports.c.at < before)
        failed = cut_off.values(state=ImportState.FAILED.value, finished_at=now)
        await self._store.write("imports", lambda conn: conn.execute(failed))


def _import_of(row: RowMapping) -> Import:
    return Import(
        id=row["id"],
        source=row["source"],
        state=ImportState(row["state"]),
        done=row["done"],
        total=row["total"],
        report=loads(row["report"], ImportReport),
        author=row["author"],
        at=row["at"],
        finished_at=row["finished_at"],
    )
