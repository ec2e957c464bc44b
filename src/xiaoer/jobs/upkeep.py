"""Upkeep: what each process looks after by itself, every two seconds."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio
import structlog

from xiaoer.domain.ports import StoreDown
from xiaoer.jobs.alone import alone
from xiaoer.turn import Clerk

EVERY_S = 2.0  # between looks
SETTLED = timedelta(seconds=3)  # a burst is still being written, and its own process answers it
MOST = 50  # conversations taken up in one look
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Upkeep:
    """Nobody left unanswered, by the conversations' own leases; and what this process holds in memory.

    `looks`: what other parts look after, by their names; each is cheap when there is nothing to do.
    """

    clerk: Clerk
    looks: Mapping[str, Callable[[datetime], Awaitable[object]]] = field(default_factory=dict)

    async def run(self) -> None:
        """Look, for ever. Ends by cancellation."""
        while True:
            try:
                await self.look(self.clerk.clock())
            except StoreDown:
                _log.warning("upkeep_waits", reason="store_down")
            await anyio.sleep(EVERY_S)

    async def look(self, now: datetime) -> None:
        """One look. Every part is safe to run in several processes at once."""
        house = self.clerk.house
        left = await house.conversations.unanswered(house.policy.shop_id, limit=MOST, before=now - SETTLED)
        for conversation_id in left:
            await alone("answer", self.clerk.answer(conversation_id))
        for part, look in self.looks.items():
            await alone(part, look(now))
