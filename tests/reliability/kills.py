"""R1: kill -9 under load, over real HTTP. Clients note what was acknowledged, and send again by their ids."""

import asyncio
import os
import random
import signal
import socket
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PATIENCE_S = 90  # a start on a busy machine
_AGAIN_S = 0.1
_LONGEST_S = 1.0  # between two tries of a client: fifty without rest take the processor from the start


@dataclass
class Journal:
    """What was acknowledged: (conversation, client id), in the order it was sent."""

    acked: list[tuple[str, str]] = field(default_factory=list)
    resent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """L: acknowledged and lost. D: kept twice. O: in another order than sent. Seconds until ready again."""

    acked: int
    resent: int
    kills: int
    lost: int
    doubled: int
    inverted: int
    ready_s: tuple[float, ...]

    @property
    def p95_ready_s(self) -> float:
        return sorted(self.ready_s)[max(0, round(0.95 * len(self.ready_s)) - 1)] if self.ready_s else 0.0


class Service:
    """`xiaoer serve` in a process of its own, on one port for all its lives."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._data = data
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> float:
        """Seconds until it was ready."""
        begun = time.monotonic()
        root = Path(__file__).parents[2]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "xiaoer.cli", "serve", "--port", str(self.port),
            env={**os.environ, "XIAOER_DATA_DIR": str(self._data), "PYTHONPATH": str(root / "src")},
            cwd=self._data, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with httpx.AsyncClient(base_url=self.url, timeout=5, trust_env=False) as http:
            while True:
                try:
                    if (await http.get("/readyz")).status_code == httpx.codes.OK:
                        return time.monotonic() - begun
                except httpx.TransportError:
                    pass
                if time.monotonic() - begun > PATIENCE_S:
                    raise TimeoutError("the service did not start")
                await asyncio.sleep(_AGAIN_S)

    async def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


async def client(service: Service, journal: Journal, over: asyncio.Event) -> None:
    """Says one thing after another; what was not acknowledged is sent again under the same id."""
    async with httpx.AsyncClient(base_url=service.url, timeout=20, trust_env=False) as http:
        opened = await _until(http, "/v1/conversations", {}, {}, journal, frozenset({200, 201}))
        talk, key = opened["id"], {"authorization": f"Bearer {opened['token']}"}
        n = 0
        while not over.is_set():
            n += 1
            body = {"client_id": f"m{n:06d}", "text": f"第 {n} 句"}
            path = f"/v1/conversations/{talk}/messages"
            await _until(http, path, body, key, journal, frozenset({200, 202}))
            journal.acked.append((talk, body["client_id"]))
            await asyncio.sleep(0.05)


async def _until(
    http: httpx.AsyncClient,
    path: str,
    body: dict[str, str],
    headers: dict[str, str],
    journal: Journal,
    good: frozenset[int],
) -> dict[str, str]:
    wait_s = _AGAIN_S
    for _ in range(round(PATIENCE_S / _AGAIN_S)):
        try:
            answer = await http.post(path, json=body, headers=headers)
            if answer.status_code in good:
                found: dict[str, str] = answer.json()
                return found
        except httpx.TransportError:
            journal.resent += 1
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, _LONGEST_S)
    raise TimeoutError(path)


async def killed(data: Path, *, kills: int, clients: int, seed: int = 1) -> Found:
    """At random moments of the load."""
    rng, service, over, ready = random.Random(seed), Service(data), asyncio.Event(), list[float]()
    journals = [Journal() for _ in range(clients)]
    await service.start()
    talking = [asyncio.create_task(client(service, journal, over)) for journal in journals]
    try:
        for _ in range(kills):
            before = sum(len(journal.acked) for journal in journals)
            while sum(len(journal.acked) for journal in journals) < before + clients:
                if any(task.done() for task in talking):
                    break
                await asyncio.sleep(_AGAIN_S)
            await asyncio.sleep(rng.random() * 0.5)
            await service.kill()
            ready.append(await service.start())
        over.set()
        await asyncio.gather(*talking)
    finally:
        for task in talking:
            task.cancel()
        await service.kill()
    return found(data, journals, kills, tuple(ready))


def found(data: Path, journals: list[Journal], kills: int, ready_s: tuple[float, ...]) -> Found:
    with sqlite3.connect(data / "xiaoer.db") as conn:
        rows = conn.execute(
            "SELECT conversation_id, client_id FROM messages WHERE origin = 'customer' ORDER BY seq"
        ).fetchall()
    conn.close()
    kept = Counter(map(tuple, rows))
    acked = [one for journal in journals for one in journal.acked]
    by_talk: dict[str, list[str]] = defaultdict(list)
    for talk, client_id in rows:
        by_talk[talk].append(client_id)
    return Found(
        acked=len(acked),
        resent=sum(journal.resent for journal in journals),
        kills=kills,
        lost=sum(one not in kept for one in acked),
        doubled=sum(times - 1 for times in kept.values()),
        inverted=sum(a > b for ids in by_talk.values() for a, b in zip(ids, ids[1:], strict=False)),
        ready_s=ready_s,
    )
