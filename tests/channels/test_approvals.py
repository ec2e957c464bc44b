"""Above a limit a colleague must agree: the whole way over HTTP, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.channels.counter import Visitor
from tests.channels.test_bad_input import problem
from tests.clock import Clock
from tests.turns.house import HouseUrl, Opened

from xiaoer.app import App, web
from xiaoer.domain.decision import Ruling
from xiaoer.domain.ids import IntentId, ShopId, StaffId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, OrderState
from xiaoer.shops import demo
from xiaoer.turn import Clerk

STAFF = {"Authorization": f"Bearer {'lin-' + 'x' * 40}"}
POLICY = Path(demo.__file__).parent / "policy.yaml"


@dataclass
class Shop:
    app: App
    clock: Clock
    http: httpx.AsyncClient
    turns: Any

    async def customer_with(self, state: OrderState, *, orders: int = 1) -> list[Order]:
        """Orders of one customer in this state."""
        for customer in await self.app.house.shop.customers(limit=100):
            every = await self.app.house.shop.orders_of(customer.id, limit=50)
            found = [order for order in every if order.state is state and order.total.minor > 0]
            if len(found) >= orders:
                return found[:orders]
        raise AssertionError(f"nobody has {orders} {state} orders")

    async def visitor(self, order: Order, language: str = "en") -> Visitor:
        signed = await self.http.post("/demo/api/sign-in", json={"customer_id": order.customer_id})
        headers = {"Authorization": f"Bearer {signed.json()['token']}"}
        opened = await self.http.post("/v1/conversations", json={"language": language}, headers=headers)
        return Visitor(self.http, opened.json())

    async def card(self, visitor: Visitor, text: str) -> tuple[str, str]:
        """(the card shown after `text`, what was said with it)."""
        await visitor.say(text)
        await self.turns.drain()
        reply = (await visitor.heard())[-1]
        [card] = [part for part in reply["parts"] if "intent_id" in part]
        return card["intent_id"], reply["text"]

    async def state(self, order: Order) -> OrderState:
        found = await self.app.house.shop.order(order.id)
        assert found is not None
        return found.state

    async def waiting(self) -> list[dict[str, Any]]:
        found = (await self.http.get("/v1/staff/approvals", headers=STAFF)).json()["approvals"]
        return list(found)

    async def rule(self, intent_id: str, word: str, **body: Any) -> httpx.Response:
        path = f"/v1/staff/approvals/{intent_id}/{word}"
        return await self.http.post(path, headers=STAFF, json=body or None)


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(
    opened: Opened,
    house_url: HouseUrl,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Shop]:
    """One yuan may go back without a colleague."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY.read_text("utf-8").replace("per_order: 2000.00", "per_order: 1.00"), "utf-8")
    monkeypatch.setenv("XIAOER_POLICY_FILE", str(policy))
    monkeypatch.setenv("XIAOER_STAFF_TOKENS", f"lin:{STAFF['Authorization'].removeprefix('Bearer ')}")
    clock = Clock()
    async with opened(clock, 20.0, house_url(request.param)) as (app, _):
        served = web(app, with_demo=True)
        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with (
            served.router.lifespan_context(served),
            httpx.AsyncClient(transport=transport, base_url="http://counter") as http,
        ):
            yield Shop(app, clock, http, served.state.turns)


def of_another_shop(shop: Shop) -> Clerk:
    """Of a shop that keeps its rows in the same database."""
    house = shop.app.house
    other = replace(house, policy=replace(house.policy, shop_id=ShopId("another")))
    return replace(shop.app.clerk, house=other)


async def test_what_is_above_the_limit_waits_for_a_colleague_and_is_then_done_once(shop: Shop) -> None:
    [order] = await shop.customer_with(OrderState.PAID)
    visitor = await shop.visitor(order)
    intent_id, said = await shop.card(visitor, f"cancel order {order.id}")
    assert "a colleague takes a look" in said

    pressed = await visitor.post(f"/cards/{intent_id}/confirm")
    assert pressed.json()["state"] == "needs_staff"
    assert "A colleague has to agree first" in (await visitor.heard())[-1]["text"]
    assert (await visitor.post(f"/cards/{intent_id}/confirm")).json()["state"] == "needs_staff"
    assert await shop.state(order) is OrderState.PAID

    [waiting] = await shop.waiting()
    assert (waiting["intent_id"], waiting["action"], waiting["order_id"]) == (
        intent_id,
        "cancel_order",
        order.id,
    )
    assert (waiting["reason"], waiting["rule"]) == ("above_limit", "limits.per_order")
    assert waiting["refund_minor"] == order.total.minor
    [queued] = (await shop.http.get("/v1/staff/queue", headers=STAFF)).json()["waiting"]
    assert (queued["conversation_id"], queued["why"]) == (visitor.id, "approval")
    assert await of_another_shop(shop).rule(IntentId(intent_id), Ruling(StaffId("zoe"), yes=True)) is None
    assert await shop.state(order) is OrderState.PAID

    before = len(await visitor.heard())
    both = await asyncio.gather(*(shop.rule(intent_id, "approve") for _ in range(3)))
    assert sorted(answer.status_code for answer in both)[0] == 200
    assert {answer.status_code for answer in both} <= {200, 404, 503}
    assert await shop.state(order) is OrderState.CANCELLED
    assert await shop.waiting() == []
    told = [m["text"] for m in (await visitor.heard())[before:] if m["author"] == "assistant"]
    assert sum("has been cancelled" in text or "is cancelled" in text for text in told) == 1, told
    after = await shop.app.house.shop.order(order.id)
    assert after is not None
    assert sum(refund.amount.minor for refund in after.refunds) == order.total.minor


async def test_a_colleagues_no_changes_nothing_and_says_why(shop: Shop) -> None:
    [order] = await shop.customer_with(OrderState.PAID)
    visitor = await shop.visitor(order, "zh")
    intent_id, said = await shop.card(visitor, f"取消订单 {order.id}")
    assert "还要同事看一下" in said
    await visitor.post(f"/cards/{intent_id}/confirm")
    assert (await shop.rule(intent_id, "decline", why="已经在打包了")).json()["state"] == "declined"
    assert "已经在打包了" in (await visitor.heard())[-1]["text"]
    assert await shop.state(order) is OrderState.PAID
    assert problem(await shop.rule(intent_id, "approve")) == (404, "no_card")


async def test_the_customer_may_take_it_back_while_it_waits(shop: Shop) -> None:
    [order] = await shop.customer_with(OrderState.PAID)
    visitor = await shop.visitor(order)
    intent_id, _ = await shop.card(visitor, f"cancel order {order.id}")
    await visitor.post(f"/cards/{intent_id}/confirm")
    assert (await visitor.post(f"/cards/{intent_id}/decline")).json()["state"] == "declined"
    assert await shop.waiting() == []
    assert problem(await shop.rule(intent_id, "approve")) == (404, "no_card")
    assert await shop.state(order) is OrderState.PAID


@pytest.mark.parametrize(
    ("language", "cancel", "yes", "back"),
    [("en", "cancel order", "yes", "never mind, keep the order"), ("zh", "取消订单", "确认", "我不取消了")],
)
async def test_it_is_taken_back_in_words_while_it_waits(
    shop: Shop, language: str, cancel: str, yes: str, back: str
) -> None:
    [order] = await shop.customer_with(OrderState.PAID)
    visitor = await shop.visitor(order, language)
    intent_id, _ = await shop.card(visitor, f"{cancel} {order.id}")
    for words in (yes, back):
        await visitor.say(words)
        await shop.turns.drain()
    assert await shop.waiting() == []
    assert problem(await shop.rule(intent_id, "approve")) == (404, "no_card")
    assert await shop.state(order) is OrderState.PAID


async def test_only_staff_hear_of_it(shop: Shop) -> None:
    [order] = await shop.customer_with(OrderState.PAID)
    visitor = await shop.visitor(order)
    intent_id, _ = await shop.card(visitor, f"cancel order {order.id}")
    await visitor.post(f"/cards/{intent_id}/confirm")
    for headers in ({}, visitor.bearer):
        answers = [
            await shop.http.get("/v1/staff/approvals", headers=headers),
            await shop.http.post(f"/v1/staff/approvals/{intent_id}/approve", headers=headers),
        ]
        assert {answer.status_code for answer in answers} == {401}
    assert await shop.state(order) is OrderState.PAID
    assert problem(await shop.rule("no-such-card", "approve")) == (404, "no_card")


async def test_a_guest_does_not_open_the_customers_day_anew(shop: Shop) -> None:
    """What a guest asks for of a proven order is of the customer whose order it is."""
    first, second = await shop.customer_with(OrderState.PAID, orders=2)
    limits = shop.app.house.policy.limits
    most = Money(first.total.minor + second.total.minor - 1, first.total.currency)
    object.__setattr__(limits, "per_order", None)
    object.__setattr__(limits, "per_customer_day", most)

    signed_in = await shop.visitor(first)
    intent_id, _ = await shop.card(signed_in, f"cancel order {first.id}")
    assert (await signed_in.post(f"/cards/{intent_id}/confirm")).json()["state"] == "done"

    guest = Visitor(shop.http, (await shop.http.post("/v1/conversations", json={"language": "en"})).json())
    proof = {"order_id": second.id, "phone_tail": second.address.phone[-4:]}
    assert (await guest.post("/proof", json=proof)).is_success
    intent_id, _ = await shop.card(guest, f"cancel order {second.id}")
    assert (await guest.post(f"/cards/{intent_id}/confirm")).json()["state"] == "needs_staff"
    assert await shop.state(second) is OrderState.PAID


async def test_a_colleague_s_yes_and_the_customer_s_no_at_once_are_one_of_the_two(shop: Shop) -> None:
    [order] = await shop.customer_with(OrderState.PAID)
    visitor = await shop.visitor(order)
    intent_id, _ = await shop.card(visitor, f"cancel order {order.id}")
    await visitor.post(f"/cards/{intent_id}/confirm")
    both = (shop.rule(intent_id, "approve"), visitor.post(f"/cards/{intent_id}/decline"))
    approved, declined = await asyncio.gather(*both)
    after = await shop.app.house.shop.order(order.id)
    assert after is not None
    if after.state is OrderState.CANCELLED:
        assert approved.json()["state"] == "done"
        assert problem(declined) == (409, "card_answered")
        assert sum(refund.amount.minor for refund in after.refunds) == order.total.minor
    else:
        assert declined.json()["state"] == "declined"
        assert problem(approved) == (404, "no_card")
        assert not after.refunds
    assert await shop.waiting() == []


async def test_two_windows_at_once_do_not_get_past_the_day(shop: Shop) -> None:
    """Each refund is small enough, both together are not: counted when it is taken, not when it was shown."""
    first, second = await shop.customer_with(OrderState.PAID, orders=2)
    limits = shop.app.house.policy.limits
    most = Money(first.total.minor + second.total.minor - 1, first.total.currency)
    object.__setattr__(limits, "per_order", None)
    object.__setattr__(limits, "per_customer_day", most)
    cards = []
    for order in (first, second):
        visitor = await shop.visitor(order)
        cards.append((visitor, (await shop.card(visitor, f"cancel order {order.id}"))[0]))
    pressed = await asyncio.gather(*(visitor.post(f"/cards/{card}/confirm") for visitor, card in cards))
    states = [answer.json()["state"] for answer in pressed]
    assert states.count("needs_staff") >= 1, states
    assert set(states) <= {"needs_staff", "done"}
    cancelled = [await shop.state(order) is OrderState.CANCELLED for order in (first, second)]
    assert cancelled.count(True) == states.count("done") <= 1
