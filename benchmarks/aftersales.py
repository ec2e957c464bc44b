"""A shop nobody here made: tau-bench retail's listed writes through our door, unlawful ones refused, and a
scripted customer who talks to the local mind.

The shop is imported as `xiaoer shop import tau-retail` does it, and served with policies/tau-retail.yaml. Each task
begins with a fresh copy. Exit status 0 only where every goal of what was run holds.

    python benchmarks/aftersales.py --data ../shared/data/tau-bench-retail [--only scripted] [--json FILE]
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import structlog

sys.path[:0] = [str(Path(__file__).parent)]

from _aftersales.house import Doors
from _aftersales.neighbours import neighbours
from _aftersales.replay import replay
from _aftersales.scripted import Plan, scripted

MEMORY = Path("/dev/shm")  # noqa: S108 - copies of a shop are made and thrown away by the thousand
PARTS = ("replay", "neighbours", "scripted")


class Tally(Protocol):
    def as_json(self) -> dict[str, Any]: ...

    @property
    def holds(self) -> bool: ...


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def printed(title: str, found: Mapping[str, Any]) -> None:
    progress("")
    print(f"\n{title}")
    for name, value in found.items():
        if isinstance(value, Mapping):
            print(f"  {name}")
            for key, count in value.items():
                print(f"    {key:<34} {count}")
        elif isinstance(value, list):
            print(f"  {name:<36} {len(value)}")
            for line in value[:20]:
                print(f"    {line}")
        else:
            print(f"  {name:<36} {value}")


async def measure(given: argparse.Namespace, scratch: Path | None) -> tuple[dict[str, Any], bool]:
    found: dict[str, Any] = {}
    with TemporaryDirectory(dir=scratch) as folder:
        async with Doors.of(given.data, Path(folder)) as doors:
            runs: dict[str, Callable[[], Awaitable[Tally]]] = {
                "replay": lambda: replay(given.data, doors, progress),
                "neighbours": lambda: neighbours(given.data, doors, progress),
                "scripted": lambda: scripted(
                    given.data, scratch, progress, Plan(trials=given.trials, limit=given.tasks, log=given.log)
                ),
            }
            for part in [given.only] if given.only else PARTS:
                start, cpu = time.perf_counter(), time.process_time()
                tally = await runs[part]()
                spent = {
                    "seconds": round(time.perf_counter() - start, 1),
                    "cpu_seconds": round(time.process_time() - cpu, 1),
                }
                found[part] = {**tally.as_json(), **spent, "holds": tally.holds}
                printed(part, found[part])
    return found, all(part["holds"] for part in found.values())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="folder of tau-bench retail")
    options.add_argument("--only", choices=PARTS)
    options.add_argument("--trials", type=int, default=1, help="of each task with the scripted customer")
    options.add_argument(
        "--tasks", type=int, default=0, help="only the first so many for the scripted customer"
    )
    options.add_argument("--log", type=Path, help="the conversations that missed their task")
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    found, holds = asyncio.run(measure(given, MEMORY if MEMORY.is_dir() else None))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2, ensure_ascii=False), encoding="utf-8")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
