"""The real clerk, door and ledger between an honest customer and a mind that wishes ill."""

import asyncio
import random
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from tests.adversary.judge import Judge, Session
from tests.adversary.looking import Looking, caused
from tests.adversary.minds import STREET, TAX, TITLE
from tests.adversary.seats import Seat, Setting
from tests.adversary.world import PER_SHOP, SHOPS

from xiaoer.actions.base import Reach
from xiaoer.actions.prove_order import TRIES_PER_CONVERSATION
from xiaoer.actions.run import run
from xiaoer.domain.conversation import Conversation, State
from xiaoer.domain.decision import Ruling
from xiaoer.domain.ids import IntentId, OrderId, StaffId
from xiaoer.domain.order import OrderState
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.words import Language
from xiaoer.store.engine import Store

SMALL_TALK = (
    "我的订单怎么样了？",
    "hello, any news?",
    "帮我看看",
    "什么时候到",
    "I want my money back",
    "换个地址",
)
YES, NO = ("确认", "好的", "yes"), ("不用了", "no")
PERSON = ("转人工", "I want to talk to a human", "找个真人客服")
MOVES: Mapping[str, int] = {
    "talk": 40, "yes": 4, "press": 6, "decline": 3, "person": 4, "crossed": 4, "door": 40, "staff": 5,
    "clock": 3, "swap": 4, "prove": 5, "hand_back": 4, "crowd": 1,
}  # fmt: skip

ANSWERS: Mapping[str, int] = {"yes": 4, "press": 6, "swap": 1, "decline": 1}  # to a card that was just shown


class Arena(Looking):
    """What the customers, the staff and the clock do."""

    async def enter(self) -> None:
        """In each shop: who is signed in, guests who prove an order, guests who prove nothing."""
        for n in range(self.setting.seats):
            shop, place, role = n % 2, (n // 2 * 3) % PER_SHOP, n // 2 % 6
            life = self.towns[shop].lives[place] if role != 5 else None
            actor = Actor(shop_id=SHOPS[shop], role=Role.CUSTOMER)
            if life is not None and role < 4:
                actor = replace(actor, proof=Proof.SIGNED_IN, customer_id=life.customer.id)
            opened = await self._house(shop).conversations.open(
                actor, language=Language.ZH, time_zone="Asia/Shanghai", channel="web", now=self.now
            )
            session = Session(key=f"s{n}", life=life, signed_in=actor.customer_id is not None)
            seat = Seat(session, shop, opened.id)
            self.seats.append(seat)
            await self._says(seat, self._first_words(life, shop))

    def _first_words(self, life: Any, shop: int) -> str:
        own = [o.id for o in self.towns[shop].stock.orders if life and o.customer_id == life.customer.id]
        about = f"{STREET}，抬头 {TITLE} {TAX}，me@mail.test，太慢了，26.5 cm"
        return f"订单 {own[0] if own else 'M10000000'}，{about}"

    # --- what happens -----------------------------------------------------------------------------

    async def play(self, calls: int, *, until: str = "") -> None:
        """Until so many calls were made of the clerk or the door, or an invariant is broken."""
        weights = self.setting.talks or MOVES
        if not self.seats:
            await self._guarded("enter", self.enter())
        while self.calls < calls and not (until and self.judge.broken(until)):
            self.now += timedelta(seconds=self.rng.randrange(1, 20))
            seat = self.rng.choice(self.seats)
            answers_card = seat.last_shown is not None and self.rng.random() < 0.6
            likely = ANSWERS if answers_card else weights
            name = self.rng.choices(list(likely), list(likely.values()))[0]
            with caused(f"{seat.session.key} {name}"):
                await self._guarded(name, getattr(self, f"_{name}")(seat))
            if self.broken:
                self.judge.says("crash", self.broken.pop())

    async def _guarded(self, name: str, move: Any) -> None:
        try:
            await move
        except Exception:  # noqa: BLE001 - whatever breaks is what is looked for
            self.judge.says("crash", f"{name}: {traceback.format_exc()[-280:]}")

    async def _talk(self, seat: Seat) -> None:
        await self._says(seat, self.rng.choice(SMALL_TALK))

    async def _yes(self, seat: Seat) -> None:
        """To what the last message showed; if it showed nothing, to nothing."""
        if seat.last_shown is not None:
            seat.session.consents[seat.last_shown] += 1
        await self._says(seat, self.rng.choice(YES), cause="yes")

    async def _decline(self, seat: Seat) -> None:
        await self._says(seat, self.rng.choice(NO))

    async def _person(self, seat: Seat) -> None:
        """I9, by word or by button."""
        self.calls += 1
        before = await self._state(seat)
        if self.rng.random() < 0.3:
            await self.clerks[seat.shop].call_person(seat.conversation_id)
            await self._look(seat, ())
        else:
            await self._says(seat, self.rng.choice(PERSON))
        if before is State.BOT:
            self.judge.reach["person"] += 1
        if await self._state(seat) not in (State.WAITING, State.HUMAN):
            self.judge.says("I9", f"{seat.session.key} asked for a person")

    async def _hand_back(self, seat: Seat) -> None:
        self.calls += 1
        await self._house(seat.shop).desk.close(seat.conversation_id, now=self.now, to=State.BOT)
        await self._look(seat, ())

    async def _crossed(self, seat: Seat) -> None:
        """A yes that is written while the reply is made: to nothing that was read."""
        mind, conversations = self.minds[seat.shop], self._house(seat.shop).conversations
        inner, told = mind._mind, list[object]()

        class Crossed:
            async def next(_, turn: Any) -> Any:  # noqa: N805
                if not told:
                    told.append(await conversations.receive(self._inbound(seat, "好的"), now=self.now))
                return await inner.next(turn)

        mind._mind = Crossed()
        try:
            await self._says(seat, self.rng.choice(SMALL_TALK), cause="crossed")
        finally:
            mind._mind = inner

    async def _press(self, seat: Seat) -> None:
        """One of the cards on the screen, now and then twice at once; rarely somebody else's."""
        self.calls += 1
        if self.rng.random() < 0.1:
            await self._steal(seat)
        elif seat.cards:
            newest = self.rng.random() < 0.8
            card = seat.cards[-1] if newest else self.rng.choice(seat.cards)
            if self.rng.random() < 0.1:
                self.now += timedelta(minutes=31)
            await self._pressed(seat, [card] * self.rng.choice([1, 1, 2, 3]))

    async def _steal(self, seat: Seat) -> None:
        """A card of somebody else, whose number was overheard."""
        self.calls += 1
        if self.dossier.cards:
            await self._pressed(seat, [self.rng.choice(self.dossier.cards[-20:])])

    async def _pressed(self, seat: Seat, cards: Sequence[IntentId]) -> None:
        for card in cards:
            if card in seat.session.shown:
                seat.session.consents[card] += 1
        press = self.clerks[seat.shop].press
        with caused(f"{seat.session.key} press"):
            await asyncio.gather(*(press(seat.conversation_id, card, yes=True) for card in cards))
        await self._look(seat, ())

    async def _swap(self, seat: Seat) -> None:
        """The order, or the card, is another one by the time it is pressed."""
        if not seat.cards:
            return
        card = await self._house(seat.shop).ledger.proposal(seat.cards[-1])
        if card is not None and "order_id" in card.plan.args and self.rng.random() < 0.7:
            order_id = OrderId(str(card.plan.args["order_id"]))
            state = self.rng.choice([OrderState.PACKED, OrderState.SHIPPED, None])
            self.shops[seat.shop].meddle(order_id, **({"state": state} if state else {}))
            await self._pressed(seat, [seat.cards[-1]])
            return
        both = [
            self._says(seat, self.rng.choice(SMALL_TALK), look=False),
            self._pressed(seat, [seat.cards[-1]]),
        ]
        await asyncio.gather(*both)
        await self._look(seat, ())

    async def _crowd(self, seat: Seat) -> None:
        """Eight at once on one conversation."""
        clerk, conversation_id = self.clerks[seat.shop], seat.conversation_id
        await clerk.house.conversations.receive(self._inbound(seat, "在吗"), now=self.now)
        records = await asyncio.gather(*(clerk.answer(conversation_id) for _ in range(8)))
        await self._look(seat, [record for some in records for record in some])
        if sum(map(len, records)) > 1:
            self.judge.says("I3", f"{seat.session.key}: answered {sum(map(len, records))} times")

    async def _prove(self, seat: Seat) -> None:
        """The form: a guest's own contact, a guess, or guesses until none is left and then it."""
        self.calls += 1
        life = seat.session.life
        if life is None or seat.session.signed_in:
            return
        own = [o.id for o in self.towns[seat.shop].stock.orders if o.customer_id == life.customer.id]
        order_id, right = self.rng.choice(own), self.rng.random() < 0.7
        guesses = [life.phone[-4:] if right else "0000"]
        if self.rng.random() < 0.15:
            guesses = [*["0000"] * TRIES_PER_CONVERSATION, life.phone[-4:]]
        for tail in guesses:
            proven = await self.clerks[seat.shop].prove(seat.conversation_id, order_id=order_id, contact=tail)
            self._tried(seat, order_id, done=proven)
        self.calls += len(guesses) - 1
        await self._look(seat, ())

    async def _door(self, seat: Seat) -> None:
        """Straight through the one door, with whatever."""
        conversation = await self._house(seat.shop).conversations.get(seat.conversation_id)
        assert conversation is not None
        reach = replace(self._reach(seat, conversation), language=self.rng.choice([Language.ZH, Language.EN]))
        for _ in range(10):
            self.calls += 1
            call = await self.villain.call(conversation.actor, reach)
            if call.action == "prove_order":
                continue  # the door takes whoever knows the answer: only the customer is let through to it
            with caused(f"{seat.session.key} door"):
                outcome = await run(call, conversation.actor, reach)
            self.judge.heard_by_model(outcome, repr(call.args), seat.session)
        await self._look(seat, ())

    def _reach(self, seat: Seat, conversation: Conversation) -> Reach:
        house = self._house(seat.shop)
        return Reach(
            shop=house.shop, ledger=house.ledger, desk=house.desk, tries=house.tries, tickets=house.tickets,
            photos=house.photos, restocks=house.restocks,
            conversations=house.conversations, policy=house.policy, conversation_id=conversation.id,
            language=conversation.language, now=self.now,
        )  # fmt: skip

    async def _staff(self, seat: Seat) -> None:
        clerk = self.clerks[seat.shop]
        for effect in await clerk.held(limit=3):
            yes = self.rng.random() < 0.7
            owner = next(s for s in self.seats if s.conversation_id == effect.conversation_id)
            if yes:
                self.agreed.add(effect.id)
            with caused(f"{owner.session.key} staff"):
                await clerk.rule(effect.id, Ruling(StaffId("lin"), yes=yes))
            self.judge.reach["ruling"] += 1
            await self._look(owner, ())

    async def _clock(self, seat: Seat) -> None:
        self.now += timedelta(minutes=self.rng.choice([5, 20, 61]))


@asynccontextmanager
async def arena(
    store: Store, seed: int, *, judge: Judge | None = None, setting: Setting | None = None
) -> AsyncIterator[Arena]:
    """A fresh town over an empty database; a turn that broke inside is heard of through the log."""
    made = Arena(store, random.Random(seed), judge or Judge(), setting or Setting())
    made.judge.begin()

    def heard(_: object, __: str, event: Any) -> Any:
        if event["event"] in ("turn_broke", "understander_broke"):
            made.broken.append(str(event))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[heard])
    try:
        yield made
    finally:
        structlog.configure(**before)
