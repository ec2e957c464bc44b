"""A counter on each database."""

from collections.abc import AsyncIterator

import pytest
from tests.channels.counter import House, house

from xiaoer.store.engine import Store


@pytest.fixture
async def counter(store: Store) -> AsyncIterator[House]:
    async with house(store) as opened:
        yield opened
