"""R8: what arrives again, at once or 25 hours later, has no second effect. D = 0."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from tests.adversary.arena import Arena, arena
from tests.adversary.judge import Judge
from tests.adversary.seats import Seat, Setting

from xiaoer.domain.conversation import Inbound, Turn
from xiaoer.domain.decision import Chosen, Do
from xiaoer.domain.ids import IntentId
from xiaoer.domain.order import OrderState
from xiaoer.domain.ports import ProposalState
from xiaoer.domain.reply import ConfirmCard, Origin
from xiaoer.store.engine import Store

MESSAGES = 12
DAY_AND_MORE = timedelta(hours=25)


class Cancels:
    """An honest mind with one wish: the next order that can be cancelled."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    async def next(self, turn: Turn) -> Chosen | None:
        if not self.orders or turn.steps:
            return None
        return Chosen(Do("cancel_order", {"order_id": self.orders.pop(0)}), "honest")


@asynccontextmanager
async def honest(store: Store) -> AsyncIterator[tuple[Arena, Seat, int]]:
    async with arena(store, 1, judge=Judge(), setting=Setting(seats=2)) as made:
        made.villain.rng = random.Random(1)
        for mind in made.minds:
            mind._mind = Cancels()
        for clerk in made.clerks:
            clerk.voice.villain = None  # type: ignore[attr-defined]
        await made.enter()
        seat = made.seats[0]
        assert seat.session.life is not None
        theirs = await made.shops[0].orders_of(seat.session.life.customer.id, limit=50)
        cancellable = [o.id for o in theirs if o.state in (OrderState.PAID, OrderState.AWAITING_PAYMENT)]
        made.minds[0]._mind.orders = list(cancellable)  # type: ignore[attr-defined]
        yield made, seat, len(cancellable)


async def test_messages_and_cards_that_come_again(store: Store) -> None:
    rng = random.Random(8)
    async with honest(store) as (made, seat, cancellable):
        assert cancellable
        clerk, talk = made.clerks[0], seat.conversation_id
        sent = [Inbound(conversation_id=talk, client_id=f"m{n}", text=f"第 {n} 句") for n in range(MESSAGES)]

        async def delivered(inbound: Inbound, times: int) -> list[bool]:
            took = [clerk.house.conversations.receive(inbound, now=made.now) for _ in range(times)]
            new = [fresh for _, fresh in await asyncio.gather(*took)]
            await asyncio.gather(*(clerk.answer(talk) for _ in range(times)))
            return new

        async def pressed(card: ConfirmCard) -> set[str]:
            press = clerk.press
            many = [press(talk, IntentId(card.intent_id), yes=True) for _ in range(rng.randint(1, 5))]
            return {effect.state.value for effect in await asyncio.gather(*many) if effect}

        cards: list[ConfirmCard] = []
        for inbound in sent:
            seen = (await clerk.house.conversations.after(talk, 0, limit=500))[-1].seq
            assert sum(await delivered(inbound, rng.randint(1, 5))) == 1
            events = await clerk.house.conversations.after(talk, seen, limit=500)
            assert [m.text for m in events if m.origin is Origin.CUSTOMER] == [inbound.text]
            shown = [p for m in events if m.kind == "message" for p in m.parts if isinstance(p, ConfirmCard)]
            for card in shown:
                assert len(await pressed(card)) == 1
            cards += shown
        assert len(cards) == cancellable
        done = [await clerk.house.ledger.proposal(IntentId(card.intent_id)) for card in cards]
        effects = list(made.shops[0].notes.effects)
        assert len(effects) == sum(e is not None and e.state is ProposalState.DONE for e in done) > 0

        made.now += DAY_AND_MORE
        seqs = len(await clerk.house.conversations.after(talk, 0, limit=500))
        for inbound in sent:
            assert not any(await delivered(inbound, rng.randint(1, 5)))
        for card in cards:
            await pressed(card)
        assert made.shops[0].notes.effects == effects
        assert not made.shops[0].notes.repeated
        assert len(await clerk.house.conversations.after(talk, 0, limit=500)) == seqs
