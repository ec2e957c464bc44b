"""The event stream of one conversation, as raw ASGI: it holds a seq and a place to be rung at, no events."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from xiaoer.channels.web.hub import Listener, Stopped, TooSlow, frame
from xiaoer.domain.conversation import Message
from xiaoer.domain.ports import StoreDown
from xiaoer.speak.wire import message_json

PAGE = 100  # events read at once
_STREAMS = "xiaoer.streams"
_HELLO = b"retry: 2000\n\n"
BEAT = b": beat\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would keep events back
]

Read = Callable[[int], Awaitable[Sequence[Message]]]  # events after a seq, at most PAGE
Listening = Callable[[], contextlib.AbstractContextManager[Listener]]


class _Stuck(Exception):
    """The client takes nothing: not even an end can be sent, the server closes the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    heartbeat_s: float = 15.0  # proxies close what is silent for 30 or 60 seconds
    send_s: float = 20.0  # a client that takes nothing for so long is gone or hostile
    turn_s: float = 30.0  # behind 10,000 others it takes seconds to read; longer, and the store hangs
    answer_s: float = 60.0  # of a request that waits for its answer: a model has 7, each call of the shop 8


class Unwound:
    """Runs a route's stream after the request itself is over.

    Otherwise each open stream would keep the frames of the whole framework alive, twice its own size.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived = len(scope)
        streams: list[EventStream] = []
        scope[_STREAMS] = streams
        await self._app(scope, receive, send)
        for stream in streams:
            for added in list(scope)[arrived:]:
                del scope[added]
            await stream.run(receive, send)


class EventStream(Response):
    """Sends what is in the table after `seq`, then waits to be rung. Ends when `life_s` is over."""

    media_type = "text/event-stream"

    def __init__(
        self, listening: Listening, read: Read, *, seq: int, life_s: float, patience: Patience
    ) -> None:
        self.status_code = 200
        self.background = None
        self._listening = listening
        self._read = read
        self._seq = seq
        self._life_s = life_s
        self._patience = patience

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_STREAMS].append(self)

    async def run(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        with contextlib.suppress(_Stuck):
            with contextlib.suppress(TimeoutError, Stopped, TooSlow, StoreDown):
                async with asyncio.timeout(self._life_s):
                    with self._listening() as listener:
                        await self._talk(listener, receive, send)
            await self._put(send, b"", more=False)

    async def _talk(self, listener: Listener, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_gone(receive, listener))
        try:
            await self._put(send, _HELLO)
            while True:
                try:
                    async with asyncio.timeout(self._patience.heartbeat_s):
                        rung, whispers = await listener.news()
                except TimeoutError:
                    await self._put(send, BEAT)
                    continue
                if whispers:
                    await self._put(send, b"".join(whispers))
                if rung:
                    await self._catch_up(listener, send)
        finally:
            gone.cancel()

    async def _catch_up(self, listener: Listener, send: Send) -> None:
        while True:
            async with asyncio.timeout(self._patience.turn_s), listener.turn_to_read:
                events = await self._read(self._seq)
            if events:
                await self._put(send, b"".join(frame(e.kind, message_json(e), seq=e.seq) for e in events))
                self._seq = events[-1].seq
            if len(events) < PAGE:
                return

    async def _put(self, send: Send, body: bytes, *, more: bool = True) -> None:
        try:
            async with asyncio.timeout(self._patience.send_s):
                await send({"type": "http.response.body", "body": body, "more_body": more})
        except TimeoutError:
            raise _Stuck from None


async def _gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end(Stopped)
