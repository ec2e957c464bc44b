"""Turns that run behind the acknowledgement: after a moment of quiet, so many at once, kept until done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from xiaoer.domain.ids import ConversationId
from xiaoer.domain.ports import StoreDown

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    settle_s: float = 0.15  # people send "hi", then the question: both get one reply
    longest_s: float = 1.0  # nobody waits longer for his first sentence to be read
    at_once: int = 32  # turns in work; the rest is stored and waits
    drain_s: float = 10.0  # at shutdown; what is not done by then is found again by the next process


@dataclass(slots=True)
class _Window:
    """A conversation whose customer may still be writing."""

    closes_by: float
    timer: asyncio.TimerHandle


@dataclass(slots=True)
class Turns:
    answer: Callable[[ConversationId], Awaitable[object]]
    pace: Pace = field(default_factory=Pace)
    _windows: dict[ConversationId, _Window] = field(default_factory=dict)
    _tasks: dict[ConversationId, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[ConversationId] = field(default_factory=set)
    _places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.pace.at_once)

    def soon(self, conversation_id: ConversationId) -> None:
        """There is something to answer: after a moment of quiet, at most `longest_s` from now."""
        loop = asyncio.get_running_loop()
        window = self._windows.get(conversation_id)
        closes_by = window.closes_by if window else loop.time() + self.pace.longest_s
        if window is not None:
            window.timer.cancel()
        at = min(loop.time() + self.pace.settle_s, closes_by)
        timer = loop.call_at(at, self._begin, conversation_id)
        self._windows[conversation_id] = _Window(closes_by, timer)

    def now(self, conversation_id: ConversationId) -> None:
        """There is something to answer, and nothing more to come: who asked waits for the answer."""
        if (window := self._windows.get(conversation_id)) is not None:
            window.timer.cancel()
        self._begin(conversation_id)

    async def drain(self) -> None:
        """Close every window now and let all turns end; those that take too long are cancelled."""
        for conversation_id in list(self._windows):
            self.now(conversation_id)
        deadline = asyncio.get_running_loop().time() + self.pace.drain_s
        while self._tasks:
            left = deadline - asyncio.get_running_loop().time()
            running = list(self._tasks.values())
            _, late = await asyncio.wait(running, timeout=max(0.0, left))
            if late and left <= 0:
                self._again.clear()
                for task in late:
                    task.cancel()

    def _begin(self, conversation_id: ConversationId) -> None:
        self._windows.pop(conversation_id, None)
        if conversation_id in self._tasks:
            self._again.add(conversation_id)  # it may have looked for the last time already
            return
        task = asyncio.create_task(self._run(conversation_id))
        self._tasks[conversation_id] = task
        task.add_done_callback(lambda _: self._ended(conversation_id))

    async def _run(self, conversation_id: ConversationId) -> None:
        async with self._places:
            try:
                await self.answer(conversation_id)
            except StoreDown:
                log.warning("turn of %s waits: the store is down", conversation_id)
            except Exception:
                # The customer's message is stored: it stays unanswered and is found again.
                log.exception("turn of %s broke", conversation_id)

    def _ended(self, conversation_id: ConversationId) -> None:
        self._tasks.pop(conversation_id, None)
        if conversation_id in self._again:
            self._again.discard(conversation_id)
            self._begin(conversation_id)
