"""What happens by the clock: nobody left unanswered, no effect left in doubt, nothing kept too long."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import anyio
import structlog

from xiaoer.domain.outcome import Done, Failed, Reason
from xiaoer.domain.ports import Proposal, ProposalState, ShopError, StoreDown
from xiaoer.turn import Clerk

EVERY_S = 2.0  # between looks: how long a customer waits at most after a process died
DOUBT = timedelta(seconds=60)  # an effect that is TAKEN for longer was left by a crash
EXPIRE_EVERY = timedelta(hours=6)
MOST = 50  # conversations taken up in one look
_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Jobs:
    """`expire` deletes what is kept too long, by the retention each table states."""

    clerk: Clerk
    expire: Callable[[datetime], Awaitable[object]]
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
        for conversation_id in await self.clerk.house.conversations.unanswered(limit=MOST):
            await self.clerk.answer(conversation_id)
        for effect in await self.clerk.house.ledger.taken_before(now - DOUBT):
            await self._settle(effect, now)
        if self.last_expiry is None or now - self.last_expiry >= EXPIRE_EVERY:
            self.last_expiry = now
            await self.expire(now)

    async def _settle(self, effect: Proposal, now: datetime) -> None:
        """An effect cut off by a crash: asked for by its key, never repeated; unknown is a person's."""
        try:
            happened = await self.clerk.house.shop.effect(effect.id)
        except ShopError:
            happened = False
        action = effect.plan.action
        state = ProposalState.DONE if happened else ProposalState.UNCLEAR
        outcome = Done(action, effect.plan.facts) if happened else Failed(action, Reason.SHOP_UNCLEAR)
        await self.clerk.house.ledger.finish(effect.id, state, outcome, now=now)
        _log.warning("effect_settled", intent_id=effect.id, state=state.value)
        if not happened:
            await self.clerk.call_person(effect.conversation_id, why="unclear")
