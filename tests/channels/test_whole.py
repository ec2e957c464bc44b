"""The whole house over HTTP: the demo shop, the local mind, the clerk, and a customer at a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.channels.counter import Visitor
from tests.channels.test_bad_input import problem
from tests.clock import Clock
from tests.turns.house import Opened, Switch

from xiaoer.app import App, web
from xiaoer.domain.ids import CustomerId
from xiaoer.domain.order import Order, OrderState


@dataclass
class Demo:
    app: App
    shop: Switch
    clock: Clock
    http: httpx.AsyncClient
    turns: Any
    asgi: FastAPI

    async def visitor(self, customer_id: str = "", language: str = "zh") -> Visitor:
        headers = {}
        if customer_id:
            signed = await self.http.post("/demo/api/sign-in", json={"customer_id": customer_id})
            headers = {"Authorization": f"Bearer {signed.json()['token']}"}
        opened = await self.http.post("/v1/conversations", json={"language": language}, headers=headers)
        assert opened.status_code == 201
        return Visitor(self.http, opened.json())

    async def told(self, visitor: Visitor, text: str) -> dict[str, Any]:
        """The reply to `text`."""
        assert (await visitor.say(text)).status_code == 202
        await self.turns.drain()
        reply: dict[str, Any] = (await visitor.heard())[-1]
        assert reply["author"] == "assistant"
        return reply

    async def order_of(self, state: OrderState, *, not_of: str = "") -> Order:
        for customer in await self.app.house.shop.customers(limit=100):
            for order in await self.app.house.shop.orders_of(customer.id, limit=50):
                if order.state is state and order.customer_id != not_of:
                    return order
        raise AssertionError(f"the demo shop has no order that is {state}")


@pytest.fixture
async def demo(opened: Opened) -> AsyncIterator[Demo]:
    async with demo_house(opened) as made:
        yield made


@asynccontextmanager
async def demo_house(opened: Opened, **settings: Any) -> AsyncIterator[Demo]:
    clock = Clock()
    async with opened(clock, **settings) as (app, shop):
        served = web(app, with_demo=True)
        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with (
            served.router.lifespan_context(served),
            httpx.AsyncClient(transport=transport, base_url="http://counter") as http,
        ):
            yield Demo(app, shop, clock, http, served.state.turns, served)


@pytest.mark.parametrize(
    ("language", "question"), [("zh", "订单 {} 到哪了？"), ("en", "Where is my order {}?")]
)
async def test_a_customer_hears_of_their_order(demo: Demo, language: str, question: str) -> None:
    order = await demo.order_of(OrderState.SHIPPED)
    visitor = await demo.visitor(order.customer_id, language)
    reply = await demo.told(visitor, question.format(order.id))
    cards = [part for part in reply["parts"] if part["kind"] == "order"]
    assert [card["order_id"] for card in cards] == [order.id]
    assert reply["machine"] is True


async def test_a_card_is_carried_out_once_and_only_by_its_customer(demo: Demo) -> None:
    order = await demo.order_of(OrderState.PAID)
    visitor, other = await demo.visitor(order.customer_id), await demo.visitor()
    reply = await demo.told(visitor, f"取消订单 {order.id}")
    while not (cards := [part for part in reply["parts"] if part["kind"] == "confirm"]):
        [choice, *_] = [part for part in reply["parts"] if part["kind"] == "quick_replies"][0]["options"]
        reply = await demo.told(visitor, choice["text"])  # it asked for the reason
    path = f"/cards/{cards[0]['intent_id']}/confirm"
    assert problem(await other.post(path)) == (404, "no_card")
    first, again = await visitor.post(path), await visitor.post(path)
    assert first.json() == again.json() == {"intent_id": cards[0]["intent_id"], "state": "done"}
    now = await demo.app.house.shop.order(order.id)
    assert now is not None
    assert now.state is OrderState.CANCELLED
    assert now.version == order.version + 1
    assert problem(await visitor.post(path.replace("confirm", "decline"))) == (409, "card_answered")


async def test_an_expired_card_changes_nothing(demo: Demo) -> None:
    order = await demo.order_of(OrderState.PAID)
    visitor = await demo.visitor(order.customer_id)
    reply = await demo.told(visitor, f"取消订单 {order.id}，不想要了")
    [card] = [part for part in reply["parts"] if part["kind"] == "confirm"]
    demo.clock.forward(minutes=31)
    answer = await visitor.post(f"/cards/{card['intent_id']}/confirm")
    assert problem(answer) == (410, "card_expired")
    assert await demo.app.house.shop.order(order.id) == order


async def test_nothing_is_told_of_anothers_order_until_it_is_proven(demo: Demo) -> None:
    order = await demo.order_of(OrderState.SHIPPED)
    owner = await demo.app.house.shop.customer(CustomerId(order.customer_id))
    assert owner is not None
    stranger = await demo.order_of(OrderState.SHIPPED, not_of=order.customer_id)
    for visitor in (await demo.visitor(), await demo.visitor(stranger.customer_id)):
        reply = await demo.told(visitor, f"订单 {order.id} 到哪了？")
        told = str(reply)
        assert not [part for part in reply["parts"] if part["kind"] == "order"]
        assert order.address.phone not in told
        assert order.address.street not in told
    guest = await demo.visitor()
    wrong = await guest.post("/proof", json={"order_id": order.id, "phone_tail": "0000"})
    missing = await guest.post("/proof", json={"order_id": "M00000000", "phone_tail": "0000"})
    assert wrong.content == missing.content
    assert problem(wrong) == (403, "not_proven")
    tail = order.address.phone[-4:]
    assert (await guest.post("/proof", json={"order_id": order.id, "phone_tail": tail})).status_code == 200
    reply = await demo.told(guest, f"订单 {order.id} 到哪了？")
    assert [part["order_id"] for part in reply["parts"] if part["kind"] == "order"] == [order.id]


async def test_guessing_is_limited_and_shows_no_lock(demo: Demo) -> None:
    order = await demo.order_of(OrderState.SHIPPED)
    tail = order.address.phone[-4:]
    wrong = [f"{(int(tail) + step) % 10_000:04d}" for step in range(1, 12)]
    guest = await demo.visitor()
    bodies = set()
    for guess in [*wrong, tail]:
        demo.clock.forward(minutes=0.2)  # slower than the limit on messages
        answer = await guest.post("/proof", json={"order_id": order.id, "phone_tail": guess})
        assert problem(answer) == (403, "not_proven")
        bodies.add(answer.content)
    assert len(bodies) == 1


async def test_with_the_shop_down_the_customer_is_told_and_a_person_is_near(demo: Demo) -> None:
    order = await demo.order_of(OrderState.SHIPPED)
    visitor = await demo.visitor(order.customer_id)
    demo.shop.mode = "down"
    reply = await demo.told(visitor, f"订单 {order.id} 到哪了？")
    assert not [part for part in reply["parts"] if part["kind"] == "order"]
    assert "人工" in str(reply)
    assert (await visitor.post("/person")).json()["state"] == "waiting"


async def test_who_asks_for_a_person_gets_one_whatever_the_bot_thinks(demo: Demo) -> None:
    visitor = await demo.visitor(language="en")
    reply = await demo.told(visitor, "I want to talk to a human")
    assert [part for part in reply["parts"] if part["kind"] == "queue"]
    assert (await visitor.get()).json()["state"] == "waiting"
