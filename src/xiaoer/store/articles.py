"""SqlArticles: where the shop's articles are kept."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Language
from xiaoer.store.codec import dumps, loads
from xiaoer.store.engine import Store, upsert
from xiaoer.store.tables import articles


class SqlArticles:
    """Articles in a database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self, shop_id: ShopId) -> Sequence[Article]:
        """In the order of their slugs and languages."""
        query = (
            select(articles)
            .where(articles.c.shop_id == shop_id)
            .order_by(articles.c.slug, articles.c.language)
        )
        return await self._store.read(
            lambda conn: [_article_of(row) for row in conn.execute(query).mappings()]
        )

    async def put(self, shop_id: ShopId, articles: Sequence[Article]) -> None:
        rows = [_row_of(shop_id, article) for article in articles]
        await self._store.write(shop_id, lambda conn: _put(conn, rows))


def _put(conn: Connection, rows: Sequence[dict[str, object]]) -> None:
    for row in rows:
        upsert(conn, articles, ["shop_id", "slug", "language"], row)


def _row_of(shop_id: ShopId, article: Article) -> dict[str, object]:
    return {
        "shop_id": shop_id,
        "slug": article.slug,
        "language": article.language.value,
        "title": article.title,
        "group": article.group,
        "questions": dumps(article.questions),
        "body": article.body,
        "updated_at": article.updated_at,
    }


def _article_of(row: RowMapping) -> Article:
    return Article(
        slug=row["slug"],
        language=Language(row["language"]),
        title=row["title"],
        group=row["group"],
        questions=loads(row["questions"], tuple),
        body=row["body"],
        updated_at=row["updated_at"],
    )
