"""One call of a tool, from its arguments to what the agent is told."""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import structlog

from xiaoer.actions.base import CATALOGUE
from xiaoer.actions.schema import ActionTool, tools
from xiaoer.channels.mcp.answers import WAITS, answer_of, undone
from xiaoer.channels.mcp.words import words
from xiaoer.domain.conversation import Conversation, State, TurnRecord
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.ports import Busy, ShopError, StoreDown
from xiaoer.domain.reply import ConfirmCard
from xiaoer.guard.pacer import Pacer
from xiaoer.turn import Clerk

CALLS, CALLS_S = (
    20,
    10,
)  # of one conversation: as on the web, but apart, so that no customer waits for an agent
MOST_CARDS, CARDS_S = 20, 3600  # proposals: who is shown more at a time presses without reading
MOST_ARGUMENTS = 16_000  # characters as JSON
STRANGE = "not_an_argument"  # stands for whatever no action could take; its presence is refused
PERSON = "call_person"
_UNREADABLE = re.compile(r"[\0\ud800-\udfff]")
_LONGEST_TEXT = 601  # one more than any argument may have: what is longer stays too long
_MOST_INT = 2**53
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    clerk: Clerk
    confirm_url: str = ""  # where a customer finds their conversation; may hold {conversation_id}
    pacer: Pacer = field(default_factory=lambda: Pacer(CALLS, CALLS_S))

    def offered(self) -> Mapping[str, ActionTool]:
        return {tool.name: tool for tool in tools(self.clerk.house.shop.can, in_person=False)}

    async def ask(
        self, name: str, arguments: Mapping[str, Any], conversation: Conversation
    ) -> dict[str, Any]:
        """Never raises for what the agent sent. One row per call is kept, whatever came of it."""
        says = words(conversation.language)
        tool = self.offered().get(name)
        if (why := await self._hindered(tool, conversation)) is not None:
            _log.info("agent_refused", conversation_id=conversation.id, why=why)
            return undone(says[why], reason=why, conversation_id=conversation.id)
        args = facts_of(arguments, CATALOGUE[name].takes.model_fields) if tool else {}
        try:
            with anyio.CancelScope(shield=True):  # an agent that hangs up leaves no turn half done
                record = await self.clerk.ask(conversation.id, name if tool else "unknown", args)
        except Busy:
            return undone(says["busy"], reason="busy", conversation_id=conversation.id)
        except StoreDown:
            return undone(says["store_down"], reason="store_down", conversation_id=conversation.id)
        told = answer_of(record)
        if told["outcome"] == WAITS:
            return self._waiting(told, record, says)
        if told.get("fields") and tool:
            told |= await self._choices(name, told["fields"], args, record)
        return told

    async def _hindered(self, tool: ActionTool | None, conversation: Conversation) -> str | None:
        """What stands in the way before anything is looked at; a person may be called whatever else is."""
        now, person = self.clerk.clock(), tool is not None and tool.name == PERSON
        if conversation.state is State.CLOSED:
            return "closed"
        if not self.pacer.allow(f"{PERSON if person else 'call'}:{conversation.id}", now=now):
            return "too_fast"
        if tool is None or not tool.asks_first:
            return None
        if conversation.state is State.HUMAN:
            return "person_has_it"
        key = f"{conversation.actor.shop_id}:cards:{conversation.id}"
        allowed = await self.clerk.house.tries.allow(key, limit=MOST_CARDS, window_s=CARDS_S, now=now)
        return None if allowed else "too_many_cards"

    def _waiting(self, told: dict[str, Any], record: TurnRecord, says: Mapping[str, str]) -> dict[str, Any]:
        named = {"conversation_id": record.turn.conversation.id, "card_id": told["card_id"]}
        link = self.confirm_url.replace("{conversation_id}", named["conversation_id"])
        where = says["confirm_there" if link else "confirm_here"].format(link=link, **named)
        cards = [part for part in record.reply.parts if isinstance(part, ConfirmCard)]
        more = {"expires_at": cards[0].expires_at} if cards else {}
        if link:
            more["confirm_at"] = link
        return {**told, **more, "text": f"{told['text']}\n{says['waits'].format(where=where, **named)}"}

    async def _choices(
        self, name: str, fields: Collection[str], args: Facts, record: TurnRecord
    ) -> dict[str, Any]:
        """What would fit, of this customer's own things: as a screen would offer it."""
        turn, found = record.turn, dict[str, Any]()
        reach, language = self.clerk.house.reach(turn), turn.conversation.language
        known = {key: value for key, value in args.items() if key not in fields}
        try:
            for slot in fields:
                offered = await CATALOGUE[name].choices(slot, known, turn.conversation.actor, reach)
                if offered:
                    found[slot] = [{"value": c.value, "label": c.label.in_(language)} for c in offered]
        except ShopError:
            return {}  # the call has been answered; this is only a help
        return {"choices": found} if found else {}


def facts_of(arguments: Mapping[str, Any], known: Collection[str]) -> dict[str, Fact]:
    """The arguments as they can be kept and judged; what no action takes is one mark, and never a value."""
    if len(json.dumps(arguments, default=str)) > MOST_ARGUMENTS:
        return {STRANGE: True}
    kept = {name: value for name, value in arguments.items() if name in known and _plain(value)}
    cleaned = {name: _readable(value) for name, value in kept.items()}
    return cleaned if len(cleaned) == len(arguments) else {**cleaned, STRANGE: True}


def _plain(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < _MOST_INT
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str)


def _readable(value: Any) -> Fact:  # noqa: ANN401 - `_plain` has looked
    return _UNREADABLE.sub("", value)[:_LONGEST_TEXT] if isinstance(value, str) else value
