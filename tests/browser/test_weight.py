"""A shop's page is not to wait for us."""

from pathlib import Path

WIDGET = Path(__file__).parents[2] / "ui/widget"
HEAVIEST = 28_000  # bytes of all that is loaded, as it lies on the disk; 3,000 of them send and show photos


def test_the_widget_is_light() -> None:
    weights = {path.name: path.stat().st_size for path in WIDGET.glob("*.js")}
    assert sum(weights.values()) <= HEAVIEST, weights
