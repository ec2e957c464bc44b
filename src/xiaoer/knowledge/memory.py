"""MemoryArticles: articles in versions without a database, for tests and trials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from xiaoer.domain.editions import published, withdrawn
from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, Name, Ref, Version
from xiaoer.domain.knowledge_ports import WantedVersions


@dataclass(slots=True)
class MemoryArticles:
    """Keeps the contract of domain.knowledge_ports.Articles in one process."""

    _kept: dict[ShopId, dict[Ref, Version]] = field(default_factory=dict)
    _changes: int = 0

    async def versions(
        self, shop_id: ShopId, wanted: WantedVersions, *, limit: int, after: Ref | None = None
    ) -> Sequence[Version]:
        behind = (v for v in self._all(shop_id) if after is None or v.ref > after)
        return [version for version in behind if _is_wanted(version, wanted)][:limit]

    async def version(self, shop_id: ShopId, ref: Ref) -> Version | None:
        return self._kept.get(shop_id, {}).get(ref)

    async def holding(self, shop_id: ShopId, moment: datetime) -> Sequence[Version]:
        return [version for version in self._all(shop_id) if version.holds(moment)]

    async def next_change(self, shop_id: ShopId, after: datetime) -> datetime | None:
        live = [version for version in self._all(shop_id) if version.published_at]
        moments = [at for v in live for at in (v.article.valid_from, v.article.valid_until, v.archived_at)]
        return min((at for at in moments if at and at > after), default=None)

    async def changed(self, shop_id: ShopId) -> str:
        return str(self._changes)

    async def draft(self, shop_id: ShopId, article: Article, *, by: By, now: datetime) -> Version:
        return self._add(shop_id, replace(article, updated_at=now), by)

    async def edit(self, shop_id: ShopId, ref: Ref, article: Article, *, by: By, now: datetime) -> bool:
        if article.name != ref.name:
            raise ValueError("a draft keeps its slug and language")
        former = await self.version(shop_id, ref)
        if former is None or former.state is not ArticleState.DRAFT:
            return False
        text = replace(article, updated_at=now)
        self._put(shop_id, [replace(former, article=text, author=by.author, source=by.source)])
        return True

    async def publish(
        self, shop_id: ShopId, drafts: Sequence[Version], *, now: datetime, seen: str
    ) -> Sequence[Version] | None:
        _refuse_twice([draft.article for draft in drafts])
        kept = self._kept.get(shop_id, {})
        as_given = all(kept.get(d.ref) == d and d.state is ArticleState.DRAFT for d in drafts)
        if not as_given or seen != await self.changed(shop_id):
            return None
        for draft in drafts:
            self._put(shop_id, published(self._of(shop_id, draft.article.name), draft.number, now=now))
        self._changes += 1
        return [self._kept[shop_id][draft.ref] for draft in drafts]

    async def issue(
        self, shop_id: ShopId, articles: Sequence[Article], *, by: By, now: datetime, seen: str
    ) -> Sequence[Version] | None:
        _refuse_twice(articles)
        if seen != await self.changed(shop_id):
            return None
        drafts = [self._add(shop_id, replace(article, updated_at=now), by) for article in articles]
        return await self.publish(shop_id, drafts, now=now, seen=seen)

    async def archive(self, shop_id: ShopId, ref: Ref, *, now: datetime) -> bool:
        if await self.version(shop_id, ref) is None:
            return False
        changed = withdrawn(self._of(shop_id, ref.name), ref.number, now=now)
        self._put(shop_id, changed)
        self._changes += bool(changed)
        return bool(changed)

    def _all(self, shop_id: ShopId) -> list[Version]:
        return [version for _, version in sorted(self._kept.get(shop_id, {}).items())]

    def _of(self, shop_id: ShopId, name: Name) -> list[Version]:
        return [version for version in self._all(shop_id) if version.article.name == name]

    def _add(self, shop_id: ShopId, article: Article, by: By) -> Version:
        made = Version(
            article=article,
            number=len(self._of(shop_id, article.name)) + 1,
            state=ArticleState.DRAFT,
            author=by.author,
            source=by.source,
        )
        self._put(shop_id, [made])
        return made

    def _put(self, shop_id: ShopId, versions: Iterable[Version]) -> None:
        self._kept.setdefault(shop_id, {}).update({version.ref: version for version in versions})


def _refuse_twice(articles: Sequence[Article]) -> None:
    if len({article.name for article in articles}) < len(articles):
        raise ValueError("two versions of one article cannot be published at once")


def _is_wanted(version: Version, wanted: WantedVersions) -> bool:
    return (
        (not wanted.states or version.state in wanted.states)
        and wanted.slug in ("", version.article.slug)
        and wanted.language in (None, version.article.language)
    )
