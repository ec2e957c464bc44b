"""A counter with a language model behind a real endpoint, and what customers say to it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.clock import Clock
from tests.llm.server import Asked, Server
from tests.turns.counter import Talk

from xiaoer.app import open_app
from xiaoer.settings import Settings

MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"
# Nothing local is sure of what this wants.
HARD = "我妈看了那个东西半天没说话，后来又说随便，我也不知道她到底什么意思，你说我该怎么办才好呢"
ASKS = "我同事说 {shipped} 这单看着悬，你给掌掌眼"


@asynccontextmanager
async def counter(data_dir: Path, server: Server, *, email: str = MEI, **more: Any) -> AsyncIterator[Talk]:
    settings = Settings(data_dir=data_dir, llm_url=server.url, llm_key="k-123", _env_file=None, **more)
    clock = Clock()
    async with open_app(settings, clock=clock) as app:
        yield await Talk.start(app, clock, email=email, language="zh" if email == MEI else "en")


def order_in(asked: Asked, n: int = 0) -> str:
    return str(re.findall(r"ORDER-[A-Z]+", asked.last.partition("<customer>")[2])[n])
