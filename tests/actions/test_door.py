"""The one door: a write asks first, is done once, and only as it was read out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.actions.bench import ALEX, ELSEWHERE, GUEST, HERE, MEI, WRITES, Bench

from xiaoer.actions.base import CATALOGUE
from xiaoer.actions.run import CARD_LIVES, decline, run
from xiaoer.domain.changes import NEEDS, Can, Urge
from xiaoer.domain.decision import Do
from xiaoer.domain.facts import Fact
from xiaoer.domain.ids import ConversationId, IntentId, OrderId, ShopId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, OrderState, Payment, PayMethod
from xiaoer.domain.outcome import Done, Failed, NeedsConfirm, Outcome, Reason, Refused
from xiaoer.domain.people import Actor, Role
from xiaoer.domain.ports import ProposalState, ShopUnclear, ShopUnreachable, StaleOrder
from xiaoer.domain.words import Language
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Renderer

CALL = {
    "cancel_items": "change",
    "cancel_order": "cancel",
    "cancel_return": "change",
    "change_address": "change_address",
    "change_delivery": "change",
    "change_items": "change",
    "change_payment": "change",
    "request_return": "open_case",
    "request_exchange": "open_case",
    "price_protection": "change",
    "report_lost": "change",
    "report_damage": "change",
    "give_goodwill": "change",
    "give_coupon": "change_customer",
    "change_contact": "change_customer",
    "change_profile_address": "change_customer",
    "request_invoice": "change",
}


def test_each_write_is_tried_by_the_call_it_makes() -> None:
    assert set(WRITES) == set(CALL), "name in CALL what the action calls at the shop"


@pytest.mark.parametrize("action", WRITES)
async def test_the_bench_knows_what_is_said_for_it(action: str) -> None:
    bench = Bench()
    args = await bench.lawful(action)
    fields = CATALOGUE[action].takes.model_fields
    lacking = {name for name, field in fields.items() if field.is_required()} - set(args)
    assert not lacking, f"give {lacking} of {action} in tests/actions/bench.py, GIVEN: nobody chooses those"


OF_ORDERS = [name for name in WRITES if "order_id" in CATALOGUE[name].takes.model_fields]


def no(outcome: Outcome) -> Reason:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


async def card_order(bench: Bench, card: NeedsConfirm) -> Order:
    order = await bench.shop.shop.order(OrderId(str(card.plan.args["order_id"])))
    assert isinstance(order, Order)
    return order


def put(bench: Bench, order: Order) -> None:
    """The world changes: somebody else wrote this order."""
    bench.shop.shop._put(order)


TYPED = {"prove_order"}  # a guest's order is not theirs to choose from


@pytest.mark.parametrize(
    "name",
    sorted(n for n, a in CATALOGUE.items() if "order_id" in a.takes.model_fields and n not in TYPED),
)
async def test_what_needs_an_order_lets_the_customer_choose_one(name: str) -> None:
    """Without `choices`, "which order?" is never asked: the list of orders comes, and the wish is lost."""
    picked = await CATALOGUE[name].choices("order_id", {}, MEI, Bench().reach())
    assert picked, f"{name} needs `choices` for order_id"


@pytest.mark.parametrize("action", WRITES)
async def test_a_write_asks_first_and_changes_nothing(action: str) -> None:
    bench = Bench()
    card = await bench.card(action)
    row = bench.ledger.rows[card.intent_id]
    assert row.plan.facts == card.plan.facts
    assert (row.state, row.expires_at) == (ProposalState.OPEN, bench.now + CARD_LIVES)
    assert not bench.shop.writes


@pytest.mark.parametrize("action", WRITES)
async def test_yes_does_it_once_and_says_so_again(action: str) -> None:
    bench = Bench()
    card = await bench.card(action)
    first = await bench.says_yes(card.intent_id)
    assert isinstance(first, Done)
    assert first.facts.items() >= {k: v for k, v in card.plan.facts.items() if k != "situation"}.items()
    assert await bench.says_yes(card.intent_id) == first
    assert bench.shop.writes == {CALL[action]: 1}


@pytest.mark.parametrize("action", WRITES)
async def test_twenty_at_once_have_one_effect(action: str) -> None:
    bench = Bench()
    card = await bench.card(action)
    said = await asyncio.gather(*(bench.says_yes(card.intent_id) for _ in range(20)))
    assert bench.shop.writes == {CALL[action]: 1}
    assert all(isinstance(o, Done) or no(o) is Reason.CARD_UNDER_WAY for o in said)
    assert any(isinstance(o, Done) for o in said)


@pytest.mark.parametrize(
    ("who", "where"),
    [
        (MEI, ELSEWHERE),
        (ALEX, HERE),
        (GUEST, HERE),
        (replace(MEI, shop_id=ShopId("other")), HERE),
        (replace(GUEST, role=Role.STAFF), HERE),
    ],
)
async def test_a_card_is_of_one_customer_in_one_conversation(who: Actor, where: ConversationId) -> None:
    bench = Bench()
    card = await bench.card("cancel_order")
    reach = replace(bench.reach(), conversation_id=where)
    assert await run(Do("", confirmed=card.intent_id), who, reach) == Refused(Reason.CARD_UNKNOWN)
    assert await run(Do("", confirmed=IntentId("none")), who, reach) == Refused(Reason.CARD_UNKNOWN)
    assert await decline(card.intent_id, who, reach) is None
    assert bench.ledger.rows[card.intent_id].state is ProposalState.OPEN
    assert not bench.shop.writes


async def test_a_card_lives_thirty_minutes() -> None:
    bench = Bench()
    early, late = await bench.card("cancel_order"), await bench.card("cancel_order")
    bench.now += timedelta(minutes=30)
    assert no(await bench.says_yes(late.intent_id)) is Reason.CARD_EXPIRED
    assert no(await bench.says_yes(late.intent_id)) is Reason.CARD_EXPIRED
    assert not bench.shop.writes
    bench.now -= timedelta(microseconds=1)
    assert isinstance(await bench.says_yes(early.intent_id), Done)


async def test_a_declined_card_stays_declined() -> None:
    bench = Bench()
    card = await bench.card("cancel_order")
    declined = await decline(card.intent_id, MEI, bench.reach())
    assert declined is not None
    assert declined.state is ProposalState.DECLINED
    assert no(await bench.says_yes(card.intent_id)) is Reason.CARD_USED
    assert not bench.shop.writes


async def test_a_done_card_cannot_be_declined() -> None:
    bench = Bench()
    card = await bench.card("cancel_order")
    await bench.says_yes(card.intent_id)
    left = await decline(card.intent_id, MEI, bench.reach())
    assert left is not None
    assert left.state is ProposalState.DONE


async def test_what_the_card_does_not_show_any_more_is_not_done() -> None:
    bench = Bench()
    card = await bench.card("cancel_order")
    order = await card_order(bench, card)
    put(bench, replace(order, total=replace(order.total, minor=order.total.minor + 100)))
    assert no(await bench.says_yes(card.intent_id)) is Reason.WORLD_CHANGED
    assert bench.ledger.rows[card.intent_id].state is ProposalState.REFUSED
    assert not bench.shop.writes


async def test_what_is_no_longer_lawful_is_refused_with_its_reason() -> None:
    bench = Bench()
    card = await bench.card("cancel_order")
    put(bench, replace(await card_order(bench, card), state=OrderState.SHIPPED))
    assert no(await bench.says_yes(card.intent_id)) is Reason.ALREADY_SHIPPED
    assert not bench.shop.writes


@pytest.mark.parametrize("action", OF_ORDERS)
async def test_an_order_that_moves_between_the_look_and_the_write_is_left_alone(action: str) -> None:
    """Packed in that very moment: the policy says no, though the shop itself would let it pass."""
    bench = Bench()
    card = await bench.card(action)
    order, real, looks = await card_order(bench, card), bench.shop.shop.order, []

    async def packed_after_the_look(order_id: OrderId) -> Order | None:
        looks.append(order_id)
        if len(looks) == 2:
            put(bench, replace(order, state=OrderState.PACKED))
        found: Order | None = await real(order_id)
        return found

    bench.shop.shop.order = packed_after_the_look
    assert no(await bench.says_yes(card.intent_id)) is Reason.WORLD_CHANGED
    assert len(looks) == 2
    assert not bench.shop.writes


@pytest.mark.parametrize("action", OF_ORDERS)
async def test_an_order_that_vanishes_is_a_changed_world(action: str) -> None:
    bench = Bench()
    card = await bench.card(action)
    real, looks = bench.shop.shop.order, []

    async def gone_after_the_look(order_id: OrderId) -> Order | None:
        looks.append(order_id)
        return None if len(looks) == 2 else await real(order_id)

    bench.shop.shop.order = gone_after_the_look
    assert no(await bench.says_yes(card.intent_id)) is Reason.WORLD_CHANGED


@pytest.mark.parametrize("action", WRITES)
async def test_a_stale_write_is_a_changed_world(action: str) -> None:
    bench = Bench()
    card = await bench.card(action)
    bench.shop.before[CALL[action]] = StaleOrder("someone was quicker")
    assert no(await bench.says_yes(card.intent_id)) is Reason.WORLD_CHANGED
    assert bench.ledger.rows[card.intent_id].state is ProposalState.REFUSED


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("action", WRITES)
async def test_a_lost_answer_is_looked_up_and_told(action: str, language: Language) -> None:
    bench = Bench()
    card = await bench.card(action)
    bench.shop.after[CALL[action]] = ShopUnclear("the line went dead")
    outcome = await bench.says_yes(card.intent_id)
    assert isinstance(outcome, Done)
    assert bench.ledger.rows[card.intent_id].state is ProposalState.DONE
    assert bench.shop.writes == {CALL[action]: 1}
    say = Renderer(Calendar(language, "Asia/Shanghai", bench.now), seed="1")
    told = say.phrase([f"done.{action}.{outcome.facts['situation']}"], outcome.facts)
    about = (
        card.plan.args.get("order_id") or card.plan.facts.get("new_phone") or card.plan.facts["new_address"]
    )
    assert str(about) in told.text


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("look_up", [None, ShopUnreachable("down"), ShopUnclear("who knows")])
async def test_a_lost_answer_that_stays_lost_is_a_persons(action: str, look_up: Exception | None) -> None:
    bench = Bench()
    card = await bench.card(action)
    bench.shop.before[CALL[action]] = ShopUnclear("the line went dead")
    if look_up is not None:
        bench.shop.before["effect"] = look_up
    assert await bench.says_yes(card.intent_id) == Failed(action, Reason.SHOP_UNCLEAR)
    assert bench.ledger.rows[card.intent_id].state is ProposalState.UNCLEAR
    assert await bench.says_yes(card.intent_id) == Failed(action, Reason.SHOP_UNCLEAR)


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("call", ["order", "customer", "product", "write"])
async def test_a_shop_that_is_down_at_any_call_has_done_nothing(action: str, call: str) -> None:
    bench = Bench()
    card = await bench.card(action)
    bench.shop.before[CALL[action] if call == "write" else call] = ShopUnreachable("down")
    outcome = await bench.says_yes(card.intent_id)
    if isinstance(outcome, Done):  # it did not need this call
        assert bench.shop.writes == {CALL[action]: 1}
    else:
        assert outcome == Failed(action, Reason.SHOP_UNREACHABLE)
        assert not bench.shop.writes


async def test_a_shop_that_is_down_is_said_to_be_down() -> None:
    bench = Bench()
    args = await bench.lawful("cancel_order")
    bench.shop.before["order"] = ShopUnreachable("down")
    for action in ("cancel_order", "look_up_order", "track_parcel", "refund_status"):
        outcome = await bench.does(
            action, args if action == "cancel_order" else {"order_id": args["order_id"]}
        )
        assert outcome == Failed(action, Reason.SHOP_UNREACHABLE)


async def test_nothing_vetoes_a_person() -> None:
    bench = Bench()
    for call in ("order", "customer", "orders_of", "product", "find"):
        bench.shop.before[call] = ShopUnreachable("down")
    for actor in (GUEST, MEI):
        assert isinstance(await bench.does("call_person", {}, actor), Done)
    assert bench.house.called == ["asked", "asked"]


NEEDY = sorted(name for name, action in CATALOGUE.items() if action.needs is not None)


@pytest.mark.parametrize("actor", [GUEST, MEI], ids=["guest", "signed in"])
@pytest.mark.parametrize("action", NEEDY)
async def test_what_the_order_system_cannot_do_is_refused_before_anything_is_asked(
    action: str, actor: Actor
) -> None:
    bench, needs = Bench(), CATALOGUE[action].needs
    bench.shop.can = frozenset(Can) - {needs}
    outcome = await bench.does(action, {}, actor)
    assert outcome == Refused(Reason.NOT_OFFERED, {"instead": "call_person"})
    bench.shop.can = frozenset({needs})
    assert await bench.does(action, {}, actor) != outcome


async def test_a_card_of_what_the_order_system_cannot_do_any_more_does_nothing() -> None:
    bench = Bench()
    card = await bench.card("change_items")
    bench.shop.can = frozenset()
    assert no(await bench.says_yes(card.intent_id)) is Reason.NOT_OFFERED
    assert not bench.shop.writes


def test_each_action_that_changes_an_order_names_the_ability_it_needs() -> None:
    assert {CATALOGUE[name].needs for name in NEEDY} <= set(NEEDS.values())
    either = {"report_lost", "report_damage"}  # once more, or the money: what the shop can of it is offered
    assert [name for name in CALL if CALL[name] == "change" and name not in {*NEEDY, *either}] == []


async def paid_order(bench: Bench) -> Order:
    found: Order = next(
        o for o in await bench.shop.shop.orders_of(MEI.customer_id, limit=50) if o.state is OrderState.PAID
    )
    return found


async def test_the_warehouse_is_asked_at_once_and_once_a_day() -> None:
    bench = Bench()
    order = await paid_order(bench)
    first = await bench.does("urge_shipping", {"order_id": order.id})
    assert isinstance(first, Done)
    assert first.facts["ship_by"] == order.ship_by
    assert no(await bench.does("urge_shipping", {"order_id": order.id})) is Reason.URGED_TODAY
    bench.now += timedelta(days=1)
    assert isinstance(await bench.does("urge_shipping", {"order_id": order.id}), Done)
    assert bench.shop.writes == {"change": 2}


async def test_a_word_to_the_warehouse_whose_answer_is_lost_is_looked_up() -> None:
    for happened in (True, False):
        bench = Bench()
        order = await paid_order(bench)
        (bench.shop.after if happened else bench.shop.before)["change"] = ShopUnclear("the line went dead")
        outcome = await bench.does("urge_shipping", {"order_id": order.id})
        assert (
            isinstance(outcome, Done)
            if happened
            else outcome == Failed("urge_shipping", Reason.SHOP_UNREACHABLE)
        )


async def test_two_who_urge_at_once_are_one_word() -> None:
    bench = Bench()
    order = await paid_order(bench)
    key = f"urge-{order.id}-2026-11-23"
    await bench.shop.change(order, Urge(), key=key)
    await bench.shop.change(order, Urge(), key=key)
    assert await bench.shop.effect(key)
    assert no(await bench.does("urge_shipping", {"order_id": order.id})) is Reason.URGED_TODAY


async def test_all_items_named_are_the_whole_order() -> None:
    bench = Bench()
    args = await bench.lawful("cancel_items")
    order = await bench.shop.shop.order(OrderId(str(args["order_id"])))
    every = ",".join(line.id for line in order.lines)
    card = await bench.does("cancel_items", {"order_id": order.id, "line_id": every})
    assert isinstance(card, NeedsConfirm)
    assert card.plan.action == "cancel_order"
    await bench.says_yes(card.intent_id)
    assert bench.shop.writes == {"cancel": 1}


async def test_an_item_that_is_not_there_cancels_nothing_else() -> None:
    bench = Bench()
    args = await bench.lawful("cancel_items")
    for more in ("unheard-of", "all"):
        said = f"{args['line_id']},{more}"
        assert no(await bench.does("cancel_items", {**args, "line_id": said})) is Reason.NO_SUCH_LINE


async def test_items_are_chosen_one_after_another() -> None:
    """Each choice holds those before it; while more than one is left it stays open for the next."""
    bench, action = Bench(), CATALOGUE["cancel_items"]
    orders = await bench.shop.shop.orders_of(MEI.customer_id, limit=50)
    order = replace(next(o for o in orders if len(o.lines) > 2), state=OrderState.PAID)
    put(bench, order)
    known: dict[str, Fact] = {"order_id": order.id}
    picked = await action.choices("line_id", known, MEI, bench.reach())
    assert [c.value for c in picked] == [f"{line.id}," for line in order.lines]
    known["line_id"] = picked[0].value
    assert await action.missing(known, MEI, bench.reach()) == ["line_id"]
    *more, enough = await action.choices("line_id", known, MEI, bench.reach())
    assert enough.value == order.lines[0].id
    assert [c.value.split(",")[:2] for c in more] == [[order.lines[0].id, x.id] for x in order.lines[1:]]
    for closed in (enough.value, f"{order.lines[0].id},{order.lines[1].id}"):
        assert not await action.missing({**known, "line_id": closed}, MEI, bench.reach())


async def test_a_dearer_variant_is_paid_on_as_it_was_paid_and_a_cheaper_one_goes_back() -> None:
    bench = Bench()
    args = await bench.lawful("change_items")
    order = await bench.shop.shop.order(OrderId(str(args["order_id"])))
    line = order.line(args["line_id"])
    for by, kind in ((-100, "dearer"), (100, "cheaper")):
        price = replace(line.unit_price, minor=line.unit_price.minor + by)
        lines = tuple(replace(x, unit_price=price) if x.id == line.id else x for x in order.lines)
        paid = tuple(replace(p, method=PayMethod.ALIPAY) for p in order.payments)
        put(bench, replace(order, state=OrderState.PAID, lines=lines, payments=paid or PAID))
        card = await bench.does("change_items", args)
        assert isinstance(card, NeedsConfirm)
        shown = card.plan.facts["extra" if by < 0 else "back"]
        assert isinstance(shown, tuple)
        assert (card.plan.facts["situation"], len(shown)) == (kind, 1)
        assert shown[0] == {"method": "alipay", "amount": Money(100 * line.quantity, "CNY")}


PAID = (Payment(method=PayMethod.ALIPAY, amount=Money(10**7, "CNY"), paid_at=Bench().now),)
