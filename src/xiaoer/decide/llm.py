"""The language model's mind: it asks for actions and articles, then words what was found.

It only proposes. What it may name is checked around it (outside.py), every word it says before it is said
(guard/outbound.py), and where it is slow, gone or not to be trusted the router goes on without it.
"""

import json
import re
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from typing_extensions import override

from xiaoer.actions.base import CATALOGUE, Reach, Risk, reads_only
from xiaoer.decide.briefing import (
    SEARCH,
    before,
    came_of,
    known_of,
    numbered,
    of_now,
    standing,
    tools_for,
    whose,
)
from xiaoer.decide.careful import Careful, avoided
from xiaoer.decide.goals import scope_of
from xiaoer.decide.local import LocalMind
from xiaoer.decide.outside import BY_MODEL
from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.decision import EVERY_WISH, Ask, Chosen, Do, HandOff, Task, Tell
from xiaoer.domain.facts import Facts
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.llm import (
    Brief,
    Call,
    Found,
    FromUs,
    Gone,
    LanguageModel,
    Line,
    ModelGone,
    Said,
)
from xiaoer.domain.outcome import Done, NeedsApproval, NeedsConfirm
from xiaoer.domain.people import Actor
from xiaoer.domain.persona import Persona
from xiaoer.domain.ports import Library, Mind
from xiaoer.domain.reply import Origin, Receipt, Reply, TextPart
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.concessions import conceded
from xiaoer.guard.outbound import found_in
from xiaoer.guard.pseudonyms import PSEUDONYM, Pseudonyms

MOST_ASKED = 5  # requests of one turn
MOST_WISHES = 5  # calls of one turn that are carried out
ANSWERS_IN_S = 7.0  # of a turn, all requests together: the customer hears something within eight
SHOWN = 3  # passages given without being asked for
FOUND = 4  # of a search
MOST_TURNS = 256  # whose threads are kept in mind at once
LONGEST_FOUND = 4_000  # characters of what came of a call
_CITED = re.compile(r"\s?\[(\d{1,2})\]")
_MARKDOWN = re.compile(r"\*\*|__|^#+ |^[-*] ", re.MULTILINE)
_log = structlog.get_logger(__name__)

Aloud = Callable[[Turn, str], None]


@dataclass
class _Thread:
    """One turn, as the model has it."""

    names: Pseudonyms
    lines: list[Line]
    passages: list[Passage]
    until: float
    actor: Actor
    waiting: deque[Call] = field(default_factory=deque)  # asked for, not carried out yet
    doing: Call | None = None
    seen: int = 0  # steps of the turn that are told
    asked: int = 0
    wishes: int = 0
    over: bool = False
    gone: ModelGone | None = None  # it failed in this turn, and is not asked again
    untold: bool = True  # something is there that the customer has heard no words of


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What stands around the model. `aloud` is told each sentence that may be said, as it comes;
    `timer` gives seconds, only ever forward; `key` makes its pseudonyms.
    """

    local: LocalMind
    library: Library
    reach_for: Callable[[Turn], Reach]
    key: bytes
    persona: Persona
    timer: Callable[[], float]
    aloud: Aloud = lambda turn, text: None
    within_s: float = ANSWERS_IN_S


class LlmMind(Mind):
    def __init__(self, model: LanguageModel, desk: Desk) -> None:
        self._model = model
        self._desk = desk
        self._threads: OrderedDict[str, _Thread] = OrderedDict()

    @override
    async def next(self, turn: Turn) -> Chosen | None:
        """The next call it asked for; its words once there is none left. ModelGone."""
        thread = await self._thread(turn)
        if thread.gone is not None:
            raise thread.gone
        try:
            return await self._next(turn, thread)
        except ModelGone as gone:
            thread.gone = gone
            raise

    async def _next(self, turn: Turn, thread: _Thread) -> Chosen | None:
        self._told_of(turn, thread)
        thread.seen = len(turn.steps)
        while not thread.over:
            while thread.waiting:
                if (chosen := await self._wish(thread.waiting.popleft(), turn, thread)) is not None:
                    return chosen
            if not thread.untold:
                break
            said = await self._ask(turn, thread)
            if said.calls and thread.wishes >= MOST_WISHES:
                raise ModelGone(Gone.BROKEN)
            if said.calls:
                self._takes(said, thread)
                continue
            thread.over = True
            return Chosen(self._words(said.text, thread), BY_MODEL, EVERY_WISH)
        return None

    async def _thread(self, turn: Turn) -> _Thread:
        if (known := self._threads.get(turn.id)) is not None:
            if known.actor != turn.conversation.actor:  # an order was proven: its data is known from now on
                known.names.know(await known_of(turn, self._desk.reach_for(turn)))
                known.actor = turn.conversation.actor
            return known
        reach = self._desk.reach_for(turn)
        names = Pseudonyms(self._desk.key + turn.conversation.id.encode(), await known_of(turn, reach))
        passages = list(self._search(turn.understanding.text, turn, limit=SHOWN))
        lines = [*await before(turn, reach, names), of_now(turn, passages, names)]
        thread = _Thread(
            names=names,
            lines=lines,
            passages=passages,
            until=self._desk.timer() + self._desk.within_s,
            actor=turn.conversation.actor,
        )
        thread.seen = len(turn.steps)  # what the local mind has served already is said in its words
        self._threads[turn.id] = thread
        if len(self._threads) > MOST_TURNS:
            self._threads.popitem(last=False)
        return thread

    def _search(self, question: str, turn: Turn, *, limit: int) -> Sequence[Passage]:
        language = turn.understanding.language
        return self._desk.library.search(question, language, limit=limit, scope=scope_of(turn))

    # --- what it asks for -------------------------------------------------------------------------

    def _takes(self, said: Said, thread: _Thread) -> None:
        """What only looks comes first, then what is done, one card last."""
        thread.lines.append(FromUs(said.text, said.calls))
        thread.untold = False
        calls = [Call(call.id, call.name, _args(call, thread.names)) for call in said.calls]
        for late in calls[MOST_WISHES:]:
            self._answer(late, {"result": "not done: too many at once"}, thread)
        thread.waiting.extend(sorted(calls[:MOST_WISHES], key=_risk))

    async def _wish(self, call: Call, turn: Turn, thread: _Thread) -> Chosen | None:
        """The decision that a call stands for; None where it is answered without one."""
        if call.args is None:
            self._answer(call, {"result": "not done: the arguments were no JSON object"}, thread, untold=True)
            return None
        if call.name == SEARCH:
            question = str(call.args.get("question", ""))[:200]
            found = self._search(question, turn, limit=FOUND)
            told = numbered(found, first=len(thread.passages) + 1) or "none"
            self._answer(call, {"articles": told}, thread, untold=True)
            thread.passages += found
            return None
        if call.name not in CATALOGUE:
            self._answer(call, {"result": "not done: there is no such tool"}, thread, untold=True)
            return None
        thread.doing, thread.wishes = call, thread.wishes + 1
        if call.name == "call_person":
            thread.over = True
            return Chosen(HandOff("asked"), BY_MODEL, EVERY_WISH)
        then = self._then(thread)
        task = Task(action=call.name, args=_fitting(call), then=then if _risk(call) >= Risk.WRITE else None)
        chosen = await self._desk.local.take_up(task, turn, why=BY_MODEL)
        if isinstance(chosen.decision, Ask) and chosen.decision.task.then is None:
            asked = replace(chosen.decision.task, then=then)  # the others wait for the answer
            chosen = replace(chosen, decision=Ask(asked))
        return replace(chosen, told_later=True)

    def _then(self, thread: _Thread) -> Task | None:
        """What else is to be confirmed: its card comes once this one is answered."""
        then: Task | None = None
        for call in reversed(thread.waiting):
            if call.args is not None and call.name in CATALOGUE:
                then = Task(action=call.name, args=_fitting(call), then=then)
        return then

    def _told_of(self, turn: Turn, thread: _Thread) -> None:
        """The steps since it was asked last, as it may hear of them."""
        for step in turn.steps[thread.seen :]:
            call, thread.doing = thread.doing, None
            if isinstance(step.outcome, NeedsConfirm | NeedsApproval):
                thread.over = True  # the card says it all; what comes after it waits for the answer
                return
            if not isinstance(step.chosen.decision, Do):
                thread.over = True  # our own question, or a person: nothing is to be added
                return
            if call is not None and step.outcome is not None:
                found = came_of(step.outcome, turn.conversation.time_zone, turn.understanding.language)
                told = {**found, "in_our_words": step.reply.text}
                self._answer(call, thread.names.hide_all(told), thread)
                thread.untold = thread.untold or not _is_settled(step)

    def _answer(self, call: Call, found: Mapping[str, Any], thread: _Thread, *, untold: bool = False) -> None:
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))[:LONGEST_FOUND]
        hidden = Call(call.id, call.name, None if call.args is None else thread.names.hide_all(call.args))
        thread.lines.append(Found(hidden, text))
        thread.untold = thread.untold or untold

    # --- what it says -----------------------------------------------------------------------------

    async def _ask(self, turn: Turn, thread: _Thread) -> Said:
        """What it asks for, or words that may be said. ModelGone."""
        if thread.asked >= MOST_ASKED:
            raise ModelGone(Gone.SLOW)
        thread.asked += 1
        reach = self._desk.reach_for(turn)
        brief = Brief(
            standing=standing(reach.policy, self._desk.persona, turn.understanding.language),
            lines=tuple(thread.lines),
            tools=tools_for(frozenset(reach.shop.can)),
            whose=whose(turn),
            hidden=thread.names.hidden,
        )
        careful = Careful(
            model=self._model,
            faults=lambda text: self._faults(text, turn, thread),
            aloud=lambda sentence: self._desk.aloud(turn, _plain(thread.names.show(sentence))),
            left=lambda: thread.until - self._desk.timer(),
        )
        return await careful.say(brief)

    def _words(self, text: str, thread: _Thread) -> Tell:
        cited = sorted({int(n) for n in _CITED.findall(text)})
        passages = thread.passages
        named = [passages[n - 1] for n in cited if 0 < n <= len(passages)]
        return Tell(
            _plain(thread.names.show(text)),
            passages=tuple(passages),
            cited=tuple({passage.slug: passage for passage in named}.values()),
        )

    def _faults(self, text: str, turn: Turn, thread: _Thread) -> Sequence[Fault]:
        """What keeps these words from being said; a pseudonym that stands for nothing is one."""
        tell = self._words(text, thread)
        receipts = tuple(Receipt(source=f"article:{passage.slug}") for passage in tell.cited)
        reply = Reply(
            parts=(TextPart(text=tell.text),),
            receipts=receipts,
            origin=Origin.AI,
            language=turn.understanding.language,
        )
        made_up = [Fault(Kind.ID, found[0], Why.NO_RECEIPT) for found in PSEUDONYM.finditer(tell.text)]
        ours = [step.reply.text for step in turn.steps]
        sources = [*(f"{one.title}\n{one.text}" for one in tell.passages), *ours]
        unwanted = [*avoided(tell.text, self._desk.persona), *conceded(tell.text, sources)]
        if not tell.text:
            return [Fault(Kind.LENGTH, "", Why.NOT_ALLOWED)]
        return [*made_up, *unwanted, *found_in(reply, turn, Chosen(tell, BY_MODEL))]


def _plain(text: str) -> str:
    """Without what only a renderer would understand."""
    return _MARKDOWN.sub("", _CITED.sub("", text)).strip()


def _risk(call: Call) -> Risk:
    return CATALOGUE[call.name].risk if call.name in CATALOGUE else Risk.READ


def _args(call: Call, names: Pseudonyms) -> Mapping[str, Any] | None:
    return None if call.args is None else names.show_all(call.args)


def _fitting(call: Call) -> Facts:
    """Of the arguments those that the action takes, as it takes them: what is missing then is asked for."""
    fields, found = CATALOGUE[call.name].takes.model_fields, dict[str, Any]()
    for name, value in (call.args or {}).items():
        if name not in fields or value is None or value == "":
            continue
        try:
            _field(call.name, name).validate_python(value)
        except ValidationError:
            continue
        found[name] = tuple(value) if isinstance(value, list) else value
    return found


@cache
def _field(action: str, name: str) -> TypeAdapter[Any]:
    return TypeAdapter(CATALOGUE[action].takes.model_fields[name].annotation)


def _is_settled(step: Step) -> bool:
    """Whether our own words for it are the whole answer: it was done, and is told with what it promised."""
    done = step.outcome
    return isinstance(done, Done) and not reads_only(done.action) and done.action != "prove_order"
