"""SqlArticles: where the shop's articles are kept, in versions (domain.knowledge_ports.Articles)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from xiaoer.domain.editions import published, withdrawn
from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, Ref, Version
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.store import article_rows as rows
from xiaoer.store.engine import Store, in_turn


class SqlArticles:
    """Articles in a database. All who write to one shop's articles do so one after another."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def versions(
        self, shop_id: ShopId, wanted: WantedVersions, *, limit: int, after: Ref | None = None
    ) -> Sequence[Version]:
        query = rows.of_wanted(shop_id, wanted, after).limit(limit)
        return await self._store.read(lambda conn: rows.found(conn, query))

    async def version(self, shop_id: ShopId, ref: Ref) -> Version | None:
        query = rows.of_ref(shop_id, ref)
        return await self._store.read(lambda conn: next(iter(rows.found(conn, query)), None))

    async def holding(self, shop_id: ShopId, moment: datetime) -> Sequence[Version]:
        query = rows.of_moment(shop_id, moment)
        return await self._store.read(lambda conn: rows.found(conn, query))

    async def next_change(self, shop_id: ShopId, after: datetime) -> datetime | None:
        return await self._store.read(lambda conn: rows.next_change(conn, shop_id, after))

    async def changed(self, shop_id: ShopId) -> str:
        return await self._store.read(lambda conn: rows.mark(conn, shop_id))

    async def draft(self, shop_id: ShopId, article: Article, *, by: By, now: datetime) -> Version:
        def write(conn: Connection) -> Version:
            in_turn(conn, _turn(shop_id))
            return rows.add(conn, shop_id, [replace(article, updated_at=now)], by)[0]

        return await self._store.write(shop_id, write)

    async def edit(self, shop_id: ShopId, ref: Ref, article: Article, *, by: By, now: datetime) -> bool:
        if article.name != ref.name:
            raise ValueError("a draft keeps its slug and language")
        version = Version(
            article=replace(article, updated_at=now),
            number=ref.number,
            state=ArticleState.DRAFT,
            author=by.author,
            source=by.source,
        )

        def write(conn: Connection) -> bool:
            in_turn(conn, _turn(shop_id))
            return rows.rewrite(conn, shop_id, version)

        return await self._store.write(shop_id, write)

    async def publish(
        self, shop_id: ShopId, drafts: Sequence[Version], *, now: datetime, seen: str
    ) -> Sequence[Version] | None:
        _refuse_twice([draft.article for draft in drafts])

        def write(conn: Connection) -> Sequence[Version] | None:
            in_turn(conn, _turn(shop_id))
            return _publish(conn, shop_id, drafts, now) if rows.mark(conn, shop_id) == seen else None

        return await self._store.write(shop_id, write)

    async def issue(
        self, shop_id: ShopId, articles: Sequence[Article], *, by: By, now: datetime, seen: str
    ) -> Sequence[Version] | None:
        _refuse_twice(articles)

        def write(conn: Connection) -> Sequence[Version] | None:
            in_turn(conn, _turn(shop_id))
            if rows.mark(conn, shop_id) != seen:
                return None
            drafts = rows.add(conn, shop_id, [replace(a, updated_at=now) for a in articles], by)
            return _publish(conn, shop_id, drafts, now)

        return await self._store.write(shop_id, write)

    async def archive(self, shop_id: ShopId, ref: Ref, *, now: datetime) -> bool:
        def write(conn: Connection) -> bool:
            in_turn(conn, _turn(shop_id))
            versions = rows.found(conn, rows.of_name(shop_id, ref.name))
            if ref.number not in {version.number for version in versions}:
                return False
            changed = withdrawn(versions, ref.number, now=now)
            rows.live_on(conn, shop_id, changed)
            return bool(changed)

        return await self._store.write(shop_id, write)


def _refuse_twice(articles: Sequence[Article]) -> None:
    if len({article.name for article in articles}) < len(articles):
        raise ValueError("two versions of one article cannot be published at once")


def _turn(shop_id: ShopId) -> str:
    return f"articles:{shop_id}"


def _publish(
    conn: Connection, shop_id: ShopId, drafts: Sequence[Version], now: datetime
) -> Sequence[Version] | None:
    by_name = rows.alive(conn, shop_id, [draft.article.name for draft in drafts], now)
    changed: list[Version] = []
    for draft in drafts:
        versions = by_name.get(draft.article.name, [])
        if draft not in versions or draft.state is not ArticleState.DRAFT:
            return None
        changed += published(versions, draft.number, now=now)
    rows.live_on(conn, shop_id, changed)
    return [version for version in changed if version.state is ArticleState.PUBLISHED]
