"""The plug points of learning: where corrections are kept, and the history of models."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import MessageId, ShopId, TurnId
from xiaoer.domain.learning import Correction, CorrectionState, ModelRow, PastTurn, Verdict


class Corrections(Protocol):
    """What people put right: one row for a wish, whoever speaks of it."""

    async def add(self, correction: Correction) -> Correction:
        """Keep it, or what `learning.spoken_again` makes of it and the one of the same id.

        As it is kept now. LookupError if its conversation is not there, or is another shop's.
        """
        ...

    async def take_back(self, shop_id: ShopId, correction_id: str) -> None:
        """A thumb was turned up: forget what only a thumb has said. Anything else stays."""
        ...

    async def get(self, shop_id: ShopId, correction_id: str) -> Correction | None: ...

    async def listed(
        self, shop_id: ShopId, state: CorrectionState, *, limit: int, after: str = ""
    ) -> Sequence[Correction]:
        """Newest first; with the id of one, those behind it."""
        ...

    async def decide(self, shop_id: ShopId, correction_id: str, verdict: Verdict) -> Correction | None:
        """As it is kept now (`learning.judged`).

        None if there is no such correction, or one would be confirmed that does not say what was meant.
        """
        ...

    async def confirmed(self, shop_id: ShopId, *, limit: int) -> Sequence[Correction]:
        """The latest decided first: all that may be learnt."""
        ...

    async def turns(self, shop_id: ShopId, turn_ids: Collection[TurnId]) -> Mapping[TurnId, PastTurn]:
        """Those that are there."""
        ...

    async def turn_of(self, shop_id: ShopId, message_id: MessageId) -> PastTurn | None:
        """The turn that answered a customer's message, or whose reply the message is."""
        ...


class Models(Protocol):
    """Each model that was made; at most one serves."""

    async def serving(self, shop_id: ShopId) -> ModelRow | None:
        """Cheap: asked every few seconds."""
        ...

    async def get(self, shop_id: ShopId, version: str) -> ModelRow | None: ...

    async def history(self, shop_id: ShopId, *, limit: int) -> Sequence[ModelRow]:
        """Newest first."""
        ...

    async def put(self, shop_id: ShopId, row: ModelRow) -> None:
        """Keep a model that was made; one of this version that was made before has the new figures.

        The one that serves stays as it is. ValueError for a row that says it serves: `serve` makes it so.
        """
        ...

    async def serve(self, shop_id: ShopId, version: str, *, instead_of: str, now: datetime) -> bool:
        """It serves from now on, and the one before has served: in one step.

        False, and nothing changes, if another than `instead_of` (empty: none) serves by now.
        LookupError if there is no such model.
        """
        ...
