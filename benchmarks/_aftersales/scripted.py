"""A scripted customer plays each task against the local mind, through the public API.

Signed in as the task's customer (tau-bench proves by e-mail or by name and zip code: here the shop's own sign-in does).
One wish after the other, each with the sentence of `script.py`; a question is answered with what the task says of it;
a card is read and confirmed if it names the order that is meant. The database afterwards decides, as in the replay.
"""

import asyncio
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import jwt

from _aftersales import reference
from _aftersales.compare import differences
from _aftersales.house import NOW, clock, open_tau, settings_in, shop_file
from _aftersales.script import Item, Wish, wishes
from _aftersales.tau import Database, Task, database, tasks
from xiaoer.app import App, open_app, web

GOAL = 0.6
MOST_SAID = 12  # messages for one wish
PATIENCE_S = 20.0  # for one reply
_KEY = {"bench": {"algorithm": "HS256", "key": token_hex(32)}}
Ended = Callable[[], Awaitable[None]]
_ASKS: tuple[tuple[str, str], ...] = (
    ("shall", r"\bshall i\?\s*$"),  # what is offered instead of what was wished, in its own words
    ("reason", r"\bwhy\b|\breason\b"),
    ("way", r"\bpay\b|\brefund(?:ed)? to\b|which (?:card|way)|money go|\bsettle"),
    ("address", r"\baddress\b"),
    ("other", r"instead|which (?:one|size|colour|variant|option)|swap|\binto what|would you like for"),
    ("items", r"\bitems?\b|which of|what would you like to (?:return|exchange|change)"),
    ("order", r"\border\b"),
    ("yes", r"\?\s*$"),
)


@dataclass(slots=True)
class Tally:
    trials: int = 1
    tasks: int = 0
    passed: Counter[str] = field(default_factory=Counter)  # task -> trials
    messages: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    kinds_done: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "tasks": self.tasks,
            "trials_each": self.trials,
            "pass^1": round(sum(self.passed.values()) / (self.tasks * self.trials or 1), 3),
            f"pass^{self.trials}": round(
                sum(n == self.trials for n in self.passed.values()) / (self.tasks or 1), 3
            ),
            "messages_a_task": round(self.messages / (self.tasks * self.trials or 1), 1),
            "tasks_with": dict(sorted(self.kinds.items())),
            "passed_of_them": dict(sorted(self.kinds_done.items())),
            "missed": self.missed,
        }

    @property
    def holds(self) -> bool:
        always = sum(n == self.trials for n in self.passed.values())
        return self.tasks > 0 and always == len(+self.passed) and always / self.tasks >= GOAL


class Customer:
    """Says what the script holds; hears until the counter has spoken."""

    def __init__(self, http: httpx.AsyncClient, conversation_id: str, token: str) -> None:
        self._http, self._path = http, f"/v1/conversations/{conversation_id}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._seq, self.said = 0, 0
        self.log: list[str] = []

    @classmethod
    async def arrives(cls, http: httpx.AsyncClient, app: App, user_id: str) -> "Customer":
        claims = {"sub": user_id, "shop": app.policy.shop_id, "aud": "xiaoer"}
        times = {"iat": NOW, "exp": NOW + timedelta(minutes=10)}
        [(kid, key)] = _KEY.items()
        token = jwt.encode({**claims, **times}, key["key"], algorithm=key["algorithm"], headers={"kid": kid})
        opened = await http.post(
            "/v1/conversations",
            json={"language": "en", "time_zone": "America/New_York"},
            headers={"Authorization": f"Bearer {token}"},
        )
        opened.raise_for_status()
        return cls(http, opened.json()["id"], opened.json()["token"])

    async def wants(self, wish: Wish) -> None:
        text, answered = wish.text, Counter[str]()
        for _ in range(MOST_SAID):
            heard = await self._says(text)
            words, parts = heard["text"], [part["kind"] for part in heard["parts"]]
            if "confirm" in parts:
                heard = await self._says("yes")
                return
            about = next((name for name, form in _ASKS if re.search(form, words, re.IGNORECASE)), "")
            if not about or about == "yes" or answered[about] > len(wish.items):
                return
            text = self._answer(about, wish, words, answered[about])
            answered[about] += 1
            if not text:
                return

    def _answer(self, about: str, wish: Wish, words: str, times: int) -> str:
        if about == "other":
            named = [item for item in wish.items if item.name.lower() in words.lower()]
            item = self._item(named or list(wish.items), times if not named else 0)
            return item.other() if item and item.wanted is not None else ""
        return {
            "reason": wish.reason,
            "way": wish.way,
            "address": wish.address,
            "items": ", ".join(item.said() for item in wish.items),
            "order": wish.order,
            "shall": "yes",
        }[about]

    def _item(self, among: list[Item], place: int) -> Item | None:
        return among[min(place, len(among) - 1)] if among else None

    async def _says(self, text: str) -> Mapping[str, Any]:
        self.said += 1
        self.log.append(f"C: {text}")
        body = {"client_id": f"c{self.said}", "text": text}
        sent = await self._http.post(f"{self._path}/messages", json=body, headers=self._headers)
        sent.raise_for_status()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (heard := await self._heard()) is not None:
                    self.log.append(f"X: {heard['text']} {[part['kind'] for part in heard['parts']]}")
                    return heard
                await asyncio.sleep(0.005)

    async def _heard(self) -> Mapping[str, Any] | None:
        """The counter's next reply; None if it has not spoken yet."""
        got = await self._http.get(
            f"{self._path}/messages", params={"after": self._seq}, headers=self._headers
        )
        got.raise_for_status()
        spoken = [m for m in got.json()["messages"] if m["kind"] == "message" and m["author"] == "assistant"]
        if not spoken:
            return None
        self._seq = spoken[-1]["seq"]
        return spoken[-1] | {"text": "\n".join(m["text"] for m in spoken)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    trials: int = 1
    limit: int = 0  # the first so many tasks; 0: all
    log: Path | None = None  # where what was said is written, where a task was missed


async def scripted(data: Path, scratch: Path | None, progress: Callable[[str], None], plan: Plan) -> Tally:
    raw, every = database(data), list(tasks(data, "train"))[: plan.limit or None]
    tally = Tally(plan.trials)
    with TemporaryDirectory(dir=scratch) as folder:
        pristine = Path(folder) / "pristine"
        async with open_tau(data, pristine, clock=clock):
            pass  # the model is trained and kept, too
        one = Path(shutil.copytree(pristine, Path(folder) / "one"))
        async with _site(one) as (app, http, ended):
            for n, task in enumerate(every):
                progress(f"scripted: task {n + 1} of {len(every)}, passed {sum(tally.passed.values())}")
                tally.tasks += 1
                for _ in range(plan.trials):
                    await ended()
                    _put_back(pristine, one)
                    await _play(task, raw, app, http, tally, plan.log)
    return tally


def _put_back(pristine: Path, folder: Path) -> None:
    """What the databases hold, as it was before anybody came; nothing of it is kept in memory."""
    for path in pristine.glob("*.db"):
        with (
            closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as before,
            closing(sqlite3.connect(folder / path.name)) as now,
        ):
            now.execute("PRAGMA synchronous = off")
            before.backup(now)


async def _play(
    task: Task, raw: Database, app: App, http: httpx.AsyncClient, tally: Tally, log: Path | None
) -> None:
    wanted = raw.copy_for(task.user_id)
    for write in task.writes:
        reference.applied(wanted, task.user_id, write)
    customer = await Customer.arrives(http, app, task.user_id)
    for wish in wishes(task.instruction):
        await customer.wants(wish)
    wrong = differences(shop_file(app), wanted)
    said_all = all(any(output in line for line in customer.log if line[0] == "X") for output in task.outputs)
    passed = not wrong and said_all
    _count(task, passed, customer, tally)
    if log is not None and not passed:
        with log.open("a") as out:
            out.write("\n".join([f"--- {task.id} {task.user_id}", *customer.log, *wrong[:4], ""]))


def _count(task: Task, passed: bool, customer: Customer, tally: Tally) -> None:
    tally.passed[task.id] += passed
    tally.messages += customer.said
    for kind in {wish.kind for wish in wishes(task.instruction)}:
        tally.kinds[kind] += 1
        tally.kinds_done[kind] += passed
    if not passed:
        tally.missed.append(task.id)


@asynccontextmanager
async def _site(folder: Path) -> AsyncIterator[tuple[App, httpx.AsyncClient, Ended]]:
    """Also what waits until no turn is under way."""
    keys = folder / "keys.json"
    keys.write_text(json.dumps(_KEY))
    settings = settings_in(folder).model_copy(update={"sign_in_keys": keys})
    async with open_app(settings, clock=clock) as app:
        site = web(app, with_demo=False)
        async with (
            site.router.lifespan_context(site),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app=site), base_url="http://tau.test", timeout=30
            ) as http,
        ):
            yield app, http, site.state.turns.drain
