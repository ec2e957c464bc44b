"""`make reliability`: the long runs. A line of JSON for each; 0 only if nothing was lost or done twice."""

import argparse
import asyncio
import json
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.clock import Clock
from tests.reliability.kills import Found, killed
from tests.reliability.test_refund import tries

from xiaoer.app import open_app
from xiaoer.settings import Settings
from xiaoer.store.migrate import upgrade


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def furnished(folder: Path) -> None:
    async with open_app(Settings(data_dir=folder, _env_file=None), clock=Clock()):
        pass


def kills(data: Path, *, count: int, clients: int) -> tuple[bool, dict[str, Any]]:
    found: Found = asyncio.run(killed(data, kills=count, clients=clients))
    figures = {name: value for name, value in asdict(found).items() if name != "ready_s"}
    ok = (found.lost, found.doubled, found.inverted) == (0, 0, 0)
    return ok, {**figures, "clients": clients, "p95_ready_s": round(found.p95_ready_s, 2)}


def refunds(folder: Path, data: Path) -> tuple[bool, dict[str, Any]]:
    """Done twice, and stuck, over a crash at each boundary."""
    url = f"sqlite:///{folder / 'refunds.db'}"
    upgrade(url)
    shop = shutil.copy(data / "demo-shop.db", folder / "refunds-shop.db")
    left = tries(url, f"sqlite:///{shop}")
    twice = sum(int(str(one["refunds"])) > int(str(one["payments"])) for one in left)
    stuck = sum(bool(one["stuck"]) for one in left)
    persons = sum(bool(one["waits_for_person"]) for one in left)
    figures = {"boundaries": len(left) - 1, "done_twice": twice, "stuck": stuck, "to_a_person": persons}
    return twice == stuck == 0, figures


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--json", type=Path, default=Path("results/trust.jsonl"))
    given = options.parse_args()
    given.json.parent.mkdir(parents=True, exist_ok=True)
    well = True
    with tempfile.TemporaryDirectory() as place, given.json.open("a", encoding="utf-8") as out:
        folder = Path(place)
        data = folder / "data"
        data.mkdir()
        asyncio.run(furnished(data))
        for name, run in (
            ("R2 refund", lambda: refunds(folder, data)),
            ("R1 kills", lambda: kills(data, count=given.kills, clients=given.clients)),
        ):
            begun = time.monotonic()
            ok, figures = run()
            well = well and ok
            line = {
                "test": name,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "machine": f"{platform.machine()}, Python {platform.python_version()}",
                **figures,
                "ok": ok,
                "seconds": round(time.monotonic() - begun, 1),
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            tell(" | ".join(f"{key} {value}" for key, value in line.items()))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
