"""R2: a refund that is killed at each of its boundaries is done once, or a person's, and never stuck."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.turns.house import HouseUrl  # noqa: F401 - the fixtures it needs

MOST = 20


def tries(url: str, shop_url: str) -> list[dict[str, object]]:
    here = Path(__file__)
    done = subprocess.run(
        [sys.executable, str(here.with_name("refund.py")), url, shop_url, str(MOST)],
        env={**os.environ, "PYTHONPATH": f"{here.parents[2]}:{here.parents[2] / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_a_refund_killed_at_every_step(database_url: str, template: Path, tmp_path: Path) -> None:
    shop = tmp_path / "demo-shop.db"
    shutil.copy(template / "demo-shop.db", shop)
    left = tries(database_url, f"sqlite:///{shop}")
    assert [one["died"] for one in left] == [True] * (len(left) - 1) + [False]
    assert len(left) >= 10
    for one in left:
        assert not one["stuck"], one
        assert one["cancelled"] == one["happened"], one
        assert one["refunds"] == (one["payments"] if one["happened"] else 0), one  # D = 0
        if one["state"] == "done":
            assert one["happened"], one
        else:
            assert (one["state"], one["happened"]) == ("unclear", False), one
            assert one["waits_for_person"], one
    assert {one["after_a_minute"] for one in left} == {"open", "unclear", "done"}
