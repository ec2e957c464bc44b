"""The demo world: big enough, the same for the same seed, and without contradictions."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shops.worlds import NOW, POLICY, SEED, world

from xiaoer.domain.money import Money, total
from xiaoer.domain.order import (
    CaseKind,
    CaseState,
    Order,
    OrderState,
    ParcelState,
    PayMethod,
    RefundState,
)
from xiaoer.domain.words import Language, Words
from xiaoer.shops.demo.generate import generate
from xiaoer.shops.demo.texts import texts
from xiaoer.shops.demo.world import World
from xiaoer.shops.sound import sound

HAN = re.compile("[\u4e00-\u9fff]")
LAST = datetime(9000, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone


def test_it_is_as_big_as_promised():
    assert len(world().products) >= 130
    assert len(world().customers) >= 64
    assert len(world().orders) >= 420
    assert len(world().categories) == 10
    shelves = Counter(product.category for product in world().products)
    assert min(shelves.values()) >= 12
    assert set(shelves) == {category.key for category in world().categories}
    assert min(map(len, (world().views, world().carts, world().searches))) >= 64


def test_the_same_seed_and_moment_give_the_same_world():
    assert generate(SEED, NOW, policy=POLICY) == world()
    assert generate(SEED + 1, NOW, policy=POLICY) != world()


def test_everything_that_can_be_happens():
    orders = world().orders
    assert {o.state for o in orders} == set(OrderState)
    assert {p.method for o in orders for p in o.payments} == set(PayMethod)
    assert {p.state for o in orders for p in o.parcels} == set(ParcelState)
    assert {c.state for o in orders for c in o.cases} == set(CaseState)
    assert {c.kind for o in orders for c in o.cases} == set(CaseKind) - {
        CaseKind.RESEND
    }  # the counter's doing
    assert {r.state for o in orders for r in o.refunds} == set(RefundState)
    assert {len(o.lines) for o in orders} == {1, 2, 3, 4}
    assert any(len(o.payments) == 2 for o in orders)
    assert any(v.stock == 0 for p in world().products for v in p.variants)
    assert any(p.final_sale for p in world().products)


def test_there_are_shoes_to_be_asked_for():
    def price_of_42(product):
        return [v.price.minor for v in product.variants if v.options["size"].en == "42" and v.stock]

    shoes = [price_of_42(p) for p in world().products if p.category == "running_shoes"]
    assert sum(1 for prices in shoes if prices and min(prices) < 50_000) >= 6
    assert sum(1 for prices in shoes if prices and min(prices) > 50_000) >= 2


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_two_customers_have_one_of_everything(number):
    customer = world().customers[number]
    assert (customer.email, customer.language) == [
        ("mei.lin@example.com", Language.ZH),
        ("alex.morgan@example.com", Language.EN),
    ][number]
    mine = [o for o in world().orders if o.customer_id == customer.id]
    assert {o.state for o in mine} == set(OrderState)
    parcels = {p.state for o in mine for p in o.parcels}
    assert {ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY, ParcelState.DELIVERED} <= parcels
    assert any(_late(o) for o in mine)
    cases = [(c.kind, c.state) for o in mine for c in o.cases]
    assert (CaseKind.RETURN, CaseState.APPROVED) in cases
    assert (CaseKind.EXCHANGE, CaseState.APPROVED) in cases
    assert {RefundState.PROCESSING, RefundState.DONE} <= {r.state for o in mine for r in o.refunds}
    fresh = [
        o
        for o in mine
        if o.delivered_at is not None and NOW - o.delivered_at < timedelta(days=7) and not o.cases
    ]
    assert any(_exchangeable(o) for o in fresh)
    assert any(o.delivered_at is not None and NOW - o.delivered_at > timedelta(days=60) for o in mine)


def test_half_write_chinese_and_half_english():
    languages = Counter(c.language for c in world().customers)
    assert languages[Language.ZH] == languages[Language.EN]
    assert all(HAN.search(c.name) for c in world().customers if c.language is Language.ZH)
    countries = {c.addresses[0].country for c in world().customers}
    assert countries == {"CN", "US", "GB", "AU", "SG", "DE"}
    in_china = [c for c in world().customers if c.language is Language.EN and c.addresses[0].country == "CN"]
    assert len(in_china) >= 2


def test_nobody_shares_a_mailbox_or_a_phone_and_both_could_exist():
    customers = world().customers
    assert len({c.email for c in customers}) == len({c.phone for c in customers}) == len(customers)
    assert len({c.phone[-4:] for c in customers}) > len(customers) * 0.9
    for customer in customers:
        assert re.fullmatch(r"[a-z.]+@example\.(com|net|org)", customer.email)
        assert phonenumbers.is_possible_number(phonenumbers.parse(customer.phone))
        ZoneInfo(customer.time_zone)


def test_every_text_is_in_both_languages_and_products_are_told_apart():
    for product in world().products:
        assert HAN.search(product.title.zh)
        assert not HAN.search(product.title.en + product.description.en)
        assert 8 <= len(product.description.zh) <= 60
        assert 20 <= len(product.description.en) <= 160
    assert len({p.title.zh for p in world().products}) == len(world().products)
    assert len({p.title.en for p in world().products}) == len(world().products)
    for product in world().products:
        assert len({frozenset(v.options) for v in product.variants}) == 1
        assert len({tuple(v.options.values()) for v in product.variants}) == len(product.variants)
        for variant in product.variants:
            assert all(words.zh and words.en for words in variant.options.values())
            if "colour" in variant.options:
                key = variant.options["colour"].en
                assert variant.options["colour"] == Words(texts().colours[key], key)


def test_order_numbers_look_as_the_policy_says_and_grow_with_time():
    orders = world().orders
    assert all(re.fullmatch(POLICY.order_number, o.id) for o in orders)
    assert len({o.id for o in orders}) == len(orders)
    assert list(orders) == sorted(orders, key=lambda o: o.placed_at)
    assert [o.id for o in orders] == sorted(o.id for o in orders)
    tracking = [p.tracking_number for o in orders for p in o.parcels]
    assert len(set(tracking)) == len(tracking)
    assert not any(re.search(POLICY.order_number, number) for number in tracking)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.datetimes(NOW.replace(tzinfo=None), LAST, timezones=st.just(UTC)))
def test_no_world_contradicts_itself(seed, now):
    made = generate(seed, now, policy=POLICY)
    assert sound(made, World)
    known = {v.id for p in made.products for v in p.variants}
    customers = {c.id: c for c in made.customers}
    for order in made.orders:
        assert order.address in customers[order.customer_id].addresses
        assert {line.variant_id for line in order.lines} <= known
        _adds_up(order)
        _in_order_of_time(order, now)
        _state_fits(order)


def _adds_up(order: Order) -> None:
    goods = total([line.unit_price.times(line.quantity) for line in order.lines], "CNY")
    assert order.total == goods + order.shipping_fee - order.discount
    paid = total([p.amount for p in order.payments], "CNY")
    assert paid in (Money(0, "CNY"), order.total)
    back = total([r.amount for r in order.refunds if r.state is not RefundState.FAILED], "CNY")
    assert back.minor <= paid.minor
    assert all(r.amount.minor > 0 and r.order_id == order.id for r in order.refunds)
    assert {r.method for r in order.refunds} <= {p.method for p in order.payments}


def _in_order_of_time(order: Order, now: datetime) -> None:
    assert order.placed_at <= now
    assert all(order.placed_at <= p.paid_at <= now for p in order.payments)
    for parcel in order.parcels:
        times = [event.at for event in parcel.events]
        assert times == sorted(times)
        assert times
        assert order.placed_at < times[0] <= times[-1] <= now
        assert parcel.delivered_at in (None, times[-1])
    for case in order.cases:
        first_arrival = min(p.delivered_at for p in order.parcels if p.delivered_at is not None)
        assert first_arrival < case.requested_at <= now
    for refund in order.refunds:
        assert order.placed_at < refund.created_at <= now
        assert refund.done_at is None or refund.created_at <= refund.done_at <= now
        assert (refund.state is RefundState.DONE) == (refund.done_at is not None)


def _state_fits(order: Order) -> None:
    states = {p.state for p in order.parcels}
    assert bool(order.payments) or order.state in (OrderState.AWAITING_PAYMENT, OrderState.CANCELLED)
    assert (order.cancelled_at is not None) == (order.state is OrderState.CANCELLED)
    match order.state:
        case OrderState.AWAITING_PAYMENT:
            assert not order.payments
            assert not order.parcels
        case OrderState.PAID:
            assert not order.parcels
        case OrderState.PACKED:
            assert states == {ParcelState.LABELLED}
        case OrderState.SHIPPED:
            assert ParcelState.DELIVERED not in states
            assert ParcelState.LABELLED not in states
        case OrderState.DELIVERED:
            assert states == {ParcelState.DELIVERED}
        case OrderState.CANCELLED:
            assert states <= {ParcelState.RETURNED}
            assert bool(order.refunds) == bool(order.payments)
    if order.cases:
        assert order.state is OrderState.DELIVERED


def _late(order: Order) -> bool:
    return any(p.state is ParcelState.IN_TRANSIT and p.eta is not None and p.eta < NOW for p in order.parcels)


def _exchangeable(order: Order) -> bool:
    """Its first line can be had in another size or colour at the same price, now."""
    line = order.lines[0]
    product = next(p for p in world().products if p.id == line.product_id)
    others = [v for v in product.variants if v.id != line.variant_id and v.stock >= line.quantity]
    return not line.final_sale and any(v.price == line.unit_price for v in others)
