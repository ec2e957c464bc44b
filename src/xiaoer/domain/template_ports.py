"""The plug point of reply templates: where they are kept, and counted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ShopId, TemplateId
from xiaoer.domain.templates import Tally, Template, WantedTemplates, Way


class Templates(Protocol):
    """Where reply templates are kept, in versions. Of each way at most one is published at any moment."""

    async def draft(self, shop_id: ShopId, way: Way, text: str, *, author: str, now: datetime) -> Template:
        """A new version, one number higher, that nobody hears yet."""
        ...

    async def template(self, shop_id: ShopId, template_id: TemplateId) -> Template | None: ...

    async def templates(
        self, shop_id: ShopId, wanted: WantedTemplates, *, limit: int, after: TemplateId | None = None
    ) -> Sequence[Template]:
        """By intent, language, mood (any first), variant and number; those behind `after`, if it is one."""
        ...

    async def publish(self, shop_id: ShopId, template_id: TemplateId, *, now: datetime) -> Template | None:
        """The draft is said from now on, and the version before it no more; None if it is no draft."""
        ...

    async def archive(self, shop_id: ShopId, template_id: TemplateId, *, now: datetime) -> Template | None:
        """Drop a draft, or say a published one no more; None if it is neither."""
        ...

    async def changed(self, shop_id: ShopId) -> str:
        """Another one whenever something went live or was archived. Cheap: asked every few seconds."""
        ...

    async def tallies(self, shop_id: ShopId, *, since: datetime | None = None) -> Mapping[TemplateId, Tally]:
        """What came of the uses since then; of those that had any."""
        ...
