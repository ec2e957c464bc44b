"""The editor: drafts, past the gate, into the library; and back."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, GateReport, Name, Ref, Version
from xiaoer.domain.knowledge_ports import Articles, Gate, WantedVersions
from xiaoer.knowledge.sound import Fault, faults, late_faults

MOST = 10_000  # versions looked at for one answer: twice the largest import
_TRIES = 5  # publications that others came before; a sixth in a row is no accident


class No(StrEnum):
    NO_VERSION = "no_version"
    NOT_A_DRAFT = "not_a_draft"  # it was published or archived: restore it
    NOTHING_TO_ARCHIVE = "nothing_to_archive"
    BUSY = "busy"  # others publish all the time: try again


@dataclass(frozen=True, slots=True)
class Declined:
    why: No
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class Unsound:
    """The article cannot be kept, or cannot go live, as it is."""

    name: Name
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """The gate keeps it from going live; nothing was changed."""

    report: GateReport


@dataclass(frozen=True, slots=True)
class Published:
    versions: tuple[Version, ...]
    report: GateReport  # what the gate only remarked


async def _nobody_serves(now: datetime) -> None:
    """For a process in which no library has to follow."""


class OpenGate:
    """Lets everything through."""

    async def check(self, before: Sequence[Article], after: Sequence[Article]) -> GateReport:
        return GateReport()


class Editor:
    """Everything that changes the shop's articles goes through here."""

    def __init__(
        self,
        articles: Articles,
        shop_id: ShopId,
        *,
        gate: Gate,
        changed: Callable[[datetime], Awaitable[object]] = _nobody_serves,
    ) -> None:
        """`changed` is told of each change of what is said: Current.refresh, where customers are served."""
        self._articles, self._shop_id = articles, shop_id
        self._gate, self._changed = gate, changed

    # --- reading ---------------------------------------------------------------------------------

    async def versions(
        self, wanted: WantedVersions, *, limit: int = MOST, after: Ref | None = None
    ) -> Sequence[Version]:
        """By slug, language and number."""
        return await self._articles.versions(self._shop_id, wanted, limit=limit, after=after)

    async def version(self, ref: Ref) -> Version | None:
        return await self._articles.version(self._shop_id, ref)

    async def history(self, name: Name) -> Sequence[Version]:
        """All versions of one article, oldest first."""
        return await self.versions(WantedVersions(slug=name.slug, language=name.language))

    async def ready(self) -> list[Ref]:
        """The newest draft of each article that is younger than what is published of it."""
        live = WantedVersions(states=[ArticleState.DRAFT, ArticleState.PUBLISHED])
        newest: dict[Name, Version] = {}
        for version in await self.versions(live):
            newest[version.article.name] = version
        return [version.ref for version in newest.values() if version.state is ArticleState.DRAFT]

    # --- writing ---------------------------------------------------------------------------------

    async def draft(self, article: Article, *, by: By, now: datetime) -> Version | Unsound:
        """A new version that nobody hears of yet."""
        if wrong := faults(article):
            return Unsound(article.name, wrong)
        return await self._articles.draft(self._shop_id, article, by=by, now=now)

    async def edit(
        self, ref: Ref, article: Article, *, by: By, now: datetime
    ) -> Version | Unsound | Declined:
        """Another text for a draft. ValueError if it has another slug or language."""
        if wrong := faults(article):
            return Unsound(article.name, wrong)
        if await self._articles.edit(self._shop_id, ref, article, by=by, now=now):
            edited = await self.version(ref)
            return edited or Declined(No.NO_VERSION, ref)
        return Declined(No.NOT_A_DRAFT if await self.version(ref) else No.NO_VERSION, ref)

    async def publish(
        self, refs: Sequence[Ref], *, now: datetime
    ) -> Published | Blocked | Unsound | Declined:
        """All of these drafts, or none. From now on they are said, or from their valid_from on."""
        for _ in range(_TRIES):
            seen = await self._articles.changed(self._shop_id)
            drafts = await self._drafts(refs)
            if isinstance(drafts, Declined):
                return drafts
            checked = await self._check([draft.article for draft in drafts], now)
            if not isinstance(checked, GateReport):
                return checked
            live = await self._articles.publish(self._shop_id, drafts, now=now, seen=seen)
            if live is not None:
                return await self._live(live, checked, now)
        return Declined(No.BUSY)

    async def archive(self, ref: Ref, *, now: datetime) -> Version | Declined:
        """Drop a draft, or say no more what was published. No gate: a false text can always be taken back."""
        if not await self._articles.archive(self._shop_id, ref, now=now):
            there = await self.version(ref)
            return Declined(No.NOTHING_TO_ARCHIVE if there else No.NO_VERSION, ref)
        await self._changed(now)
        return await self.version(ref) or Declined(No.NO_VERSION, ref)

    async def restore(
        self, ref: Ref, *, by: By, now: datetime, publish: bool
    ) -> Version | Published | Blocked | Unsound | Declined:
        """The text of an older version as a new one: a draft, or live at once. What was, stays as it was."""
        former = await self.version(ref)
        if former is None:
            return Declined(No.NO_VERSION, ref)
        article = _without_past_dates(former.article, now)
        return await (self.issue if publish else self.draft)(article, by=by, now=now)

    async def issue(
        self, article: Article, *, by: By, now: datetime
    ) -> Published | Blocked | Unsound | Declined:
        """Written and published at once; when the gate blocks it, nothing is kept."""
        for _ in range(_TRIES):
            seen = await self._articles.changed(self._shop_id)
            checked = await self._check([article], now)
            if not isinstance(checked, GateReport):
                return checked
            live = await self._articles.issue(self._shop_id, [article], by=by, now=now, seen=seen)
            if live is not None:
                return await self._live(live, checked, now)
        return Declined(No.BUSY)

    # --- on the way ------------------------------------------------------------------------------

    async def _drafts(self, refs: Sequence[Ref]) -> list[Version] | Declined:
        drafts = []
        for ref in refs:
            version = await self.version(ref)
            if version is None or version.state is not ArticleState.DRAFT:
                return Declined(No.NOT_A_DRAFT if version else No.NO_VERSION, ref)
            drafts.append(version)
        return drafts

    async def _check(self, news: Sequence[Article], now: datetime) -> GateReport | Unsound | Blocked:
        """Against what is said now; the gate sees the knowledge as if all of it had begun."""
        for article in news:
            if wrong := late_faults(article, now=now):
                return Unsound(article.name, wrong)
        before = [v.said() for v in await self._articles.holding(self._shop_id, now)]
        after = {article.name: article for article in (*before, *news)}
        report = await self._gate.check(before, list(after.values()))
        return Blocked(report) if report.blocked else report

    async def _live(self, versions: Sequence[Version], report: GateReport, now: datetime) -> Published:
        await self._changed(now)
        return Published(tuple(versions), report)


def _without_past_dates(article: Article, now: datetime) -> Article:
    """A text that ran out is restored to be said: its former dates would keep it silent."""
    passed = article.valid_until is not None and article.valid_until <= now
    begun = article.valid_from is not None and article.valid_from <= now
    return replace(
        article,
        valid_from=None if begun else article.valid_from,
        valid_until=None if passed else article.valid_until,
    )
