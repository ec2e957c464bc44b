"""Questions and pinned questions without a database, for tests and trials."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import Pinned, Question
from xiaoer.domain.question_ports import WantedQuestions


@dataclass(slots=True)
class MemoryQuestions:
    """Keeps the contract of domain.question_ports.Questions; `asked` is filled by hand."""

    asked: dict[ShopId, list[Question]] = field(default_factory=dict)

    async def recent(self, shop_id: ShopId, wanted: WantedQuestions, *, limit: int) -> Sequence[Question]:
        found = [question for question in self.asked.get(shop_id, ()) if _is_wanted(question, wanted)]
        return sorted(found, key=lambda q: (-q.at.timestamp(), q.turn_id, q.place))[:limit]


@dataclass(slots=True)
class MemoryPins:
    """Keeps the contract of domain.question_ports.Pins."""

    _kept: dict[str, tuple[ShopId, Pinned]] = field(default_factory=dict)

    async def pins(self, shop_id: ShopId, *, every: bool = False) -> Sequence[Pinned]:
        own = [pinned for owner, pinned in self._kept.values() if owner == shop_id]
        wanted = [pinned for pinned in own if every or pinned.active]
        return sorted(wanted, key=lambda pinned: (pinned.language, pinned.question, pinned.id))

    async def pin(self, shop_id: ShopId, pinned: Pinned, *, now: datetime) -> bool:
        owner, _ = self._kept.setdefault(pinned.id, (shop_id, pinned))
        if owner == shop_id:
            self._kept[pinned.id] = (shop_id, pinned)
        return owner == shop_id

    async def unpin(self, shop_id: ShopId, pin_id: str) -> bool:
        owner, pinned = self._kept.get(pin_id, (None, None))
        if pinned is None or owner != shop_id or not pinned.active:
            return False
        self._kept[pin_id] = (shop_id, replace(pinned, active=False))
        return True


def _is_wanted(question: Question, wanted: WantedQuestions) -> bool:
    disliked = wanted.or_disliked and question.thumb < 0
    every = not wanted.results and not wanted.or_disliked
    return (
        (every or disliked or question.result in wanted.results)
        and wanted.language in (None, question.language)
        and (wanted.since is None or question.at >= wanted.since)
    )
