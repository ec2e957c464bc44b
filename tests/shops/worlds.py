"""One generated world for every test of the shops: its moment, its rules, and how to find things in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from xiaoer.domain.order import Order
from xiaoer.policies.file import load_policy
from xiaoer.shops import demo
from xiaoer.shops.demo.generate import generate
from xiaoer.shops.demo.world import World

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)
POLICY = load_policy(Path(demo.__file__).parent / "policy.yaml")
SEED = 7


@cache
def world() -> World:
    return generate(SEED, NOW, policy=POLICY)


def clock() -> datetime:
    return NOW


def an_order(fits: Callable[[Order], bool]) -> Order:
    """The newest order of the world that fits."""
    return next(order for order in reversed(world().orders) if fits(order))
