"""An effect whose result was lost: looked up by its key, told; within a minute a person's. Never repeated."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from tests.clock import Clock
from tests.turns.counter import Talk, named_orders
from tests.turns.house import Opened

from xiaoer.app import App
from xiaoer.domain.conversation import State
from xiaoer.domain.ids import IntentId, StaffId
from xiaoer.domain.job import JobState
from xiaoer.domain.order import OrderState
from xiaoer.domain.ports import Proposal, ProposalState, Shop
from xiaoer.jobs.effects import Effects, Sent

MEI = "mei.lin@example.com"


async def state(talk: Talk) -> State:
    conversation = await talk.app.house.conversations.get(talk.conversation_id)
    assert conversation is not None
    return conversation.state


async def taken(talk: Talk, order_id: str) -> Proposal:
    """A card that was answered with yes by a process that then died."""
    await talk.says(f"取消订单 {order_id}")
    card = talk.records[-1].turn.memory.card
    assert card is not None
    assert await talk.app.house.ledger.take(card, now=talk.clock())
    return await proposal(talk, card)


async def proposal(talk: Talk, card: IntentId) -> Proposal:
    found = await talk.app.house.ledger.proposal(card)
    assert found is not None
    return found


async def said(talk: Talk) -> list[str]:
    messages = await talk.app.house.conversations.after(talk.conversation_id, 0, limit=500)
    return [m.text for m in messages if m.kind == "message"]


async def seconds_pass(app: App, clock: Clock, seconds: int) -> None:
    """As the worker polls: a look every two seconds."""
    for _ in range(0, seconds, 2):
        clock.forward(2 / 60)
        await app.clockwork.worker.look()


async def settle_jobs(app: App) -> list[JobState]:
    books = app.clockwork.books
    jobs = await books.jobs.listed(books.shop_id, states=(), limit=50)
    return [job.state for job in jobs if job.kind == "settle_effect"]


async def test_one_that_happened_is_found_and_told_once(opened: Opened, database_url: str) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        paid = named_orders(talk, "")["paid"]
        effect = await taken(talk, paid)
        await app.house.shop.cancel(await talk.order(paid), "", key=effect.id)
        before = await said(talk)
        await seconds_pass(app, clock, 28)
        assert (await proposal(talk, effect.id)).state is ProposalState.TAKEN  # its process may be at it
        await seconds_pass(app, clock, 4)
        assert (await proposal(talk, effect.id)).state is ProposalState.DONE
        [told] = (await said(talk))[len(before) :]
        assert paid in told
        assert "已取消" in told
        await seconds_pass(app, clock, 60)
        assert len(await said(talk)) == len(before) + 1
        assert await state(talk) is State.BOT
        assert await settle_jobs(app) == [JobState.DONE]


@pytest.mark.parametrize("shop_mode", ["ok", "down"])
async def test_one_that_cannot_be_found_is_a_persons_within_the_minute(
    opened: Opened, database_url: str, shop_mode: str
) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        talk = await Talk.start(app, clock, email=MEI)
        paid = named_orders(talk, "")["paid"]
        effect = await taken(talk, paid)
        before = await said(talk)
        shop.mode = shop_mode
        await seconds_pass(app, clock, 52)
        assert await state(talk) is State.BOT
        await seconds_pass(app, clock, 8)
        assert await state(talk) is State.WAITING
        [waiting] = await app.house.desk.waiting(app.policy.shop_id, limit=9)
        assert waiting.why == "unclear"
        [told] = (await said(talk))[len(before) :]
        assert "同事" in told
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        shop.mode = "ok"
        assert (await talk.order(paid)).state is OrderState.PAID  # it was not tried again
        await seconds_pass(app, clock, 120)
        assert len(await said(talk)) == len(before) + 1
        assert await settle_jobs(app) == [JobState.DONE]


async def test_who_waits_for_a_person_already_is_told_of_it_too(opened: Opened) -> None:
    """The card on the screen says that it did not go through, and nobody knows that."""
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])
        await app.clerk.call_person(talk.conversation_id)
        before = await said(talk)
        await seconds_pass(app, clock, 60)
        [told] = (await said(talk))[len(before) :]
        assert "核实这一步" in told
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        await seconds_pass(app, clock, 60)
        assert len(await said(talk)) == len(before) + 1


async def test_an_answer_lost_on_the_way_is_found_once_the_shop_is_back(opened: Opened) -> None:
    """The turn itself has called a person; what it could not know is told when it is known."""
    clock = Clock()
    async with opened(clock) as (app, shop):
        talk = await Talk.start(app, clock, email=MEI)
        paid = named_orders(talk, "")["paid"]
        await talk.says(f"取消订单 {paid}")
        card = talk.records[-1].turn.memory.card
        assert card is not None
        shop.mode = "unclear"
        await talk.says("确认")
        assert (await proposal(talk, card)).state is ProposalState.UNCLEAR
        assert await state(talk) is State.WAITING
        before = await said(talk)
        await seconds_pass(app, clock, 20)
        assert await said(talk) == before
        shop.mode = "ok"
        await app.house.shop.cancel(await talk.order(paid), "", key=card)  # as it had gone through
        await seconds_pass(app, clock, 12)
        assert (await proposal(talk, card)).state is ProposalState.DONE
        [told] = (await said(talk))[len(before) :]
        assert "已取消" in told


async def test_a_person_in_the_conversation_is_not_talked_over(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])
        await app.house.desk.take(talk.conversation_id, StaffId("lin"), now=clock())
        before = await said(talk)
        await seconds_pass(app, clock, 60)
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        assert await said(talk) == before
        assert await state(talk) is State.HUMAN


async def test_a_turn_that_ends_leaves_nothing_to_settle(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        await talk.says(f"取消订单 {named_orders(talk, '')['paid']}")
        await talk.says("确认")
        before = await said(talk)
        assert await settle_jobs(app) == [JobState.DONE]
        await seconds_pass(app, clock, 60)
        assert await said(talk) == before


async def test_a_crash_between_the_person_and_the_end_says_nothing_twice(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])
        clock.forward(1)
        before = await said(talk)

        class Gone:
            """A ledger whose process is killed before the effect's end is written."""

            def __getattr__(self, name: str) -> object:
                return getattr(app.house.ledger, name)

            async def finish(self, *_: object, **__: object) -> None:
                raise ConnectionError

        dying = replace(app.clerk, house=replace(app.house, ledger=cast("object", Gone())))  # type: ignore[arg-type]
        with pytest.raises(ConnectionError):
            await Effects(clerk=dying).settle(Sent(effect.id), clock())
        await app.clockwork.worker.look()
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        assert len(await said(talk)) == len(before) + 1


async def test_a_bug_in_a_connector_is_tried_again(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])

        class Odd:
            async def effect(self, key: str) -> bool:
                raise KeyError("a bug")

        clock.forward(0.6)
        broken = replace(app.clerk, house=replace(app.house, shop=cast(Shop, Odd())))
        kind = Effects(clerk=broken).kind()
        worker = replace(app.clockwork.worker, kinds={kind.name: kind})
        assert await worker.look() == 1
        books = app.clockwork.books
        [job] = await books.jobs.listed(books.shop_id, states=[JobState.READY], limit=9)
        assert job.error.startswith("KeyError")
        assert job.run_at > clock.now
        await seconds_pass(app, clock, 30)
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        assert job.run_at - clock.now < timedelta(seconds=0)
