"""What the counter itself would say next, for a person to send or not: looked up, worded, not said.

Nothing is changed for it: what only reads is looked up; of what would change something the verdict is told.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace

import anyio.to_thread
import structlog

from xiaoer.actions.base import CATALOGUE, Reach
from xiaoer.actions.run import foreseen
from xiaoer.decide.goals import scope_of
from xiaoer.decide.local import LocalMind
from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.decision import Answer, Ask, Chosen, Do, Say
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.outcome import NeedsConfirm, Outcome
from xiaoer.domain.ports import Library, ShopError, Understander
from xiaoer.domain.reply import NOTHING, Citation
from xiaoer.guard.outbound import found_in
from xiaoer.speak.book import book
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Renderer
from xiaoer.speak.voice import TemplateVoice

MOST_PASSAGES = 3
MOST_WISHES = 3  # of what the customer said that are looked at
BY_DESK = "staff:suggestion"
# Of a machine that does not get on: a person has taken over by now.
_OF_A_MACHINE = frozenset(
    {"shop_down", "not_written", "needs_colleague", "yes_to_what", "about_bot", "greeting"}
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """Something that could be said. `cited`: the articles it quotes."""

    text: str
    cited: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Drafts, best first; and what they were made of, to word them otherwise."""

    turn: Turn
    drafts: tuple[Draft, ...]
    outcomes: tuple[Outcome, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalView:
    local: LocalMind
    library: Library
    understander: Understander
    voice: TemplateVoice
    reach_for: Callable[[Turn], Reach]

    async def of(self, turn: Turn) -> View:
        """`turn`: with the customer's messages that are to be answered, not understood yet."""
        turn = await self._heard(turn)
        drafts, outcomes, quoted = list[Draft](), list[Outcome](), set[str]()
        async for draft, outcome in self._drafts(turn):
            quoted |= {citation.slug for citation in draft.cited}
            if draft.text not in [known.text for known in drafts]:
                drafts.append(draft)
            outcomes += [outcome] if outcome is not None else []
        passages = self._passages(turn)
        for passage in passages:
            if passage.slug not in quoted:
                answer = Chosen(Answer((passage,)), BY_DESK)
                drafts += self._said(answer, None, turn)
        return View(turn=turn, drafts=tuple(drafts), outcomes=tuple(outcomes), passages=tuple(passages))

    async def _heard(self, turn: Turn) -> Turn:
        texts = [message.text for message in turn.messages if message.text]
        if not texts:
            return turn
        conversation, understand = turn.conversation, self.understander.understand
        if self.understander.waits:
            heard = await anyio.to_thread.run_sync(understand, texts, conversation)
        else:
            heard = understand(texts, conversation)
        return replace(turn, understanding=heard)

    async def _drafts(self, turn: Turn) -> AsyncIterator[tuple[Draft, Outcome | None]]:
        """One wish after the other, as in a turn; then how the order stands that was spoken of last."""
        looked = set[str]()
        for _ in range(MOST_WISHES):
            if (chosen := await self._next(turn)) is None:
                break
            outcome, drafts = await self._decided(chosen, turn)
            if isinstance(chosen.decision, Do):
                looked.add(str(chosen.decision.args.get("order_id", "")))
            for draft in drafts:
                yield draft, outcome
            turn = replace(turn, steps=(*turn.steps, Step(chosen=chosen, outcome=outcome, reply=NOTHING)))
        if (order_id := turn.memory.order_id) and order_id not in looked:
            call = Do("look_up_order", {"order_id": order_id})
            outcome = await foreseen(call, turn.conversation.actor, self.reach_for(turn))
            for draft in self._said(Chosen(call, BY_DESK), outcome, turn):
                yield draft, outcome

    async def _next(self, turn: Turn) -> Chosen | None:
        try:
            return await self.local.next(turn) if turn.messages else None
        except ShopError as error:
            _log.warning("shop_error", turn_id=turn.id, error=type(error).__name__)
            return None

    async def _decided(self, chosen: Chosen, turn: Turn) -> tuple[Outcome | None, list[Draft]]:
        match chosen.decision:
            case Answer() | Ask():
                return None, self._said(chosen, None, turn)
            case Say(key) if key not in _OF_A_MACHINE:
                return None, self._said(chosen, None, turn)
            case Do(action) as call if action in CATALOGUE:
                return await self._done(call, chosen, turn)
            case _:
                return None, []

    async def _done(self, call: Do, chosen: Chosen, turn: Turn) -> tuple[Outcome | None, list[Draft]]:
        actor, reach = turn.conversation.actor, self.reach_for(turn)
        found = await foreseen(call, actor, reach)
        if isinstance(found, NeedsConfirm):
            return None, self._offered(call.action, turn)
        return found, self._said(chosen, found, turn)

    def _offered(self, action: str, turn: Turn) -> list[Draft]:
        """What is allowed is offered: it is done once the customer says yes to a card, or by a person."""
        language, key = turn.understanding.language, f"instead.{action}"
        if key not in book(language).phrases:
            return []
        calendar = Calendar(language, turn.conversation.time_zone, turn.now)
        return [Draft(Renderer(calendar, seed=turn.id).phrase([key], {}).text)]

    def _said(self, chosen: Chosen, outcome: Outcome | None, turn: Turn) -> list[Draft]:
        """In the house's words, if they may be said."""
        reply = self.voice.say(chosen, outcome, turn)
        if not reply.text or found_in(reply, turn, chosen, outcome):
            return []
        return [Draft(reply.text, tuple(part for part in reply.parts if isinstance(part, Citation)))]

    def _passages(self, turn: Turn) -> Sequence[Passage]:
        heard = turn.understanding
        if not heard.text:
            return ()
        return self.library.search(heard.text, heard.language, limit=MOST_PASSAGES, scope=scope_of(turn))
