"""The rules of the shop, as pure functions over any order."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.catalog import Variant
from xiaoer.domain.ids import CaseId, CustomerId, LineId, OrderId, ProductId, ShopId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    Case,
    CaseKind,
    CaseReason,
    CaseState,
    Line,
    Order,
    OrderState,
    Parcel,
    ParcelState,
    Payment,
    PayMethod,
)
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Address, Tier
from xiaoer.domain.policy import Changes, Hours, Policy
from xiaoer.domain.rules.money import refund_for
from xiaoer.domain.rules.orders import (
    MOST_DAYS_AHEAD,
    difference,
    may_cancel,
    may_cancel_lines,
    may_change_address,
    may_change_delivery,
    may_change_items,
    may_change_payment,
    may_settle,
    may_swap,
    may_urge,
)
from xiaoer.domain.rules.parcels import situation
from xiaoer.domain.rules.returns import (
    FAULTS,
    ReturnAsk,
    may_exchange,
    may_return,
    may_withdraw,
    return_fee,
    return_until,
)
from xiaoer.domain.verdict import Verdict
from xiaoer.domain.words import Language, Words
from xiaoer.speak.book import book

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CNY = "CNY"
POLICY = Policy(
    version="t",
    shop_id=ShopId("s"),
    shop_name=Words("店", "shop"),
    currency=CNY,
    time_zone="Asia/Shanghai",
    languages=(Language.ZH, Language.EN),
    order_number="M[0-9]{8}",
    hours=Hours(opens=time(9), closes=time(22), days=frozenset(range(7)), time_zone="Asia/Shanghai"),
    dispatch_hours=48,
    cancel_states=frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAID}),
    change_address_states=frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAID}),
    return_days=15,
    return_days_by_category={"beauty": 7},
    unopened_only=frozenset({"beauty"}),
    final_sale_returns="never",
    return_fee=Money(1200, CNY),
    return_free_tiers=frozenset({Tier.GOLD}),
    exchange_days=15,
    exchange_days_by_category={"running_shoes": 30},
    refund_after_receipt_days=3,
    refund_days={PayMethod.ALIPAY: 1},
)
ADDRESS = Address(
    name="林梅", phone="+8613800000000", country="CN", region="浙江省", city="杭州市", street="文三路1号"
)


def line(number: int = 1, *, price: int = 10000, category: str = "running_shoes", **more: object) -> Line:
    made = Line(
        id=LineId(f"L{number}"),
        product_id=ProductId("P1"),
        variant_id=VariantId("V1"),
        category=category,
        title=Words("鞋", "shoes"),
        options={"size": Words("42", "42")},
        quantity=1,
        unit_price=Money(price, CNY),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def order(state: OrderState, *lines: Line, arrived: datetime | None = None, discount: int = 0) -> Order:
    lines = lines or (line(),)
    goods = sum(x.unit_price.minor * x.quantity for x in lines)
    parcel = Parcel(
        carrier=Words("顺丰", "SF"),
        tracking_number="SF1",
        state=ParcelState.DELIVERED if arrived else ParcelState.IN_TRANSIT,
        eta=None,
        delivered_at=arrived,
        line_ids=tuple(x.id for x in lines),
    )
    sent = state in (OrderState.SHIPPED, OrderState.DELIVERED)
    return Order(
        id=OrderId("M00000001"),
        customer_id=CustomerId("c"),
        state=state,
        placed_at=NOW - timedelta(days=40),
        lines=lines,
        shipping_fee=Money(0, CNY),
        discount=Money(discount, CNY),
        total=Money(goods - discount, CNY),
        address=ADDRESS,
        parcels=(parcel,) if sent else (),
    )


def delivered(days_ago: float, *lines: Line) -> Order:
    return order(OrderState.DELIVERED, *lines, arrived=NOW - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (OrderState.AWAITING_PAYMENT, None),
        (OrderState.PAID, None),
        (OrderState.PACKED, Reason.ALREADY_PACKED),
        (OrderState.SHIPPED, Reason.ALREADY_SHIPPED),
        (OrderState.DELIVERED, Reason.ALREADY_DELIVERED),
        (OrderState.CANCELLED, Reason.ALREADY_CANCELLED),
    ],
)
def test_until_when_an_order_can_be_cancelled_or_redirected(state: OrderState, reason: Reason | None) -> None:
    assert may_cancel(order(state), POLICY).reason is reason
    assert may_change_address(order(state), POLICY).reason is reason


def returned(of: Order, why: CaseReason, *, unopened: bool | None = None) -> Reason | None:
    ask = ReturnAsk(reason=why, unopened=unopened)
    return may_return(of, of.lines[0], ask, policy=POLICY, now=NOW).reason


def test_the_last_day_of_a_return_counts_whole_in_the_shops_zone() -> None:
    of = delivered(15)
    until = return_until(of, of.lines[0], POLICY)
    assert until == datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    assert returned(of, CaseReason.CHANGED_MIND) is None
    assert returned(delivered(16), CaseReason.CHANGED_MIND) is Reason.RETURN_WINDOW_OVER


def test_sealed_goods_go_back_sealed_or_faulty() -> None:
    cream = line(category="beauty")
    assert returned(delivered(3, cream), CaseReason.CHANGED_MIND, unopened=True) is None
    assert returned(delivered(3, cream), CaseReason.CHANGED_MIND, unopened=False) is Reason.OPENED_GOODS
    assert returned(delivered(3, cream), CaseReason.CHANGED_MIND) is Reason.OPENED_GOODS
    assert returned(delivered(3, cream), CaseReason.FAULTY, unopened=False) is None
    assert returned(delivered(8, cream), CaseReason.FAULTY) is Reason.RETURN_WINDOW_OVER


def test_what_is_not_here_yet_or_was_sold_for_good_is_not_returned() -> None:
    assert returned(order(OrderState.SHIPPED), CaseReason.FAULTY) is Reason.NOT_DELIVERED_YET
    assert returned(delivered(1, line(final_sale=True)), CaseReason.CHANGED_MIND) is Reason.FINAL_SALE


def test_a_line_is_returned_once() -> None:
    case = Case(
        id=CaseId("R1"),
        kind=CaseKind.RETURN,
        order_id=OrderId("M00000001"),
        line_ids=(LineId("L1"),),
        state=CaseState.APPROVED,
        reason=CaseReason.FAULTY,
        requested_at=NOW,
    )
    assert returned(replace(delivered(1), cases=(case,)), CaseReason.FAULTY) is Reason.CASE_OPEN
    closed = replace(case, state=CaseState.CLOSED)
    assert returned(replace(delivered(1), cases=(closed,)), CaseReason.FAULTY) is None


@pytest.mark.parametrize(
    ("variant", "days", "reason"),
    [
        (("V2", 10000, 3), 20, None),  # shoes: 30 days
        (("V2", 10000, 3), 31, Reason.EXCHANGE_WINDOW_OVER),
        (("V1", 10000, 3), 1, Reason.SAME_VARIANT),
        (("V2", 10000, 0), 1, Reason.OUT_OF_STOCK),
        (("V2", 12000, 3), 1, Reason.PRICE_DIFFERS),
    ],
)
def test_exchanges(variant: tuple[str, int, int], days: int, reason: Reason | None) -> None:
    name, price, stock = variant
    wanted = Variant(id=VariantId(name), options={}, price=Money(price, CNY), stock=stock)
    of = delivered(days)
    [bought] = of.lines
    verdict = may_exchange(of, bought, policy=POLICY, now=NOW)
    if verdict.allowed:
        verdict = may_swap(of, bought, wanted, POLICY, same_price=True)
    assert verdict.reason is reason


@given(
    prices=st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
    share=st.floats(0, 1),
    fee=st.integers(0, 5000),
)
def test_all_lines_together_never_refund_more_than_was_paid(
    prices: list[int], share: float, fee: int
) -> None:
    lines = [line(n, price=price) for n, price in enumerate(prices)]
    of = order(OrderState.DELIVERED, *lines, arrived=NOW, discount=int(sum(prices) * share))
    shares = [refund_for(of, x, Money(fee, CNY)).minor for x in lines]
    assert all(amount >= 0 for amount in shares)
    assert sum(shares) <= of.total.minor


@given(why=st.sampled_from(CaseReason), tier=st.sampled_from(Tier), days=st.floats(0, 40))
def test_less_proof_never_allows_more(why: CaseReason, tier: Tier, days: float) -> None:
    of = delivered(days, line(category="beauty"))
    if returned(of, why) is None:
        assert returned(of, why, unopened=True) is None
    assert return_fee(why, tier, POLICY).minor in (0, POLICY.return_fee.minor)
    assert why not in FAULTS or return_fee(why, tier, POLICY).minor == 0


@given(state=st.sampled_from(OrderState), parcel=st.sampled_from(ParcelState), late=st.booleans())
def test_every_situation_has_a_name_to_show(state: OrderState, parcel: ParcelState, *, late: bool) -> None:
    ship_by = NOW - timedelta(hours=1) if late else NOW + timedelta(hours=1)
    of = replace(order(state), ship_by=ship_by)
    of = replace(of, parcels=tuple(replace(p, state=parcel, eta=ship_by) for p in of.parcels))
    key = situation(of, NOW)
    assert f"situation.{key}" in book(Language.EN).terms
    assert f"done.look_up_order.{key}" in book(Language.EN).phrases


def test_the_desk_opens_next_morning() -> None:
    night = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 23:00
    assert not POLICY.hours.is_open(night)
    assert POLICY.hours.next_opening(night) == datetime(2026, 11, 25, 1, tzinfo=UTC)


STATES = st.frozensets(st.sampled_from(OrderState))
DAYS = st.dates(date(2025, 1, 1), date(2028, 1, 1))


@st.composite
def asked(draw: st.DrawFn) -> tuple[Order, Policy]:
    """An order in whatever state, under whatever policy."""
    changes = st.builds(Changes, states=STATES, times=st.integers(0, 3))
    policy = replace(
        POLICY,
        cancel_states=draw(STATES),
        change_address_states=draw(STATES),
        cancel_lines=draw(st.booleans()),
        change_items=draw(changes),
        change_payment=draw(changes),
        pay_methods=draw(st.frozensets(st.sampled_from(PayMethod))),
    )
    of = order(draw(st.sampled_from(OrderState)), line(1), line(2, price=draw(st.integers(0, 10**6))))
    ways = draw(st.lists(st.sampled_from(PayMethod), max_size=2))
    paid = tuple(Payment(method=way, amount=of.total, paid_at=NOW) for way in ways)
    moment = st.none() | st.datetimes(datetime(2026, 11, 20), datetime(2026, 11, 28), timezones=st.just(UTC))  # noqa: DTZ001
    return replace(
        of,
        payments=paid,
        item_changes=draw(st.integers(0, 3)),
        payment_changes=draw(st.integers(0, 3)),
        urged_at=draw(moment),
        ship_by=draw(moment),
        deliver_on=draw(st.none() | DAYS),
    ), policy


@given(
    given_=asked(),
    day=st.none() | DAYS,
    method=st.sampled_from(PayMethod),
    balance=st.none() | st.builds(Money, st.integers(0, 10**6), st.just(CNY)),
    price=st.integers(0, 10**6),
    stock=st.integers(0, 3),
    kind=st.sampled_from(CaseKind),
    case_state=st.sampled_from(CaseState),
)
def test_a_verdict_on_any_change_is_a_yes_or_a_reason_with_words(
    *,
    given_: tuple[Order, Policy],
    day: date | None,
    method: PayMethod,
    balance: Money | None,
    price: int,
    stock: int,
    kind: CaseKind,
    case_state: CaseState,
) -> None:
    of, policy = given_
    wanted = Variant(id=VariantId("V2"), options={}, price=Money(price, CNY), stock=stock)
    extra = difference([(of.lines[0], wanted)], CNY)
    verdicts: list[Verdict] = [
        may_cancel_lines(of, [LineId("L1")], policy),
        may_change_items(of, policy),
        may_swap(of, of.lines[0], wanted, policy, same_price=False),
        may_settle(of, extra, policy, gift_card=balance),
        may_change_payment(of, method, policy, gift_card=balance),
        may_change_delivery(of, day, policy, NOW),
        may_urge(of, policy, NOW),
        may_withdraw(of, None, policy),
        may_withdraw(of, case(kind, case_state), policy),
    ]
    for verdict in verdicts:
        assert verdict.rule
        assert (verdict.refused() is None) is verdict.allowed
        if verdict.reason is not None:
            assert f"refused.{verdict.reason.value}" in book(Language.EN).phrases
            assert verdict.facts["order_id"] == of.id
        if instead := verdict.facts.get("instead"):
            assert f"instead.{instead}" in book(Language.EN).phrases


def case(kind: CaseKind, state: CaseState) -> Case:
    return Case(
        id=CaseId("R1"),
        kind=kind,
        order_id=OrderId("M00000001"),
        line_ids=(LineId("L1"),),
        state=state,
        reason=CaseReason.CHANGED_MIND,
        requested_at=NOW,
    )


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [
        (-1, Reason.DAY_TOO_SOON),
        (0, Reason.DAY_TOO_SOON),
        (1, None),
        (MOST_DAYS_AHEAD, None),
        (MOST_DAYS_AHEAD + 1, Reason.DAY_TOO_FAR),
    ],
)
def test_a_day_is_asked_for_from_tomorrow_on_in_the_shops_zone(ahead: int, reason: Reason | None) -> None:
    late = datetime(2026, 11, 24, 17, tzinfo=UTC)  # 01:00 of the 25th in Shanghai
    day = date(2026, 11, 25) + timedelta(days=ahead)
    assert may_change_delivery(order(OrderState.PAID), day, POLICY, late).reason is reason
    packed = may_change_delivery(order(OrderState.PACKED), day, POLICY, late)
    assert (packed.reason, packed.rule) == (Reason.ALREADY_PACKED, "change_address.states")


def test_the_same_day_need_not_be_asked_for_again() -> None:
    day = date(2026, 11, 27)
    of = replace(order(OrderState.PAID), deliver_on=day)
    assert may_change_delivery(of, day, POLICY, NOW).reason is Reason.SAME_DAY


@pytest.mark.parametrize(
    ("state", "reason", "instead"),
    [
        (OrderState.AWAITING_PAYMENT, Reason.NOT_PAID_YET, None),
        (OrderState.PAID, None, None),
        (OrderState.PACKED, None, None),
        (OrderState.SHIPPED, Reason.ALREADY_SHIPPED, "track_parcel"),
        (OrderState.DELIVERED, Reason.ALREADY_DELIVERED, None),
        (OrderState.CANCELLED, Reason.ALREADY_CANCELLED, None),
    ],
)
def test_what_has_left_is_not_hurried(state: OrderState, reason: Reason | None, instead: str | None) -> None:
    verdict = may_urge(order(state), POLICY, NOW)
    assert (verdict.reason, verdict.facts.get("instead")) == (reason, instead)


def test_the_warehouse_is_asked_once_a_day_of_the_shop() -> None:
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)  # of the 24th in Shanghai
    of = replace(order(OrderState.PAID), urged_at=midnight)
    assert may_urge(of, POLICY, NOW).reason is Reason.URGED_TODAY
    assert may_urge(replace(of, urged_at=midnight - timedelta(seconds=1)), POLICY, NOW).allowed


def test_a_return_is_called_off_while_its_goods_are_with_the_customer() -> None:
    of = delivered(1)
    for kind in CaseKind:
        for state in CaseState:
            verdict = may_withdraw(of, case(kind, state), POLICY)
            assert verdict.allowed is (kind is not CaseKind.RESEND and state is CaseState.APPROVED)


def test_the_way_it_is_paid_now_is_no_other_way() -> None:
    """Paid by card and moved to alipay: alipay is what it is paid with, the card is another way again."""
    policy = replace(POLICY, change_payment=Changes(states=frozenset({OrderState.PAID}), times=9))
    of = order(OrderState.PAID)
    of = replace(of, payments=(Payment(method=PayMethod.CARD, amount=of.total, paid_at=NOW),))
    assert may_change_payment(of, PayMethod.CARD, policy).reason is Reason.SAME_METHOD
    assert may_change_payment(of, PayMethod.ALIPAY, policy).allowed
    assert may_change_payment(of, PayMethod.GIFT_CARD, policy).reason is Reason.GIFT_CARD_TOO_SMALL
    assert may_change_payment(of, PayMethod.GIFT_CARD, policy, gift_card=of.total).allowed
    assert (
        may_change_payment(replace(of, payments=()), PayMethod.ALIPAY, policy).reason is Reason.NOTHING_LEFT
    )


def test_an_exchange_of_what_is_not_packed_is_a_change_of_the_order() -> None:
    policy = replace(POLICY, change_items=Changes(states=frozenset({OrderState.PAID}), times=1))
    of = order(OrderState.PAID)
    early = may_exchange(of, of.lines[0], policy=policy, now=NOW)
    assert (early.reason, early.facts["instead"]) == (Reason.NOT_DELIVERED_YET, "change_items")
    again = replace(of, item_changes=1)
    assert may_exchange(again, of.lines[0], policy=policy, now=NOW).facts["instead"] == "cancel_order"
