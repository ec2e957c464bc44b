"""The line breaks: nothing is lost, nothing is said twice."""

import pytest
from playwright.async_api import expect
from tests.browser.visitor import Counter, Visit

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_is_written_without_a_network_goes_out_when_it_is_back(visit: Visit) -> None:
    visitor = await visit(language="en")
    await visitor.opens()
    await visitor.says("", "What does delivery cost?")
    await visitor.context.set_offline(True)
    await expect(visitor.alert).to_have_text("Connection lost, reconnecting…")
    await visitor.input.fill("How long do I have to return something?")
    await visitor.input.press("Enter")
    await expect(visitor.own.nth(1)).to_contain_text("Not sent")
    await visitor.context.set_offline(False)
    await expect(visitor.replies).to_have_count(2)
    await expect(visitor.alert).to_be_hidden()
    await expect(visitor.own).to_have_text(
        ["What does delivery cost?", "How long do I have to return something?"]
    )


async def test_a_killed_service_is_found_again(visit: Visit, counter: Counter) -> None:
    visitor = await visit()
    await visitor.opens()
    await visitor.says("运费怎么收？", "")
    await counter.kill()
    await expect(visitor.alert).to_have_text("网络断开，正在重连…")
    await visitor.input.fill("退货期限是多久？")
    await visitor.input.press("Enter")
    await expect(visitor.own.nth(1)).to_contain_text("没有发出去")
    await counter.start()
    await expect(visitor.replies).to_have_count(2, timeout=30_000)
    await expect(visitor.alert).to_be_hidden()
    await expect(visitor.own).to_have_text(["运费怎么收？", "退货期限是多久？"])
