"""Conversations with a model as files: what it was asked, normalised, and what it answered.

The same request is answered by the same answer; another one fails with the difference between them. Recorded
anew, with the model of a few rules or with any real endpoint, by

    python -m tests.llm.cassettes [--url https://HOST/v1 --model NAME]      # the key in OPENAI_API_KEY
"""

import argparse
import asyncio
import difflib
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
import yaml
from tests.clock import Clock
from tests.llm.parrot import parrot
from tests.llm.server import Asked, Fail, Reply, Say, serving
from tests.turns.counter import Talk, named_orders

from xiaoer.app import open_app
from xiaoer.guard.pseudonyms import PSEUDONYM
from xiaoer.settings import Settings
from xiaoer.speak.render import Renderer

FOLDER = Path(__file__).parent / "cassettes"
_NUMBERED = re.compile(r"\b([A-Z]+)-#(\d+)")


@dataclass(frozen=True, kw_only=True)
class Exchange:
    asked: str
    reply: Say


@dataclass(kw_only=True)
class Cassette:
    """`say`: what the customer says, with names of orders in braces; `ends`: states of orders afterwards."""

    name: str
    customer: str
    language: str
    say: Sequence[str]
    ends: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)


def read(path: Path) -> Cassette:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    exchanges = [Exchange(asked=one["asked"], reply=_say(one["reply"])) for one in raw.pop("exchanges", ())]
    return Cassette(**raw, exchanges=exchanges)


def write(path: Path, cassette: Cassette) -> None:
    told = {name: getattr(cassette, name) for name in ("name", "customer", "language", "say", "ends")}
    exchanges = [
        {"asked": one.asked, "reply": {"text": one.reply.text, "calls": [list(c) for c in one.reply.calls]}}
        for one in cassette.exchanges
    ]
    text = yaml.safe_dump(
        {**told, "exchanges": exchanges},
        allow_unicode=True,
        sort_keys=False,
        width=110,
        default_flow_style=None,
    )
    path.write_text(text, encoding="utf-8")


def _say(raw: dict[str, Any]) -> Say:
    return Say(text=raw["text"], calls=[(name, args) for name, args in raw["calls"]])


class Names:
    """Pseudonyms are another in every house: here they are counted in the order they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def number(self, text: str) -> str:
        return PSEUDONYM.sub(lambda found: self._number(found[0]), text)

    def name(self, text: str) -> str:
        names = {number: name for name, number in self._numbers.items()}
        return _NUMBERED.sub(lambda found: names.get(found[0], found[0]), text)

    def _number(self, name: str) -> str:
        kind = name.partition("-")[0]
        return self._numbers.setdefault(name, f"{kind}-#{len(self._numbers) + 1}")


def normalised(asked: Asked, names: Names) -> str:
    """The conversation of a request, as anybody's: rules and tools may change, and it is the same."""
    told = []
    for message in asked.messages[1:]:
        calls = [call["function"] for call in message.get("tool_calls", ())]
        words = [message.get("content") or "", *(f"{call['name']} {call['arguments']}" for call in calls)]
        told.append(f"{message['role']}: {names.number(' '.join(filter(None, words)))}")
    return "\n".join(told)


@dataclass
class Player:
    """Answers as it was recorded. `missed`: how a request was another than the one on the file."""

    cassette: Cassette
    change: Callable[[int, Say], Reply] = lambda n, reply: reply
    missed: list[str] = field(default_factory=list)
    names: Names = field(default_factory=Names)
    n: int = 0

    def __call__(self, asked: Asked) -> Reply:
        now = normalised(asked, self.names)
        left = self.cassette.exchanges[self.n :]
        self.n += 1
        if not left or left[0].asked != now:
            then = left[0].asked if left else ""
            self.missed.append(
                "\n".join(difflib.unified_diff(then.split("\n"), now.split("\n"), "file", "now"))
            )
            return Fail(status=500)
        return self._named(self.change(self.n - 1, left[0].reply))

    def _named(self, reply: Reply) -> Reply:
        if isinstance(reply, Fail):
            return reply
        calls = [(name, json.loads(self.names.name(json.dumps(args)))) for name, args in reply.calls]
        return replace(reply, text=self.names.name(reply.text), calls=calls)


@dataclass
class Recorder:
    """Asks somebody, and keeps what was asked and answered."""

    answer: Callable[[Asked], Say]
    exchanges: list[Exchange] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    def __call__(self, asked: Asked) -> Reply:
        told = normalised(asked, self.names)
        reply = self.answer(asked)
        calls = [(name, json.loads(self.names.number(json.dumps(args)))) for name, args in reply.calls]
        self.exchanges.append(
            Exchange(asked=told, reply=Say(text=self.names.number(reply.text), calls=calls))
        )
        return reply


async def held(
    cassette: Cassette, script: Callable[[Asked], Reply], data_dir: Path
) -> tuple[Sequence[dict[str, Any]], dict[str, str]]:
    """The conversation, over a house at noon, our own words without chance: what was said, and its end."""
    with patch.object(Renderer, "_pick", lambda _self, _key, _count: 0):
        return await _held(cassette, script, data_dir)


async def _held(
    cassette: Cassette, script: Callable[[Asked], Reply], data_dir: Path
) -> tuple[Sequence[dict[str, Any]], dict[str, str]]:
    async with serving(script) as server:
        settings = Settings(data_dir=data_dir, llm_url=server.url, llm_key="x", _env_file=None)
        clock = Clock()
        async with open_app(settings, clock=clock) as app:
            talk = await Talk.start(app, clock, email=cassette.customer, language=cassette.language)
            names = named_orders(talk, "")
            said = [await talk.says(text.format_map(names)) for text in cassette.say]
            ends = {name: (await talk.order(names[name])).state.value for name in cassette.ends}
            return said, ends


def _asking(url: str, model: str) -> Callable[[Asked], Say]:
    """A real endpoint, asked what the counter asked."""

    def ask(asked: Asked) -> Say:
        body = {**asked.body, "model": model, "stream": False}
        body.pop("stream_options", None)
        key = os.environ.get("OPENAI_API_KEY", "")
        answer = httpx2.post(
            f"{url}/chat/completions", json=body, headers={"authorization": f"Bearer {key}"}, timeout=60
        )
        message = answer.raise_for_status().json()["choices"][0]["message"]
        calls = [call["function"] for call in message.get("tool_calls") or ()]
        return Say(
            text=message.get("content") or "",
            calls=[(call["name"], json.loads(call["arguments"] or "{}")) for call in calls],
        )

    return ask


def _played(asked: Asked) -> Say:
    reply = parrot(asked)
    assert isinstance(reply, Say)
    return reply


async def record(answer: Callable[[Asked], Say]) -> None:
    for path in sorted(FOLDER.glob("*.yaml")):
        cassette, recorder = read(path), Recorder(answer)
        with tempfile.TemporaryDirectory() as folder:
            said, ends = await held(cassette, recorder, Path(folder))
        cassette.exchanges, cassette.ends = recorder.exchanges, ends
        write(path, cassette)
        sys.stdout.write(f"{path.name}: {len(recorder.exchanges)} exchanges, {ends}\n")
        for reply in said:
            sys.stdout.write(f"    {reply['text']}\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", default="")
    options.add_argument("--model", default="gpt-5-mini")
    given = options.parse_args()
    asyncio.run(record(_asking(given.url, given.model) if given.url else _played))


if __name__ == "__main__":
    main()
