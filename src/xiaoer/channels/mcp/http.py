"""The Streamable HTTP transport behind a door: a token, a size, a time; no session is kept anywhere."""

import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import INVALID_REQUEST
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from xiaoer.channels.mcp.counter import Context
from xiaoer.channels.mcp.visitors import Visitors
from xiaoer.channels.mcp.words import in_both
from xiaoer.guard.identity import TokenRefused

MOST_BYTES = 64_000  # of a request: as of the web API
BODY_S = 10.0  # until a request has arrived; who sends more slowly holds a place for nothing
LOCAL = ("127.0.0.1", "localhost", "[::1]")
STARTS_S = 5.0  # the transport's own tasks begin with the server


def token_in_header(ctx: Context) -> str:
    """The bearer token of the request a call came with."""
    return bearer(ctx.request.headers) if ctx.request is not None else ""


def bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(slots=True, kw_only=True)
class Door:
    """An ASGI application. `run` must be entered before a request is served."""

    server: Server[Any]
    visitors: Visitors
    hosts: Collection[str] = ()  # names we are reached by, besides this machine's own
    origins: Collection[str] = ()  # sites whose pages may ask
    most_bytes: int = MOST_BYTES
    body_s: float = BODY_S
    _manager: StreamableHTTPSessionManager = field(init=False)
    _open: anyio.Event = field(default_factory=anyio.Event)

    def __post_init__(self) -> None:
        self._manager = StreamableHTTPSessionManager(
            self.server,
            json_response=True,
            stateless=True,
            max_request_body_size=self.most_bytes,
            security_settings=_only(self.hosts, self.origins),
        )

    async def run(self) -> None:
        """Until cancelled."""
        async with self._manager.run():
            self._open.set()
            await anyio.sleep_forever()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (refused := self._refused(scope)) is not None:
            await refused(scope, receive, send)
            return
        message: Message | None = None
        with anyio.move_on_after(self.body_s):
            message = await self._whole(receive)
        if message is None:
            await _problem(408, "too_slow")(scope, receive, send)
        elif message["type"] == "http.request" and len(message["body"]) > self.most_bytes:
            await _problem(413, "too_big")(scope, receive, send)
        else:
            await self._serve(scope, message, receive, send)

    def _refused(self, scope: Scope) -> JSONResponse | None:
        """Before anything is read: no method but POST (there are no streams to follow), no stranger."""
        if scope["method"] != "POST":
            return _problem(405, "method", {"Allow": "POST"})
        try:
            self.visitors.who(bearer(Headers(scope=scope)))
        except TokenRefused:
            return _problem(401, "token", {"WWW-Authenticate": "Bearer"})
        return None

    async def _whole(self, receive: Receive) -> Message:
        """The request in one piece, read no further than it may be long."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return message
            body += message.get("body", b"")
            if not message.get("more_body") or len(body) > self.most_bytes:
                return {"type": "http.request", "body": bytes(body), "more_body": False}

    async def _serve(self, scope: Scope, whole: Message, receive: Receive, send: Send) -> None:
        waiting = [whole]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        with anyio.fail_after(STARTS_S):
            await self._open.wait()
        await self._manager.handle_request(scope, replay, send)


def alone(door: Door) -> Starlette:
    """An application of the door alone, with its own beginning and end."""

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(door.run)
            yield
            tasks.cancel_scope.cancel()

    return Starlette(routes=[Route("/mcp", door)], lifespan=life)


def _only(hosts: Collection[str], origins: Collection[str]) -> TransportSecuritySettings:
    """Names with and without a port; a page of one of our own names may ask."""
    names = [*(f"{name}:*" for name in (*LOCAL, *hosts)), *LOCAL, *hosts]
    sites = [f"{scheme}://{name}" for scheme in ("http", "https") for name in names]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True, allowed_hosts=names, allowed_origins=[*sites, *origins]
    )


def _problem(status: int, key: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """As JSON-RPC says an error without a request; in both languages, for whose is not known yet."""
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": INVALID_REQUEST, "message": in_both(key)}}
    return JSONResponse(error, status, headers=headers)
