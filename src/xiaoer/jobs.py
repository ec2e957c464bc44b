"""What happens by the clock: nobody left unanswered, no effect left in doubt, nothing kept too long."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import anyio
import structlog

from xiaoer.actions.run import look_up
from xiaoer.domain.ports import Proposal, ProposalState, StoreDown
from xiaoer.turn import Clerk, where

EVERY_S = 2.0  # between looks
DOUBT = timedelta(seconds=60)  # an effect that is TAKEN for longer was left by a crash
SETTLED = timedelta(seconds=3)  # a burst is still being written, and its own process answers it
EXPIRE_EVERY = timedelta(hours=6)
MOST = 50  # conversations taken up in one look
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Jobs:
    """`expire` deletes what is kept too long, by the retention each table states.

    `looks`: what other parts look after, by their names; each is cheap when there is nothing to do.
    """

    clerk: Clerk
    expire: Callable[[datetime], Awaitable[object]]
    looks: Mapping[str, Callable[[datetime], Awaitable[object]]] = field(default_factory=dict)
    last_expiry: datetime | None = None

    async def run(self) -> None:
        """Look, for ever. Ends by cancellation."""
        while True:
            try:
                await self.look(self.clerk.clock())
            except StoreDown:
                _log.warning("jobs_wait", reason="store_down")
            await anyio.sleep(EVERY_S)

    async def look(self, now: datetime) -> None:
        """One look. Every part is safe to run in several processes at once."""
        for conversation_id in await self.clerk.house.conversations.unanswered(
            limit=MOST, before=now - SETTLED
        ):
            await _alone("answer", self.clerk.answer(conversation_id))
        for effect in await self.clerk.house.ledger.taken_before(now - DOUBT):
            await _alone("settle", self._settle(effect, now))
        for part, look in self.looks.items():
            await _alone(part, look(now))
        if self.last_expiry is None or now - self.last_expiry >= EXPIRE_EVERY:
            await _alone("expire", self.expire(now))
            self.last_expiry = now  # not before: a store that is down gets it as soon as it is back

    async def _settle(self, effect: Proposal, now: datetime) -> None:
        """An effect cut off by a crash: asked for by its key, never repeated; unknown is a person's.

        The person first: until one is called, the next look finds the effect again.
        """
        state, outcome = await look_up(effect, self.clerk.house.shop)
        if state is ProposalState.UNCLEAR:
            await self.clerk.call_person(effect.conversation_id, why="unclear")
        await self.clerk.house.ledger.finish(effect.id, state, outcome, now=now)
        _log.warning("effect_settled", intent_id=effect.id, state=state.value)


async def _alone(part: str, work: Awaitable[object]) -> None:
    """One conversation or effect that breaks keeps no other waiting, and the clock does not stop."""
    try:
        await work
    except StoreDown:
        raise
    except Exception as bug:  # noqa: BLE001 - the edge of a job
        _log.error("job_broke", part=part, error=type(bug).__name__, at=where(bug))
