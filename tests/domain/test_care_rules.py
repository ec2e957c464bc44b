"""Rules of putting things right: they never break, and never give back more than was paid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shops.worlds import NOW, POLICY, world

from xiaoer.domain.catalog import Product
from xiaoer.domain.changes import GiveBack
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    CaseKind,
    CaseReason,
    CaseState,
    Order,
    OrderState,
    ParcelState,
    RefundState,
    RefundWhy,
)
from xiaoer.domain.outcome import Reason
from xiaoer.domain.rules.care import (
    Means,
    Remedy,
    goodwill_given,
    lines_not_here,
    may_ask_invoice,
    may_be_consoled,
    may_claim_damage,
    may_claim_lost,
    may_make_good,
    warranty_of,
    went_wrong,
    worth_of,
)
from xiaoer.domain.rules.money import left_to_refund, may_protect_price, refund_for
from xiaoer.domain.rules.promises import answer_by, call_by
from xiaoer.shops.books import changed

ORDERS = st.sampled_from(world().orders)
MOMENTS = st.integers(-400, 400).map(lambda days: NOW + timedelta(days=days))
ALL = Means(stock={v.id: 99 for p in world().products for v in p.variants})
NONE = Means(stock={})
OPEN = replace(POLICY, parcels=replace(POLICY.parcels, photo_needed=False) if POLICY.parcels else None)


def lost(order: Order) -> Order:
    parcels = tuple(replace(p, state=ParcelState.LOST, delivered_at=None) for p in order.parcels)
    return replace(order, state=OrderState.SHIPPED, parcels=parcels)


@cache
def sent() -> Order:
    return lost(next(o for o in world().orders if o.state is OrderState.SHIPPED and len(o.lines) > 1))


def cheaper(order: Order, nth: int, cents: int) -> Product:
    line = order.lines[nth % len(order.lines)]
    product = next(p for p in world().products if p.id == line.product_id)
    price = Money(max(1, line.unit_price.minor - cents), line.unit_price.currency)
    return replace(product, variants=tuple(replace(v, price=price) for v in product.variants))


def back(order: Order) -> int:
    return sum(r.amount.minor for r in order.refunds if r.state is not RefundState.FAILED)


def given_back(order: Order, amount: Money, why: RefundWhy, line_id: str | None = None) -> Order:
    change = GiveBack(amount=amount, why=why, line_id=line_id)  # type: ignore[arg-type]
    return changed(order, change, POLICY, now=NOW).order


def by_price(order: Order, nth: int) -> Order:
    line = order.lines[nth % len(order.lines)]
    before = any(r.why is RefundWhy.PRICE and r.line_id == line.id for r in order.refunds)
    verdict = may_protect_price(
        order, line, cheaper(order, nth, 10**9), policy=POLICY, now=order.placed_at, given_before=before
    )
    amount = verdict.facts.get("refund")
    return given_back(order, amount, RefundWhy.PRICE, line.id) if isinstance(amount, Money) else order


def by_goodwill(order: Order, nth: int) -> Order:
    verdict = may_be_consoled(order, POLICY, NOW, given_before=0)
    amount = verdict.facts.get("refund")
    return given_back(order, amount, RefundWhy.GOODWILL) if isinstance(amount, Money) else order


def by_loss(order: Order, nth: int) -> Order:
    if not may_claim_lost(order, POLICY, NOW).allowed:
        return order
    lines = lines_not_here(order)
    verdict = may_make_good(order, lines, Remedy.REFUND, ALL, POLICY)
    amount = verdict.facts.get("refund")
    return given_back(order, amount, RefundWhy.LOST) if isinstance(amount, Money) else order


STEPS: list[Callable[[Order, int], Order]] = [by_price, by_goodwill, by_loss]


@settings(deadline=None)
@given(
    ORDERS.filter(lambda o: bool(o.payments and o.parcels) and o.state is not OrderState.CANCELLED),
    st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=3, max_size=8),
)
def test_no_order_of_steps_gives_back_more_than_was_paid(
    order: Order, steps: list[tuple[Callable[[Order, int], Order], int]]
) -> None:
    order = replace(lost(order), cases=())
    paid = sum(p.amount.minor for p in order.payments)
    for step, nth in steps:
        order = step(order, nth)
        assert 0 <= back(order) <= paid
        assert left_to_refund(order).minor == paid - back(order)


def test_every_step_does_something() -> None:
    for step in STEPS:
        assert back(step(sent(), 0)) > back(sent()), step


@settings(deadline=None)
@given(ORDERS, MOMENTS, st.sampled_from(Remedy), st.sampled_from([ALL, NONE]))
def test_rules_answer_whatever_they_are_asked(
    order: Order, now: datetime, remedy: Remedy, means: Means
) -> None:
    verdicts = [
        may_claim_lost(order, POLICY, now),
        may_make_good(order, order.lines, remedy, means, POLICY),
        may_be_consoled(order, POLICY, now, given_before=0),
        may_ask_invoice(order, POLICY, now),
        *(may_claim_damage(order, line, POLICY, now) for line in order.lines),
        *(warranty_of(order, line, POLICY, now) for line in order.lines),
    ]
    for verdict in verdicts:
        assert verdict.policy == POLICY.version
        refund = verdict.facts.get("refund")
        assert not isinstance(refund, Money) or 0 < refund.minor <= left_to_refund(order).minor


def test_a_line_made_good_once_is_not_made_good_again() -> None:
    order = by_loss(sent(), 0)
    for remedy in Remedy:
        verdict = may_make_good(order, lines_not_here(order), remedy, ALL, POLICY)
        assert verdict.reason is Reason.GIVEN_BEFORE


def test_what_went_back_for_a_line_is_taken_off_its_worth() -> None:
    line = sent().lines[0]
    share = refund_for(sent(), line, Money(0, "CNY"))
    after = given_back(sent(), Money(100, "CNY"), RefundWhy.PRICE, line.id)
    assert worth_of(after, [line]) == Money(share.minor - 100, "CNY")


def test_without_stock_the_money_is_what_could_be() -> None:
    lines = lines_not_here(sent())
    no = may_make_good(sent(), lines, Remedy.RESEND, NONE, POLICY)
    assert (no.reason, [c.value for c in no.could]) == (Reason.OUT_OF_STOCK, ["refund"])
    only = replace(ALL, remedies=frozenset({Remedy.RESEND}))
    no = may_make_good(sent(), lines, Remedy.REFUND, only, POLICY)
    assert (no.reason, [c.value for c in no.could]) == (Reason.NOT_OFFERED, ["resend"])


def test_several_of_a_kind_need_as_much_stock() -> None:
    line = sent().lines[0]
    twice = replace(sent(), lines=(line, replace(line, id=sent().lines[1].id)))
    few = Means(stock={line.variant_id: 2 * line.quantity - 1})
    assert may_make_good(twice, twice.lines, Remedy.RESEND, few, POLICY).reason is Reason.OUT_OF_STOCK
    enough = Means(stock={line.variant_id: 2 * line.quantity})
    assert may_make_good(twice, twice.lines, Remedy.RESEND, enough, POLICY).allowed


@pytest.mark.parametrize("reason", CaseReason)
def test_a_gesture_is_for_a_fault_that_stands(reason: CaseReason) -> None:
    of = next(o for o in world().orders if o.cases and o.state is OrderState.DELIVERED)
    case = replace(of.cases[0], reason=reason, state=CaseState.APPROVED, kind=CaseKind.RETURN)
    fault = reason not in (CaseReason.CHANGED_MIND, CaseReason.WRONG_SIZE)
    assert went_wrong(replace(of, cases=(case,)), NOW) is fault
    assert not went_wrong(replace(of, cases=(replace(case, state=CaseState.CLOSED),)), NOW)


def test_a_gesture_counts_as_one_however_it_is_spread_and_for_its_days_only() -> None:
    assert POLICY.goodwill is not None
    order = by_goodwill(sent(), 0)
    split = replace(order, refunds=order.refunds * 2)
    days = timedelta(days=POLICY.goodwill.within_days)
    assert goodwill_given([split, sent()], POLICY, NOW) == 1
    assert goodwill_given([split], POLICY, NOW + days) == 1
    assert goodwill_given([split], POLICY, NOW + days + timedelta(seconds=1)) == 0


def test_a_broken_thing_needs_a_photo_where_the_policy_says_so() -> None:
    of = next(o for o in world().orders if o.delivered_at and NOW - o.delivered_at < timedelta(days=6))
    line = of.lines[0]
    no = may_claim_damage(of, line, POLICY, NOW)
    assert (no.reason, no.rule) == (Reason.PHOTO_NEEDED, "parcels.photo_needed")
    assert no.facts["instead"] == "call_person"
    assert may_claim_damage(of, line, POLICY, NOW, photo=True).allowed
    assert may_claim_damage(of, line, OPEN, NOW).allowed


def test_too_late_for_damage_it_may_still_go_back_as_faulty() -> None:
    of = next(
        o
        for o in world().orders
        if o.delivered_at
        and not o.cases
        and not o.lines[0].final_sale
        and o.lines[0].category == "running_shoes"
    )
    assert of.delivered_at is not None
    late = may_claim_damage(of, of.lines[0], OPEN, of.delivered_at + timedelta(days=10))
    assert (late.reason, late.facts["instead"]) == (Reason.DAMAGE_WINDOW_OVER, "request_return")
    later = may_claim_damage(of, of.lines[0], OPEN, of.delivered_at + timedelta(days=40))
    assert (later.reason, later.facts["instead"]) == (Reason.DAMAGE_WINDOW_OVER, "call_person")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_call_comes_while_people_are_there_and_within_the_hours(now: datetime) -> None:
    hours = POLICY.hours
    by = call_by(POLICY, now)
    start = now if hours.is_open(now) else hours.next_opening(now)
    assert start < by
    assert hours.is_open(by - timedelta(minutes=1)) or hours.is_open(by)
    assert by <= start + timedelta(hours=POLICY.promises.call_back_hours) or not hours.is_open(
        start + timedelta(hours=POLICY.promises.call_back_hours)
    )
    assert answer_by(POLICY, now) - now == timedelta(hours=POLICY.promises.ticket_hours)
