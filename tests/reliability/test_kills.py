"""R1: what was acknowledged is there after a kill, once, in its order."""

from pathlib import Path

import pytest
from tests.reliability.kills import killed
from tests.turns.house import copy_of


@pytest.mark.timeout(400)  # two starts, on whatever machine
async def test_nothing_acknowledged_is_lost_by_a_kill(template: Path, tmp_path: Path) -> None:
    """`make reliability` kills 200 times under 50 clients."""
    data = copy_of(template, tmp_path / "data")
    found = await killed(data, kills=1, clients=3)
    assert (found.lost, found.doubled, found.inverted) == (0, 0, 0)
    assert found.acked >= 5
    assert found.resent > 0  # they were in the middle of it
