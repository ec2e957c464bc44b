"""The merchant's own words, put together: what the clerk says, and what the staff edit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from xiaoer.actions.house import House
from xiaoer.domain.ports import Library
from xiaoer.speak.wording import Wording
from xiaoer.store.engine import Store
from xiaoer.store.templates import SqlTemplates
from xiaoer.templates.editor import TemplateEditor
from xiaoer.templates.trial import Trial
from xiaoer.understand.catalogue import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    wording: Wording
    editor: TemplateEditor

    async def look(self, now: datetime) -> None:
        """By the clock: what was published or taken back elsewhere."""
        await self.wording.refresh()


async def furnish_words(
    store: Store, house: House, library: Library, *, clock: Callable[[], datetime]
) -> OwnWords:
    """With what is published now."""
    templates, intents = SqlTemplates(store), catalogue()
    wording = Wording(templates, house.policy, catalogue=intents, customer=house.shop.customer)
    editor = TemplateEditor(
        templates,
        house.policy,
        catalogue=intents,
        trial=Trial(house, library, clock),
        changed=wording.refresh,
    )
    await wording.refresh()
    return OwnWords(wording=wording, editor=editor)
