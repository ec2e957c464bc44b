"""The plug points of what was asked: the questions, and those whose answers must not change unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import Asked, Pinned, Question
from xiaoer.domain.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedQuestions:
    """Which questions are looked for; what is empty asks for nothing."""

    results: Sequence[Asked] = ()
    or_disliked: bool = False  # and those of any other result whose answer got a thumb down
    language: Language | None = None
    since: datetime | None = None


class Questions(Protocol):
    """What customers asked. Written with the turn that answered (Conversations.finish_turn)."""

    async def recent(self, shop_id: ShopId, wanted: WantedQuestions, *, limit: int) -> Sequence[Question]:
        """Newest first, each with the thumb its answer got."""
        ...


class Pins(Protocol):
    """Pinned questions. One that is taken off stays, inactive: what was shipped does not come back."""

    async def pins(self, shop_id: ShopId, *, every: bool = False) -> Sequence[Pinned]:
        """The active ones, by language and question; with `every`, also those taken off."""
        ...

    async def pin(self, shop_id: ShopId, pinned: Pinned, *, now: datetime) -> bool:
        """A new one, or the one with the same id changed. False if that id is another shop's."""
        ...

    async def unpin(self, shop_id: ShopId, pin_id: str) -> bool:
        """False if there is no active one of this id."""
        ...
