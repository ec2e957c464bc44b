"""A mind that is not ours (a language model's): its wishes get through, its words do not.

Whatever it knows or was talked into, it can only name what was named in this conversation, and the
customer's own orders. So it carries nothing from one customer to another, proves nobody's identity, and puts
no text of its own on a card, a button or a colleague's desk.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from typing_extensions import override

from xiaoer.actions.base import CATALOGUE, Reach
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import Ask, Chosen, Decision, Do, HandOff, Say, Suggest, Task, Tell
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.order import CaseReason
from xiaoer.domain.outcome import Refused
from xiaoer.domain.ports import Mind, ShopError
from xiaoer.domain.reply import Origin
from xiaoer.domain.words import Language
from xiaoer.guard.access import owned_orders
from xiaoer.guard.proposed import kept
from xiaoer.speak.book import book

BY_MODEL = "model"  # why a step was taken that another's mind asked for
LOOKS_BACK = 200  # events of the conversation: what was named before counts as named
LONGEST_NAME = 40  # of an action
MOST_AFTER = 3  # wishes that come one after another
MOST_BESIDE = 4  # look-ups beside another
TAIL = 4
# These name nothing of a person; what is wrong with them is not repeated to anybody.
_OF_NOBODY = frozenset({
    "variant_id", "product_id", "first", "second", "words", "category", "colour", "size", "measure", "day",
    "method", "remedy", "kind", "unopened", "price_min_minor", "price_max_minor",
})  # fmt: skip
_KEYS = frozenset({"", "all", *CaseReason})
_SAVED = re.compile(r"saved:\d{1,2}")
_CONTACT = re.compile(r"[\w.+-]+@[\w.-]+|\d{4,}")
_SLOT = re.compile(r"{(\w+)")
_WHY = frozenset({"asked", "lost", "risk", "self_harm", "angry", "shop", "unclear"})


@dataclass(frozen=True, slots=True)
class _Named:
    """What may be named: normalised words, the contacts among the customer's, ids of their own orders."""

    words: str
    contacts: frozenset[str]
    own: frozenset[str]

    def has(self, name: str, value: Fact) -> bool:
        if not isinstance(value, str):
            return value is None or isinstance(value, bool | int | float)
        if name in _OF_NOBODY or value in _KEYS or _SAVED.fullmatch(value):
            return True
        if name == "contact":
            return _contact(value) in self.contacts
        return all(piece in self.own or normal(piece) in self.words for piece in value.split(","))


class Outside(Mind):
    """`reach_for` gives what the actions of a turn may touch."""

    def __init__(self, mind: Mind, *, reach_for: Callable[[Turn], Reach]) -> None:
        self._mind = mind
        self._reach_for = reach_for
        self._begun: tuple[Turn, _Named] | None = None  # the turn decided last, as it began

    @override
    async def next(self, turn: Turn) -> Chosen | None:
        """Never silence: a first decision that nothing is left of becomes a question."""
        chosen = await self._mind.next(turn)
        if chosen is None:
            return None
        try:
            wish = await self._wish(chosen.decision, turn)
        except ShopError:
            wish = Say("shop_down")
        if wish is None:
            return None if turn.steps else Chosen(Suggest(), f"{BY_MODEL}:nothing")
        return Chosen(
            wish,
            BY_MODEL,
            chosen.wish,
            told_later=chosen.told_later,
            beside=await self._beside(chosen.beside, turn),
        )

    async def _beside(self, others: Sequence[Chosen], turn: Turn) -> tuple[Chosen, ...]:
        wishes = [(await self._wish(one.decision, turn), one) for one in others[:MOST_BESIDE]]
        found = [(wish, one) for wish, one in wishes if isinstance(wish, Do)]
        return tuple(Chosen(wish, BY_MODEL, one.wish, told_later=one.told_later) for wish, one in found)

    async def _wish(self, decision: Decision, turn: Turn) -> Decision | None:
        match decision:
            case Do(action, args, then=then, asks=asks):
                named, after = await self._named(args, turn), await self._after(then, turn)
                return Do(action[:LONGEST_NAME], named, then=after, asks=asks)
            case Tell():  # every word is looked at before it is said; what was offered in this turn stays
                return replace(decision, offer=turn.memory.offer if turn.steps else None)
            case HandOff(why):
                return HandOff(why if why in _WHY else "lost")
            case Ask(task):
                return await self._question(task, turn)
            case Say(key) if key in wordless():
                return Say(key)
            case _:
                return None

    async def _after(self, task: Task | None, turn: Turn, *, deep: int = 0) -> Task | None:
        """What is to come after it, as far as there is such a thing."""
        if task is None or task.action not in CATALOGUE or deep >= MOST_AFTER:
            return None
        then = await self._after(task.then, turn, deep=deep + 1)
        return Task(action=task.action, args=await self._named(task.args, turn), then=then)

    async def _question(self, task: Task, turn: Turn) -> Ask | None:
        """Asked in our words, with the choices the action itself gives."""
        action = CATALOGUE.get(task.action)
        if action is None or task.asked not in action.takes.model_fields:
            return None
        args = await self._named(task.args, turn)
        if not _can_ask(task, args, turn.understanding.language):
            return None
        choices = await action.choices(task.asked, args, turn.conversation.actor, self._reach_for(turn))
        then = await self._after(task.then, turn)
        return Ask(Task(action=task.action, args=args, asked=task.asked, choices=tuple(choices), then=then))

    async def _named(self, args: Facts, turn: Turn) -> dict[str, Fact]:
        """What was named nowhere is left out, and the door asks for it."""
        before = await self._before(turn)
        told = normal(" ".join(repr(step.outcome) for step in turn.steps))
        named = replace(before, words=before.words + told)
        return {name: value for name, value in kept(args).items() if named.has(name, value)}

    async def _before(self, turn: Turn) -> _Named:
        """Read once a turn; again when a guest has proven an order in it."""
        if self._begun is not None and _same(self._begun[0], turn):
            return self._begun[1]
        named = await self._may_name(turn)
        self._begun = (turn, named)
        return named

    async def _may_name(self, turn: Turn) -> _Named:
        reach, conversation = self._reach_for(turn), turn.conversation
        since = max(0, conversation.last_seq - LOOKS_BACK)
        said = [*await reach.conversations.after(conversation.id, since, limit=LOOKS_BACK), *turn.messages]
        theirs = " ".join(message.text for message in said if message.origin is Origin.CUSTOMER)
        words = [f"{message.text} {message.parts!r}" for message in said]
        orders = await owned_orders(reach.shop, conversation.actor)
        own = () if isinstance(orders, Refused) else orders
        return _Named(
            words=normal(" ".join(words)),
            contacts=frozenset(_contact(found) for found in _CONTACT.findall(theirs)),
            own=frozenset(
                found for o in own for found in (o.id, *(x.id for x in o.lines), *(c.id for c in o.cases))
            ),
        )


def _same(one: Turn, other: Turn) -> bool:
    return (one.id, one.conversation.actor) == (other.id, other.conversation.actor)


def normal(text: str) -> str:
    """As it compares: whatever the width, the case and the gaps."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _can_ask(task: Task, args: Facts, language: Language) -> bool:
    """There is a phrase for it, and nothing in it that is not known."""
    phrases = book(language).phrases
    keys = (f"ask.{task.action}.{task.asked}", f"ask.{task.asked}")
    ways = next((phrases[key] for key in keys if key in phrases), None)
    return ways is not None and all(slot in args for way in ways for slot in _SLOT.findall(way))


def _contact(text: str) -> str:
    return text.strip().casefold() if "@" in text else re.sub(r"\D", "", text)[-TAIL:]


@cache
def wordless() -> frozenset[str]:
    """Sayings that need no fact, in either language."""
    books = [book(language).phrases for language in Language]
    return frozenset(
        key.removeprefix("say.")
        for key in books[0]
        if key.startswith("say.") and not any("{" in way for one in books for way in one[key])
    )
