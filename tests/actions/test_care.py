"""Money and care: what each action tells, and what it says where the shop or the policy cannot."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.actions.bench import (
    ALEX,
    CHEAPER,
    ELSEWHERE,
    GUEST,
    HERE,
    LOST,
    MEI,
    NO_PHOTO,
    Bench,
    Watched,
    memory_shop,
    order_of,
    proven,
)
from tests.shops.worlds import POLICY, world

from xiaoer.actions.base import CATALOGUE
from xiaoer.actions.membership import benefits
from xiaoer.actions.run import run
from xiaoer.domain.changes import Can
from xiaoer.domain.decision import Do
from xiaoer.domain.ids import OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseKind, Order, OrderState, RefundState, RefundWhy
from xiaoer.domain.outcome import Done, NeedsConfirm, Reason, Refused
from xiaoer.domain.people import Actor, Tier
from xiaoer.domain.rules.clock import end_of_day
from xiaoer.domain.rules.parcels import arrived_at
from xiaoer.domain.words import Language

SHOE = next(p for p in world().products if p.category == "running_shoes")
LAMP = next(p for p in world().products if "size" not in p.variants[0].options)


class Unable(Watched):
    """A shop whose system can only look."""

    can: frozenset[Can] = frozenset()


def no(outcome: object) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome


def done(outcome: object) -> dict[str, Any]:
    assert isinstance(outcome, Done), outcome
    return dict(outcome.facts)


@pytest.mark.parametrize(
    "action", ["price_protection", "report_lost", "report_damage", "give_goodwill", "request_invoice"]
)
async def test_what_the_shops_system_cannot_do_a_person_is_offered_for(action: str) -> None:
    able = Bench(policy=NO_PHOTO)
    args = await able.lawful(action)
    bench = Bench(shop=Unable(memory_shop()), policy=NO_PHOTO)
    refused = no(await bench.does(action, args))
    assert (refused.reason, refused.facts["instead"]) == (Reason.NOT_OFFERED, "call_person")


async def test_where_only_money_can_go_back_the_goods_are_not_promised() -> None:
    bench = Bench(shop=Unable(memory_shop()))
    bench.shop.can = frozenset({Can.GIVE_BACK})
    refused = no(await bench.does("report_lost", {"order_id": LOST, "remedy": "resend"}))
    assert (refused.reason, refused.facts["could"]) == (Reason.NOT_OFFERED, ("refund",))
    assert isinstance(await bench.does("report_lost", {"order_id": LOST, "remedy": "refund"}), NeedsConfirm)


async def test_a_lost_parcel_goes_out_again_off_the_shelf() -> None:
    bench = Bench()
    card = await bench.does("report_lost", {"order_id": LOST, "remedy": "resend"})
    assert isinstance(card, NeedsConfirm)
    told = done(await bench.says_yes(card.intent_id))
    after = await bench.shop.order(LOST)
    assert after.cases[-1].kind is CaseKind.RESEND
    assert told["case_id"] == after.cases[-1].id
    assert not after.refunds
    assert (
        no(await bench.does("report_lost", {"order_id": LOST, "remedy": "refund"})).reason is Reason.CASE_OPEN
    )


async def test_all_of_it_in_any_order_never_pays_back_more_than_was_paid() -> None:
    bench = Bench()
    steps = [
        ("give_goodwill", {}),
        ("report_lost", {"remedy": "refund"}),
        ("report_lost", {"remedy": "refund"}),
    ]
    for action, more in steps:
        card = await bench.does(action, {"order_id": LOST, **more})
        if isinstance(card, NeedsConfirm):
            await bench.says_yes(card.intent_id)
    order = await bench.shop.order(LOST)
    assert {refund.why for refund in order.refunds} == {RefundWhy.LOST, RefundWhy.GOODWILL}
    paid = sum(payment.amount.minor for payment in order.payments)
    assert sum(refund.amount.minor for refund in order.refunds) == paid


async def test_a_gesture_is_given_once_to_a_customer_not_once_an_order() -> None:
    bench = Bench()
    first = await bench.does("give_goodwill", {"order_id": LOST})
    other = order_of(MEI, OrderState.PAID)
    late = replace(other, ship_by=bench.now - timedelta(days=1))
    bench.shop.shop._put(late)
    second = await bench.does("give_goodwill", {"order_id": late.id})
    assert isinstance(first, NeedsConfirm)
    assert isinstance(second, NeedsConfirm)
    done(await bench.says_yes(first.intent_id))
    assert no(await bench.says_yes(second.intent_id)).reason is Reason.GIVEN_BEFORE
    guest = proven(late.id)
    assert no(await bench.does("give_goodwill", {"order_id": late.id}, guest)).reason is Reason.GIVEN_BEFORE


@pytest.mark.parametrize(
    ("more", "reason", "situation"),
    [
        ({"tax_number": "9111"}, Reason.BAD_TAX_NUMBER, "length"),
        ({"tax_number": "91110000600037341M"}, Reason.BAD_TAX_NUMBER, "checksum"),
        ({"tax_number": "9111000060003734OL"[:18]}, Reason.BAD_TAX_NUMBER, "characters"),
        ({"tax_number": ""}, Reason.BAD_TAX_NUMBER, "length"),
        ({"email": "nobody"}, Reason.BAD_EMAIL, None),
        ({"email": "a@example.com b"}, Reason.BAD_EMAIL, None),
        ({"title": "  "}, Reason.BAD_ARGUMENTS, None),
    ],
)
async def test_an_invoice_is_refused_with_what_is_wrong(
    more: dict[str, str], reason: Reason, situation: str | None
) -> None:
    bench = Bench()
    refused = no(await bench.does("request_invoice", {**await bench.lawful("request_invoice"), **more}))
    assert (refused.reason, refused.facts.get("situation")) == (reason, situation)


async def test_a_guest_is_not_told_the_address_on_the_order() -> None:
    paid = order_of(MEI, OrderState.PAID)
    ask = {"order_id": paid.id, "kind": "personal", "title": "林美"}
    bench, guest = Bench(), proven(paid.id)
    assert no(await bench.does("request_invoice", ask, guest)).reason is Reason.BAD_EMAIL
    card = await bench.does("request_invoice", {**ask, "email": "me@example.com"}, guest)
    assert isinstance(card, NeedsConfirm)
    assert card.plan.facts["email"] == "me@example.com"


async def test_the_invoice_asked_for_already_is_told() -> None:
    bench = Bench()
    card = await bench.card("request_invoice")
    done(await bench.says_yes(card.intent_id))
    told = no(await bench.does("request_invoice", {"order_id": card.plan.args["order_id"]}))
    assert (told.reason, told.facts["title"]) == (Reason.INVOICE_ASKED, card.plan.facts["title"])
    assert told.facts["situation"] == "asked"
    bench.now += timedelta(hours=49)
    told = no(await bench.does("request_invoice", {"order_id": card.plan.args["order_id"]}))
    assert told.facts["situation"] == "late"  # and not "it comes by yesterday"


@pytest.mark.parametrize(
    "action", ["gift_card_balance", "membership", "request_data_export", "request_erasure"]
)
@pytest.mark.parametrize("actor", [GUEST, proven(order_of(MEI).id)], ids=["guest", "one order proven"])
async def test_what_is_of_the_person_is_told_to_nobody_else(action: str, actor: Actor) -> None:
    bench = Bench()
    assert no(await bench.does(action, {}, actor)).reason is Reason.SIGN_IN_NEEDED
    assert not bench.tickets.open_ones


async def test_the_balance_is_the_customers_own() -> None:
    balances = {c.id: c.gift_card_balance for c in world().customers}
    for actor in (MEI, ALEX):
        assert actor.customer_id is not None
        assert (
            done(await Bench().does("gift_card_balance", {}, actor))["balance"] == balances[actor.customer_id]
        )


@pytest.mark.parametrize("balance", [None, Money(0, "CNY")])
async def test_no_card_and_an_empty_one_are_different(balance: Money | None) -> None:
    bench = Bench()
    customers = bench.shop.shop._customers
    customers[MEI.customer_id] = replace(customers[MEI.customer_id], gift_card_balance=balance)
    outcome = await bench.does("gift_card_balance", {})
    if balance is None:
        assert no(outcome).reason is Reason.NO_GIFT_CARD
    else:
        assert done(outcome)["situation"] == "empty"


def test_benefits_are_what_the_policy_says() -> None:
    policy = replace(POLICY, return_days_by_tier={Tier.SILVER: 30}, return_free_tiers=frozenset({Tier.GOLD}))
    told = {tier: benefits(tier, policy) for tier in Tier}
    assert [told[tier]["situation"] for tier in Tier] == ["plain", "more", "more"]
    assert [told[tier]["return_days"] for tier in Tier] == [POLICY.return_days, 30, POLICY.return_days]
    assert [bool(told[tier]["free"]) for tier in Tier] == [False, False, True]


async def test_a_warranty_by_line() -> None:
    order = next(
        o
        for o in world().orders
        if o.state is OrderState.DELIVERED and {"electronics"} < {line.category for line in o.lines}
    )
    actor, found = replace(MEI, customer_id=order.customer_id), {}
    for line in order.lines:
        outcome = await Bench().does("warranty", {"order_id": order.id, "line_id": line.id}, actor)
        found[line.category] = outcome
    assert done(found.pop("electronics"))["until"] > order.placed_at
    assert {no(outcome).reason for outcome in found.values()} == {Reason.NO_WARRANTY}


@pytest.mark.parametrize(
    ("measure", "size"),
    [
        ("26.5 cm", "43"),
        ("脚长265mm", "43"),
        ("UK 8", "42"),
        ("US 10 women", "42"),
        ("43", "43"),
        ("42.5", "43"),
    ],
)
async def test_a_size_from_a_foot_or_another_system(measure: str, size: str) -> None:
    told = done(await Bench().does("size_advice", {"measure": measure, "product_id": SHOE.id}))
    assert told["size"] == size
    assert told["situation"] in ("there", "out")


@pytest.mark.parametrize("measure", ["", "big", "99 cm", "170", "XL", "UK 99"])
async def test_what_is_no_shoe_size_is_said_to_be_none(measure: str) -> None:
    assert no(await Bench().does("size_advice", {"measure": measure})).reason is Reason.BAD_SIZE


async def test_a_size_nobody_has_and_one_that_is_out() -> None:
    ask = {"measure": "43", "product_id": SHOE.id}
    assert done(await Bench().does("size_advice", {**ask, "measure": "EU 50"}))["situation"] == "none"
    bench = Bench()
    gone = tuple(replace(v, stock=0 if v.options["size"].en == "43" else v.stock) for v in SHOE.variants)
    bench.shop.shop._products[SHOE.id] = replace(SHOE, variants=gone)
    assert done(await bench.does("size_advice", ask))["situation"] == "out"
    assert no(await bench.does("size_advice", {**ask, "product_id": LAMP.id})).reason is Reason.NO_SIZES
    assert done(await bench.does("size_advice", {"measure": "43"}))["situation"] == "general"


async def test_two_products_side_by_side() -> None:
    first, second = world().products[:2]
    told = done(await Bench().does("compare_products", {"first": first.id, "second": second.title.en}))
    assert (told["first"], told["second"]) == (first.title, second.title)
    assert told["difference"].minor == abs(first.price_from.minor - second.price_from.minor)
    same = no(await Bench().does("compare_products", {"first": first.id, "second": first.title.zh}))
    assert same.reason is Reason.SAME_PRODUCT
    assert no(await Bench().does("compare_products", {"first": first.id, "second": "xyz"})).reason is (
        Reason.NO_SUCH_PRODUCT
    )


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("complaint", {"what": "The driver threw it over the fence"}),
        ("call_back", {"phone": "on_file"}),
        ("unsubscribe", {}),
        ("request_data_export", {}),
        ("request_erasure", {}),
    ],
)
async def test_what_a_person_sees_to_has_a_number_and_calls_one(action: str, args: dict[str, str]) -> None:
    bench = Bench()
    told = done(await bench.does(action, args))
    [ticket] = bench.tickets.open_ones
    assert (told["number"], told["until"]) == (ticket.number, ticket.asked.due_at)
    assert ticket.asked.customer_id == MEI.customer_id
    assert bench.house.called == [ticket.asked.kind.value]
    assert not bench.shop.writes
    again = no(await bench.does(action, args, at=ELSEWHERE))
    assert (again.reason, again.facts["number"]) == (Reason.ASKED_BEFORE, ticket.number)
    other = await bench.does(action, args, ALEX, at=ELSEWHERE)
    assert done(other)["number"] != ticket.number


async def test_words_and_contacts_stand_on_the_ticket() -> None:
    bench = Bench()
    await bench.does("complaint", {"what": "箱子摔坏了"})
    await bench.does("call_back", {"phone": "138 0013 8000"})
    await bench.does("unsubscribe", {"email": "Other@Example.com"}, GUEST)
    asked = [ticket.asked for ticket in bench.tickets.open_ones]
    assert [(a.words, a.contact) for a in asked] == [
        ("箱子摔坏了", ""),
        ("", "+8613800138000"),
        ("", "other@example.com"),
    ]


@pytest.mark.parametrize("phone", ["", "1234", "on_file", "call me", "+", "13"])
async def test_a_guests_number_is_a_whole_one(phone: str) -> None:
    bench = Bench()
    assert no(await bench.does("call_back", {"phone": phone}, GUEST)).reason is Reason.BAD_PHONE
    assert not bench.tickets.open_ones


@pytest.mark.parametrize(
    ("phone", "language", "dialled"),
    [
        ("+44 20 7946 0958", Language.EN, "+442079460958"),
        ("07700 900456", Language.EN, None),
        ("010-65001234", Language.EN, None),
        ("010-65001234", Language.ZH, "+861065001234"),
        ("138 0013 8000", Language.EN, "+8613800138000"),
    ],
)
async def test_a_number_without_a_country_is_not_guessed_at(
    phone: str, language: Language, dialled: str | None
) -> None:
    bench = Bench()
    reach = replace(bench.reach(), language=language)
    outcome = await run(Do("call_back", {"phone": phone}), GUEST, reach)
    if dialled is None:
        assert no(outcome).reason is Reason.BAD_PHONE
    else:
        assert done(outcome)["phone"] == dialled


async def test_a_number_on_file_is_not_read_out() -> None:
    bench = Bench()
    told = done(await bench.does("call_back", {"phone": "on_file"}))
    mei = next(c for c in world().customers if c.id == MEI.customer_id)
    assert told["phone"] == f"***{mei.phone[-4:]}"
    assert bench.tickets.open_ones[0].asked.contact == mei.phone
    [choice] = await CATALOGUE["call_back"].choices("phone", {}, MEI, bench.reach())
    assert mei.phone not in choice.label.zh + choice.label.en


async def test_an_order_that_is_not_there_is_not_made_good() -> None:
    for action in ("price_protection", "report_lost", "report_damage", "give_goodwill", "request_invoice"):
        assert no(await Bench().does(action, {"order_id": OrderId("M1"), **_line(action)})).reason is (
            Reason.NO_SUCH_ORDER
        )


def _line(action: str) -> dict[str, str]:
    return {"line_id": "x"} if action in ("price_protection", "report_damage") else {}


def cheaper_order() -> Order:
    return next(
        o for o in reversed(world().orders) if CHEAPER in o.lines and o.customer_id == MEI.customer_id
    )


async def cheaper_still(bench: Bench) -> None:
    """Its price falls once more."""
    products = bench.shop.shop._products
    product = products[CHEAPER.product_id]
    prices = tuple(replace(v, price=replace(v.price, minor=v.price.minor // 2)) for v in product.variants)
    products[CHEAPER.product_id] = replace(product, variants=prices)


PROTECTED = {"line_id": CHEAPER.id}


async def test_a_price_is_protected_once_however_often_it_falls() -> None:
    bench, args = Bench(), {"order_id": cheaper_order().id, **PROTECTED}
    first, second = [await bench.does("price_protection", args, at=at) for at in (HERE, ELSEWHERE)]
    assert isinstance(first, NeedsConfirm)
    assert isinstance(second, NeedsConfirm)
    given = done(await bench.says_yes(first.intent_id))["refund"]
    await cheaper_still(bench)
    assert no(await bench.says_yes(second.intent_id, at=ELSEWHERE)).reason is Reason.GIVEN_BEFORE
    assert no(await bench.does("price_protection", args)).reason is Reason.GIVEN_BEFORE
    order = await bench.shop.order(args["order_id"])
    assert [refund.amount for refund in order.refunds if refund.why is RefundWhy.PRICE] == [given]
    failed = tuple(replace(refund, state=RefundState.FAILED) for refund in order.refunds)
    bench.shop.shop._put(replace(order, refunds=failed))
    assert isinstance(await bench.does("price_protection", args), NeedsConfirm)


async def test_a_price_is_protected_to_the_last_second_of_its_window() -> None:
    bench, order = Bench(), cheaper_order()
    assert POLICY.price_protection_days is not None
    bench.now = end_of_day(
        arrived_at(order, CHEAPER) or order.placed_at, POLICY.price_protection_days, POLICY
    )
    args = {"order_id": order.id, **PROTECTED}
    card = await bench.does("price_protection", args)
    assert isinstance(card, NeedsConfirm)
    bench.now += timedelta(seconds=1)
    assert no(await bench.does("price_protection", args)).reason is Reason.PRICE_WINDOW_OVER
    assert no(await bench.says_yes(card.intent_id)).reason is Reason.PRICE_WINDOW_OVER


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("request_return", {"reason": "wrong_size", "unopened": True}),
        ("report_damage", {"remedy": "refund"}),
    ],
)
async def test_what_goes_back_whole_has_no_price_to_protect(action: str, args: dict[str, Any]) -> None:
    bench, order = Bench(policy=NO_PHOTO), cheaper_order()
    card = await bench.does(action, {"order_id": order.id, **PROTECTED, **args})
    assert isinstance(card, NeedsConfirm), card
    done(await bench.says_yes(card.intent_id))
    after = await bench.does("price_protection", {"order_id": order.id, **PROTECTED})
    assert no(after).reason is Reason.GIVEN_BEFORE
