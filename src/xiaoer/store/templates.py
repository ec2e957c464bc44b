"""SqlTemplates: where the shop's reply templates are kept (domain.template_ports.Templates)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from xiaoer.domain.ids import ShopId, TemplateId
from xiaoer.domain.templates import (
    Tally,
    Template,
    TemplateState,
    WantedTemplates,
    Way,
    archived,
    published,
)
from xiaoer.store import template_rows as rows
from xiaoer.store.engine import Store, in_turn
from xiaoer.store.rows import new_id


class SqlTemplates:
    """Templates in a database. All who write to one shop's templates do so one after another."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def draft(self, shop_id: ShopId, way: Way, text: str, *, author: str, now: datetime) -> Template:
        written = {"id": TemplateId(new_id()), "text": text, "author": author, "created_at": now}

        def write(conn: Connection) -> Template:
            in_turn(conn, _turn(shop_id))
            return rows.add(conn, shop_id, way, written)

        return await self._store.write(shop_id, write)

    async def template(self, shop_id: ShopId, template_id: TemplateId) -> Template | None:
        return await self._store.read(lambda conn: _one(conn, shop_id, template_id))

    async def templates(
        self, shop_id: ShopId, wanted: WantedTemplates, *, limit: int, after: TemplateId | None = None
    ) -> Sequence[Template]:
        def read(conn: Connection) -> Sequence[Template]:
            query = rows.of_wanted(shop_id, wanted).limit(limit)
            last = _one(conn, shop_id, after) if after is not None else None
            return rows.found(conn, query if last is None else query.where(rows.behind(last)))

        return await self._store.read(read)

    async def publish(self, shop_id: ShopId, template_id: TemplateId, *, now: datetime) -> Template | None:
        def write(conn: Connection) -> Template | None:
            in_turn(conn, _turn(shop_id))
            draft = _one(conn, shop_id, template_id)
            if draft is None or draft.state is not TemplateState.DRAFT:
                return None
            rows.live_on(conn, shop_id, published(draft, rows.said(conn, shop_id, draft.way), now=now))
            return _one(conn, shop_id, template_id)

        return await self._store.write(shop_id, write)

    async def archive(self, shop_id: ShopId, template_id: TemplateId, *, now: datetime) -> Template | None:
        def write(conn: Connection) -> Template | None:
            in_turn(conn, _turn(shop_id))
            one = _one(conn, shop_id, template_id)
            if one is None or one.state is TemplateState.ARCHIVED:
                return None
            rows.live_on(conn, shop_id, [archived(one, now=now)])
            return _one(conn, shop_id, template_id)

        return await self._store.write(shop_id, write)

    async def changed(self, shop_id: ShopId) -> str:
        return await self._store.read(lambda conn: rows.mark(conn, shop_id))

    async def tallies(self, shop_id: ShopId, *, since: datetime | None = None) -> Mapping[TemplateId, Tally]:
        query = rows.tallies(shop_id, since)
        return await self._store.read(lambda conn: dict(rows.tally_of(row) for row in conn.execute(query)))


def _turn(shop_id: ShopId) -> str:
    return f"templates:{shop_id}"


def _one(conn: Connection, shop_id: ShopId, template_id: TemplateId) -> Template | None:
    return next(iter(rows.found(conn, rows.of_id(shop_id, template_id))), None)
