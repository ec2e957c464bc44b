"""Two at once, over the real ledger of both databases: what is given once is given once."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.actions.bench import ELSEWHERE, HERE, LOST, MEI, Bench, order_of
from tests.shops.worlds import POLICY

from xiaoer.actions.run import run
from xiaoer.domain.decision import Do, Ruling
from xiaoer.domain.ids import StaffId
from xiaoer.domain.order import Order, OrderState, RefundWhy
from xiaoer.domain.outcome import Done, NeedsApproval, NeedsConfirm, Reason, Refused
from xiaoer.store.engine import Store
from xiaoer.store.ledger import SqlLedger

WRITES = frozenset({"change", "change_customer", "cancel"})


@dataclass
class AtTheShop:
    """The first write was sent, and its answer is not there before it is let go."""

    shop: Any
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.shop, name)
        if name not in WRITES:
            return call

        async def held(*args: Any, **named: Any) -> Any:
            if not self.sent.is_set():
                self.sent.set()
                await self.let_go.wait()
            return await call(*args, **named)

        return held


def late_order(bench: Bench) -> Order:
    order = replace(order_of(MEI, OrderState.PAID), ship_by=bench.now - timedelta(days=1))
    bench.shop.shop._put(order)
    return order


async def gestures(bench: Bench) -> int:
    """Money and coupons MEI was given for what went wrong."""
    shop = bench.shop.shop
    orders = await shop.orders_of(MEI.customer_id, limit=50)
    customer = await shop.customer(MEI.customer_id)
    money = {(o.id, r.created_at) for o in orders for r in o.refunds if r.why is RefundWhy.GOODWILL}
    return len(money) + len([coupon for coupon in customer.coupons if coupon.order_id is not None])


@pytest.mark.parametrize(
    ("first", "second", "same_order"),
    [
        ("give_goodwill", "give_goodwill", False),
        ("give_coupon", "give_coupon", False),
        ("give_goodwill", "give_coupon", True),
        ("give_coupon", "give_goodwill", True),
    ],
)
async def test_two_gestures_at_once_are_one_and_a_colleague_s(
    store: Store, first: str, second: str, same_order: bool
) -> None:
    """In two windows: the order system's books do not tell of the first yet when the second is asked for."""
    assert POLICY.goodwill is not None
    assert POLICY.goodwill.times == 1
    bench = Bench(ledger=SqlLedger(store))  # type: ignore[arg-type]
    other = LOST if same_order else late_order(bench).id
    before = await gestures(bench)
    one = await bench.does(first, {"order_id": LOST}, at=HERE)
    two = await bench.does(second, {"order_id": other}, at=ELSEWHERE)
    assert isinstance(one, NeedsConfirm)
    assert isinstance(two, NeedsConfirm)
    bench.shop = AtTheShop(bench.shop.shop)
    waiting = asyncio.create_task(bench.says_yes(one.intent_id, at=HERE))
    await bench.shop.sent.wait()
    held = await bench.says_yes(two.intent_id, at=ELSEWHERE)
    assert isinstance(held, NeedsApproval)
    assert held.reason is Reason.NEEDS_COLLEAGUE
    bench.shop.let_go.set()
    assert isinstance(await waiting, Done)
    agreed = Do(second, confirmed=two.intent_id, ruling=Ruling(StaffId("lin"), yes=True))
    outcome = await run(agreed, MEI, bench.reach(ELSEWHERE))
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.GIVEN_BEFORE
    assert await gestures(bench) == before + 1
