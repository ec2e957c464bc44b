"""What tests of speaking talk about."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from xiaoer.domain.ids import CustomerId, LineId, OrderId, ProductId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, OrderState, Parcel, ParcelEvent, ParcelState
from xiaoer.domain.people import Address
from xiaoer.domain.words import Words
from xiaoer.policies.file import load_policy

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # Tuesday noon in Shanghai
POLICY = load_policy(Path(str(files("xiaoer.shops.demo"))) / "policy.yaml")
SHOES = Line(
    id=LineId("l1"),
    product_id=ProductId("p1"),
    variant_id=VariantId("v1"),
    category="running_shoes",
    title=Words("跑鞋", "running shoes"),
    options={"size": Words("42", "42")},
    quantity=1,
    unit_price=Money(129900, "CNY"),
)


def shipped(eta: datetime = NOW + timedelta(days=1)) -> Order:
    """An order whose only parcel is on its way."""
    parcel = Parcel(
        carrier=Words("顺丰速运", "SF Express"),
        tracking_number="SF1024",
        state=ParcelState.IN_TRANSIT,
        eta=eta,
        delivered_at=None,
        line_ids=(SHOES.id,),
        events=(ParcelEvent(at=NOW - timedelta(hours=5), text=Words("已到达武汉", "Arrived in Wuhan")),),
    )
    return Order(
        id=OrderId("M20260001"),
        customer_id=CustomerId("mei"),
        state=OrderState.SHIPPED,
        placed_at=NOW - timedelta(days=2),
        lines=(SHOES,),
        shipping_fee=Money(0, "CNY"),
        discount=Money(0, "CNY"),
        total=Money(129900, "CNY"),
        address=Address(
            name="林美", phone="+8613800138000", country="CN", region="上海市", city="上海市", street="一号"
        ),
        parcels=(parcel,),
    )
