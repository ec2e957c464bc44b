"""START HERE: `Clerk.answer` is the whole story of a customer's message."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from uuid import uuid4

import anyio
import anyio.to_thread
import structlog

from xiaoer.actions.base import reads_only
from xiaoer.actions.house import House
from xiaoer.actions.promised import promised_in
from xiaoer.actions.run import decline, own_card, run
from xiaoer.decide.memory import in_own_words, let_go, remember, tongue_of
from xiaoer.domain.conversation import Conversation, Memory, Message, State, Step, Turn, TurnRecord
from xiaoer.domain.decision import Chosen, Decision, Do, Drop, HandOff, Ruling, Say, Tell
from xiaoer.domain.facts import Facts
from xiaoer.domain.feeling import mood_over
from xiaoer.domain.ids import ConversationId, IntentId, OrderId, TurnId
from xiaoer.domain.job import NewJob
from xiaoer.domain.outcome import Done, NeedsApproval, NeedsConfirm, Outcome, Plan
from xiaoer.domain.people import Actor, Proof
from xiaoer.domain.ports import (
    Busy,
    Mind,
    Proposal,
    ProposalState,
    Rewording,
    StoreDown,
    Understander,
    Wakeups,
)
from xiaoer.domain.promise_ports import AlreadySaid
from xiaoer.domain.reply import NOTHING, ConfirmCard, Reply, after
from xiaoer.domain.understanding import Understanding
from xiaoer.guard.outbound import found_in
from xiaoer.guard.proposed import proposed
from xiaoer.learn.hearing import heard_in, put_right
from xiaoer.learn.questions import asked_of
from xiaoer.speak.voice import TemplateVoice
from xiaoer.speak.wording import Wording

MOST_STEPS = 8  # of one turn: at most five wishes, a proof before them, something parked after them
MOST_TURNS = 20  # under one lease; whoever writes faster than that is answered by the next
MOST_LATER = 200  # events since a message that a card is looked for in
PATIENCE_S = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)  # waits of a pressed card for a turn under way
WITH_A_MODEL_S = (*PATIENCE_S, *[1.0] * 15)  # which may take as long as it may, and be worded
WITHIN_S = 8.0  # of a turn, in which its words may still be made better
BROKEN = Chosen(HandOff("broken"), "rule:broken")
BY_AGENT = "agent:mcp"
_log = structlog.get_logger(__name__)


_OF_ONE_ORDER = {"cancel_order", "cancel_items"}  # all of it, or less of it
ANSWERABLE = (ProposalState.OPEN,)
DECLINABLE = (ProposalState.OPEN, ProposalState.NEEDS_STAFF)  # nothing was sent yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Receives, understands, decides, acts, speaks and records; one turn at a time per conversation."""

    house: House
    understander: Understander
    mind: Mind
    voice: TemplateVoice
    wording: Wording | None = None  # the merchant's own words; None: there are none
    patience_s: Sequence[float] = PATIENCE_S
    rewording: Rewording | None = None  # a language model's, for what our templates say
    wakeups: Wakeups
    clock: Callable[[], datetime]
    versions: Callable[[], Mapping[str, str]]  # of code, classifier, knowledge, policy, as they are now
    later: Callable[[Turn], tuple[NewJob, ...]] = lambda turn: ()  # what is done once it is answered

    async def answer(self, conversation_id: ConversationId) -> tuple[TurnRecord, ...]:
        """Answer all a customer has said. Nothing while another process is answering.

        Looks again after each turn: who was turned away meanwhile (Busy) relies on it.
        """
        log, records = self.house.conversations, list[TurnRecord]()
        try:
            for _ in range(MOST_TURNS):
                async with log.lease(conversation_id, now=self.clock()):
                    begun = perf_counter()
                    if (heard := await self._receive(conversation_id)) is not None:
                        received_ms = (perf_counter() - begun) * 1000
                        record = await self._serve(*heard)
                        timed = replace(record, timings_ms={"receive": received_ms, **record.timings_ms})
                        records.append(await self._finish(timed))
                if not (await log.pending(conversation_id))[1]:
                    break
        except Busy:
            _log.debug("answered_elsewhere", conversation_id=conversation_id)
        return tuple(records)

    async def _receive(self, conversation_id: ConversationId) -> tuple[Turn, Chosen | None] | None:
        """The messages that wait for a reply, understood together: a burst is one turn.

        With the decision that is plain already: what breaks the understander is for a person to read.
        """
        conversation, messages = await self.house.conversations.pending(conversation_id)
        if not messages:
            return None
        self.wakeups.whisper(conversation_id, "typing", {})
        try:
            heard, first = await self._heard(texts_of(messages), conversation), None
        except Exception as bug:  # noqa: BLE001 - nobody is met with silence
            _log.error("understander_broke", error=type(bug).__name__, at=where(bug))
            heard, first = _silence(conversation), BROKEN
        turn = _turn(conversation, tuple(messages), heard, now=self.clock())
        if heard.answer is not None and await self._shown_since(conversation, messages[0]):
            turn = replace(turn, memory=replace(turn.memory, proposal=None))
        return turn, first

    async def _shown_since(self, conversation: Conversation, message: Message) -> bool:
        """Whether the card came on the screen only after this was written: then a yes is not to it."""
        card = conversation.memory.proposal
        if card is None or conversation.last_seq == message.seq:
            return False
        later = await self.house.conversations.after(conversation.id, message.seq, limit=MOST_LATER)
        parts = [part for event in later if event.kind == "message" for part in event.parts]
        return any(isinstance(part, ConfirmCard) and part.intent_id == card for part in parts)

    async def _heard(self, texts: Sequence[str], conversation: Conversation) -> Understanding:
        """Nobody else's turn stands still while a model is asked. A photo alone says nothing in words."""
        if not texts:
            return _silence(conversation)
        if self.understander.waits:
            return await anyio.to_thread.run_sync(self.understander.understand, texts, conversation)
        return self.understander.understand(texts, conversation)

    async def _serve(self, turn: Turn, first: Chosen | None = None) -> TurnRecord:
        """Decide, act, speak, until every wish is served or something has to be asked.

        A bug in a step is a person's to mend. What the steps before it did is still told and remembered.
        """
        begun = perf_counter()
        while len(turn.steps) < MOST_STEPS:
            try:
                if first and not turn.steps:
                    chosen: Chosen | None = first
                elif (chosen := await self.mind.next(turn)) is not None:
                    chosen = proposed(chosen, turn)
                if chosen is None:
                    break
                turn = await self._steps(turn, chosen)
            except StoreDown:
                raise  # nothing can be kept now; the message is stored and answered once the store is back
            except Exception as bug:  # noqa: BLE001 - the edge of a turn
                _log.error("turn_broke", turn_id=turn.id, error=type(bug).__name__, at=where(bug))
                turn = await self._step(turn, BROKEN)
                break
        turn, reply = await self._proven(turn)
        reply = await self._reworded(turn, reply, until=begun + WITHIN_S)
        memory = replace(turn.memory, heard=heard_in(turn), tongue=tongue_of(turn, reply))
        turn = replace(turn, memory=memory)
        ms = (perf_counter() - begun) * 1000
        return TurnRecord(turn=turn, reply=reply, timings_ms={"serve": ms}, versions=self._versions(turn))

    def _versions(self, turn: Turn) -> dict[str, str]:
        """A model that was swapped meanwhile has not heard this turn."""
        heard_by = {"classifier": turn.understanding.model} if turn.understanding.model else {}
        return {**self.versions(), **heard_by}

    async def _steps(self, turn: Turn, chosen: Chosen) -> Turn:
        """The step, and with it what is only looked up beside it: all of that at once."""
        beside = [one for one in chosen.beside if _looks_up(one)][: MOST_STEPS - len(turn.steps) - 1]
        steps = [replace(chosen, beside=()), *(beside if _looks_up(chosen) else ())]
        outcomes = await asyncio.gather(*(self._act(one.decision, turn) for one in steps))
        for one, outcome in zip(steps, outcomes, strict=True):
            turn = await self._said_of(turn, one, outcome)
        return turn

    async def _step(self, turn: Turn, chosen: Chosen) -> Turn:
        return await self._said_of(turn, chosen, await self._act(chosen.decision, turn))

    async def _said_of(self, turn: Turn, chosen: Chosen, outcome: Outcome | None) -> Turn:
        if isinstance(outcome, Done) and not reads_only(outcome.action):
            chosen = replace(chosen, told_later=False)  # in our words, with its number and what it promises
        reply = self.voice.say(chosen, outcome, turn)
        own = await self.wording.instead(reply, chosen, outcome, turn) if self.wording else None
        if own is None or found_in(own, turn, chosen, outcome):
            return self._told(turn, chosen, outcome, reply)
        return self._told(turn, in_own_words(chosen), outcome, own)

    async def _act(self, decision: Decision, turn: Turn) -> Outcome | None:
        """Everything that is done goes through the one door."""
        actor, reach = turn.conversation.actor, self.house.reach(turn)
        if isinstance(decision, HandOff):
            return await run(Do("call_person", {"why": decision.why}), actor, reach)
        if isinstance(decision, Drop) and decision.intent_id is not None:
            await decline(decision.intent_id, actor, reach)
        if not isinstance(decision, Do):
            return None
        outcome = await run(decision, actor, reach)
        if isinstance(outcome, NeedsConfirm):
            await self._replace_card(turn, outcome)
        if isinstance(outcome, NeedsApproval):
            await self.house.desk.queue(turn.conversation.id, "approval", now=turn.now)
        return outcome

    def _told(self, turn: Turn, chosen: Chosen, outcome: Outcome | None, reply: Reply) -> Turn:
        """The turn after a step: what was said of it, what is remembered, who is proven by now."""
        heard = _is_heard(chosen) or (self.rewording is not None and self.rewording.wants(turn))
        if reply.text and not heard and not found_in(reply, turn, chosen, outcome):
            self.wakeups.whisper(turn.conversation.id, "part", {"text": reply.text})
        step = Step(chosen=chosen, outcome=outcome, reply=reply)
        conversation = replace(turn.conversation, actor=_actor_after(turn.conversation.actor, outcome))
        memory = remember(turn.memory, chosen, outcome)
        return replace(turn, conversation=conversation, memory=memory, steps=(*turn.steps, step))

    async def _proven(self, turn: Turn) -> tuple[Turn, Reply]:
        """The last look: a word without a receipt is not said, and what is said instead is looked at too.

        Each try is a step of its own, which keeps what kinds were found: a card that was not shown must not
        hear the next yes.
        """
        reply = self.voice.together(turn)
        for instead in (Say("shop_down"), HandOff("broken")):
            if not (found := found_in(reply, turn)):
                return turn, reply
            kinds = tuple(sorted({one.kind.value for one in found}))
            _log.error("unproven_reply", turn_id=turn.id, kinds=kinds)
            decision = replace(instead, facts={"found": kinds}) if isinstance(instead, Say) else instead
            turn = await self._step(turn, Chosen(decision, "rule:unproven"))
            reply = turn.steps[-1].reply
        return turn, reply if not found_in(reply, turn) else reply.without_text

    async def _reworded(self, turn: Turn, reply: Reply, *, until: float) -> Reply:
        """In warmer words, or in the customer's language beside ours, if there is somebody and time for that
        and nothing is wrong with them.
        """
        if self.rewording is None:
            return reply
        try:
            async with asyncio.timeout(max(0.0, until - perf_counter())):
                other = await self.rewording.reword(turn, reply)
        except StoreDown:
            raise
        except TimeoutError:
            _log.warning("rewording_late", turn_id=turn.id)
            return reply
        except Exception as bug:  # noqa: BLE001 - what was done is told, in our own words
            _log.error("rewording_broke", turn_id=turn.id, error=type(bug).__name__, at=where(bug))
            return reply
        return reply if other is None or found_in(other, turn) else other

    async def _finish(self, record: TurnRecord) -> TurnRecord:
        turn = record.turn
        whole = replace(record, questions=asked_of(record), promises=promised_in(turn), jobs=self.later(turn))
        if (correction := put_right(turn)) is not None:
            await self.house.corrections.add(correction)
        await self.house.conversations.finish_turn(whole, now=self.clock())
        return whole

    async def _replace_card(self, turn: Turn, outcome: NeedsConfirm) -> None:
        """A corrected wish has one card: the one before can no longer be pressed."""
        old = turn.memory.card
        before = await self.house.ledger.proposal(old) if old and old != outcome.intent_id else None
        if before and before.state is ProposalState.OPEN and _in_its_place(before.plan, outcome.plan):
            await self.house.ledger.finish(before.id, ProposalState.EXPIRED, None, now=turn.now)

    # --- what a customer does with a button rather than with words -----------------------------

    async def press(
        self, conversation_id: ConversationId, intent_id: IntentId, *, yes: bool
    ) -> Proposal | None:
        """Answer a card; None if it is not this customer's. A second press changes nothing."""
        async with self._alone(conversation_id) as turn:
            card = await own_card(intent_id, turn.conversation.actor, self.house.reach(turn))
            if card is None or card.state not in (ANSWERABLE if yes else DECLINABLE):
                return card
            action = card.plan.action
            decision = Do(action, confirmed=card.id) if yes else Drop(card.id, action)
            await self._finish(await self._serve(turn, Chosen(decision, "rule:card_pressed")))
        return await self.house.ledger.proposal(intent_id)

    async def held(self, *, limit: int) -> Sequence[Proposal]:
        """Effects that wait for a colleague, longest first."""
        return await self.house.ledger.held(self.house.policy.shop_id, limit=limit)

    async def rule(self, intent_id: IntentId, ruling: Ruling) -> Proposal | None:
        """A colleague's word on what waits for one; None if nothing of this id does."""
        effect = await self.house.ledger.proposal(intent_id)
        if effect is None or effect.actor.shop_id != self.house.policy.shop_id:
            return None
        async with self._alone(effect.conversation_id) as begun:
            now = await self.house.ledger.proposal(intent_id)  # somebody else may have been first
            if now is None or now.state is not ProposalState.NEEDS_STAFF:
                return None
            turn = replace(begun, conversation=replace(begun.conversation, actor=effect.actor))
            call = Do(effect.plan.action, confirmed=effect.id, ruling=ruling)
            await self._finish(await self._serve(turn, Chosen(call, "staff:ruling")))
        return await self.house.ledger.proposal(intent_id)

    async def call_person(self, conversation_id: ConversationId, *, why: str = "asked") -> None:
        """The button that is always there."""
        async with self._alone(conversation_id) as turn:
            await self._finish(await self._serve(turn, Chosen(HandOff(why), "rule:button")))

    async def prove(self, conversation_id: ConversationId, *, order_id: str, contact: str) -> bool:
        """A guest proves an order. The same False for wrong, foreign and tried too often."""
        async with self._alone(conversation_id) as turn:
            call = Do("prove_order", {"order_id": order_id, "contact": contact})
            record = await self._serve(turn, Chosen(call, "rule:form"))
            await self._finish(record)
        matched = isinstance(record.turn.steps[0].outcome, Done)  # a proof from before is none of this one
        return matched and OrderId(order_id) in record.turn.conversation.actor.proven_orders

    async def ask(self, conversation_id: ConversationId, action: str, args: Facts) -> TurnRecord:
        """A program in the customer's name asks for one action; the reply is the program's.

        The customer is shown what was done in their name and what waits for their yes. The conversation keeps
        its memory: no word said next can mean this card, only its own button. Busy, LookupError.
        """
        async with self._alone(conversation_id) as begun:
            alone = replace(begun, memory=Memory())
            record = await self._serve(alone, Chosen(Do(action, args), BY_AGENT))
            kept = replace(record, turn=replace(record.turn, memory=begun.conversation.memory))
            if (notice := notice_of(kept.turn)) is None:
                await self.house.conversations.finish_turn(replace(kept, reply=NOTHING), now=self.clock())
                return kept
            begins = self.voice.say(Chosen(Say(notice), BY_AGENT), None, kept.turn)
            await self._finish(replace(kept, reply=after(begins, kept.reply)))
        return kept

    async def tell(self, conversation_id: ConversationId, chosen: Chosen, *, once: str) -> bool:
        """Speak first, of a thing the customer waits for: a turn of its own, of this id, so never twice.

        False if a person has the conversation: then the machine is silent. Busy, LookupError.
        """
        async with self._alone(conversation_id) as begun:
            if begun.conversation.state is State.HUMAN:
                return False
            until = perf_counter() + WITHIN_S
            turn, reply = await self._proven(await self._step(replace(begun, id=TurnId(once)), chosen))
            reply = await self._reworded(turn, reply, until=until)
            record = TurnRecord(turn=turn, reply=reply, timings_ms={}, versions=self._versions(turn))
            try:
                await self._finish(record)
            except AlreadySaid:
                _log.info("said_before", turn_id=turn.id)
        return True

    @asynccontextmanager
    async def _alone(self, conversation_id: ConversationId) -> AsyncIterator[Turn]:
        """A turn without words, once no other turn is under way. Busy if that takes longer than patience."""
        async with AsyncExitStack() as held:
            for wait_s in (*self.patience_s, None):
                try:
                    lease = self.house.conversations.lease(conversation_id, now=self.clock())
                    await held.enter_async_context(lease)
                    break
                except Busy:
                    if wait_s is None:
                        raise
                await anyio.sleep(wait_s)
            yield await self._wordless(conversation_id)

    async def _wordless(self, conversation_id: ConversationId) -> Turn:
        conversation = await self.house.conversations.get(conversation_id)
        if conversation is None:
            raise LookupError("no such conversation")
        return _turn(conversation, (), _silence(conversation), now=self.clock())


def _is_heard(chosen: Chosen) -> bool:
    """What a language model says was heard as it came; what it looks up is told in its words."""
    return chosen.told_later or isinstance(chosen.decision, Tell)


def _looks_up(chosen: Chosen) -> bool:
    call = chosen.decision
    return isinstance(call, Do) and call.confirmed is None and reads_only(call.action)


def _silence(conversation: Conversation) -> Understanding:
    return Understanding(text="", language=conversation.language, wishes=())


def texts_of(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages if message.text]


def notice_of(turn: Turn) -> str | None:
    """How a customer is told that a program asked; None where it only read, or nothing came of it."""
    step = turn.steps[-1]
    if isinstance(step.outcome, NeedsConfirm):
        return "agent_asks"
    acted = isinstance(step.outcome, Done) and not reads_only(step.outcome.action)
    return "agent_did" if acted else None


def where(bug: BaseException) -> str:
    """File and line of a bug: enough to find it, and no value of anybody."""
    frames = traceback.extract_tb(bug.__traceback__)
    return f"{frames[-1].filename.rpartition('/xiaoer/')[2]}:{frames[-1].lineno}" if frames else ""


def _turn(
    conversation: Conversation, messages: tuple[Message, ...], heard: Understanding, *, now: datetime
) -> Turn:
    feeling = mood_over(conversation.memory.moods, heard.mood)
    memory = let_go(conversation.memory) if heard.misunderstood else conversation.memory
    return Turn(
        id=TurnId(uuid4().hex),
        conversation=conversation,
        messages=messages,
        understanding=heard,
        memory=replace(memory, moods=feeling.moods, upset=feeling.upset),
        now=now,
    )


def _actor_after(actor: Actor, outcome: Outcome | None) -> Actor:
    """A guest who has just proven an order may speak of it in the same turn."""
    if not isinstance(outcome, Done) or outcome.action != "prove_order" or actor.proof is Proof.SIGNED_IN:
        return actor
    orders = actor.proven_orders | {OrderId(str(outcome.facts["order_id"]))}
    return replace(actor, proof=Proof.ORDER, proven_orders=orders)


def _in_its_place(before: Plan, after: Plan) -> bool:
    """Whether a card is the one before put right: the same wish, or less of the order than was to go."""
    same_order = before.args.get("order_id") == after.args.get("order_id")
    narrower = same_order and {before.action, after.action} <= _OF_ONE_ORDER
    return before.action == after.action or narrower
