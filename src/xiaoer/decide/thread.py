"""One turn as a language model has it: what it was told, asked for, and what is left to be carried out."""

import json
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from xiaoer.actions.base import CATALOGUE, Risk, reads_only
from xiaoer.decide.briefing import came_of
from xiaoer.domain.conversation import Step, Turn
from xiaoer.domain.decision import Do, Task
from xiaoer.domain.facts import Facts
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.llm import Call, Found, FromUs, Line, ModelGone, Said
from xiaoer.domain.outcome import Done, NeedsApproval, NeedsConfirm
from xiaoer.domain.people import Actor
from xiaoer.guard.pseudonyms import Pseudonyms

MOST_WISHES = 5  # calls of one turn that are carried out
MOST_TURNS = 256  # whose threads are kept in mind at once
LONGEST_FOUND = 4_000  # characters of what came of a call


@dataclass
class Thread:
    names: Pseudonyms
    lines: list[Line]
    passages: list[Passage]
    until: float
    actor: Actor
    seen: int  # steps of the turn that are told
    waiting: deque[Call] = field(default_factory=deque)  # asked for, not carried out yet
    doing: deque[Call] = field(default_factory=deque)
    asked: int = 0
    wishes: int = 0
    over: bool = False
    gone: ModelGone | None = None  # it failed in this turn, and is not asked again
    untold: bool = True  # something is there that the customer has heard no words of

    def takes(self, said: Said) -> None:
        """What only looks comes first, then what is done, one card last."""
        self.lines.append(FromUs(said.text, said.calls))
        self.untold = False
        calls = [self._meant(call) for call in said.calls]
        for late in calls[MOST_WISHES:]:
            self.answer(late, {"result": "not done: too many at once"})
        self.waiting.extend(sorted(calls[:MOST_WISHES], key=risk))

    def _meant(self, call: Call) -> Call:
        return Call(call.id, call.name, None if call.args is None else self.names.show_all(call.args))

    def answer(self, call: Call, found: Mapping[str, Any], *, untold: bool = False) -> None:
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))[:LONGEST_FOUND]
        hidden = Call(call.id, call.name, None if call.args is None else self.names.hide_all(call.args))
        self.lines.append(Found(hidden, text))
        self.untold = self.untold or untold

    def told_of(self, turn: Turn) -> None:
        """The steps since it was asked last, as it may hear of them."""
        for step in turn.steps[self.seen :]:
            call = self.doing.popleft() if self.doing else None
            if isinstance(step.outcome, NeedsConfirm | NeedsApproval):
                self.over = True  # the card says it all; what comes after it waits for the answer
                break
            if not isinstance(step.chosen.decision, Do):
                self.over = True  # our own question, or a person: nothing is to be added
                break
            if call is not None and step.outcome is not None:
                found = came_of(step.outcome, turn.conversation.time_zone, turn.understanding.language)
                self.answer(call, self.names.hide_all({**found, "in_our_words": step.reply.text}))
                self.untold = self.untold or not _is_settled(step)
        self.seen = len(turn.steps)
        while self.doing:  # left out on the way: an endpoint wants an answer to each call
            self.answer(self.doing.popleft(), {"result": "not done"}, untold=True)

    def put_back(self, call: Call) -> None:
        """It was begun, and has to wait after all."""
        self.doing.pop()
        self.wishes -= 1
        self.waiting.appendleft(call)

    def then(self) -> Task | None:
        """What else is to be confirmed: its card comes once this one is answered."""
        then: Task | None = None
        for call in reversed(self.waiting):
            if call.args is not None and call.name in CATALOGUE:
                then = Task(action=call.name, args=fitting(call.name, call.args), then=then)
        return then


class Threads:
    """Of the turns under way; the oldest is forgotten."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, Thread] = OrderedDict()

    def get(self, turn: Turn) -> Thread | None:
        return self._of.get(turn.id)

    def keep(self, turn: Turn, thread: Thread) -> None:
        self._of[turn.id] = thread
        if len(self._of) > MOST_TURNS:
            self._of.popitem(last=False)


def previewed(call: Call) -> Call:
    """The call that a preview is of. ValueError with what is wrong with it."""
    named, args = (call.args or {}).get("tool"), (call.args or {}).get("arguments")
    if not isinstance(named, str) or named not in CATALOGUE or not isinstance(args, Mapping):
        raise ValueError("there is no such tool")
    if CATALOGUE[named].risk < Risk.WRITE:
        raise ValueError("this tool changes nothing: call it itself")
    return Call(call.id, named, args)


def risk(call: Call) -> Risk:
    return CATALOGUE[call.name].risk if call.name in CATALOGUE else Risk.READ


def fitting(action: str, given: Mapping[str, Any]) -> Facts:
    """Of the arguments those that the action takes, as it takes them: what is missing then is asked for."""
    fields, found = CATALOGUE[action].takes.model_fields, dict[str, Any]()
    for name, value in given.items():
        if name not in fields or value is None or value == "":
            continue
        try:
            _field(action, name).validate_python(value)
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


def is_look_up(name: str) -> bool:
    return name in CATALOGUE and reads_only(name)
