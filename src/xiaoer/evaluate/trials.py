"""Each case played so many times, and what came of each, one by one: what is measured stays measured."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import structlog

from xiaoer.app.stage import Stage
from xiaoer.domain.llm import ModelGone, Usage
from xiaoer.domain.words import Language
from xiaoer.evaluate.line import Line, NoReply, TooMuchSaid
from xiaoer.evaluate.verdict import Fault, Verdict

_UNPROVEN = frozenset({"model_unproven", "unproven_reply"})
_GONE = frozenset({"model_gone", "voice_gone"})
WITHIN_S = 30.0  # of one request: the API acknowledges, it does not answer


class Case(Protocol):
    """One task for one customer. `id` is the same in every run over the same shop, and names nobody."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def persona(self) -> str: ...

    @property
    def language(self) -> Language: ...

    @property
    def customer_id(self) -> str: ...

    async def judged(self, line: Line, stage: Stage) -> Verdict:
        """By the world, after the conversation."""
        ...


class User(Protocol):
    """Who talks. `usage`: what it cost, if it is a model."""

    usage: Usage

    async def talks(self, line: Line) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`unproven`: turns in which words were caught before they were said. `gone`: answers no model gave."""

    case: str
    kind: str
    persona: str
    language: str
    passed: bool
    fault: str = ""
    what: str = ""
    seconds: tuple[float, ...] = ()  # of each turn
    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    micros: int = 0
    unproven: int = 0
    gone: int = 0
    user_usage: Usage = field(default_factory=Usage)
    log: tuple[str, ...] = ()


async def played(
    cases: Sequence[Case], stage: Stage, user: Callable[[Any], User], *, trials: int
) -> AsyncIterator[Trial]:
    """One after the other: the world is one, and is put back before each."""
    transport = httpx.ASGITransport(app=stage.site)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://evaluate.test", timeout=WITHIN_S
    ) as http:
        for _ in range(trials):
            for case in cases:
                yield await _trial(case, stage, user(case), http)


async def _trial(case: Case, stage: Stage, user: User, http: httpx.AsyncClient) -> Trial:
    await stage.put_back()
    line = Line(http, "", {})
    with _overheard() as told:
        try:
            line = await Line.opened(http, stage.signed(case.customer_id), case.language)
            verdict = await _ended(case, stage, user, line)
        except NoReply as silent:
            verdict = Verdict(Fault.BROKE, f"no reply: {silent}")
        except ModelGone as gone:
            status = f" {gone.status}" if gone.status else ""
            verdict = Verdict(Fault.BROKE, f"the customer's model: {gone.why.value}{status}")
        except Exception as bug:  # noqa: BLE001 - one trial that breaks is one that failed; the run goes on
            verdict = Verdict(Fault.BROKE, type(bug).__name__)
    await stage.drain()
    return await _counted(case, stage, user, line, verdict, told)


async def _ended(case: Case, stage: Stage, user: User, line: Line) -> Verdict:
    with suppress(TooMuchSaid):  # the customer has given up: what is so by then is judged
        await user.talks(line)
    return await case.judged(line, stage)


async def _counted(
    case: Case, stage: Stage, user: User, line: Line, verdict: Verdict, told: "Overheard"
) -> Trial:
    used = await stage.asked(stage.app.clerk.clock()) if stage.app.models else []
    return Trial(
        case=case.id,
        kind=case.kind,
        persona=case.persona,
        language=case.language.value,
        passed=verdict.passed,
        fault=verdict.fault.value if verdict.fault else "",
        what=verdict.what,
        seconds=tuple(line.seconds),
        calls=sum(one.calls for one in used),
        usage=sum((one.usage for one in used), Usage()),
        micros=sum(one.micros for one in used),
        unproven=len(told.unproven),
        gone=told.gone,
        user_usage=user.usage,
        log=tuple(line.log),
    )


@dataclass(slots=True)
class Overheard:
    """What the counter has told its log: it keeps no row of words that it did not let through."""

    unproven: set[str] = field(default_factory=set)  # turns
    gone: int = 0

    def __call__(self, _: object, __: str, event: Any) -> Any:  # noqa: ANN401 - structlog's own shape
        name = event.get("event")
        if name in _UNPROVEN:
            self.unproven.add(str(event.get("turn_id")))
        self.gone += name in _GONE
        raise structlog.DropEvent


@contextmanager
def _overheard() -> Iterator[Overheard]:
    before, heard = structlog.get_config(), Overheard()
    structlog.configure(processors=[heard])
    try:
        yield heard
    finally:
        structlog.configure(**before)
