"""A site of a shop that may be called, and a canary that may not."""

from collections.abc import AsyncIterator

import pytest
from tests.fetch.loopback import HTML, Canary, Site, answer, listening, serving


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    async with listening() as found:
        yield found


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site({"/": answer(HTML, kind="text/html; charset=GBK")})) as found:
        yield found
