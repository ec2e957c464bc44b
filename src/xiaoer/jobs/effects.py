"""Effects whose result is not known: asked for by their key, never repeated; within a minute a person's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from xiaoer.actions.run import look_up
from xiaoer.domain.conversation import State
from xiaoer.domain.decision import Chosen, Do, HandOff
from xiaoer.domain.ids import IntentId
from xiaoer.domain.job import SETTLE, Later
from xiaoer.domain.ports import Proposal, ProposalState
from xiaoer.jobs.kinds import Kind
from xiaoer.turn import Clerk

AGAIN = timedelta(seconds=10)  # between look-ups
LAST = timedelta(seconds=55)  # after it was sent: a poll and a slow look-up still fit into the minute
TIMEOUT_S = 30.0
_IN_DOUBT = (ProposalState.TAKEN, ProposalState.UNCLEAR)
_RESULTS = (ProposalState.DONE, ProposalState.REFUSED)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The payload."""

    intent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    clerk: Clerk

    def kind(self) -> Kind[Sent]:
        return Kind(name=SETTLE, takes=Sent, work=self.settle, timeout_s=TIMEOUT_S)

    async def settle(self, sent: Sent, now: datetime) -> Later | None:
        """Look it up; tell the customer what came of it, or fetch a person and tell them that."""
        effect = await self.clerk.house.ledger.proposal(IntentId(sent.intent_id))
        if effect is None:
            return None
        if effect.state not in _IN_DOUBT:
            await self._tell_result(effect)
            return None
        state, outcome = await look_up(effect, self.clerk.house.shop)
        if state is ProposalState.DONE:
            await self.clerk.house.ledger.finish(effect.id, state, outcome, now=now)
            await self._tell_result(await self._as_it_is(effect))
        elif now < (over := (effect.taken_at or now) + LAST):
            return Later(min(now + AGAIN, over))
        else:
            await self._fetch_person(effect)
            await self.clerk.house.ledger.finish(effect.id, state, outcome, now=now)
        _log.warning("effect_settled", intent_id=effect.id, state=state.value)
        return None

    async def _as_it_is(self, effect: Proposal) -> Proposal:
        return await self.clerk.house.ledger.proposal(effect.id) or effect

    async def _tell_result(self, effect: Proposal) -> None:
        """What was found out here, or by a turn that was never kept. A second time it is not said."""
        if effect.state in _RESULTS and await self._state(effect) is not None:
            chosen = Chosen(Do(effect.plan.action, confirmed=effect.id), "job:settled")
            await self.clerk.tell(effect.conversation_id, chosen, once=f"settled-{effect.id}")

    async def _fetch_person(self, effect: Proposal) -> None:
        """Unless the turn that sent it has done so: then the customer knows, and waits for one.

        Who waits for a person already, and whose turn never ended, is told all the same.
        """
        unheard = (State.WAITING,) if effect.state is ProposalState.TAKEN else ()
        if await self._state(effect) in (State.BOT, State.CLOSED, *unheard):
            chosen = Chosen(HandOff("unclear"), "job:unclear")
            await self.clerk.tell(effect.conversation_id, chosen, once=f"unclear-{effect.id}")

    async def _state(self, effect: Proposal) -> State | None:
        """None: the conversation is gone, by its time or by an erasure."""
        conversation = await self.clerk.house.conversations.get(effect.conversation_id)
        return None if conversation is None else conversation.state
