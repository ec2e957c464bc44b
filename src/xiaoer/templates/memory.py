"""MemoryTemplates: reply templates without a database, for tests and trials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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


@dataclass(slots=True)
class MemoryTemplates:
    """Keeps the contract of domain.template_ports.Templates in one process. It hears of no replies."""

    _kept: dict[ShopId, dict[TemplateId, Template]] = field(default_factory=dict)
    _changes: int = 0

    async def draft(self, shop_id: ShopId, way: Way, text: str, *, author: str, now: datetime) -> Template:
        made = Template(
            id=TemplateId(f"{shop_id}-{sum(map(len, self._kept.values())) + 1}"),
            way=way,
            number=len(self._of(shop_id, way)) + 1,
            text=text,
            state=TemplateState.DRAFT,
            author=author,
            created_at=now,
        )
        self._put(shop_id, [made])
        return made

    async def template(self, shop_id: ShopId, template_id: TemplateId) -> Template | None:
        return self._kept.get(shop_id, {}).get(template_id)

    async def templates(
        self, shop_id: ShopId, wanted: WantedTemplates, *, limit: int, after: TemplateId | None = None
    ) -> Sequence[Template]:
        found = [one for one in self._all(shop_id) if _is_wanted(one, wanted)]
        last = await self.template(shop_id, after) if after is not None else None
        return [one for one in found if last is None or _place(one) > _place(last)][:limit]

    async def publish(self, shop_id: ShopId, template_id: TemplateId, *, now: datetime) -> Template | None:
        draft = await self.template(shop_id, template_id)
        if draft is None or draft.state is not TemplateState.DRAFT:
            return None
        before = [one for one in self._of(shop_id, draft.way) if one.state is TemplateState.PUBLISHED]
        self._put(shop_id, published(draft, before, now=now))
        self._changes += 1
        return await self.template(shop_id, template_id)

    async def archive(self, shop_id: ShopId, template_id: TemplateId, *, now: datetime) -> Template | None:
        one = await self.template(shop_id, template_id)
        if one is None or one.state is TemplateState.ARCHIVED:
            return None
        self._put(shop_id, [archived(one, now=now)])
        self._changes += one.state is TemplateState.PUBLISHED
        return await self.template(shop_id, template_id)

    async def changed(self, shop_id: ShopId) -> str:
        return str(self._changes)

    async def tallies(self, shop_id: ShopId, *, since: datetime | None = None) -> Mapping[TemplateId, Tally]:
        return {}

    def _all(self, shop_id: ShopId) -> list[Template]:
        return sorted(self._kept.get(shop_id, {}).values(), key=_place)

    def _of(self, shop_id: ShopId, way: Way) -> list[Template]:
        return [one for one in self._all(shop_id) if one.way == way]

    def _put(self, shop_id: ShopId, changed: Sequence[Template]) -> None:
        self._kept.setdefault(shop_id, {}).update({one.id: one for one in changed})


def _place(template: Template) -> tuple[str, str, str, str, int]:
    way = template.way
    return way.intent, way.language.value, way.mood.value if way.mood else "", way.variant, template.number


def _is_wanted(template: Template, wanted: WantedTemplates) -> bool:
    return (
        (not wanted.states or template.state in wanted.states)
        and wanted.intent in (None, template.way.intent)
        and wanted.language in (None, template.way.language)
        and wanted.way in (None, template.way)
    )
