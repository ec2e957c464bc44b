"""The clock: what a crash left is taken up once, doubt is settled, what breaks stops nothing else."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import cast

import pytest
from tests.turns.counter import NOON, Clock, Talk, named_orders
from tests.turns.house import Opened
from typing_extensions import override

from xiaoer.app import App
from xiaoer.domain.conversation import Inbound, State, TurnRecord
from xiaoer.domain.ids import ConversationId, IntentId
from xiaoer.domain.order import OrderState
from xiaoer.domain.ports import Busy, Proposal, ProposalState, Shop, StoreDown
from xiaoer.domain.reply import Origin
from xiaoer.jobs import Jobs
from xiaoer.turn import Clerk

SOON = NOON + timedelta(seconds=3)
MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"


@dataclass
class Expiry:
    """Notes when it was called; the store may be down."""

    calls: list[datetime] = field(default_factory=list)
    down: bool = False

    async def __call__(self, now: datetime) -> None:
        self.calls.append(now)
        if self.down:
            raise StoreDown("gone")


class Stumbling(Clerk):
    """Breaks over some conversations; cannot get hold of a person."""

    poison: ConversationId | None = None

    @override
    async def answer(self, conversation_id: ConversationId) -> tuple[TurnRecord, ...]:
        if conversation_id == self.poison:
            raise KeyError("a bug")
        return await super().answer(conversation_id)

    @override
    async def call_person(self, conversation_id: ConversationId, *, why: str = "asked") -> None:
        raise Busy(conversation_id)


def stumbling(clerk: Clerk, over: ConversationId | None = None) -> Clerk:
    kind = type("OverOne", (Stumbling,), {"poison": over})
    made = kind(**{f.name: getattr(clerk, f.name) for f in fields(clerk)})
    assert isinstance(made, Clerk)
    return made


def jobs(app: App, clerk: Clerk | None = None, expire: Expiry | None = None) -> Jobs:
    return Jobs(clerk=clerk or app.clerk, expire=expire or Expiry())


async def writes(talk: Talk, text: str = "你好") -> None:
    inbound = Inbound(conversation_id=talk.conversation_id, client_id=text, text=text)
    await talk.app.house.conversations.receive(inbound, now=talk.clock())


async def replies(talk: Talk) -> int:
    found = await talk.app.house.conversations.after(talk.conversation_id, 0, limit=100)
    return len([m for m in found if m.kind == "message" and m.origin is not Origin.CUSTOMER])


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


async def test_who_was_left_without_an_answer_gets_one(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talks = [await Talk.start(app, Clock(), email=email) for email in (MEI, ALEX)]
        for talk in talks:
            await writes(talk)
        await jobs(app).look(NOON + timedelta(seconds=2))  # they may still be writing
        assert [await replies(talk) for talk in talks] == [0, 0]
        for _ in range(3):
            await jobs(app).look(SOON)
        assert [await replies(talk) for talk in talks] == [1, 1]


async def test_a_conversation_that_breaks_keeps_no_other_waiting(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talks = [await Talk.start(app, Clock(), email=email) for email in (MEI, ALEX)]
        for talk in talks:
            await writes(talk)
        expire = Expiry()
        await jobs(app, stumbling(app.clerk, talks[0].conversation_id), expire).look(SOON)
        assert [await replies(talk) for talk in talks] == [0, 1]
        assert expire.calls == [SOON]


@pytest.mark.parametrize("happened", [True, False])
async def test_an_effect_in_doubt_is_settled_after_a_minute(opened: Opened, happened: bool) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        paid = named_orders(talk, "")["paid"]
        effect = await taken(talk, paid)
        if happened:
            await app.house.shop.cancel(await talk.order(paid), "", key=effect.id)
        await jobs(app).look(clock.now + timedelta(seconds=59))
        assert (await proposal(talk, effect.id)).state is ProposalState.TAKEN
        clock.forward(1.1)
        for _ in range(2):
            await jobs(app).look(clock.now)
        after = ProposalState.DONE if happened else ProposalState.UNCLEAR
        assert (await proposal(talk, effect.id)).state is after
        assert await state(talk) is (State.BOT if happened else State.WAITING)
        assert (await talk.order(paid)).state is (OrderState.CANCELLED if happened else OrderState.PAID)
        if happened:  # and a press of the card hears so
            await talk.presses(yes=True)
            assert (await proposal(talk, effect.id)).state is ProposalState.DONE


async def test_a_shop_that_is_down_leaves_the_doubt_to_a_person(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])
        shop.mode = "down"
        clock.forward(2)
        await jobs(app).look(clock.now)
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        assert await state(talk) is State.WAITING


async def test_an_effect_is_open_until_a_person_was_called(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])
        clock.forward(2)
        expire = Expiry()
        await jobs(app, stumbling(app.clerk), expire).look(clock.now)
        assert (await proposal(talk, effect.id)).state is ProposalState.TAKEN
        assert expire.calls
        await jobs(app).look(clock.now)
        assert (await proposal(talk, effect.id)).state is ProposalState.UNCLEAR
        assert await state(talk) is State.WAITING


async def test_expiry_is_called_every_six_hours(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        expire = Expiry()
        clock = jobs(app, expire=expire)
        for minutes in (0, 1, 359, 360, 361, 720):
            await clock.look(NOON + timedelta(minutes=minutes))
        assert expire.calls == [NOON + timedelta(hours=h) for h in (0, 6, 12)]


async def test_a_store_that_was_down_is_tidied_as_soon_as_it_is_back(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        expire = Expiry(down=True)
        clock = jobs(app, expire=expire)
        with pytest.raises(StoreDown):
            await clock.look(NOON)
        expire.down = False
        await clock.look(NOON + timedelta(seconds=2))
        await clock.look(NOON + timedelta(seconds=4))
        assert len(expire.calls) == 2


async def test_a_bug_in_a_connector_is_no_end_of_the_clock(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk = await Talk.start(app, clock, email=MEI)
        effect = await taken(talk, named_orders(talk, "")["paid"])

        class Odd:
            async def effect(self, key: str) -> bool:
                raise KeyError("a bug")

        clock.forward(2)
        broken = replace(app.clerk, house=replace(app.house, shop=cast(Shop, Odd())))
        await jobs(app, broken).look(clock.now)
        assert (await proposal(talk, effect.id)).state is ProposalState.TAKEN
