"""The demo shop's page."""

import re

import pytest
from playwright.async_api import expect
from tests.browser.visitor import Counter, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_language_is_remembered_and_told_to_the_browser(visit: Visit) -> None:
    visitor = await visit()
    html = visitor.page.locator("html")
    await expect(html).to_have_attribute("lang", "zh-Hans")
    await visitor.page.get_by_role("button", name="English").click()
    await expect(html).to_have_attribute("lang", "en")
    await expect(visitor.launcher).to_have_text("Ask us")
    await visitor.page.reload()
    await expect(html).to_have_attribute("lang", "en")
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Xiaoer")
    await expect(visitor.launcher).to_have_text("Ask us")


async def test_shelves_and_search(visit: Visit) -> None:
    visitor = await visit(language="en")
    page = visitor.page
    items = page.locator("#grid .item:not(.loading)")
    await expect(items).to_have_count(24)
    await page.get_by_role("button", name="Show more").click()
    await expect(items).to_have_count(48)
    await page.get_by_role("button", name="running shoes", exact=True).click()
    await expect(page.get_by_role("button", name="running shoes", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.locator("#grid .item:not([data-category=running_shoes])")).to_have_count(0)
    await page.get_by_role("button", name="All", exact=True).click()
    await page.get_by_role("searchbox").fill("tent")
    await expect(items.first.get_by_role("heading")).to_have_text(re.compile("tent", re.IGNORECASE))


async def test_nothing_found_and_nothing_loaded_say_what_to_do(visit: Visit) -> None:
    visitor = await visit()
    page = visitor.page
    search = page.get_by_role("searchbox")
    await search.fill("zzqxj")
    await expect(page.locator("#note")).to_contain_text("没有找到")
    await page.route("**/demo/api/products*", lambda route: route.abort())
    await page.get_by_role("button", name="看看全部").click()
    await expect(page.locator("#note")).to_contain_text("没有加载出来")
    await page.unroute("**/demo/api/products*")
    await page.get_by_role("button", name="再试一次").click()
    await expect(page.locator("#grid .item:not(.loading)").first).to_be_visible()
    await expect(page.locator("#note")).to_be_hidden()


async def test_a_customer_stays_signed_in_over_a_reload(visit: Visit, counter: Counter) -> None:
    bought = counter.order("shipped", language="zh")
    visitor = await visit(customer_id=bought.customer_id)
    await visitor.page.reload()
    await expect(visitor.page.locator("#customers")).to_have_value(bought.customer_id)
    await visitor.launcher.click()
    reply = await visitor.says(f"订单 {bought.order_id} 到哪了？", "")
    await expect(reply.locator("section.card")).to_contain_text(bought.order_id)


async def test_a_hint_is_laid_into_the_input_and_not_sent(visit: Visit) -> None:
    visitor = await visit()
    hint = visitor.page.locator("#hints button").first
    await hint.click()
    await expect(visitor.input).to_have_value(await hint.inner_text())
    await expect(visitor.own).to_have_count(0)
