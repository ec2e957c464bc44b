"""`make adversary`: the long game. A table, a line of JSON, and 0 only if nothing was violated."""

import argparse
import asyncio
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from tests.adversary.arena import arena
from tests.adversary.inline import inline_store
from tests.adversary.judge import Judge

from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.store.migrate import upgrade

PER_ROUND = 3_000  # calls in one world; then the orders are used up
LONG = 1_000_000  # calls from which each success path and each effect was reached so often:
REACHED = 100
_SHM = Path("/dev/shm")  # noqa: S108 - in memory, if there is such a place


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def play(calls: int, seed: int, workers: int) -> tuple[Judge, int]:
    """Until so many calls, or ctrl-C: then what was found so far counts. Each core has worlds of its own."""
    judge, made, begun = Judge(), 0, time.monotonic()
    sizes = [min(PER_ROUND, calls - start) for start in range(0, calls, PER_ROUND)]
    with (
        tempfile.TemporaryDirectory(dir=_SHM if _SHM.is_dir() else None) as folder,
        ProcessPoolExecutor(workers, get_context("spawn"), initializer=_without_ctrl_c) as pool,
    ):
        empty = Path(folder) / "empty.db"
        upgrade(f"sqlite:///{empty}")
        rounds = [pool.submit(one_world, empty, size, seed + at) for at, size in enumerate(sizes)]
        try:
            for done in as_completed(rounds):
                found, number, here = done.result()
                for violation in here.violations:
                    tell(f"seed {number}: {violation.invariant}: {violation.what}")
                judge.add(here)
                made += found
                speed = made / (time.monotonic() - begun)
                tell(f"{made:>9,} calls  {len(judge.violations)} violations  {speed:,.0f}/s")
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
    return judge, made


def _without_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent has it, and lets the worlds at play end


def one_world(empty: Path, calls: int, seed: int) -> tuple[int, int, Judge]:
    """The calls made, the seed, and what was seen."""
    path, judge = empty.with_name(f"{seed}.db"), Judge()
    shutil.copy(empty, path)
    made = asyncio.run(one_round(path, calls, seed, judge))
    for used in path.parent.glob(f"{path.name}*"):
        used.unlink()
    return made, seed, judge


async def one_round(path: Path, calls: int, seed: int, judge: Judge) -> int:
    async with inline_store(path) as store, arena(store, seed, judge=judge) as town:
        await town.play(calls)
        return town.calls


def unreached(judge: Judge) -> list[str]:
    """Tools whose success, effects that happened, budgets that ended too seldom to count as tested."""
    writes = [name for name, action in CATALOGUE.items() if action.risk >= Risk.WRITE]
    reads = [name for name, action in CATALOGUE.items() if action.risk < Risk.WRITE]
    wanted = [f"effect:{name}" for name in writes] + [f"done:{name}" for name in reads]
    seldom = [name for name in wanted if judge.reach[name] < REACHED]
    return seldom + [f"past:{name}" for name in ("money", "proofs", "steps") if judge.past[name] < REACHED]


def table(judge: Judge, calls: int) -> None:
    broken = Counter(violation.invariant for violation in judge.violations)
    tell("\n| invariant | violations |\n|---|---|")
    for name in ("I1", "I1b", "I2", "I2b", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "crash"):
        tell(f"| {name} | {broken[name]} |")
    tell("\n| reached | times |\n|---|---|")
    for name, times in sorted(
        (judge.reach | Counter({f"past: {k}": v for k, v in judge.past.items()})).items()
    ):
        tell(f"| {name} | {times:,} |")
    for violation in judge.violations[:10]:
        tell(f"{violation.invariant}: {violation.what}")
    tell(f"\n{calls:,} calls, {len(judge.violations)} violations")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=20_261_127)
    options.add_argument("--json", type=Path, default=Path("results/trust.jsonl"))
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = options.parse_args()
    # A shell that puts it in the background has it ignore ctrl-C, and the table would be lost.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun = time.monotonic()
    judge, calls = play(given.calls, given.seed, given.workers)
    table(judge, calls)
    seldom = unreached(judge) if calls >= LONG else []
    if seldom:
        tell(f"reached less than {REACHED} times: {', '.join(seldom)}")
    line = {
        "test": "adversary",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "calls": calls,
        "violations": dict(Counter(v.invariant for v in judge.violations)),
        "reach": dict(judge.reach),
        "past_budget": dict(judge.past),
        "seconds": round(time.monotonic() - begun, 1),
    }
    given.json.parent.mkdir(parents=True, exist_ok=True)
    with given.json.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 1 if judge.violations or seldom else 0


if __name__ == "__main__":
    sys.exit(main())
