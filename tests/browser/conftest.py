"""A real browser at a real counter: one Chromium and one `xiaoer serve --demo` for all tests here.

Of several workers one runs them all (tests/conftest.py).

Everything is async on one loop: playwright's synchronous side leaves a running loop behind, in which
pytest-asyncio cannot run the tests of other folders.
"""

import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect
from tests.browser.visitor import Counter, Visit, Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANSWER_MS = 15_000
SIZES = {"wide": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 844}}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}

COUNT_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});
"""


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail("no Chromium: `sudo apt-get install chromium fonts-wqy-zenhei`", pytrace=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def counter(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Counter(tmp_path_factory.mktemp("counter"), port)
    shutil.copytree(template / "model", made.folder / "model")
    try:
        await made.start()
        yield made
    finally:
        await made.kill()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, counter: Counter) -> AsyncIterator[Visit]:
    """Opens the storefront. At the end no page may have broken or run into its own security policy."""
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    async def arrive(
        *, language: str = "zh", scheme: str = "light", size: str = "wide", customer_id: str = ""
    ) -> Visitor:
        context = await browser.new_context(
            base_url=counter.url,
            viewport=SIZES[size],  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=LOCALES[language],
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            has_touch=size == "phone",
            is_mobile=size == "phone",
        )
        contexts.append(context)
        await context.add_init_script(COUNT_VIOLATIONS)
        page = await context.new_page()
        page.set_default_timeout(ANSWER_MS)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        await page.goto("/")
        await expect(page.locator("#customers option").nth(1)).to_be_attached()
        visitor = Visitor(page, language)
        if customer_id:
            await visitor.becomes(customer_id)
        return visitor

    yield arrive
    for context in contexts:
        for page in context.pages:
            trouble += await page.evaluate("violations")
        await context.close()
    assert trouble == []


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    expect.set_options(timeout=ANSWER_MS)
