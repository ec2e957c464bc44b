"""Corrections and models without a database, for tests and trials."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from xiaoer.domain.ids import ConversationId, MessageId, ShopId, TurnId
from xiaoer.domain.learning import (
    By,
    Correction,
    CorrectionState,
    ModelRow,
    ModelState,
    PastTurn,
    Verdict,
    judged,
    spoken_again,
)


@dataclass(slots=True)
class MemoryCorrections:
    """Keeps the contract of domain.learning_ports.Corrections; conversations and turns are filled by hand."""

    conversations: dict[ConversationId, ShopId] = field(default_factory=dict)
    past: dict[TurnId, PastTurn] = field(default_factory=dict)
    said: dict[MessageId, TurnId] = field(default_factory=dict)  # which turn a message belongs to
    _kept: dict[str, Correction] = field(default_factory=dict)

    async def add(self, correction: Correction) -> Correction:
        if self.conversations.get(correction.conversation_id) != correction.shop_id:
            raise LookupError(correction.conversation_id)
        before = self._kept.get(correction.id)
        self._kept[correction.id] = spoken_again(before, correction) if before else correction
        return self._kept[correction.id]

    async def take_back(self, shop_id: ShopId, correction_id: str) -> None:
        kept = await self.get(shop_id, correction_id)
        if kept and (kept.made_by, kept.state, kept.meant) == (By.THUMB, CorrectionState.OPEN, None):
            del self._kept[correction_id]

    async def get(self, shop_id: ShopId, correction_id: str) -> Correction | None:
        kept = self._kept.get(correction_id)
        return kept if kept and kept.shop_id == shop_id else None

    async def listed(
        self, shop_id: ShopId, state: CorrectionState, *, limit: int, after: str = ""
    ) -> Sequence[Correction]:
        found = [c for c in self._kept.values() if (c.shop_id, c.state) == (shop_id, state)]
        found.sort(key=lambda c: (-c.at.timestamp(), c.id))
        last = self._kept.get(after)
        if last is not None:
            found = [c for c in found if (-c.at.timestamp(), c.id) > (-last.at.timestamp(), last.id)]
        return found[:limit]

    async def decide(self, shop_id: ShopId, correction_id: str, verdict: Verdict) -> Correction | None:
        kept = await self.get(shop_id, correction_id)
        after = judged(kept, verdict) if kept else None
        if after is not None:
            self._kept[correction_id] = after
        return after

    async def confirmed(self, shop_id: ShopId, *, limit: int) -> Sequence[Correction]:
        of_shop = [c for c in self._kept.values() if c.shop_id == shop_id and c.meant and c.decided_at]
        found = [c for c in of_shop if c.state is CorrectionState.CONFIRMED]
        return sorted(found, key=lambda c: (-_moment(c.decided_at), c.id))[:limit]

    async def turns(self, shop_id: ShopId, turn_ids: Collection[TurnId]) -> Mapping[TurnId, PastTurn]:
        found = [self.past[turn_id] for turn_id in turn_ids if turn_id in self.past]
        return {turn.id: turn for turn in found if self.conversations.get(turn.conversation_id) == shop_id}

    async def turn_of(self, shop_id: ShopId, message_id: MessageId) -> PastTurn | None:
        turn_id = self.said.get(message_id)
        return None if turn_id is None else (await self.turns(shop_id, [turn_id])).get(turn_id)


@dataclass(slots=True)
class MemoryModels:
    """Keeps the contract of domain.learning_ports.Models."""

    _kept: dict[tuple[ShopId, str], ModelRow] = field(default_factory=dict)

    async def serving(self, shop_id: ShopId) -> ModelRow | None:
        return next((row for row in self._of(shop_id) if row.state is ModelState.SERVING), None)

    async def get(self, shop_id: ShopId, version: str) -> ModelRow | None:
        return self._kept.get((shop_id, version))

    async def history(self, shop_id: ShopId, *, limit: int) -> Sequence[ModelRow]:
        return sorted(self._of(shop_id), key=lambda row: (-row.made_at.timestamp(), row.version))[:limit]

    async def put(self, shop_id: ShopId, row: ModelRow) -> None:
        if row.state is ModelState.SERVING:
            raise ValueError("a model is made to serve by `serve`")
        before = self._kept.get((shop_id, row.version))
        if before is None or before.state is not ModelState.SERVING:
            self._kept[shop_id, row.version] = row

    async def serve(self, shop_id: ShopId, version: str, *, instead_of: str, now: datetime) -> bool:
        before = await self.serving(shop_id)
        if (before.version if before else "") != instead_of:
            return False
        if (shop_id, version) not in self._kept:
            raise LookupError(version)
        if before is not None:
            former = replace(before, state=ModelState.FORMER, served_until=now)
            self._kept[shop_id, before.version] = former
        this = self._kept[shop_id, version]
        serves = replace(this, state=ModelState.SERVING, served_from=now, served_until=None)
        self._kept[shop_id, version] = serves
        return True

    def _of(self, shop_id: ShopId) -> list[ModelRow]:
        return [row for (owner, _), row in self._kept.items() if owner == shop_id]


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
