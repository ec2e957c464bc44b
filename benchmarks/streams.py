"""What idle event streams cost, and how soon an event for everyone has reached everyone.

Starts `xiaoer serve --demo` as a child with its own data folder, opens a stream for each of N conversations,
holds them over a heartbeat, then writes one event into each conversation: from this process, so that the
service must find them in the table, and for a sample through the service's API. What arrived is compared
with the table, event by event; what was cut off is resumed by Last-Event-ID first.

This process writes and reads on the same machine: on two cores it takes up to one of them away.

    python benchmarks/streams.py [--connections 1000] [--hold 20] [--sample 200] [--json FILE]
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import httpx
from typing_extensions import override

from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.reply import Origin, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.identity import ConversationTokens
from xiaoer.policies.file import load_policy
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.rows import Event, append

WORDS = "您的包裹今天送到。Your parcel arrives today."
AT_ONCE = 400  # requests or writes under way
WAIT_S = 90.0  # for what should take two seconds: so that a miss is measured, not cut off
GOAL_KB, GOAL_S = 20.0, 2.0
T = TypeVar("T")


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def quantile(values: Sequence[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else float("nan")


async def crowd(what: str, calls: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    """All of them, AT_ONCE at a time."""
    waiting, done, results = list(enumerate(calls)), 0, {}
    total = len(waiting)
    waiting.reverse()

    async def work() -> None:
        nonlocal done
        while waiting:
            number, call = waiting.pop()
            results[number] = await call()
            done += 1
            if done % 100 == 0:
                progress(f"{what} {done}/{total}")

    await asyncio.gather(*(work() for _ in range(min(AT_ONCE, total))))
    progress("")
    return [results[number] for number in range(total)]


# --- the service ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Service:
    """The child process, as the kernel sees it."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    secret: str
    staff: str

    def memory_kb(self, line: str = "VmRSS") -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(found for found in status.splitlines() if found.startswith(line)).split()[1])

    def cpu_s(self) -> float:
        ticks = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="xiaoer-bench-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret, staff = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
    given = {"DATA_DIR": str(folder), "SECRET": secret, "STAFF_TOKENS": f"bench:{staff}"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XIAOER_")}
    environment |= {f"XIAOER_{name}": value for name, value in given.items()}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "xiaoer.cli", "serve", "--demo", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        _await_ready(process, port, folder / "log")
        yield Service(process, port, folder, secret, staff)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 180  # the first start trains the classifier
    while time.monotonic() < until and process.poll() is None:
        progress("the service starts")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"the service is not ready: {log.read_text('utf-8', 'replace')[-2000:]}")


def room_for(connections: int) -> int:
    """Raise the limit of open files, which the child inherits; how many connections fit under it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 500  # databases, index, libraries
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        print(f"only {allowed} open files allowed (RLIMIT_NOFILE): fewer connections", file=sys.stderr)
    return min(connections, allowed - 500)


# --- one listener --------------------------------------------------------------------------------


class Listener(asyncio.Protocol):
    """One stream over a raw socket: which events came when, and whether it still stands."""

    def __init__(self, conversation_id: ConversationId, token: str, port: int) -> None:
        self.id, self.token = conversation_id, token
        self.seqs: list[int] = []
        self.at: list[float] = []  # monotonic seconds, one for each of seqs
        self.beats = 0
        self.lost = False
        self._port = port

    async def connect(self) -> None:
        """From after the last event it has; `lost` if that cannot be."""
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self._buffer, self._closing, self.lost = b"", False, False
        try:
            async with asyncio.timeout(WAIT_S):
                await loop.create_connection(lambda: self, "127.0.0.1", self._port)
                await self.opened
        except (OSError, TimeoutError):
            self.lost = True

    def close(self) -> None:
        self._closing = True
        self.wire.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.wire = transport
        resume = f"Last-Event-ID: {self.seqs[-1]}\r\n" if self.seqs else ""
        transport.write(
            f"GET /v1/conversations/{self.id}/events HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Accept: text/event-stream\r\nAuthorization: Bearer {self.token}\r\n{resume}\r\n".encode()
        )

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done():
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                self.wire.close()
                return
            self._buffer = rest
            self.opened.set_result(None)
        while self._chunk():
            pass

    def _chunk(self) -> bool:
        """Take one chunk off the buffer (RFC 9112, 7.1); the service sends whole events in each."""
        size, found, rest = self._buffer.partition(b"\r\n")
        length = int(size, 16) if found else 0
        if not found or len(rest) < length + 2:
            return False
        if length == 0:
            self.wire.close()  # the service has ended the stream
            return False
        body, self._buffer = rest[:length], rest[length + 2 :]
        if body.startswith(b": beat"):
            self.beats += 1
        for line in body.split(b"\n"):
            if line.startswith(b"id: "):
                self.seqs.append(int(line[4:]))
                self.at.append(time.perf_counter())
        return True

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = not self._closing
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it began"))


# --- what is measured ----------------------------------------------------------------------------


@dataclass(slots=True)
class Row:
    what: str
    value: float | str
    unit: str = ""
    goal: str = ""
    met: bool | None = None

    def shown(self) -> str:
        value = f"{self.value:,.2f}" if isinstance(self.value, float) else f"{self.value:,}"
        met = "" if self.met is None else "met" if self.met else "MISSED"
        return f"{self.what:58} {value:>12} {self.unit:4} {self.goal:9} {met}"


@dataclass(slots=True)
class Bench:
    service: Service
    log: SqlConversations
    store: Store
    listeners: list[Listener] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def note(self, what: str, value: float, unit: str = "", *, most: float | None = None) -> None:
        goal = "" if most is None else f"<= {most:g}"
        self.rows.append(Row(what, value, unit, goal, None if most is None else value <= most))

    async def open_conversations(self, count: int) -> None:
        """Straight into the database: one address may open only so many through the API."""
        policy = load_policy(Path(str(files("xiaoer.shops.demo"))) / "policy.yaml")
        actor, now = Actor(shop_id=policy.shop_id, role=Role.CUSTOMER), datetime.now(UTC)
        tokens, until = ConversationTokens(self.service.secret), now + timedelta(hours=12)

        def begin() -> Awaitable[Conversation]:
            return self.log.open(actor, language=Language.ZH, time_zone="UTC", channel="web", now=now)

        opened = await crowd("conversations", [begin] * count)
        port = self.service.port
        self.listeners = [Listener(c.id, tokens.issue(c.id, until=until), port) for c in opened]

    async def warm(self) -> None:
        """What the first requests load once is not the streams'."""
        for _ in range(3):
            some = self.listeners[:50]
            await crowd("warm-up", [listener.connect for listener in some])
            for listener in some:
                listener.close()
            await asyncio.sleep(0.5)

    async def hold(self, seconds: float) -> None:
        count, before = len(self.listeners), self.service.memory_kb()
        self.note("connections asked for", count)
        begun = time.perf_counter()
        await crowd("connections", [listener.connect for listener in self.listeners])
        self.note("opened per second", count / (time.perf_counter() - begun))
        cpu, begun = self.service.cpu_s(), time.perf_counter()
        while (left := begun + seconds - time.perf_counter()) > 0:
            progress(f"{self.standing()} streams held, {left:.0f} s more")
            await asyncio.sleep(min(1.0, left))
        progress("")
        after = self.service.memory_kb()
        self.note("held, all silent", self.standing())
        self.note("  lost meanwhile", count - self.standing(), most=0)
        self.note("  had a heartbeat", sum(listener.beats > 0 for listener in self.listeners))
        self.note("  CPU of the service", (self.service.cpu_s() - cpu) / seconds * 100, "%")
        self.note("memory before", before / 1024, "MB")
        self.note("memory with all held", after / 1024, "MB")
        self.note("  for each connection", (after - before) / count, "KB", most=GOAL_KB)

    def standing(self) -> int:
        return sum(not listener.lost for listener in self.listeners)

    async def fan_out(self, what: str, write: Callable[[], Awaitable[dict[ConversationId, float]]]) -> None:
        """`write` one event for each, telling when it was committed; then wait until each has arrived."""
        due = {listener.id: len(listener.seqs) + 1 for listener in self.listeners}
        cpu, begun = self.service.cpu_s(), time.perf_counter()
        committed = await write()
        written = time.perf_counter()
        missing = await self._wait(what, [x for x in self.listeners if x.id in committed], due)
        count = len(committed)
        took = sorted(x.at[due[x.id] - 1] - committed[x.id] for x in self.listeners
                      if x.id in committed and len(x.seqs) >= due[x.id])  # fmt: skip
        ended = max((x.at[-1] for x in self.listeners if x.id in committed and x.seqs), default=written)
        self.note(f"{what}: events", count)
        self.note("  took to write", written - begun, "s")
        self.note("  from the last commit until all have it", max(0.0, ended - written), "s")
        self.note("  from its own commit, median", quantile(took, 50), "s")
        self.note("  from its own commit, 99 %", quantile(took, 99), "s")
        slowest = took[-1] if took and not missing else float("inf")
        self.note("  from its own commit, slowest", slowest, "s", most=GOAL_S)
        self.note("  CPU of the service, each", (self.service.cpu_s() - cpu) / count * 1000, "ms")
        self.note("  streams cut off", len(self.listeners) - self.standing(), most=0)
        await self.mend()

    async def _wait(self, what: str, listeners: list[Listener], due: dict[ConversationId, int]) -> int:
        """Until all have what is due or are cut off; how many miss it."""
        until, waiting = time.perf_counter() + WAIT_S, listeners
        while waiting and time.perf_counter() < until:
            waiting = [x for x in waiting if len(x.seqs) < due[x.id] and not x.lost]
            progress(f"{what}: {len(waiting)} still wait")
            await asyncio.sleep(0.05)
        progress("")
        return sum(len(x.seqs) < due[x.id] for x in listeners)

    async def mend(self) -> None:
        """As a client does: connect again, after the event it saw last."""
        for _ in range(20):
            if not (lost := [listener for listener in self.listeners if listener.lost]):
                return
            await crowd("again", [listener.connect for listener in lost])
            await asyncio.sleep(2.0)

    async def one_by_one(self) -> dict[ConversationId, float]:
        """As the turns and the desk of another process write."""

        async def say(listener: Listener) -> tuple[ConversationId, float]:
            now = datetime.now(UTC)
            await self.log.say(listener.id, WORDS, (TextPart(text=WORDS),), Origin.TEMPLATE, now=now)
            return listener.id, time.perf_counter()

        return dict(await crowd("written", [lambda x=x: say(x) for x in self.listeners]))  # type: ignore[misc]

    async def all_at_once(self) -> dict[ConversationId, float]:
        """One transaction: the service finds them all in one look."""
        event = Event(kind="message", origin=Origin.TEMPLATE, at=datetime.now(UTC), text=WORDS,
                      parts=(TextPart(text=WORDS),))  # fmt: skip
        ids = [listener.id for listener in self.listeners]
        await self.store.write("all", lambda conn: [append(conn, found, event) for found in ids])
        return dict.fromkeys(ids, time.perf_counter())

    async def through_the_api(self, sample: list[Listener]) -> dict[ConversationId, float]:
        """A person at the desk answers; timed from the request's end, which is after the commit."""
        bearer = {"Authorization": f"Bearer {self.service.staff}"}
        base = f"http://127.0.0.1:{self.service.port}/v1/staff/conversations/"
        async with httpx.AsyncClient(base_url=base, headers=bearer, timeout=30) as desk:

            async def post(listener: Listener) -> tuple[ConversationId, float]:
                said = {"client_id": secrets.token_hex(8), "text": WORDS}
                (await desk.post(f"{listener.id}/messages", json=said)).raise_for_status()
                return listener.id, time.perf_counter()

            return dict([await post(listener) for listener in sample])

    async def take(self, sample: list[Listener]) -> None:
        """The desk takes these; taking them is an event too."""
        bearer = {"Authorization": f"Bearer {self.service.staff}"}
        base = f"http://127.0.0.1:{self.service.port}/v1/staff/conversations/"
        due = {listener.id: len(listener.seqs) + 1 for listener in sample}
        async with httpx.AsyncClient(base_url=base, headers=bearer, timeout=30) as desk:
            for listener in sample:
                (await desk.post(f"{listener.id}/take")).raise_for_status()
        await self._wait("taken", sample, due)

    async def resume(self, sample: list[Listener]) -> None:
        """They go, miss three events, and come back."""
        due = {listener.id: len(listener.seqs) + 3 for listener in sample}
        for listener in sample:
            listener.close()
        for _ in range(3):
            now = datetime.now(UTC)
            for listener in sample:
                await self.log.say(listener.id, WORDS, (TextPart(text=WORDS),), Origin.TEMPLATE, now=now)
        begun = time.perf_counter()
        await crowd("resumed", [listener.connect for listener in sample])
        missing = await self._wait("resumed", sample, due)
        self.note("resumed after three missed events", len(sample))
        self.note("  took, all together", max(x.at[-1] for x in sample) - begun, "s")
        self.note("  without all of them", missing, most=0)

    async def compare(self) -> None:
        """Every event of the table came once, in order."""
        wrong = 0
        for number, listener in enumerate(self.listeners):
            kept = [event.seq for event in await self.log.after(listener.id, 0, limit=200)]
            wrong += kept != listener.seqs
            if number % 500 == 0:
                progress(f"compared {number}/{len(self.listeners)}")
        progress("")
        self.note("streams that differ from the table (lost, twice, disordered)", wrong, most=0)


async def run(args: argparse.Namespace) -> list[Row]:
    count = room_for(args.connections)
    with serving() as service:
        async with await Store.open(f"sqlite:///{service.folder / 'xiaoer.db'}") as store:
            bench = Bench(service, SqlConversations(store), store)
            await bench.open_conversations(count)
            await bench.warm()
            await bench.hold(args.hold)
            await bench.fan_out("another process writes, one by one", bench.one_by_one)
            await bench.fan_out("another process writes, all in one commit", bench.all_at_once)
            sample = bench.listeners[: args.sample]
            await bench.take(sample)
            await bench.fan_out("a person answers through the API", lambda: bench.through_the_api(sample))
            await bench.resume(sample)
            await bench.compare()
            bench.note("memory at the end", service.memory_kb() / 1024, "MB")
            bench.note("memory at its highest", service.memory_kb("VmHWM") / 1024, "MB")
            return bench.rows


def machine() -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    python = platform.python_version()
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {python}, load {load}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--hold", type=float, default=20, help="seconds; a heartbeat comes each 15")
    parser.add_argument("--sample", type=int, default=200, help="of these for the API and for resuming")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    before = machine()
    rows = asyncio.run(run(args))
    print(f"before: {before}\nafter:  {machine()}")
    for row in rows:
        print(row.shown())
    if args.json:
        kept = [asdict(row) for row in rows]
        args.json.write_text(json.dumps({"machine": before, "after": machine(), "rows": kept}, indent=2))


if __name__ == "__main__":
    main()
