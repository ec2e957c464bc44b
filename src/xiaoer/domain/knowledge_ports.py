"""The plug points of knowledge: where it is kept, and what looks at it before it goes live."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import (
    Article,
    ArticleState,
    By,
    GateReport,
    Import,
    ImportReport,
    ImportState,
    Ref,
    Version,
)
from xiaoer.domain.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedVersions:
    """Which versions are looked for; what is empty asks for nothing."""

    states: Sequence[ArticleState] = ()
    slug: str = ""
    language: Language | None = None


class Articles(Protocol):
    """Where articles are kept, in versions (the library is built from those that hold).

    `seen`: what `changed` gave when the caller looked. If anything went live or was archived since, nothing
    is done and None is returned: look again.
    """

    async def versions(
        self, shop_id: ShopId, wanted: WantedVersions, *, limit: int, after: Ref | None = None
    ) -> Sequence[Version]:
        """By slug, language and number; those behind `after`."""
        ...

    async def version(self, shop_id: ShopId, ref: Ref) -> Version | None: ...

    async def holding(self, shop_id: ShopId, moment: datetime) -> Sequence[Version]:
        """All that are, were or will be said at `moment`, as far as is known now; by slug and language."""
        ...

    async def next_change(self, shop_id: ShopId, after: datetime) -> datetime | None:
        """The next moment at which a version begins or ends by itself."""
        ...

    async def changed(self, shop_id: ShopId) -> str:
        """Another one whenever something went live or was archived. Cheap: asked every few seconds."""
        ...

    async def draft(self, shop_id: ShopId, article: Article, *, by: By, now: datetime) -> Version:
        """A new version, one number higher."""
        ...

    async def edit(self, shop_id: ShopId, ref: Ref, article: Article, *, by: By, now: datetime) -> bool:
        """Give a draft another text; False if it is not a draft (any more)."""
        ...

    async def publish(
        self, shop_id: ShopId, drafts: Sequence[Version], *, now: datetime, seen: str
    ) -> Sequence[Version] | None:
        """All of them, of different articles, in one transaction (domain.editions).

        None also if one of them is no longer as it was given.
        """
        ...

    async def issue(
        self, shop_id: ShopId, articles: Sequence[Article], *, by: By, now: datetime, seen: str
    ) -> Sequence[Version] | None:
        """Draft and publish in one transaction."""
        ...

    async def archive(self, shop_id: ShopId, ref: Ref, *, now: datetime) -> bool:
        """Drop a draft, or take back what was published; False if there is nothing of the kind."""
        ...


class Gate(Protocol):
    """Looks at the knowledge before anything of it goes live."""

    async def check(self, before: Sequence[Article], after: Sequence[Article]) -> GateReport:
        """`before`: what is said now; `after`: what will be, once all that is to be published has begun."""
        ...


class Imports(Protocol):
    """What was imported, how far it is, and what came of it."""

    async def begin(self, shop_id: ShopId, source: str, *, author: str, now: datetime) -> Import: ...

    async def note(self, import_id: str, *, done: int, total: int | None) -> None: ...

    async def finish(
        self, import_id: str, report: ImportReport, *, state: ImportState, now: datetime
    ) -> None: ...

    async def get(self, shop_id: ShopId, import_id: str) -> Import | None: ...

    async def latest(self, shop_id: ShopId, *, limit: int) -> Sequence[Import]:
        """Newest first."""
        ...

    async def give_up(self, before: datetime, *, now: datetime) -> None:
        """What still runs, though it began before that moment, was cut off: it has failed."""
        ...
