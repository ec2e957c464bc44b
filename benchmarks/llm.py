"""What the counter adds to a language model's own time, and how often it asks it, by kind of turn.

A scripted model on loopback answers with fixed delays (before the first word, between words), so what is left
of a turn is ours. Both run in one process and share its cores: what the model itself computes is taken for
ours, so these figures err on the high side.

    python benchmarks/llm.py [--turns 30] [--first 0.8] [--word 0.02] [--json FILE]

Goals: at most 30 ms before the first request and 10 % of the whole; one call for a question, two with a look-up.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before numpy
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.llm.parrot import parrot
from tests.llm.server import Asked, Reply, Say, serving

from xiaoer.app import App, open_app
from xiaoer.channels.terminal import Terminal
from xiaoer.domain.words import Language
from xiaoer.settings import Settings

KINDS = {
    "question": ("whatever happens to the stuff if nobody is home and it rains on it, what then", 1),
    "look-up": ("My neighbour reckons the parcel fell off the back of a lorry, any chance you could see", 2),
    "change": (
        "between you and me the missus would sooner have the money, so what about a cancel of sorts",
        1,
    ),
    "chat": ("I am at my wits end with this whole palaver to be honest", 1),
}
EMAIL = "alex.morgan@example.com"


@dataclass
class Clocked:
    """The parrot with a stop-watch: when it was asked, and how long its own answers took."""

    first_s: float
    word_s: float
    asked_at: list[float] = field(default_factory=list)
    own_s: float = 0.0

    def __call__(self, asked: Asked) -> Reply:
        self.asked_at.append(time.perf_counter())
        reply = parrot(asked)
        assert isinstance(reply, Say)
        pieces = 3 + len(reply.text) // 4 + 3 * len(reply.calls)  # as tests/llm/server.py cuts it
        self.own_s += self.first_s + self.word_s * pieces
        return Say(text=reply.text, calls=reply.calls, first_s=self.first_s, pause_s=self.word_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    calls: int
    before_ms: float  # until the first request
    added_ms: float  # of the whole, what was not the model's
    whole_ms: float


async def one(app: App, model: Clocked, text: str) -> Turn:
    customer = await app.house.shop.customer_by_email(EMAIL)
    terminal = Terminal(clerk=app.clerk, conversation_id=await app.open_terminal(customer, Language.EN))
    model.asked_at.clear()
    model.own_s = 0.0
    begun = time.perf_counter()
    await terminal.say(text)
    whole = time.perf_counter() - begun
    before = (model.asked_at[0] - begun) if model.asked_at else whole
    return Turn(
        calls=len(model.asked_at),
        before_ms=before * 1000,
        added_ms=(whole - model.own_s) * 1000,
        whole_ms=whole * 1000,
    )


def row(kind: str, most: int, turns: Sequence[Turn]) -> dict[str, Any]:
    def median(name: str) -> float:
        return statistics.median(getattr(turn, name) for turn in turns)

    added, whole = median("added_ms"), median("whole_ms")
    return {
        "kind": kind,
        "calls": max(turn.calls for turn in turns),
        "most_calls": most,
        "before_first_ms": round(median("before_ms"), 1),
        "whole_ms": round(whole, 0),
        "added_ms": round(added, 1),
        "added_share": round(added / whole, 3),
    }


async def measured(turns: int, first_s: float, word_s: float) -> list[dict[str, Any]]:
    model, rows = Clocked(0.0, 0.0), []
    with tempfile.TemporaryDirectory() as folder:
        async with serving(model) as server:
            settings = Settings(data_dir=Path(folder), llm_url=server.url, llm_key="x", _env_file=None)
            async with open_app(settings) as app:
                for text, _ in KINDS.values():  # warm
                    await one(app, model, text)
                model.first_s, model.word_s = first_s, word_s
                for kind, (text, most) in KINDS.items():
                    rows.append(row(kind, most, [await one(app, model, text) for _ in range(turns)]))
                    print(".", end="", flush=True, file=sys.stderr)
    return rows


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--turns", type=int, default=30)
    options.add_argument("--first", type=float, default=0.8, help="seconds before the first word")
    options.add_argument("--word", type=float, default=0.02, help="seconds between words")
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    rows = asyncio.run(measured(given.turns, given.first, given.word))
    print(f"\n{'kind':<10}{'calls':>7}{'before ms':>11}{'whole ms':>10}{'added ms':>10}{'share':>8}")
    for one_ in rows:
        print(
            f"{one_['kind']:<10}{one_['calls']:>7}{one_['before_first_ms']:>11}{one_['whole_ms']:>10.0f}"
            f"{one_['added_ms']:>10}{one_['added_share']:>8.1%}"
        )
    if given.json:
        machine = f"{platform.machine()}, Python {platform.python_version()}"
        given.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1), encoding="utf-8")
    well = all(
        0 < one_["calls"] <= one_["most_calls"]
        and one_["before_first_ms"] <= 30
        and one_["added_share"] <= 0.1
        for one_ in rows
    )
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
