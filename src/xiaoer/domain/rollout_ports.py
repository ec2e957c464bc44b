"""Where it is kept how far a language model is let in, and how its trials went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ConversationId, ShopId, TurnId
from xiaoer.domain.rollout import Counted, Judged, Meant, Past, Since, Trial, Turned, Verdict


class Switches(Protocol):
    """Every mode that was ever set; the last one of an intent holds."""

    async def turned(self, shop_id: ShopId, *, after: int = 0) -> Sequence[Turned]:
        """Those behind a place, in their order. Cheap where there are none: asked every few seconds."""
        ...

    async def turn(self, shop_id: ShopId, to: Sequence[Turned], *, after: int) -> Sequence[Turned] | None:
        """All or none of them, with their places. None: one stands behind `after`, which was not seen."""
        ...


class Trials(Protocol):
    async def past(self, shop_id: ShopId, turn_id: TurnId) -> Past | None:
        """A turn of the record as it began; None: it is not there, or no longer whole."""
        ...

    async def since(self, past: Past) -> Since: ...

    async def add(self, trial: Trial) -> bool:
        """False: there is one of this turn, or its conversation is gone."""
        ...

    async def get(self, shop_id: ShopId, turn_id: TurnId) -> Trial | None: ...

    async def settle(self, trial: Trial, verdict: Verdict, really: Meant) -> None:
        """What an open one compares as. A second word changes nothing."""
        ...

    async def judge(
        self, shop_id: ShopId, turn_id: TurnId, judged: Judged, *, by: str, now: datetime
    ) -> Trial | None:
        """The last word counts. None: there is no such trial."""
        ...

    async def listed(
        self, shop_id: ShopId, *, intent: str = "", to_judge: bool = True, limit: int
    ) -> Sequence[Trial]:
        """Newest first. `to_judge`: those nobody knows of whether they are good, then those that differed."""
        ...

    async def suggested(self, conversation_id: ConversationId, *, limit: int) -> Sequence[Trial]:
        """Those whose words are kept for the person who has it, newest first."""
        ...

    async def counted(self, shop_id: ShopId, model: str, *, limit: int) -> Sequence[Counted]:
        """Of the newest trials of one model."""
        ...
