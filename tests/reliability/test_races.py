"""Two processes over one database, at the same card at once: one effect, and the customer hears of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from tests.clock import Clock
from tests.turns.counter import Talk, named_orders
from tests.turns.house import HouseUrl, Opened

from xiaoer.app import App
from xiaoer.domain.conversation import Inbound
from xiaoer.domain.ids import IntentId
from xiaoer.domain.order import OrderState
from xiaoer.domain.ports import Busy, Conversations, ProposalState, Shop
from xiaoer.domain.promise import PromiseKind, PromiseState
from xiaoer.turn import Clerk

MEI = "mei.lin@example.com"


class Slow:
    """The shop of one process: its first write is sent, and its answer does not come before it is let go."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.sent, self.let_go = shop, asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.shop, name)
        if name != "cancel":
            return call

        async def held(*args: Any, **named: Any) -> Any:
            self.sent.set()
            await self.let_go.wait()
            return await call(*args, **named)

        return held


def over(clerk: Clerk, shop: Slow) -> Clerk:
    return replace(clerk, house=replace(clerk.house, shop=cast(Shop, shop)))


@dataclass
class Two:
    """Two processes, and a customer with a card on the screen."""

    one: App
    other: App
    clock: Clock
    talk: Talk
    order_id: str
    card: IntentId

    async def writes(self, text: str) -> None:
        inbound = Inbound(conversation_id=self.talk.conversation_id, client_id=text, text=text)
        await self.one.house.conversations.receive(inbound, now=self.clock())

    async def said(self) -> list[str]:
        messages = await self.one.house.conversations.after(self.talk.conversation_id, 0, limit=500)
        return [m.text for m in messages if m.kind == "message" and m.turn_id]

    async def state(self) -> ProposalState:
        found = await self.one.house.ledger.proposal(self.card)
        assert found is not None
        return found.state


@pytest.fixture(params=["sqlite", "postgresql"])
async def two(request: pytest.FixtureRequest, opened: Opened, house_url: HouseUrl) -> AsyncIterator[Two]:
    clock, url = Clock(), house_url(request.param)
    async with opened(clock, database_url=url) as (one, _), opened(clock, database_url=url) as (other, _):
        talk = await Talk.start(one, clock, email=MEI)
        order_id = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {order_id}")
        card = talk.records[-1].turn.memory.card
        assert card is not None
        yield Two(one, other, clock, talk, order_id, card)


async def seconds_pass(two: Two, seconds: int) -> None:
    """As the other process's worker polls."""
    for _ in range(0, seconds, 2):
        two.clock.forward(2 / 60)
        await two.other.clockwork.worker.look()


async def refunds_promised(two: Two) -> int:
    books = two.other.clockwork.books
    found = await books.promises.listed(books.shop_id, states=[PromiseState.OPEN], limit=9)
    return len([one for one in found if (one.kind, one.about) == (PromiseKind.REFUND_BY, two.order_id)])


async def cancelled_once(two: Two, *, version: int) -> bool:
    order = await two.talk.order(two.order_id)
    back = sum(refund.amount.minor for refund in order.refunds)
    return (order.state, order.version, back) == (OrderState.CANCELLED, version + 1, order.total.minor)


async def test_a_turn_that_outlives_its_lease_is_told_by_another_process(two: Two) -> None:
    """Who takes the conversation over finds the card taken, and its result not there yet."""
    version, before = (await two.talk.order(two.order_id)).version, len(await two.said())
    slow = Slow(two.one.house.shop)
    await two.writes("确认")
    begun = asyncio.create_task(over(two.one.clerk, slow).answer(two.talk.conversation_id))
    await slow.sent.wait()
    two.clock.forward(31 / 60)
    await two.other.clerk.answer(two.talk.conversation_id)
    [meanwhile] = (await two.said())[before:]
    assert "正在办" in meanwhile
    assert "卡片还在" not in meanwhile
    slow.let_go.set()
    assert await begun == ()  # its lease was another's by now
    assert await two.state() is ProposalState.DONE
    await seconds_pass(two, 60)
    [_, told] = (await two.said())[before:]
    assert "已取消" in told
    assert await refunds_promised(two) == 1
    assert await cancelled_once(two, version=version)


async def test_a_result_whose_turn_was_never_kept_is_told_and_owed(two: Two) -> None:
    """Killed between the two: the order system did it, the ledger knows, the customer had heard nothing."""
    version, before = (await two.talk.order(two.order_id)).version, len(await two.said())

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(two.one.house.conversations, name)

        async def finish_turn(self, *_: object, **__: object) -> None:
            raise ConnectionError

    house = replace(two.one.house, conversations=cast(Conversations, Dying()))
    with pytest.raises(ConnectionError):
        await replace(two.one.clerk, house=house).press(two.talk.conversation_id, two.card, yes=True)
    assert await two.state() is ProposalState.DONE
    assert len(await two.said()) == before
    await seconds_pass(two, 90)
    [told] = (await two.said())[before:]
    assert "已取消" in told
    assert await refunds_promised(two) == 1
    assert await cancelled_once(two, version=version)


async def test_what_its_own_turn_told_is_not_told_again(two: Two) -> None:
    await two.one.clerk.press(two.talk.conversation_id, two.card, yes=True)
    told = await two.said()
    await seconds_pass(two, 90)
    assert await two.said() == told
    assert await refunds_promised(two) == 1


async def test_a_word_and_both_buttons_at_once_have_one_effect(two: Two) -> None:
    version, talk = (await two.talk.order(two.order_id)).version, two.talk.conversation_id
    await two.writes("确认")
    clerks = [two.one.clerk, two.other.clerk] * 4
    pressed = [clerk.press(talk, two.card, yes=True) for clerk in clerks]
    answered = [clerk.answer(talk) for clerk in clerks[:2]]
    found = await asyncio.gather(*pressed, *answered, return_exceptions=True)
    assert not [one for one in found if isinstance(one, Exception) and not isinstance(one, Busy)]
    assert await cancelled_once(two, version=version)
    assert await two.state() is ProposalState.DONE
    assert await refunds_promised(two) == 1
