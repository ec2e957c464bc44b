"""A scripted /embeddings on this machine: each answer is what the script says next, the last one for ever."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from typing_extensions import override

DIMENSIONS = 4


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes | None = None  # None: points, as they should be
    headers: dict[str, str] = field(default_factory=dict)
    waits: bool = False  # until the test is over
    cut: int = 0  # bytes that are promised and never come


@dataclass
class Endpoint:
    url: str
    script: list[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    @property
    def texts(self) -> list[str]:
        return [text for body in self.asked for text in body["input"]]

    def next(self) -> Answer:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def point(text: str) -> list[float]:
    """Near for texts of the same words, whatever their order."""
    return [1.0, *(float(sum(map(ord, text)) % prime) for prime in (7, 11, 13))]


def points_of(texts: Sequence[str], form: Callable[[list[float]], object] = list) -> bytes:
    rows = [{"index": place, "embedding": form(point(text))} for place, text in enumerate(texts)]
    return json.dumps({"data": rows[::-1]}).encode()  # the index tells the order, not the place


@contextmanager
def served(*script: Answer) -> Iterator[Endpoint]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    endpoint = Endpoint(f"http://127.0.0.1:{server.server_address[1]}/v1", list(script or (Answer(),)))
    server.endpoint = endpoint  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        endpoint: Endpoint = self.server.endpoint  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        endpoint.asked.append(body)
        endpoint.keys.append(self.headers.get("Authorization", ""))
        answer = endpoint.next()
        if answer.waits:
            endpoint.over.wait(30)
            return
        told = points_of(body["input"]) if answer.body is None else answer.body
        self.send_response(answer.status if self.path == "/v1/embeddings" else 404)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(told) + answer.cut))
        self.end_headers()
        try:
            self.wfile.write(told)
        except OSError:
            return  # whoever asked has hung up: the answer was too long

    @override
    def log_message(self, format: str, *args: object) -> None:
        return
