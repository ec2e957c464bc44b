"""What is promised in a conversation is kept, or the customer hears before asking, or a person is woken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError
from tests.clock import NOON, Clock
from tests.turns.counter import Talk, named_orders
from tests.turns.house import Opened, Switch

from xiaoer.actions.base import CATALOGUE
from xiaoer.app import App
from xiaoer.domain.conversation import State
from xiaoer.domain.decision import Chosen, Say
from xiaoer.domain.ids import IntentId, StaffId, TurnId
from xiaoer.domain.order import Order, OrderState, ParcelState, PayMethod, RefundState
from xiaoer.domain.outcome import Done, NeedsConfirm
from xiaoer.domain.promise import Promise, PromiseKind, PromiseState, Verdict, judge
from xiaoer.domain.reply import Receipt
from xiaoer.shops.demo import tables as demo
from xiaoer.store import tables
from xiaoer.store.codec import loads

MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Scene:
    """A customer's conversation, its shop, and the worker that looks every minute it is told to."""

    app: App
    clock: Clock
    shop: Switch
    talk: Talk

    @classmethod
    async def of(
        cls, app: App, clock: Clock, shop: Switch, email: str = MEI, language: str = "zh"
    ) -> "Scene":
        await app.clockwork.worker.schedule()
        return cls(app, clock, shop, await Talk.start(app, clock, email=email, language=language))

    async def cancelled(self) -> str:
        """A paid order, cancelled in the conversation: its refund is promised."""
        paid = named_orders(self.talk, "")["paid"]
        zh = self.talk.customer is not None and self.talk.customer.email == MEI
        await self.talk.says(f"取消订单 {paid}" if zh else f"cancel order {paid}")
        await self.talk.says("确认" if zh else "yes")
        assert (await self.talk.order(paid)).state is OrderState.CANCELLED
        return paid

    async def card(self, action: str, order: Order) -> IntentId | None:
        """A lawful card about this order, if there is one."""
        args: dict[str, str] = {"order_id": order.id}
        if "line_id" in CATALOGUE[action].takes.model_fields:
            args["line_id"] = order.lines[0].id
        if action == "change_payment":
            args["method"] = next(m.value for m in PayMethod if m is not order.payments[0].method)
        record = await self.app.clerk.ask(self.talk.conversation_id, action, args)
        outcome = record.turn.steps[-1].outcome
        return outcome.intent_id if isinstance(outcome, NeedsConfirm) else None

    async def goes_back_later(self, card: IntentId) -> bool:
        """Confirmed, and the money is not there at once."""
        await self.app.clerk.press(self.talk.conversation_id, card, yes=True)
        done = await self.app.house.ledger.proposal(card)
        return done is not None and isinstance(done.outcome, Done) and bool(done.outcome.facts["refund_days"])

    async def at(self, moment: datetime) -> None:
        self.clock.now = moment
        await self.app.clockwork.worker.look()

    async def promises(self, *states: PromiseState) -> Sequence[Promise]:
        books = self.app.clockwork.books
        return await books.promises.listed(books.shop_id, states=states, limit=50)

    async def one(self, *states: PromiseState) -> Promise:
        [promise] = await self.promises(*states)
        return promise

    async def said(self) -> list[str]:
        messages = await self.app.house.conversations.after(self.talk.conversation_id, 0, limit=500)
        return [m.text for m in messages if m.kind == "message"]

    async def state(self) -> State:
        conversation = await self.app.house.conversations.get(self.talk.conversation_id)
        assert conversation is not None
        return conversation.state

    async def refunds(self, order_id: str, **values: object) -> None:
        """The shop's own work."""
        change = update(demo.refund).where(demo.refund.c.order_id == order_id).values(values)
        await self.app.shop_store.write("shop", lambda conn: conn.execute(change).rowcount)

    async def invoiced(self, order_id: str, number: str) -> None:
        def write(conn: Connection) -> None:
            asked = conn.scalar(select(demo.order.c.invoice).where(demo.order.c.id == order_id))
            made = update(demo.order).where(demo.order.c.id == order_id)
            conn.execute(made.values(invoice={**(asked or {}), "number": number}))

        await self.app.shop_store.write("shop", write)

    async def parcels(self, order_id: str, **values: object) -> None:
        change = update(demo.parcel).where(demo.parcel.c.order_id == order_id).values(values)
        await self.app.shop_store.write("shop", lambda conn: conn.execute(change).rowcount)


async def test_a_refund_that_comes_in_time_is_closed_and_nothing_is_said(
    opened: Opened, database_url: str
) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        promise = await scene.one(PromiseState.OPEN)
        assert (promise.kind, promise.about) == (PromiseKind.REFUND_BY, order_id)
        assert promise.made_by == scene.talk.records[-1].turn.id
        days = max(r.expected_by for r in (await scene.talk.order(order_id)).refunds if r.expected_by) - NOON
        kept_by = promise.due_at.astimezone(SHANGHAI)
        assert (kept_by.date() - NOON.date(), (kept_by.hour, kept_by.minute)) == (days, (23, 59))
        before = await scene.said()
        await scene.at(promise.due_at - timedelta(hours=24))
        assert (await scene.one()).state is PromiseState.OPEN
        await scene.refunds(order_id, state=RefundState.DONE.value, done_at=clock.now)
        await scene.at(promise.due_at + timedelta(seconds=1))
        met = await scene.one()
        assert (met.state, met.closed_at) == (PromiseState.MET, clock.now)
        assert (await scene.said(), await scene.state()) == (before, State.BOT)


async def test_a_refund_that_is_not_there_is_told_once_and_a_person_woken(
    opened: Opened, database_url: str
) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        due_at, before = (await scene.one()).due_at, await scene.said()
        await scene.at(due_at)
        assert await scene.said() == before  # its last second is not over
        for minutes in range(5):
            await scene.at(due_at + timedelta(seconds=1, minutes=minutes))
        [told] = (await scene.said())[len(before) :]
        assert order_id in told
        assert "同事" in told
        assert (await scene.one()).state is PromiseState.BROKEN
        [waiting] = await app.house.desk.waiting(app.policy.shop_id, limit=9)
        assert (waiting.conversation_id, waiting.why) == (scene.talk.conversation_id, "promise_refund_by")


async def test_a_delay_is_told_before_the_day_with_the_new_one_and_then_that_counts(
    opened: Opened, database_url: str
) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop, ALEX, "en")
        order_id = await scene.cancelled()
        first, before = await scene.one(), await scene.said()
        later = first.due_at + timedelta(days=3)
        await scene.refunds(order_id, expected_by=later)
        for minutes in range(5):
            await scene.at(first.due_at - timedelta(hours=20) + timedelta(minutes=minutes))
        [told] = (await scene.said())[len(before) :]
        assert order_id in told
        assert "before you have to ask" in told
        assert (await scene.state(), (await scene.one(PromiseState.TOLD)).id) == (State.BOT, first.id)
        second = await scene.one(PromiseState.OPEN)
        assert second.due_at.date() == later.date()
        await scene.at(first.due_at + timedelta(minutes=1))  # the first day passes in silence
        assert len(await scene.said()) == len(before) + 1
        await scene.at(second.due_at + timedelta(minutes=1))
        assert len(await scene.said()) == len(before) + 2
        assert (await scene.state(), (await scene.one(PromiseState.BROKEN)).id) == (State.WAITING, second.id)


async def test_what_is_put_off_again_and_again_becomes_a_persons(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        before = await scene.said()
        for _ in range(3):
            due_at = (await scene.one(PromiseState.OPEN)).due_at
            await scene.refunds(order_id, expected_by=due_at + timedelta(days=2))
            await scene.at(due_at - timedelta(hours=1))
        assert len(await scene.said()) == len(before) + 3
        assert len(await scene.promises(PromiseState.TOLD)) == 2
        assert (await scene.one(PromiseState.BROKEN)).rounds == 2
        assert await scene.state() is State.WAITING


async def test_one_that_breaks_keeps_no_other_waiting(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        first = await Scene.of(app, clock, shop)
        second = await Scene.of(app, clock, shop, ALEX, "en")
        broken = await first.cancelled()
        await second.cancelled()
        due = max(promise.due_at for promise in await first.promises(PromiseState.OPEN))
        before = await second.said()

        def judged(promise: Promise, order: Order, now: datetime) -> Verdict:
            if order.id == broken:
                raise RuntimeError("a bug")
            return judge(promise, order, now)

        monkeypatch.setattr("xiaoer.jobs.promises.judge", judged)
        for minutes in range(3):
            await first.at(due + timedelta(minutes=1 + minutes))
        assert len(await second.said()) == len(before) + 1
        assert [p.about for p in await first.promises(PromiseState.OPEN)] == [broken]
        monkeypatch.undo()
        await first.at(due + timedelta(minutes=30))
        assert await first.promises(PromiseState.OPEN) == []


async def test_to_ask_about_it_does_not_begin_the_waiting_anew(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        for _ in range(3):
            due_at = (await scene.one(PromiseState.OPEN)).due_at
            await scene.refunds(order_id, expected_by=due_at + timedelta(days=2))
            await scene.at(due_at - timedelta(hours=1))
            await scene.talk.says(f"订单 {order_id} 的退款到哪了")
        assert len(await scene.promises(PromiseState.TOLD)) == 2
        assert len(await scene.promises(PromiseState.BROKEN)) == 1
        assert await scene.state() is State.WAITING


@pytest.mark.parametrize(
    ("action", "kind", "mode"),
    [
        ("cancel_items", "paid_many", "ok"),
        ("change_payment", "paid", "ok"),
        ("price_protection", "recent", "sale"),
        ("give_goodwill", "late", "ok"),
    ],
)
async def test_all_money_that_is_said_to_go_back_is_owed(
    opened: Opened, action: str, kind: str, mode: str
) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        shop.mode = mode
        for customer in await app.house.shop.customers(limit=100):
            scene = await Scene.of(app, clock, shop, customer.email)
            order_id = named_orders(scene.talk, "").get(kind, "")
            card = await scene.card(action, await scene.talk.order(order_id)) if order_id else None
            if card is not None and await scene.goes_back_later(card):
                break
        promise = await scene.one(PromiseState.OPEN)
        assert (promise.kind, promise.about) == (PromiseKind.REFUND_BY, order_id)
        await scene.at(promise.due_at + timedelta(minutes=1))
        assert await scene.state() is State.WAITING
        assert order_id in (await scene.said())[-1]


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize(
    ("action", "args", "kind"),
    [
        ("complaint", {"what": "包裹破了，没人管"}, PromiseKind.TICKET_ANSWER_BY),
        ("request_data_export", {}, PromiseKind.TICKET_ANSWER_BY),
        ("call_back", {"phone": "on_file"}, PromiseKind.CALL_BACK_BY),
    ],
)
async def test_an_answer_by_a_person_is_owed(
    opened: Opened, action: str, args: dict[str, str], kind: PromiseKind, answered: bool
) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        record = await app.clerk.ask(scene.talk.conversation_id, action, args)
        outcome = record.turn.steps[-1].outcome
        assert isinstance(outcome, Done)
        promise, before = await scene.one(), await scene.said()
        assert (promise.kind, promise.due_at) == (kind, outcome.facts["until"])
        if answered:
            await app.house.desk.take(scene.talk.conversation_id, StaffId("lin"), now=clock())
            await app.house.desk.close(scene.talk.conversation_id, now=clock(), to=State.BOT)
        await scene.at(promise.due_at + timedelta(minutes=1))
        after = (await scene.said())[len(before) :]
        assert (await scene.one()).state is (PromiseState.MET if answered else PromiseState.BROKEN)
        assert len(after) == (0 if answered else 1)


@pytest.mark.parametrize("made", [True, False])
async def test_an_invoice_is_owed_by_its_hour(opened: Opened, database_url: str, made: bool) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        paid = named_orders(scene.talk, "")["paid"]
        args = {"order_id": paid, "kind": "personal", "title": "林美"}
        asked = await app.clerk.ask(scene.talk.conversation_id, "request_invoice", args)
        card = asked.turn.steps[-1].outcome
        assert isinstance(card, NeedsConfirm)
        await app.clerk.press(scene.talk.conversation_id, card.intent_id, yes=True)
        done = await app.house.ledger.proposal(card.intent_id)
        assert done is not None
        assert isinstance(done.outcome, Done)
        promise, before = await scene.one(), await scene.said()
        assert (promise.kind, promise.about, promise.due_at) == (
            PromiseKind.INVOICE_BY, paid, done.outcome.facts["until"],
        )  # fmt: skip
        if made:
            await scene.invoiced(paid, "0440012345")
        await scene.at(promise.due_at + timedelta(seconds=1))
        after = (await scene.said())[len(before) :]
        assert (await scene.one()).state is (PromiseState.MET if made else PromiseState.BROKEN)
        assert [paid in said and "发票" in said for said in after] == ([] if made else [True])


async def test_a_refund_that_failed_is_not_waited_for(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        await scene.refunds(order_id, state=RefundState.FAILED.value)
        await scene.at((await scene.one()).look_at)
        assert (await scene.one()).state is PromiseState.BROKEN


async def test_a_shop_that_is_down_breaks_no_promise(opened: Opened, database_url: str) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        due_at, before = (await scene.one()).due_at, await scene.said()
        await scene.refunds(order_id, state=RefundState.DONE.value, done_at=clock.now)
        shop.mode = "down"
        for hours in range(1, 40, 3):
            await scene.at(due_at + timedelta(hours=hours))
            assert (await scene.one()).state is PromiseState.OPEN
        shop.mode = "ok"
        await scene.at(clock.now + timedelta(minutes=6))
        assert (await scene.one()).state is PromiseState.MET
        assert (await scene.said(), await scene.state()) == (before, State.BOT)


async def test_the_machine_waits_until_a_person_has_left(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        await scene.cancelled()
        due_at, before = (await scene.one()).due_at, await scene.said()
        await app.house.desk.take(scene.talk.conversation_id, StaffId("lin"), now=clock())
        await scene.at(due_at + timedelta(hours=1))
        assert ((await scene.one()).state, await scene.said()) == (PromiseState.OPEN, before)
        await app.house.desk.close(scene.talk.conversation_id, now=clock(), to=State.BOT)
        await scene.at(clock.now + timedelta(minutes=16))
        assert (await scene.one()).state is PromiseState.BROKEN
        assert len(await scene.said()) == len(before) + 1


async def test_a_person_who_keeps_it_for_a_day_has_told_it(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        await scene.cancelled()
        due_at, before = (await scene.one()).due_at, await scene.said()
        await app.house.desk.take(scene.talk.conversation_id, StaffId("lin"), now=clock())
        await scene.at(due_at + timedelta(hours=25))
        promise = await scene.one()
        assert (promise.state, promise.why) == (PromiseState.BROKEN, "in_hands")
        assert await scene.said() == before


async def test_a_closed_conversation_is_not_where_it_is_told(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        await scene.cancelled()
        due_at = (await scene.one()).due_at
        await app.house.desk.take(scene.talk.conversation_id, StaffId("lin"), now=clock())
        await app.house.desk.close(scene.talk.conversation_id, now=clock(), to=State.CLOSED)
        scene.talk = await Talk.start(app, clock, email=MEI)
        await scene.at(due_at + timedelta(minutes=1))
        assert len(await scene.said()) == 1
        assert await scene.state() is State.WAITING


async def test_a_parcels_day_is_one_promise_however_often_it_is_asked(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = named_orders(scene.talk, "")["shipped"]
        for text in (f"订单 {order_id} 到哪了", f"查一下物流 {order_id}"):
            await scene.talk.says(text)
        promise = await scene.one()
        assert (promise.kind, promise.state) == (PromiseKind.PARCEL_BY, PromiseState.OPEN)
        assert promise.made_by == scene.talk.records[-1].turn.id
        eta = promise.due_at + timedelta(hours=30)
        await scene.parcels(order_id, eta=eta)
        clock.now = promise.due_at - timedelta(hours=20)
        await scene.talk.says(f"订单 {order_id} 到哪了")  # hears the new day for asking
        before = await scene.said()
        moved = await scene.one()
        assert (moved.id, moved.due_at > promise.due_at) == (promise.id, True)
        await scene.at(promise.due_at + timedelta(minutes=1))
        assert await scene.said() == before
        await scene.parcels(order_id, state=ParcelState.DELIVERED.value, delivered_at=clock.now)
        await scene.at(moved.due_at + timedelta(minutes=1))
        assert ((await scene.one()).state, await scene.said()) == (PromiseState.MET, before)


async def test_a_parcel_that_got_lost_is_told_at_the_first_look(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = named_orders(scene.talk, "")["shipped"]
        await scene.talk.says(f"订单 {order_id} 到哪了")
        await scene.parcels(order_id, state=ParcelState.LOST.value)
        await scene.at((await scene.one()).look_at)
        assert (await scene.one()).state is PromiseState.BROKEN
        assert order_id in (await scene.said())[-1]


@pytest.mark.parametrize("answered", [True, False])
async def test_first_thing_tomorrow_is_a_promise_too(
    opened: Opened, database_url: str, answered: bool
) -> None:
    clock = Clock(NOON + timedelta(hours=12))  # midnight in Shanghai: nobody is at the desk
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        await scene.talk.says("转人工")
        promise, before = await scene.one(), await scene.said()
        assert promise.kind is PromiseKind.CALL_BACK_BY
        assert promise.due_at == app.policy.hours.next_opening(clock.now) + timedelta(hours=1)
        if answered:
            await app.house.desk.take(scene.talk.conversation_id, StaffId("lin"), now=clock())
        await scene.at(promise.due_at + timedelta(minutes=1))
        after = (await scene.said())[len(before) :]
        assert (await scene.one()).state is (PromiseState.MET if answered else PromiseState.BROKEN)
        assert len(after) == (0 if answered else 1)


async def test_every_number_that_is_told_has_its_receipt(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = await scene.cancelled()
        due_at = (await scene.one()).due_at
        await scene.refunds(order_id, expected_by=due_at + timedelta(days=2))
        await scene.at(due_at - timedelta(hours=1))
        told = (await scene.said())[-1]
        query = select(tables.turns.c.receipts).where(tables.turns.c.id.startswith("promise-"))
        kept = await app.store.read(lambda conn: conn.scalars(query).all())
        [receipt] = loads(kept[0], tuple)
        assert isinstance(receipt, Receipt)
        assert receipt.source == "template:say.promise_put_off.refund_by"
        assert order_id in receipt.values
        assert len(receipt.values) >= 3  # the order, and two days
        assert all(value in told for value in receipt.values)


async def test_a_turn_that_is_not_kept_promises_nothing(opened: Opened, database_url: str) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        order_id = named_orders(scene.talk, "")["shipped"]
        await scene.talk.says(f"订单 {order_id} 到哪了")
        [record] = scene.talk.records
        forget, before = tables.promises.delete(), await scene.said()
        await app.store.write("k", lambda conn: conn.execute(forget).rowcount)
        again = replace(record, turn=replace(record.turn, id=TurnId("again")))
        broken = replace(again, questions=record.questions * 2)  # breaks after the promise is written
        log, this = app.house.conversations, scene.talk.conversation_id
        with pytest.raises(IntegrityError):
            async with log.lease(this, now=clock()):
                await log.finish_turn(broken, now=clock())
        assert (await scene.promises(), await scene.said()) == ([], before)
        async with log.lease(this, now=clock()):
            await log.finish_turn(replace(again, questions=()), now=clock())
        assert (await scene.one()).about == order_id


async def test_a_thing_is_told_once(opened: Opened, database_url: str) -> None:
    clock = Clock()
    async with opened(clock, database_url=database_url) as (app, shop):
        scene = await Scene.of(app, clock, shop)
        chosen, this = Chosen(Say("greeting"), "job:promise"), scene.talk.conversation_id
        for once in ("a", "a", "b"):
            assert await app.clerk.tell(this, chosen, once=once)
        assert len(await scene.said()) == 2
        await app.house.desk.take(this, StaffId("lin"), now=clock())
        assert not await app.clerk.tell(this, chosen, once="c")
        assert len(await scene.said()) == 2
