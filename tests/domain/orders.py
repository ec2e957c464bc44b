"""Orders of every kind, for rules that must hold for all of them."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from xiaoer.domain.ids import CaseId, CustomerId, LineId, OrderId, ProductId, RefundId, VariantId
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
    Refund,
    RefundState,
)
from xiaoer.domain.people import Address
from xiaoer.domain.words import Words

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CNY = "CNY"
NOBODY = Address(name="", phone="", country="CN", region="", city="", street="")
CATEGORIES = ("beauty", "baby", "running_shoes", "bags", "electronics")

moments = st.none() | st.integers(-90 * 24, 90 * 24).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    return tuple(
        Line(
            id=LineId(f"L{number}"),
            product_id=ProductId(f"P{number}"),
            variant_id=VariantId(f"V{number}"),
            category=draw(st.sampled_from(CATEGORIES)),
            title=Words("货", "goods"),
            options={},
            quantity=draw(st.integers(1, 5)),
            unit_price=Money(draw(st.integers(0, 10**6)), CNY),
            final_sale=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 4)))
    )


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """Also such as no shop should have: paid in part, sent without a parcel, refunded and failed."""
    goods = draw(lines())
    worth = sum(line.unit_price.minor * line.quantity for line in goods)
    discount = draw(st.integers(0, worth))
    total = Money(worth - discount, CNY)
    paid = draw(st.booleans())
    method = draw(st.sampled_from(PayMethod))
    refunds = draw(st.lists(st.tuples(st.integers(0, total.minor), st.sampled_from(RefundState)), max_size=2))
    parcels = draw(st.lists(st.tuples(st.sampled_from(ParcelState), moments, moments), max_size=2))
    cases = draw(st.lists(st.tuples(st.sampled_from(CaseKind), st.sampled_from(CaseState)), max_size=2))
    return Order(
        id=OrderId("M00000001"),
        customer_id=CustomerId("c"),
        state=draw(st.sampled_from(OrderState)),
        placed_at=NOW - timedelta(days=draw(st.integers(0, 400))),
        lines=goods,
        shipping_fee=Money(0, CNY),
        discount=Money(discount, CNY),
        total=total,
        address=NOBODY,
        payments=(Payment(method=method, amount=total, paid_at=NOW),) if paid else (),
        parcels=tuple(
            Parcel(
                carrier=Words("", ""),
                tracking_number="1",
                state=state,
                eta=eta,
                delivered_at=delivered,
                line_ids=(),
            )
            for state, eta, delivered in parcels
        ),
        cases=tuple(
            Case(
                id=CaseId(f"R{number}"),
                kind=kind,
                order_id=OrderId("M00000001"),
                line_ids=(goods[0].id,),
                state=state,
                reason=CaseReason.FAULTY,
                requested_at=NOW,
            )
            for number, (kind, state) in enumerate(cases)
        ),
        refunds=tuple(
            Refund(
                id=RefundId(f"F{number}"),
                order_id=OrderId("M00000001"),
                amount=Money(minor, CNY),
                method=method,
                state=state,
                created_at=NOW,
                expected_by=None,
            )
            for number, (minor, state) in enumerate(refunds)
        ),
        ship_by=draw(moments),
        item_changes=draw(st.integers(0, 3)),
        payment_changes=draw(st.integers(0, 3)),
    )
