"""What surrounds every request: a size, an origin, and the headers a browser obeys."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xiaoer.channels.web.problems import Problem, TooBig, Trouble, problem_response, too_big

_PAGE_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_API_CSP = "default-src 'none'; frame-ancestors 'none'"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Headed:
    """Headers on every answer, also on errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        api = scope["path"].startswith(("/v1/", "/demo/api/"))

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), api=api)
            await send(message)

        await self._app(scope, receive, headed)


class Small:
    """No body above `most` bytes: refused by its declared length before it is read, else while it arrives.

    `larger`: what some addresses take, by the beginning of their paths, and by their end after a *; the
    longest that fits counts. What is too big for a photo is said of a photo.
    """

    def __init__(self, app: ASGIApp, *, most: int, larger: Mapping[str, int]) -> None:
        self._app = app
        self._most = most
        self._larger = sorted(larger.items(), key=lambda pair: -len(pair[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self._most_of(scope)
        declared = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else "0"
        if declared.isdigit() and int(declared[:20]) > most:
            response = problem_response(Request(scope), too_big(scope["path"], most))
            await response(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooBig(most)
            return message

        await self._app(scope, counted, send)

    def _most_of(self, scope: Scope) -> int:
        path = scope.get("path", "")
        return next((most for fits, most in self._larger if _fits(path, fits)), self._most)


class SameOrigin:
    """Refuses what another site's page would change, unless the shop allows that site.

    There are no cookies to abuse; this keeps foreign pages from opening talks with their visitors' addresses.
    """

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if (
                origin is not None
                and origin not in self._allowed
                and not _same(origin, headers.get("host", ""))
            ):
                response = problem_response(Request(scope), Problem(Trouble.ORIGIN))
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _fits(path: str, pattern: str) -> bool:
    begins, _, ends = pattern.partition("*")
    return path.startswith(begins) and path.endswith(ends)


def _same(origin: str, host: str) -> bool:
    """The scheme is not compared: behind a proxy that ends TLS we would see another one."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False


def _dress(headers: MutableHeaders, *, api: bool) -> None:
    headers.setdefault("content-security-policy", _API_CSP if api else _PAGE_CSP)
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("x-frame-options", "DENY")
    headers.setdefault("referrer-policy", "strict-origin-when-cross-origin")
    headers.setdefault("permissions-policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("cache-control", "no-store" if api else "no-cache")
