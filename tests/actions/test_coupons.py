"""Coupons: what a customer has is told; one is given for what went wrong, by the policy's budget alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.actions.bench import GUEST, LOST, MEI, Bench, order_of, proven
from tests.actions.test_care import done, no
from tests.shops.worlds import POLICY

from xiaoer.domain.ids import OrderId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, OrderState
from xiaoer.domain.outcome import NeedsConfirm, Reason
from xiaoer.domain.people import Actor, Coupon


async def held(bench: Bench) -> tuple[Coupon, ...]:
    customer = await bench.shop.customer(MEI.customer_id)
    return tuple(customer.coupons)


async def put(bench: Bench, *coupons: Coupon) -> None:
    customers = bench.shop.shop._customers
    customers[MEI.customer_id] = replace(customers[MEI.customer_id], coupons=coupons)


def coupon(code: str, bench: Bench, *, days: int, used: bool = False, order_id: str = "") -> Coupon:
    return Coupon(
        code=code,
        amount=Money(5_00, "CNY"),
        given_at=bench.now - timedelta(days=1),
        until=bench.now + timedelta(days=days),
        used=used,
        order_id=OrderId(order_id) if order_id else None,
    )


def late(bench: Bench) -> Order:
    order = replace(order_of(MEI, OrderState.PAID), ship_by=bench.now - timedelta(days=1))
    bench.shop.shop._put(order)
    return order


async def test_those_that_hold_are_told_and_no_others() -> None:
    bench = Bench()
    later, soon = coupon("B", bench, days=9), coupon("A", bench, days=1)
    await put(bench, later, soon, coupon("C", bench, days=-1), coupon("D", bench, days=5, used=True))
    told = done(await bench.does("my_coupons", {}))
    assert [one["code"] for one in told["coupons"]] == ["A", "B"]
    assert told["count"] == 2
    await put(bench)
    assert no(await bench.does("my_coupons", {})).reason is Reason.NO_COUPON


@pytest.mark.parametrize("who", [GUEST, proven(LOST)])
async def test_nobody_is_told_of_an_account_they_are_not_signed_in_to(who: Actor) -> None:
    assert no(await Bench().does("my_coupons", {}, who)).reason is Reason.SIGN_IN_NEEDED
    reason = no(await Bench().does("give_coupon", {"order_id": LOST}, who)).reason
    assert reason in (Reason.NOT_PROVEN, Reason.SIGN_IN_NEEDED)


@pytest.mark.parametrize("gesture", ["give_coupon", "give_goodwill"])
async def test_asking_gives_nothing_away(gesture: str) -> None:
    bench, fine = Bench(), order_of(MEI, OrderState.DELIVERED)
    before = await held(bench)
    assert no(await bench.does(gesture, {"order_id": fine.id})).reason is Reason.NOTHING_WRONG
    assert await held(bench) == before
    assert not bench.shop.writes


async def test_the_policy_says_how_much_and_how_often() -> None:
    bench = Bench()
    assert POLICY.coupons is not None
    first = await bench.does("give_coupon", {"order_id": LOST})
    second = await bench.does("give_coupon", {"order_id": late(bench).id})
    assert isinstance(first, NeedsConfirm)
    assert isinstance(second, NeedsConfirm)
    told = done(await bench.says_yes(first.intent_id))
    assert told["coupon"] == POLICY.coupons.amount
    given = (await held(bench))[-1]
    assert (given.code, given.amount, given.order_id) == (told["code"], POLICY.coupons.amount, LOST)
    assert no(await bench.says_yes(second.intent_id)).reason is Reason.GIVEN_BEFORE
    bench.now += timedelta(days=POLICY.coupons.within_days + 1)
    assert no(await bench.does("give_coupon", {"order_id": LOST})).reason is Reason.GIVEN_BEFORE  # this order
    assert isinstance(await bench.does("give_coupon", {"order_id": late(bench).id}), NeedsConfirm)


@pytest.mark.parametrize(
    ("first", "second"), [("give_goodwill", "give_coupon"), ("give_coupon", "give_goodwill")]
)
async def test_a_gesture_in_money_and_one_in_coupons_do_not_add_up(first: str, second: str) -> None:
    bench = Bench()
    card = await bench.does(first, {"order_id": LOST})
    assert isinstance(card, NeedsConfirm)
    done(await bench.says_yes(card.intent_id))
    assert no(await bench.does(second, {"order_id": LOST})).reason is Reason.GIVEN_BEFORE


async def test_a_shop_without_a_budget_offers_a_person() -> None:
    bench = Bench(policy=replace(POLICY, coupons=None))
    refused = no(await bench.does("give_coupon", {"order_id": LOST}))
    assert (refused.reason, refused.facts["instead"]) == (Reason.NOT_OFFERED, "call_person")


async def test_above_the_limits_a_colleague_must_agree() -> None:
    bench = Bench(policy=replace(POLICY, limits=replace(POLICY.limits, per_order=Money(9_99, "CNY"))))
    card = await bench.does("give_coupon", {"order_id": LOST})
    assert isinstance(card, NeedsConfirm)
    assert card.approval is Reason.ABOVE_LIMIT
