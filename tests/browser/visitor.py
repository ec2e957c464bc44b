"""The counter as a process, and somebody at the storefront."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.async_api import BrowserContext, Locator, Page, Route, expect

START_S = 60  # a shop is made and a classifier trained, on two busy cores


@dataclass
class Counter:
    """`xiaoer serve --demo` in a process of its own, which can be killed and come back."""

    folder: Path
    port: int
    process: asyncio.subprocess.Process | None = None
    taken: set[str] = field(default_factory=set)  # customers a test has talked as

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("XIAOER_")}
        program = Path(sys.executable).with_name("xiaoer")
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(program, "serve", "--demo", "--port", str(self.port)),
                cwd=self.folder,
                env={**environment, "XIAOER_DATA_DIR": str(self.folder)},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        await asyncio.wait_for(self._opens(self.process), START_S)

    async def _opens(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            if b"Ctrl+C" in line:
                break
        else:
            pytest.fail((self.folder / "log").read_text())
        patient = httpx.AsyncHTTPTransport(retries=5)  # it says so a moment before it listens
        async with httpx.AsyncClient(base_url=self.url, transport=patient) as http:
            (await http.get("/demo/api/categories")).raise_for_status()

    async def kill(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def order(self, state: str, *, language: str) -> "Bought":
        """An order in this state, of a customer nobody has talked as before."""
        query = """
            SELECT c.id, max(o.id) FROM demo_order o JOIN demo_customer c ON c.id = o.customer_id
            WHERE o.state = ? AND c.language = ? GROUP BY c.id ORDER BY c.id DESC
        """
        with closing(sqlite3.connect(self.folder / "demo-shop.db")) as shop:
            found = [Bought(*row) for row in shop.execute(query, (state, language))]
        bought = next(one for one in found if one.customer_id not in self.taken)
        self.taken.add(bought.customer_id)
        return bought


@dataclass(frozen=True)
class Bought:
    customer_id: str
    order_id: str


@dataclass
class Visitor:
    """Somebody at the storefront, and the words to say what they do."""

    page: Page
    language: str

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def input(self) -> Locator:
        return self.page.locator("xiaoer-chat textarea")

    @property
    def launcher(self) -> Locator:
        return self.page.locator("xiaoer-chat .launcher")

    @property
    def panel(self) -> Locator:
        return self.page.locator("xiaoer-chat dialog")

    @property
    def notice(self) -> Locator:
        return self.page.locator("xiaoer-chat #notice")

    @property
    def alert(self) -> Locator:
        return self.page.locator("xiaoer-chat [role=alert]")

    @property
    def replies(self) -> Locator:
        return self.log.locator("article.assistant")

    @property
    def own(self) -> Locator:
        return self.log.locator("article.customer")

    def button(self, zh: str, en: str) -> Locator:
        return self.panel.get_by_role("button", name=zh if self.language == "zh" else en, exact=True)

    async def becomes(self, customer_id: str) -> None:
        """Until the page itself knows: a reload between the response and that would forget the customer."""
        await self.page.locator("#customers").select_option(customer_id)
        await self.page.wait_for_function(
            "id => JSON.parse(sessionStorage.getItem('moonhill.customer'))?.id === id", arg=customer_id
        )

    async def signs_out(self) -> None:
        await self.page.locator("#customers").select_option("")

    async def opens(self) -> None:
        await self.launcher.click()
        await expect(self.panel).to_be_visible()
        await expect(self.panel.locator(".quick button").first).to_be_visible()

    async def says(self, zh: str, en: str) -> Locator:
        """Send it; the reply."""
        before = await self.replies.count()
        await self.input.fill(zh if self.language == "zh" else en)
        await self.input.press("Enter")
        await expect(self.replies).to_have_count(before + 1)
        return self.replies.nth(before)


Visit = Callable[..., Awaitable[Visitor]]


async def unheard(route: Route) -> None:
    """The request arrives, its answer does not."""
    await route.fetch()
    await route.abort()
