"""Versions of articles as rows, and the statements that read and write them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, Name, Ref, Version
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.words import Language
from xiaoer.store.codec import dumps, loads
from xiaoer.store.tables import article_versions as table

_AT_ONCE = 1_000  # slugs in one statement
_KEY = (table.c.slug, table.c.language, table.c.number)
_LIFE = ("state", "published_at", "archived_at")


def found(conn: Connection, query: Select[Any]) -> list[Version]:
    return [version_of(row) for row in conn.execute(query).mappings()]


def of_shop(shop_id: ShopId, *where: ColumnElement[bool]) -> Select[Any]:
    return select(table).where(table.c.shop_id == shop_id, *where).order_by(*_KEY)


def of_ref(shop_id: ShopId, ref: Ref) -> Select[Any]:
    return of_shop(shop_id, tuple_(*_KEY) == tuple_(ref.slug, ref.language.value, ref.number))


def of_name(shop_id: ShopId, name: Name) -> Select[Any]:
    return of_shop(shop_id, table.c.slug == name.slug, table.c.language == name.language.value)


def of_wanted(shop_id: ShopId, wanted: WantedVersions, after: Ref | None) -> Select[Any]:
    where: list[ColumnElement[bool]] = []
    if wanted.states:
        where.append(table.c.state.in_([state.value for state in wanted.states]))
    if wanted.slug:
        where.append(table.c.slug == wanted.slug)
    if wanted.language is not None:
        where.append(table.c.language == wanted.language.value)
    if after is not None:
        where.append(tuple_(*_KEY) > tuple_(after.slug, after.language.value, after.number))
    return of_shop(shop_id, *where)


def of_moment(shop_id: ShopId, moment: datetime) -> Select[Any]:
    """The same rule as `Version.holds`."""
    return of_shop(
        shop_id,
        table.c.published_at <= moment,
        or_(table.c.valid_from.is_(None), table.c.valid_from <= moment),
        or_(table.c.archived_at.is_(None), table.c.archived_at > moment),
        or_(table.c.valid_until.is_(None), table.c.valid_until > moment),
    )


def alive(
    conn: Connection, shop_id: ShopId, names: Iterable[Name], now: datetime
) -> dict[Name, list[Version]]:
    """Of each article its drafts, what is said of it and what will be."""
    slugs = sorted({name.slug for name in names})
    living = or_(table.c.state != ArticleState.ARCHIVED.value, table.c.archived_at > now)
    by_name: dict[Name, list[Version]] = {}
    for some in _pieces(slugs):
        for version in found(conn, of_shop(shop_id, living, table.c.slug.in_(some))):
            by_name.setdefault(version.article.name, []).append(version)
    return by_name


def next_change(conn: Connection, shop_id: ShopId, after: datetime) -> datetime | None:
    moments = [table.c.valid_from, table.c.valid_until, table.c.archived_at]
    earliest = [func.min(case((moment > after, moment))) for moment in moments]
    query = select(*earliest).where(table.c.shop_id == shop_id, table.c.published_at.is_not(None))
    return min((at for at in conn.execute(query).one() if at is not None), default=None)


def mark(conn: Connection, shop_id: ShopId) -> str:
    """A publication raises the first number; what else changes the published ones lowers the second.

    So no two states have the same mark, whatever the clocks of those who wrote say.
    """
    is_published = table.c.state == ArticleState.PUBLISHED.value
    query = select(func.count(), func.coalesce(func.sum(case((is_published, table.c.number), else_=0)), 0))
    live = [ArticleState.PUBLISHED.value, ArticleState.ARCHIVED.value]
    count, numbers = conn.execute(query.where(table.c.shop_id == shop_id, table.c.state.in_(live))).one()
    return f"{count}-{numbers}"


def add(conn: Connection, shop_id: ShopId, articles: Sequence[Article], by: By) -> list[Version]:
    """Drafts with the next numbers, of different articles. The caller has the shop's turn."""
    last = _last_numbers(conn, shop_id, articles)
    made = [
        Version(
            article=article,
            number=last.get(article.name, 0) + 1,
            state=ArticleState.DRAFT,
            author=by.author,
            source=by.source,
        )
        for article in articles
    ]
    if made:
        conn.execute(insert(table), [{"shop_id": shop_id, **row_of(version)} for version in made])
    return made


def _last_numbers(conn: Connection, shop_id: ShopId, articles: Sequence[Article]) -> dict[Name, int]:
    slugs = sorted({article.slug for article in articles})
    highest = func.max(table.c.number).label("highest")
    query = select(table.c.slug, table.c.language, highest).where(table.c.shop_id == shop_id)
    query = query.group_by(table.c.slug, table.c.language)
    last: dict[Name, int] = {}
    for some in _pieces(slugs):
        for row in conn.execute(query.where(table.c.slug.in_(some))):
            last[Name(row.slug, Language(row.language))] = row.highest
    return last


def _pieces(slugs: Sequence[str]) -> Iterator[Sequence[str]]:
    """Databases take so many parameters and no more."""
    return (slugs[start : start + _AT_ONCE] for start in range(0, len(slugs), _AT_ONCE))


def rewrite(conn: Connection, shop_id: ShopId, version: Version) -> bool:
    """The draft with another text; False if there is no such draft."""
    row = row_of(version)
    key = {name: row.pop(name) for name in ("slug", "language", "number")}
    this = [table.c.shop_id == shop_id, table.c.state == ArticleState.DRAFT.value]
    this += [table.c[name] == value for name, value in key.items()]
    return conn.execute(update(table).where(*this).values(row)).rowcount == 1


def live_on(conn: Connection, shop_id: ShopId, changed: Sequence[Version]) -> None:
    """Write where each stands in its life, in this order: there is never a second published one."""
    if not changed:
        return
    this = [table.c.shop_id == shop_id, *(column == bindparam(f"this_{column.name}") for column in _KEY)]
    statement = update(table).where(*this).values({name: bindparam(f"to_{name}") for name in _LIFE})
    conn.execute(statement, [_step(version) for version in changed])


def _step(version: Version) -> dict[str, object]:
    row = row_of(version)
    key = {f"this_{column.name}": row[column.name] for column in _KEY}
    return key | {f"to_{name}": row[name] for name in _LIFE}


def row_of(version: Version) -> dict[str, object]:
    article = version.article
    return {
        "slug": article.slug,
        "language": article.language.value,
        "number": version.number,
        "state": version.state.value,
        "title": article.title,
        "group": article.group,
        "questions": dumps(article.questions),
        "body": article.body,
        "valid_from": article.valid_from,
        "valid_until": article.valid_until,
        "region": article.region,
        "channel": article.channel,
        "author": version.author,
        "source": version.source,
        "created_at": article.updated_at,
        "published_at": version.published_at,
        "archived_at": version.archived_at,
    }


def version_of(row: RowMapping) -> Version:
    return Version(
        article=Article(
            slug=row["slug"],
            language=Language(row["language"]),
            title=row["title"],
            group=row["group"],
            questions=loads(row["questions"], tuple),
            body=row["body"],
            updated_at=row["created_at"],
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
            region=row["region"],
            channel=row["channel"],
        ),
        number=row["number"],
        state=ArticleState(row["state"]),
        author=row["author"],
        source=row["source"],
        published_at=row["published_at"],
        archived_at=row["archived_at"],
    )
