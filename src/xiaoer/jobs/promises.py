"""Watch: looks up in the shop what was promised, before and at its deadline."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from xiaoer.domain.conversation import Conversation, State
from xiaoer.domain.decision import Chosen, Say
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.job import Later
from xiaoer.domain.outcome import Refused
from xiaoer.domain.ports import Busy, ShopError, StoreDown
from xiaoer.domain.promise import (
    BY_A_PERSON,
    Kept,
    Missed,
    Owed,
    Promise,
    PromiseKind,
    PromiseState,
    PutOff,
    Verdict,
    Void,
    by_date,
    end_of_day,
    first_look,
    judge,
    next_look,
)
from xiaoer.domain.promise_ports import Promises
from xiaoer.guard.access import owned_order
from xiaoer.jobs.alone import alone
from xiaoer.jobs.kinds import Kind, Nothing
from xiaoer.turn import Clerk

EVERY = timedelta(seconds=60)
MOST = 200  # looked up in one run; the rest in the next, a minute later
TIMEOUT_S = 300.0
SHOP_BACK = timedelta(minutes=5)  # a shop that is down is asked again
IN_HANDS = timedelta(minutes=15)  # a person has the conversation: looked at again
HELD_LONG = timedelta(
    hours=24
)  # after the deadline; by then that person has told the customer, or nobody will
_OF_AN_ORDER = frozenset(
    {PromiseKind.REFUND_BY, PromiseKind.PARCEL_BY, PromiseKind.SHIP_BY, PromiseKind.INVOICE_BY}
)
_LET = (ShopError, Busy, StoreDown)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A promise that is kept is closed. One that will not be: the customer hears it before asking, once."""

    clerk: Clerk
    promises: Promises

    def kind(self) -> Kind[Nothing]:
        return Kind(name="watch_promises", takes=Nothing, work=self.look, timeout_s=TIMEOUT_S, every=EVERY)

    async def look(self, _: Nothing, now: datetime) -> Later | None:
        """All that is due for a look. A shop that is down makes none of them broken: they wait for it."""
        shop_id = self.clerk.house.policy.shop_id
        for promise in await self.promises.due(shop_id, now=now, limit=MOST):
            try:
                well = await alone("promise", self._one(promise, now), let=_LET, promise_id=promise.id)
            except ShopError as down:
                _log.warning("promise_waits", promise_id=promise.id, error=type(down).__name__)
                await self.promises.look_again(promise, at=now + SHOP_BACK)
                return None  # the others would wait for the same shop, each its own timeout
            except Busy:
                _log.debug("promise_waits", promise_id=promise.id)  # a turn is under way: the next run
            else:
                if not well:  # it comes again, but not before those that can be seen to
                    await self.promises.look_again(promise, at=now + IN_HANDS)
        return None

    async def _one(self, promise: Promise, now: datetime) -> None:
        conversation = await self._where(promise)
        if conversation is None:
            await self._close(promise, PromiseState.CANCELLED, "conversation_gone", now)
            return
        match await self._verdict(promise, conversation, now):
            case Kept():
                await self._close(promise, PromiseState.MET, "kept", now)
            case Owed():
                await self.promises.look_again(promise, at=next_look(promise, now))
            case Void(why):
                await self._close(promise, PromiseState.CANCELLED, why, now)
            case PutOff() | Missed() if conversation.state is State.HUMAN:
                await self._in_hands(promise, now)
            case PutOff(until):
                await self._put_off(promise, conversation, until, now)
            case Missed():
                await self._missed(promise, conversation, now)

    async def _where(self, promise: Promise) -> Conversation | None:
        """Where the customer is told: a closed conversation is not read any more, if there is a later one."""
        log = self.clerk.house.conversations
        made_in = await log.get(promise.conversation_id)
        if made_in is None or made_in.state is not State.CLOSED or promise.customer_id is None:
            return made_in
        return await log.latest_of(promise.shop_id, promise.customer_id) or made_in

    async def _verdict(self, promise: Promise, conversation: Conversation, now: datetime) -> Verdict:
        """ShopError if nobody can say now."""
        if promise.kind in _OF_AN_ORDER:
            order_id = OrderId(str(promise.subject.get("order_id", promise.about)))
            order = await owned_order(self.clerk.house.shop, conversation.actor, order_id)
            if isinstance(order, Refused):
                return Void(order.reason.value)
            return judge(promise, order, now)
        if promise.kind in BY_A_PERSON and conversation.state is not State.WAITING:
            return Kept()  # a person has it, or had it and gave it back
        return by_date(promise, now)

    async def _in_hands(self, promise: Promise, now: datetime) -> None:
        """The machine is silent while a person speaks; the promise stays on the list, overdue."""
        if now > promise.due_at + HELD_LONG:
            await self._close(promise, PromiseState.BROKEN, "in_hands", now)
        else:
            await self.promises.look_again(promise, at=now + IN_HANDS)

    async def _put_off(self, promise: Promise, told_in: Conversation, until: datetime, now: datetime) -> None:
        due_at = end_of_day(until, told_in.time_zone)
        facts: Facts = {**self._facts(promise), "until": due_at}
        say = Say(f"promise_put_off.{promise.kind.value}", facts)
        if await self._tell(promise, told_in, say):
            renewed = replace(
                promise,
                id=uuid4().hex,
                conversation_id=told_in.id,
                due_at=due_at,
                look_at=first_look(promise.kind, due_at, now),
                made_at=now,
                made_by=_turn_of(promise),
                rounds=promise.rounds + 1,
            )
            await self.promises.close(promise, PromiseState.TOLD, why="put_off", now=now, renewed=renewed)

    async def _missed(self, promise: Promise, told_in: Conversation, now: datetime) -> None:
        """The person first: until one is called, the next run finds the promise open."""
        why = f"promise_{promise.kind.value}"
        await self.clerk.house.desk.queue(told_in.id, why, now=now)
        if await self._tell(
            promise, told_in, Say(f"promise_missed.{promise.kind.value}", self._facts(promise))
        ):
            await self._close(promise, PromiseState.BROKEN, "missed", now)
            _log.warning("promise_broken", promise_id=promise.id, kind=promise.kind.value)

    def _facts(self, promise: Promise) -> Facts:
        return {**promise.subject, "promised": promise.due_at}

    async def _tell(self, promise: Promise, told_in: Conversation, say: Say) -> bool:
        """False if a person has taken the conversation this moment."""
        return await self.clerk.tell(told_in.id, Chosen(say, "job:promise"), once=_turn_of(promise))

    async def _close(self, promise: Promise, state: PromiseState, why: str, now: datetime) -> None:
        if await self.promises.close(promise, state, why=why, now=now):
            _log.info("promise_closed", promise_id=promise.id, state=state.value, why=why)


def _turn_of(promise: Promise) -> str:
    """Of one promise and one date the customer hears once. A new date moves the promise and keeps its id."""
    return f"promise-{promise.id}-{int(promise.due_at.timestamp()):x}"
