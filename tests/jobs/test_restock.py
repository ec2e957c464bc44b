"""What a customer waits for comes back: they hear it once, in their conversation."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.clock import Clock
from tests.jobs.test_promises import ALEX, MEI, Scene
from tests.turns.house import Opened

from xiaoer.domain.conversation import State
from xiaoer.domain.ids import StaffId
from xiaoer.domain.restock import LIVES
from xiaoer.shops.demo import tables as demo
from xiaoer.store import tables

ASKED = {
    "zh": ("到货了通知我", "取消到货提醒", "有货了"),
    "en": ("let me know when it's back in stock", "cancel my restock alert", "in stock again"),
}


async def sold_out(scene: Scene) -> str:
    """A product of which nothing is left; its id. The customer has just looked at it."""
    pick = select(demo.product.c.id).limit(1)
    product_id = str(await scene.app.shop_store.read(lambda conn: conn.scalar(pick)))
    await stock(scene, product_id, 0)
    product = await scene.app.house.shop.product(product_id)  # type: ignore[arg-type]
    assert product is not None
    conversations = scene.app.house.conversations
    found = await conversations.get(scene.talk.conversation_id)
    assert found is not None
    await conversations.remember(found.id, replace(found.memory, product_id=product_id))
    return product_id


async def stock(scene: Scene, product_id: str, left: int) -> None:
    change = update(demo.variant).where(demo.variant.c.product_id == product_id).values(stock=left)
    await scene.app.shop_store.write("shop", lambda conn: conn.execute(change).rowcount)


async def later(scene: Scene, minutes: int = 6) -> None:
    await scene.at(scene.clock.now + timedelta(minutes=minutes))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_it_is_told_once_when_it_is_back(opened: Opened, language: str) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop, MEI if language == "zh" else ALEX, language)
        product_id = await sold_out(scene)
        reply = await scene.talk.says(ASKED[language][0])
        assert (reply["action"], reply["outcome"]["kind"]) == ("notify_restock", "done"), reply
        await later(scene)
        before = await scene.said()
        await stock(scene, product_id, 3)
        shop.mode = "down"
        await later(scene)
        assert await scene.said() == before
        shop.mode = "ok"
        await app.house.desk.take(scene.talk.conversation_id, StaffId("s"), now=clock())
        await later(scene)
        assert await scene.said() == before  # a person has it: the machine is silent
        await app.house.desk.close(scene.talk.conversation_id, now=clock(), to=State.BOT)
        for _ in range(3):
            await later(scene)
        told = (await scene.said())[len(before) :]
        assert len(told) == 1
        assert ASKED[language][2] in told[0]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_it_can_be_taken_back_and_ends_by_itself(opened: Opened, language: str) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop, MEI if language == "zh" else ALEX, language)
        product_id = await sold_out(scene)
        await scene.talk.says(ASKED[language][0])
        reply = await scene.talk.says(ASKED[language][1])
        assert (reply["action"], reply["outcome"]["kind"]) == ("cancel_restock", "done"), reply
        before = await scene.said()
        await stock(scene, product_id, 3)
        await later(scene)
        assert await scene.said() == before
        await stock(scene, product_id, 0)
        await sold_out(scene)
        await scene.talk.says(ASKED[language][0])
        before = await scene.said()
        await scene.at(clock.now + LIVES)
        await stock(scene, product_id, 3)
        await later(scene)
        assert await scene.said() == before
        ends = select(tables.restock_wishes.c.ended).order_by(tables.restock_wishes.c.made_at)
        assert await app.store.read(lambda conn: list(conn.scalars(ends))) == ["cancelled", "over"]
