"""Hub: who listens to which conversation in this process, and how other processes' news reach them."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from xiaoer.domain.ids import ConversationId
from xiaoer.domain.ports import StoreDown

log = logging.getLogger(__name__)

WHISPERS = 64  # kept for one listener; who is further behind is slow, and resumes from the table

OVERLAP = timedelta(seconds=5)  # clocks of processes differ, and an event's time is before its commit
READS = 32  # of streams at once: the store's queue is the turns' too, and a full one would cut streams off
IDS = 5_000  # asked about at once: below what the databases take as parameters

# Of these conversations, those with events since that moment, and their last seq.
Changed = Callable[[datetime, Sequence[ConversationId]], Awaitable[Iterable[tuple[ConversationId, int]]]]


class TooSlow(Exception):
    """The listener does not keep up: end its stream, it will resume by the id it saw last."""


class Stopped(Exception):
    """The process is going down, or the listener's time is over."""


class Listener:
    """One open stream. Holds hints and whispers; the events themselves stay in the table.

    `turn_to_read`: who was rung with all the others waits here for a place.
    """

    __slots__ = ("_over", "_rung", "_wake", "_whispers", "turn_to_read")

    def __init__(self, turn_to_read: asyncio.Semaphore) -> None:
        self.turn_to_read = turn_to_read
        self._rung = True  # the first look is always due
        self._over: type[Exception] | None = None
        self._whispers: list[bytes] = []  # an empty deque takes 700 bytes, and most stay empty
        self._wake: asyncio.Future[None] | None = None

    async def news(self) -> tuple[bool, list[bytes]]:
        """Wait; (whether the table has more, frames whispered). TooSlow, Stopped."""
        if self._over is None and not self._rung and not self._whispers:
            self._wake = asyncio.get_running_loop().create_future()
            try:
                await self._wake
            finally:
                self._wake = None
        if self._over is not None:
            raise self._over
        rung, self._rung = self._rung, False
        whispers, self._whispers = self._whispers, []
        return rung, whispers

    def ring(self) -> None:
        self._rung = True
        self._stir()

    def whisper(self, frame: bytes) -> None:
        if len(self._whispers) >= WHISPERS:
            self.end(TooSlow)
            return
        self._whispers.append(frame)
        self._stir()

    def end(self, why: type[Exception]) -> None:
        self._over = self._over or why
        self._stir()

    def _stir(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class _Group:
    """Those who listen to one conversation, and the seq they were last rung for by the tail."""

    __slots__ = ("listeners", "seq")

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.seq = -1


class Hub:
    """Wakeups for the streams of this process. Never waits, never fails: the table is the truth."""

    def __init__(self) -> None:
        self._groups: dict[ConversationId, _Group] = {}
        self._stopped = False
        self._reading = asyncio.Semaphore(READS)

    def ring(self, conversation_id: ConversationId) -> None:
        if (group := self._groups.get(conversation_id)) is not None:
            for listener in group.listeners:
                listener.ring()

    def whisper(self, conversation_id: ConversationId, kind: str, data: Mapping[str, Any]) -> None:
        if (group := self._groups.get(conversation_id)) is not None:
            said = frame(kind, data)
            for listener in group.listeners:
                listener.whisper(said)

    @contextmanager
    def listening(self, conversation_id: ConversationId) -> Iterator[Listener]:
        listener = Listener(self._reading)
        if self._stopped:
            listener.end(Stopped)
        group = self._groups.setdefault(conversation_id, _Group())
        group.listeners.add(listener)
        try:
            yield listener
        finally:
            group.listeners.discard(listener)
            if not group.listeners and self._groups.get(conversation_id) is group:
                del self._groups[conversation_id]

    def start(self) -> None:
        """Once more after a stop: an app can be begun again."""
        self._stopped = False

    def stop(self) -> None:
        """End every stream, so that the server can go down; clients resume elsewhere."""
        self._stopped = True
        for group in self._groups.values():
            for listener in group.listeners:
                listener.end(Stopped)

    @property
    def listeners(self) -> int:
        return sum(len(group.listeners) for group in self._groups.values())

    async def follow(self, changed: Changed, clock: Callable[[], datetime], *, every_s: float = 1.0) -> None:
        """Until cancelled: ring for what other processes wrote. One question a second for all streams."""
        since = clock()
        while True:
            await asyncio.sleep(every_s)
            asked = clock()
            try:
                await self.look(changed, since - OVERLAP)
                since = asked
            except StoreDown:
                log.warning("the tail waits: the store is down")

    async def look(self, changed: Changed, since: datetime) -> None:
        """Ring where the table is further than when it was last looked at. StoreDown."""
        listened_to = list(self._groups)
        for start in range(0, len(listened_to), IDS):
            for conversation_id, seq in await changed(since, listened_to[start : start + IDS]):
                group = self._groups.get(conversation_id)
                if group is not None and group.seq != seq:
                    group.seq = seq
                    self.ring(conversation_id)


def frame(kind: str, data: Mapping[str, Any], *, seq: int | None = None) -> bytes:
    """One server-sent event. JSON holds no line break, so one `data:` line is enough."""
    head = "" if seq is None else f"id: {seq}\n"
    return f"{head}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
