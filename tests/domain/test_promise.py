"""Whether a promise is kept, by what the shop says of the order; pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.speak.samples import NOW, shipped

from xiaoer.domain.ids import ConversationId, RefundId, ShopId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order, OrderState, ParcelState, PayMethod, Refund, RefundState
from xiaoer.domain.promise import (
    MOST_ROUNDS,
    Kept,
    Missed,
    Owed,
    Promise,
    PromiseKind,
    PutOff,
    Void,
    end_of_day,
    first_look,
    judge,
    next_look,
)

DAY = timedelta(days=1)
DUE = NOW + DAY
KINDS = [PromiseKind.REFUND_BY, PromiseKind.PARCEL_BY, PromiseKind.SHIP_BY]


def promise(kind: PromiseKind, *, rounds: int = 0) -> Promise:
    return Promise(
        id="p",
        shop_id=ShopId("mugua"),
        conversation_id=ConversationId("c"),
        customer_id=None,
        kind=kind,
        about="M1",
        due_at=DUE,
        look_at=NOW,
        made_at=NOW,
        made_by="t",
        rounds=rounds,
    )


def refunded(*states: RefundState, expected: datetime | None = DUE) -> Order:
    refunds = [
        Refund(
            id=RefundId(f"r{n}"),
            order_id=shipped().id,
            amount=Money(100, "CNY"),
            method=PayMethod.ALIPAY,
            state=state,
            created_at=NOW,
            expected_by=expected,
        )
        for n, state in enumerate(states)
    ]
    return replace(shipped(), state=OrderState.CANCELLED, refunds=tuple(refunds))


def expected(kind: PromiseKind, at: datetime | None) -> Order:
    """An order in which the thing has not happened yet, and is expected then."""
    match kind:
        case PromiseKind.REFUND_BY:
            return refunded(RefundState.PROCESSING, expected=at)
        case PromiseKind.PARCEL_BY:
            parcel = replace(shipped().parcels[0], eta=at)
            return replace(shipped(), parcels=(parcel,))
    return replace(shipped(), state=OrderState.PAID, parcels=(), ship_by=at)


@pytest.mark.parametrize("kind", KINDS)
def test_the_clock_alone(kind: PromiseKind) -> None:
    for at in (DUE, DUE - DAY, None):
        assert judge(promise(kind), expected(kind, at), DUE) == Owed()
        assert judge(promise(kind), expected(kind, at), DUE + timedelta(seconds=1)) == Missed()


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_date_is_news_before_and_after_the_day_until_it_is_one_too_many(kind: PromiseKind) -> None:
    later = DUE + 2 * DAY
    for now in (NOW, DUE + DAY):
        assert judge(promise(kind), expected(kind, later), now) == PutOff(later)
        assert judge(promise(kind, rounds=MOST_ROUNDS), expected(kind, later), now) == Missed()
    assert judge(promise(kind), expected(kind, later), later) == Missed()  # a date that is past is none


@pytest.mark.parametrize(
    ("states", "verdict"),
    [
        ([RefundState.DONE], Kept()),
        ([RefundState.DONE, RefundState.AWAITING_GOODS], Kept()),  # that one was promised for later
        ([RefundState.DONE, RefundState.PROCESSING], Owed()),
        ([RefundState.AWAITING_GOODS], Owed()),
        ([RefundState.DONE, RefundState.FAILED], Missed()),
        ([], Owed()),
    ],
)
def test_refunds(states: list[RefundState], verdict: object) -> None:
    assert judge(promise(PromiseKind.REFUND_BY), refunded(*states), NOW) == verdict


def test_parcels_and_dispatch() -> None:
    order, parcel = shipped(), shipped().parcels[0]
    by_day, sent = promise(PromiseKind.PARCEL_BY), promise(PromiseKind.SHIP_BY)
    there = replace(parcel, state=ParcelState.DELIVERED, delivered_at=NOW)
    assert judge(by_day, replace(order, parcels=(there,)), DUE + DAY) == Kept()
    assert judge(by_day, replace(order, parcels=(there, parcel)), DUE) == Owed()
    for state in (ParcelState.LOST, ParcelState.RETURNING, ParcelState.RETURNED):
        assert judge(by_day, replace(order, parcels=(replace(parcel, state=state),)), NOW) == Missed()
    assert judge(sent, order, DUE + DAY) == Kept()
    for one in (by_day, sent):
        cancelled = replace(order, state=OrderState.CANCELLED, parcels=())
        assert judge(one, cancelled, NOW) == Void("order_cancelled")


def test_what_is_about_no_order_is_not_judged_by_one() -> None:
    with pytest.raises(ValueError, match="call_back_by"):
        judge(promise(PromiseKind.CALL_BACK_BY), shipped(), NOW)


_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_ZONES = st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Pacific/Kiritimati"])


@given(_MOMENTS, _ZONES)
def test_the_end_of_a_day_is_of_that_day_and_after_the_moment(moment: datetime, zone: str) -> None:
    end = end_of_day(moment, zone)
    assert timedelta(seconds=-1) < end - moment < timedelta(hours=25)  # 25: the clocks go back
    assert end.astimezone(ZoneInfo(zone)).date() == moment.astimezone(ZoneInfo(zone)).date()
    assert end.tzinfo is UTC


@given(st.sampled_from(list(PromiseKind)), st.integers(0, 30 * 24 * 60))
def test_looks_come_to_the_deadline_in_few_steps(kind: PromiseKind, minutes: int) -> None:
    one = promise(kind)
    now = first_look(kind, DUE, DUE - timedelta(minutes=minutes))
    looks = 0
    while now <= DUE:
        later = next_look(one, now)
        assert now < later <= DUE + timedelta(seconds=1)
        now, looks = later, looks + 1
    assert looks <= 5
