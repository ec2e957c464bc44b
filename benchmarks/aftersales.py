"""A shop nobody here made: tau-bench retail's listed writes through our door, and unlawful ones refused.

The shop is imported as `xiaoer shop import tau-retail` does it, and served with policies/tau-retail.yaml. Each task
begins with a fresh copy. Exit status 0 only where every goal of what was run holds.

    python benchmarks/aftersales.py --data ../shared/data/tau-bench-retail [--only replay] [--json FILE]
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

sys.path[:0] = [str(Path(__file__).parent)]

from _aftersales.house import Doors
from _aftersales.neighbours import neighbours
from _aftersales.replay import replay

MEMORY = Path("/dev/shm")  # noqa: S108 - copies of a shop are made and thrown away by the thousand
PARTS = {"replay": replay, "neighbours": neighbours}


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


async def measure(data: Path, parts: list[str], scratch: Path | None) -> tuple[dict[str, Any], bool]:
    found: dict[str, Any] = {}
    holds = True
    with TemporaryDirectory(dir=scratch) as folder:
        async with Doors.of(data, Path(folder)) as doors:
            for part in parts:
                start, cpu = time.perf_counter(), time.process_time()
                tally = await PARTS[part](data, doors, progress)
                spent = {
                    "seconds": round(time.perf_counter() - start, 1),
                    "cpu_seconds": round(time.process_time() - cpu, 1),
                }
                found[part] = {**tally.as_json(), **spent, "holds": tally.holds}
                printed(part, found[part])
                holds = holds and tally.holds
    return found, holds


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, required=True, help="folder of tau-bench retail")
    options.add_argument("--only", choices=sorted(PARTS))
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parts = [given.only] if given.only else list(PARTS)
    found, holds = asyncio.run(measure(given.data, parts, MEMORY if MEMORY.is_dir() else None))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2, ensure_ascii=False), encoding="utf-8")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
