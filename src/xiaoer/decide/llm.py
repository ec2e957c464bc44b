"""The language model's mind: it asks for actions and articles, then words what was found.

It only proposes. What it may name is checked around it (outside.py), every word it says before it is said
(guard/outbound.py), and where it is slow, gone or not to be trusted the router goes on without it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from typing_extensions import override

from xiaoer.actions.base import CATALOGUE, Reach, Risk
from xiaoer.decide.briefing import (
    PREVIEW,
    SEARCH,
    Earlier,
    before,
    known_of,
    numbered,
    of_now,
    standing,
    tools_for,
    whose,
)
from xiaoer.decide.careful import Careful, unwanted
from xiaoer.decide.goals import scope_of
from xiaoer.decide.local import LocalMind
from xiaoer.decide.outside import BY_MODEL
from xiaoer.decide.thread import MOST_WISHES, Thread, Threads, fitting, is_look_up, previewed, risk
from xiaoer.domain.conversation import Turn
from xiaoer.domain.decision import EVERY_WISH, Ask, Chosen, Do, HandOff, Task, Tell
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.llm import Brief, Call, Gone, LanguageModel, ModelGone, Said
from xiaoer.domain.persona import Persona
from xiaoer.domain.ports import Library, Mind
from xiaoer.domain.reply import Origin, Receipt, Reply, TextPart
from xiaoer.guard.claims import Found as Fault
from xiaoer.guard.claims import Kind, Why
from xiaoer.guard.outbound import found_in
from xiaoer.guard.pseudonyms import Pseudonyms

MOST_ASKED = 5  # requests of one turn
ANSWERS_IN_S = 7.0  # of a turn, all requests together: the customer hears something within eight
SHOWN = 3  # passages given without being asked for
FOUND = 4  # of a search
_CITED = re.compile(r"\s?\[(\d{1,2})\]")
_MARKDOWN = re.compile(r"\*\*|__|^#+ |^[-*] ", re.MULTILINE)

Aloud = Callable[[Turn, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What stands around the model. `aloud` is told each sentence that may be said, as it comes;
    `timer` gives seconds, only ever forward; `key` makes its pseudonyms; `earlier` tells how a talk began.
    """

    local: LocalMind
    library: Library
    reach_for: Callable[[Turn], Reach]
    key: bytes
    persona: Persona
    timer: Callable[[], float]
    earlier: Earlier | None = None
    aloud: Aloud = lambda turn, text: None
    within_s: float = ANSWERS_IN_S


class LlmMind(Mind):
    def __init__(self, model: LanguageModel, desk: Desk) -> None:
        self._model = model
        self._desk = desk
        self._threads = Threads()

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

    async def _next(self, turn: Turn, thread: Thread) -> Chosen | None:
        thread.told_of(turn)
        while not thread.over:
            while thread.waiting:
                if (chosen := await self._wish(thread.waiting.popleft(), turn, thread)) is not None:
                    return replace(chosen, beside=await self._beside(chosen, turn, thread))
            if not thread.untold:
                break
            said = await self._ask(turn, thread)
            if said.calls and thread.wishes >= MOST_WISHES:
                raise ModelGone(Gone.BROKEN)
            if said.calls:
                thread.takes(said)
                continue
            thread.over = True
            tell = self._words(said.text, thread)
            return None if _is_ours(tell.text, turn) else Chosen(tell, BY_MODEL, EVERY_WISH)
        return None

    async def _thread(self, turn: Turn) -> Thread:
        if (known := self._threads.get(turn)) is not None:
            if known.actor != turn.conversation.actor:  # an order was proven: its data is known from now on
                known.names.know(await known_of(turn, self._desk.reach_for(turn)))
                known.actor = turn.conversation.actor
            return known
        reach = self._desk.reach_for(turn)
        names = Pseudonyms(self._desk.key + turn.conversation.id.encode(), await known_of(turn, reach))
        passages = list(self._search(turn.understanding.text, turn, limit=SHOWN))
        thread = Thread(
            names=names,
            lines=[*await before(turn, reach, names, self._desk.earlier), of_now(turn, passages, names)],
            passages=passages,
            until=self._desk.timer() + self._desk.within_s,
            actor=turn.conversation.actor,
            seen=len(turn.steps),  # what the local mind has served already is said in its words
        )
        self._threads.keep(turn, thread)
        return thread

    def _search(self, question: str, turn: Turn, *, limit: int) -> Sequence[Passage]:
        language = turn.understanding.language
        return self._desk.library.search(question, language, limit=limit, scope=scope_of(turn))

    # --- what it asks for -------------------------------------------------------------------------

    async def _wish(self, call: Call, turn: Turn, thread: Thread) -> Chosen | None:
        """The decision that a call stands for; None where it is answered without one."""
        if call.args is None:
            thread.answer(call, {"result": "not done: the arguments were no JSON object"}, untold=True)
            return None
        if call.name == SEARCH:
            found = self._search(str(call.args.get("question", ""))[:200], turn, limit=FOUND)
            told = numbered(found, first=len(thread.passages) + 1) or "none"
            thread.answer(call, {"articles": told}, untold=True)
            thread.passages += found
            return None
        try:
            meant = previewed(call) if call.name == PREVIEW else call
        except ValueError as wrong:
            thread.answer(call, {"result": f"not done: {wrong}"}, untold=True)
            return None
        if meant.name not in CATALOGUE:
            thread.answer(call, {"result": "not done: there is no such tool"}, untold=True)
            return None
        return await self._carried_out(meant, turn, thread, call)

    async def _carried_out(self, meant: Call, turn: Turn, thread: Thread, call: Call) -> Chosen:
        """`call` is what it asked for in so many words: the answer is to that."""
        thread.doing.append(call)
        thread.wishes += 1
        if meant.name == "call_person":
            thread.over = True
            return Chosen(HandOff("asked"), BY_MODEL, EVERY_WISH)
        then = thread.then()
        waits = risk(meant) >= Risk.WRITE and call is meant
        task = Task(
            action=meant.name, args=fitting(meant.name, meant.args or {}), then=then if waits else None
        )
        chosen = await self._desk.local.take_up(task, turn, why=BY_MODEL)
        if isinstance(chosen.decision, Ask) and chosen.decision.task.then is None:
            asked = replace(chosen.decision.task, then=then)  # the others wait for the answer
            chosen = replace(chosen, decision=Ask(asked))
        if isinstance(chosen.decision, Do) and call is not meant:
            chosen = replace(chosen, decision=replace(chosen.decision, asks=True))
        return replace(chosen, told_later=True)

    async def _beside(self, chosen: Chosen, turn: Turn, thread: Thread) -> tuple[Chosen, ...]:
        """The look-ups that wait behind a look-up: nothing keeps them from being made with it."""
        if not _looks_up(chosen):
            return ()
        found = list[Chosen]()
        while thread.waiting and is_look_up(thread.waiting[0].name):
            call = thread.waiting.popleft()
            more = await self._wish(call, turn, thread)
            if more is not None and not _looks_up(more):  # a question of ours: its turn comes
                thread.put_back(call)
                break
            found += [more] if more is not None else []
        return tuple(found)

    # --- what it says -----------------------------------------------------------------------------

    async def _ask(self, turn: Turn, thread: Thread) -> Said:
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

    def _words(self, text: str, thread: Thread) -> Tell:
        cited = sorted({int(n) for n in _CITED.findall(text)})
        passages = thread.passages
        named = [passages[n - 1] for n in cited if 0 < n <= len(passages)]
        return Tell(
            _plain(thread.names.show(text)),
            passages=tuple(passages),
            cited=tuple({passage.slug: passage for passage in named}.values()),
        )

    def _faults(self, text: str, turn: Turn, thread: Thread) -> Sequence[Fault]:
        """What keeps these words from being said; a pseudonym that stands for nothing is one."""
        tell = self._words(text, thread)
        receipts = tuple(Receipt(source=f"article:{passage.slug}") for passage in tell.cited)
        reply = Reply(
            parts=(TextPart(text=tell.text),),
            receipts=receipts,
            origin=Origin.AI,
            language=turn.understanding.language,
        )
        ours = [step.reply.text for step in turn.steps]
        sources = [*(f"{one.title}\n{one.text}" for one in tell.passages), *ours]
        if not tell.text:
            return [Fault(Kind.LENGTH, "", Why.NOT_ALLOWED)]
        if _is_ours(tell.text, turn):
            return []
        found = found_in(reply, turn, Chosen(tell, BY_MODEL))
        return [*unwanted(tell.text, self._desk.persona, sources), *found]


def _plain(text: str) -> str:
    """Without what only a renderer would understand."""
    return _MARKDOWN.sub("", _CITED.sub("", text)).strip()


def _is_ours(text: str, turn: Turn) -> bool:
    """Whether it only repeats what we say of this turn anyway."""
    return any(text in step.reply.text for step in turn.steps)


def _looks_up(chosen: Chosen) -> bool:
    return isinstance(chosen.decision, Do) and is_look_up(chosen.decision.action)
