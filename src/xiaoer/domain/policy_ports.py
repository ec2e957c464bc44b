"""Where the policies that were served are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from xiaoer.domain.ids import ShopId


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    version: str
    text: str  # of policy.yaml
    first_served_at: datetime
    last_served_at: datetime


class Policies(Protocol):
    """Every policy a shop was served with, kept for ever."""

    async def served(self, shop_id: ShopId, version: str, text: str, *, now: datetime) -> None:
        """Note that this one serves from now on."""
        ...

    async def history(self, shop_id: ShopId, *, limit: int) -> Sequence[PolicyVersion]:
        """Last served first."""
        ...

    async def get(self, shop_id: ShopId, version: str) -> PolicyVersion | None: ...
