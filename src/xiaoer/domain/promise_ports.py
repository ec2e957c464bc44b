"""The ledger of promises, as those see it who keep, look up or list them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ShopId
from xiaoer.domain.promise import Promise, PromiseState


class AlreadySaid(Exception):
    """The words of this turn were said before: it is not said twice."""


class Promises(Protocol):
    """Rows of what is owed to customers. What a turn promises is written with the turn (TurnRecord)."""

    async def due(self, shop_id: ShopId, *, now: datetime, limit: int) -> Sequence[Promise]:
        """Open ones whose time it is to be looked up, longest due first."""
        ...

    async def get(self, shop_id: ShopId, promise_id: str) -> Promise | None: ...

    async def listed(
        self,
        shop_id: ShopId,
        *,
        states: Collection[PromiseState],
        due_before: datetime | None = None,
        limit: int,
    ) -> Sequence[Promise]:
        """Soonest due first."""
        ...

    async def look_again(self, promise: Promise, *, at: datetime) -> None: ...

    async def close(
        self,
        promise: Promise,
        state: PromiseState,
        *,
        why: str,
        now: datetime,
        renewed: Promise | None = None,
    ) -> bool:
        """OPEN -> state, for exactly one caller; `renewed` is made in the same transaction.

        False, and nothing is changed, if it is closed, or was given another date meanwhile.
        """
        ...
