"""A counter on each database."""

from collections.abc import AsyncIterator

import pytest
from tests.channels.counter import House, house

from xiaoer.store.engine import Store


@pytest.fixture
def whole() -> bool:
    """Whether the counter has every route; a module that reaches for more than talk says so."""
    return False


@pytest.fixture
async def counter(store: Store, whole: bool) -> AsyncIterator[House]:
    async with house(store, whole=whole) as opened:
        yield opened
