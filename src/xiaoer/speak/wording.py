"""The merchant's own words in the place of the house's, where a sure wish was served and nothing was agreed.

A snapshot of what is published is kept in memory: a turn waits for no database. Of several variants each is
said as often as the others, and the same turn always says the same one.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import anyio
import anyio.to_thread
import structlog

from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Answer, Chosen, Do, Say
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId, ShopId, TemplateId
from xiaoer.domain.intents import Catalogue, ToArticle
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.outcome import Done, Outcome
from xiaoer.domain.people import Customer, Proof
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import ShopError
from xiaoer.domain.reply import Citation, Receipt, Reply, TextPart, Used
from xiaoer.domain.template_ports import Templates
from xiaoer.domain.templates import Template, TemplateState, WantedTemplates
from xiaoer.domain.understanding import OTHER, Intent, Mood
from xiaoer.domain.words import Language
from xiaoer.speak.fields import PROBLEMS, Known, first_name, known_for, values
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Renderer
from xiaoer.speak.template_text import Said, Written
from xiaoer.speak.templates import read

MOST = 20_000  # published at once: several for each intent, language and mood
_NAME = "customer.first_name"
_PUBLISHED = WantedTemplates(states=(TemplateState.PUBLISHED,))
_Key: TypeAlias = tuple[Intent, Language, Mood | None]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    template: Template
    written: Written


class Wording:
    """Follows what is published. `customer` looks up who is signed in; it may raise ShopError."""

    def __init__(
        self,
        templates: Templates,
        policy: Policy,
        *,
        catalogue: Catalogue,
        customer: Callable[[CustomerId], Awaitable[Customer | None]],
    ) -> None:
        self._templates, self._policy = templates, policy
        self._catalogue, self._customer = catalogue, customer
        self._ready: Mapping[_Key, Sequence[_Ready]] = {}
        self._seen: str | None = None  # what the mark was; None: not looked yet
        self._alone = anyio.Lock()

    async def refresh(self) -> bool:
        """Look whether anything changed, and take it in; whether it had. Cheap if nothing has. StoreDown."""
        shop_id: ShopId = self._policy.shop_id
        async with self._alone:
            seen = await self._templates.changed(shop_id)
            if seen == self._seen:
                return False
            live = await self._templates.templates(shop_id, _PUBLISHED, limit=MOST)
            self._ready = await anyio.to_thread.run_sync(self._read, live)
            self._seen = seen
            return True

    async def instead(
        self, house: Reply, chosen: Chosen, outcome: Outcome | None, turn: Turn
    ) -> Reply | None:
        """`house`, worded by the merchant; None if they have no words for it, or a field is missing."""
        about = _about(chosen, outcome)
        ready = [*self._fitting(chosen.intent, turn)] if chosen.intent is not None else []
        if about is None or not ready:
            return None
        known = replace(about.known(self._policy), first_name=await self._name(ready, turn))
        heard = turn.understanding
        renderer = Renderer(Calendar(heard.language, turn.conversation.time_zone, turn.now), seed=turn.id)
        there = values(known, renderer)
        for one in ready:
            may_be_said = not known.troubled or one.written.fields & PROBLEMS
            if may_be_said and (said := one.written.say(there, renderer)) is not None:
                used = Used(one.template.id, for_mood=one.template.way.mood is not None)
                return _reworded(house, said, used, quotes=self._quotes(chosen, said))
        return None

    def _quotes(self, chosen: Chosen, said: Said) -> bool:
        """Whether the article that was found is what the words speak of: then it is cited."""
        entry, decision = self._catalogue.get(chosen.intent or OTHER), chosen.decision
        if any(name.startswith("article.") for name in said.used):
            return True
        own = entry.serves.slug if entry and isinstance(entry.serves, ToArticle) else ""
        return isinstance(decision, Answer) and decision.passages[0].slug == own

    def _fitting(self, intent: Intent, turn: Turn) -> Iterator[_Ready]:
        """Those for this very mood first; among equals, whose turn it is."""
        heard = turn.understanding
        for mood in (heard.mood, None):
            variants = self._ready.get((intent, heard.language, mood), ())
            yield from sorted(variants, key=lambda one: rank(turn, one.template.id))

    async def _name(self, ready: Sequence[_Ready], turn: Turn) -> str:
        """Looked up only for words that say it."""
        actor = turn.conversation.actor
        wanted = any(_NAME in one.written.fields for one in ready)
        if not wanted or actor.proof is not Proof.SIGNED_IN or actor.customer_id is None:
            return ""
        try:
            customer = await self._customer(actor.customer_id)
        except ShopError as error:
            _log.warning("customer_not_known", error=type(error).__name__)
            return ""
        return first_name(customer.name) if customer else ""

    def _read(self, live: Sequence[Template]) -> Mapping[_Key, Sequence[_Ready]]:
        """What was read before is not read again."""
        before = {one.template.id: one for several in self._ready.values() for one in several}
        ready: dict[_Key, list[_Ready]] = {}
        for template in live:
            one = before.get(template.id) or self._compiled(template)
            if one is not None:
                way = template.way
                ready.setdefault((way.intent, way.language, way.mood), []).append(one)
        return ready

    def _compiled(self, template: Template) -> _Ready | None:
        """None for what an earlier version of the house let through and this one does not understand."""
        entry = self._catalogue.get(template.way.intent)
        written = read(template.text, known_for(entry.serves)) if entry else ()
        if isinstance(written, Written):
            return _Ready(template, written)
        _log.warning("template_not_read", template_id=template.id)
        return None


def rank(turn: Turn, template_id: TemplateId) -> bytes:
    """The variant with the lowest is said. Another variant takes its share from all others alike."""
    seed = f"{turn.conversation.id}:{turn.id}:{template_id}"
    return hashlib.blake2b(seed.encode(), digest_size=8).digest()


@dataclass(frozen=True, slots=True)
class _About:
    """What a step found that can be told in other words."""

    facts: Facts
    passage: Passage | None = None

    def known(self, policy: Policy) -> Known:
        return Known(policy=policy, facts=self.facts, passage=self.passage)


def _about(chosen: Chosen, outcome: Outcome | None) -> _About | None:
    """None for what has to be said exactly: a refusal, a card, a failure, a question."""
    match chosen.decision, outcome:
        case Do(), Done(_, facts):
            return _About(facts)
        case Answer(passages), None:
            return _About({}, passages[0])
        case Say(), None:
            return _About({})
        case _:
            return None


def _reworded(house: Reply, said: Said, used: Used, *, quotes: bool) -> Reply:
    """The first text is replaced; cards, buttons and what is offered besides stay."""
    first = next(n for n, part in enumerate(house.parts) if isinstance(part, TextPart))
    kept = [part for part in house.parts[first + 1 :] if quotes or not isinstance(part, Citation)]
    source, *others = house.receipts
    looked_up = source.source.startswith("action:") or (quotes and source.source.startswith("article:"))
    named = [Receipt(source=source.source)] if looked_up else []
    own = Receipt(source=f"reply:{used.template_id}", values=said.values, words=said.words)
    return replace(
        house,
        parts=(*house.parts[:first], TextPart(text=said.text), *kept),
        receipts=(own, *named, *others),
        templates=(used,),
    )
