"""Servers on this machine to test what fetches: one answers as told, another must never be called."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from xiaoer.fetch.pages import Caps, Fetcher, Page, Reason, Refusal

HOME = "127.0.0.1"
HTML = b"<html><body>Delivery costs 8.</body></html>"
Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", *, status: int = 200, kind: str = "text/html", **headers: str) -> bytes:
    """A whole HTTP answer; header names are written with _ for -."""
    lines = [
        f"HTTP/1.1 {status} -",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def moved(to: str, status: int = 302) -> bytes:
    return answer(status=status, location=to)


@dataclass
class Site:
    """Answers by path, 404 else, and remembers what it was asked: (path, head)."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0
    here: Sequence[tuple[str, int]] = ()

    def url(self, path: str = "/", host: str = "shop.test", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            self.asked.append((path, head))
            told = self.answers.get(path, answer(status=404))
            if isinstance(told, bytes):
                writer.write(told)
            else:
                await told(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the fetcher hung up, as it should
        finally:
            writer.close()


@asynccontextmanager
async def serving(site: Site, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(site.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, HOME, 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    site.here = ((HOME, site.port),)
    try:
        yield site
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Canary:
    """Listens where nobody may call."""

    port: int
    calls: int = 0


@asynccontextmanager
async def listening(host: str = HOME) -> AsyncIterator[Canary]:
    canary = Canary(0)

    def called(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        canary.calls += 1
        writer.close()

    server = await asyncio.start_server(called, host, 0)
    canary.port = server.sockets[0].getsockname()[1]
    try:
        yield canary
    finally:
        server.close()


class Names:
    """A resolver of our own: each name's answers in turn, the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(told) for name, told in answers.items()}
        self.asked: Counter[str] = Counter()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        told = self._answers.get(host)
        if told is None:
            raise OSError(f"no such host: {host}")
        place = min(self.asked[host], len(told) - 1)
        self.asked[host] += 1
        return told[place]


def fetcher(site: Site, names: Names | None = None, **caps: float) -> Fetcher:
    """May call the site's own address and port, and no other of this machine."""
    limits = Caps(seconds=caps.get("seconds", 10.0), body_bytes=int(caps.get("body_bytes", 1_000_000)))
    return Fetcher(resolver=names or Names(shop_test=[[HOME]]), caps=limits, also=site.here)


def why(found: Page | Refusal) -> Reason:
    assert isinstance(found, Refusal)
    return found.reason
