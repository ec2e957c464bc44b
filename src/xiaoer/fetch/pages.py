"""A page by its address, fetched so that no address can make this machine call its own network (SSRF).

Its host is resolved once, every address found must be public, and the connection goes to that very one:
between looking and calling nothing can change (DNS rebinding). So is each redirect.
"""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import httpx

from xiaoer import __version__
from xiaoer.fetch.addresses import Resolver, is_name, is_public, literal, system_resolver

AGENT = "xiaoer"
PAGES = frozenset(
    {
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "application/xml",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
_SCHEMES = {"http": 80, "https": 443}
_MOST_REDIRECTS = 5
_MOST_ADDRESSES = 3  # of one host that are tried until one takes the call
_LONGEST_URL = 2_000
_MOVED = frozenset({301, 302, 303, 307, 308})
_FINE = 200


class Reason(StrEnum):
    """Why a page was not fetched."""

    BAD_URL = "bad_url"
    SCHEME = "scheme"
    USER_INFO = "user_info"
    PORT = "port"
    PRIVATE = "private"  # an address or name of a network of one's own
    NO_HOST = "no_host"
    UNREACHABLE = "unreachable"
    STATUS = "status"
    REDIRECTS = "redirects"
    CONTENT_TYPE = "content_type"
    ENCODING = "encoding"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    ROBOTS = "robots"
    OTHER_HOST = "other_host"
    BAD_SITEMAP = "bad_sitemap"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Refusal:
    url: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    url: str  # after redirects
    content_type: str  # text/html, in small letters and without parameters
    body: bytes
    charset: str | None = None  # as the server says


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Of one page with its redirects: seconds in all, bytes as they come and as they unpack."""

    seconds: float = 20.0
    body_bytes: int = 10_000_000


Permit = Callable[[str], Awaitable[Refusal | None]]
"""Asked before each hop, on top of all that is checked here: robots.txt, one host only."""


class Fetcher:
    """One page at a time or many. Keeps nothing between two pages: no cookie, no connection, no proxy."""

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        caps: Caps | None = None,
        also: Collection[tuple[str, int]] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`also` are (address, port) that may be called though not public: for tests on this machine."""
        self._resolver = resolver
        self._caps = caps or Caps()
        self._also = frozenset(also)
        self._ports = frozenset(_SCHEMES.values()) | {port for _, port in also}
        self._tls = tls or _trusted()

    async def page(
        self, url: str, *, accept: Collection[str] = PAGES, permit: Permit | None = None
    ) -> Page | Refusal:
        """Never raises for what is out there. `accept` are the content types that are taken."""
        try:
            async with asyncio.timeout(self._caps.seconds):
                found = await self._follow(url, accept, permit)
        except TimeoutError:
            return Refusal(url, Reason.TOO_SLOW, f"{self._caps.seconds:g} s")
        if (
            isinstance(found, Refusal) and found.url != url
        ):  # a redirect's fault is told by what was asked for
            return Refusal(url, found.reason, f"{found.url} {found.detail}".strip())
        return found

    async def _follow(self, url: str, accept: Collection[str], permit: Permit | None) -> Page | Refusal:
        here = url
        for _ in range(_MOST_REDIRECTS + 1):
            target = await self._target(here)
            if isinstance(target, Refusal):
                return target
            if permit is not None and (no := await permit(here)) is not None:
                return no
            found = await self._hop(target, accept)
            if not isinstance(found, _Moved):
                return found
            here = found.to
        return Refusal(url, Reason.REDIRECTS, str(_MOST_REDIRECTS))

    # --- where to ---------------------------------------------------------------------------

    async def _target(self, text: str) -> "_Target | Refusal":
        """Looked at and resolved: from here on no name is asked for again."""
        url = _parsed(text)
        if isinstance(url, Refusal):
            return url
        port = url.port or _SCHEMES[url.scheme]
        if port not in self._ports:
            return Refusal(text, Reason.PORT, str(port))
        host = url.raw_host.decode("ascii").rstrip(".").lower()
        addresses = await self._addresses(host, port)
        if isinstance(addresses, Refusal):
            return Refusal(text, addresses.reason, addresses.detail)
        return _Target(text, url, host, port, tuple(addresses))

    async def _addresses(self, host: str, port: int) -> Sequence[str] | Refusal:
        own = literal(host)
        if own is None and not is_name(host):
            return Refusal("", Reason.PRIVATE, host)
        try:
            found = [own] if own else [literal(a) or "" for a in await self._resolver(host, port)]
        except (OSError, UnicodeError) as error:  # TimeoutError among them
            return Refusal("", Reason.NO_HOST, type(error).__name__)
        if not found:
            return Refusal("", Reason.NO_HOST, host)
        inner = next((a for a in found if not is_public(a) and (a, port) not in self._also), None)
        if inner is not None:  # one is enough: which of them is called is not for a name server to choose
            return Refusal("", Reason.PRIVATE, inner)
        return sorted(found, key=lambda address: ":" in address)[:_MOST_ADDRESSES]

    # --- what is there ----------------------------------------------------------------------

    async def _hop(self, target: "_Target", accept: Collection[str]) -> "Page | Refusal | _Moved":
        no = Refusal(target.text, Reason.UNREACHABLE)
        for address in target.addresses:
            try:
                return await self._get(target, address, accept)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                no = Refusal(target.text, Reason.UNREACHABLE, type(error).__name__)
            except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
                return Refusal(target.text, Reason.UNREACHABLE, type(error).__name__)
        return no

    async def _get(
        self, target: "_Target", address: str, accept: Collection[str]
    ) -> "Page | Refusal | _Moved":
        # A client of its own for each hop: a connection to an address must not serve another name there.
        async with (
            httpx.AsyncClient(
                verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._caps.seconds
            ) as client,
            client.stream(
                "GET",
                target.url.copy_with(host=address, fragment=None),
                headers=target.headers(accept),
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            if answer.status_code in _MOVED and "location" in answer.headers:
                return _moved(target, answer.headers["location"])
            return await self._taken(target, answer, accept)

    async def _taken(
        self, target: "_Target", answer: httpx.Response, accept: Collection[str]
    ) -> Page | Refusal:
        if answer.status_code != _FINE:
            return Refusal(target.text, Reason.STATUS, str(answer.status_code))
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in accept:
            return Refusal(target.text, Reason.CONTENT_TYPE, kind[:100])
        packed = answer.headers.get("content-encoding", "identity").strip().lower()
        if packed not in ("identity", "gzip", ""):
            return Refusal(target.text, Reason.ENCODING, packed[:100])
        body = await _bounded(answer.aiter_raw(), self._caps.body_bytes, unpack=packed == "gzip")
        if isinstance(body, Reason):
            return Refusal(target.text, body, str(self._caps.body_bytes))
        return Page(target.text, kind, body, answer.charset_encoding)


@cache
def _trusted() -> ssl.SSLContext:
    """Certificates of the web's authorities; reading them takes a while."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class _Target:
    text: str
    url: httpx.URL
    host: str
    port: int
    addresses: tuple[str, ...]

    def headers(self, accept: Collection[str]) -> dict[str, str]:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return {
            "Host": host if self.port == _SCHEMES[self.url.scheme] else f"{host}:{self.port}",
            "User-Agent": f"{AGENT}/{__version__}",
            "Accept": ", ".join(sorted(accept)),
            "Accept-Encoding": "gzip",
        }


@dataclass(frozen=True, slots=True)
class _Moved:
    to: str


def _moved(target: _Target, location: str) -> _Moved | Refusal:
    try:
        return _Moved(str(target.url.join(location)))
    except (httpx.InvalidURL, ValueError):
        return Refusal(target.text, Reason.BAD_URL, location[:100])


def _parsed(text: str) -> httpx.URL | Refusal:
    """Nothing that two readers could read in two ways: no blanks, controls, backslashes or user names."""
    if len(text) > _LONGEST_URL or any(c == "\\" or c.isspace() or not c.isprintable() for c in text):
        return Refusal(text[:_LONGEST_URL], Reason.BAD_URL)
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError, TypeError):
        return Refusal(text, Reason.BAD_URL)
    if url.scheme not in _SCHEMES:
        return Refusal(text, Reason.SCHEME, url.scheme[:20])
    if url.userinfo or "@" in text.partition("://")[2].partition("/")[0]:
        return Refusal(text, Reason.USER_INFO)
    return url if url.host else Refusal(text, Reason.BAD_URL)


async def _bounded(chunks: AsyncIterator[bytes], most: int, *, unpack: bool) -> bytes | Reason:
    """All of them, or why not: neither what comes nor what it unpacks to is ever held beyond `most` bytes."""
    body, came = bytearray(), 0
    gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    async for chunk in chunks:
        came += len(chunk)
        try:
            body += gzip.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        except zlib.error:
            return Reason.ENCODING
        if came > most or len(body) > most or gzip.unconsumed_tail:
            return Reason.TOO_LARGE
    return bytes(body)
