"""Domain types, from rows of the demo tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from xiaoer.domain.catalog import Category, Product, Variant
from xiaoer.domain.ids import CaseId, CustomerId, LineId, OrderId, ProductId, RefundId, VariantId, WayId
from xiaoer.domain.money import Money, total
from xiaoer.domain.order import (
    Case,
    CaseKind,
    CaseReason,
    CaseState,
    Invoice,
    InvoiceKind,
    Line,
    Order,
    OrderState,
    Parcel,
    ParcelEvent,
    ParcelState,
    Payment,
    PayMethod,
    Refund,
    RefundState,
    RefundWhy,
)
from xiaoer.domain.people import Address, Coupon, Customer, Tier
from xiaoer.domain.ways import Way
from xiaoer.domain.words import Language, Words
from xiaoer.shops.demo.tables import ADDRESS

Row = RowMapping


def words_of(row: Row, name: str) -> Words:
    return Words(row[f"{name}_zh"], row[f"{name}_en"])


def category_of(row: Row) -> Category:
    return Category(key=row["key"], name=words_of(row, "name"), synonyms=tuple(row["synonyms"]))


def product_of(row: Row, category_name: Words, variants: Iterable[Variant]) -> Product:
    return Product(
        id=ProductId(row["id"]),
        title=words_of(row, "title"),
        category=row["category"],
        category_name=category_name,
        description=words_of(row, "description"),
        variants=tuple(variants),
        tags=tuple(row["tags"]),
        image=row["image"],
        final_sale=row["final_sale"],
    )


def variant_of(row: Row, currency: str) -> Variant:
    return Variant(
        id=VariantId(row["id"]),
        options=options_of(row["options"]),
        price=Money(row["price"], currency),
        stock=row["stock"],
    )


@dataclass(frozen=True, slots=True)
class PartsOf:
    """Rows that hang on a customer."""

    addresses: Sequence[Row]
    ways: Sequence[Row]
    coupons: Sequence[Row]


def customer_of(row: Row, parts: PartsOf, currency: str) -> Customer:
    on_file = tuple(_way_of(way, currency) for way in parts.ways)
    one = None if row["gift_card"] is None else Money(row["gift_card"], currency)
    cards = [way.balance for way in on_file if way.balance is not None]
    return Customer(
        id=CustomerId(row["id"]),
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        language=Language(row["language"]),
        time_zone=row["time_zone"],
        tier=Tier(row["tier"]),
        addresses=tuple(address_of(address) for address in parts.addresses),
        gift_card_balance=total(cards, currency) if cards else one,
        ways=on_file,
        coupons=tuple(coupon_of(coupon, currency) for coupon in parts.coupons),
    )


def coupon_of(row: Row, currency: str) -> Coupon:
    return Coupon(
        code=row["code"],
        amount=Money(row["amount"], currency),
        given_at=row["given_at"],
        until=row["until"],
        minimum=None if row["minimum"] is None else Money(row["minimum"], currency),
        used=row["used"],
        order_id=row["order_id"] and OrderId(row["order_id"]),
    )


def address_of(row: Row, prefix: str = "") -> Address:
    return Address(**{name: row[f"{prefix}{name}"] for name in ADDRESS})


def _way_of(row: Row, currency: str) -> Way:
    return Way(
        id=WayId(row["id"]),
        method=PayMethod(row["method"]),
        label=words_of(row, "label"),
        balance=None if row["balance"] is None else Money(row["balance"], currency),
    )


def order_of(row: Row, parts: Mapping[str, Sequence[Row]], currency: str) -> Order:
    """`parts`: the order's rows of each table of OF_AN_ORDER, by the table's name."""
    order_id = OrderId(row["id"])
    return Order(
        id=order_id,
        customer_id=CustomerId(row["customer_id"]),
        state=OrderState(row["state"]),
        placed_at=row["placed_at"],
        lines=tuple(_line_of(part, currency) for part in parts["demo_line"]),
        shipping_fee=Money(row["shipping_fee"], currency),
        discount=Money(row["discount"], currency),
        total=Money(row["total"], currency),
        address=address_of(row, "to_"),
        payments=tuple(_payment_of(part, currency) for part in parts["demo_payment"]),
        parcels=tuple(_parcel_of(part) for part in parts["demo_parcel"]),
        cases=tuple(_case_of(part, order_id, currency) for part in parts["demo_case"]),
        refunds=tuple(_refund_of(part, order_id, currency) for part in parts["demo_refund"]),
        ship_by=row["ship_by"],
        cancelled_at=row["cancelled_at"],
        item_changes=row["item_changes"],
        payment_changes=row["payment_changes"],
        deliver_on=row["deliver_on"],
        urged_at=row["urged_at"],
        invoice=_invoice_of(row["invoice"]) if row["invoice"] else None,
        version=row["version"],
    )


def options_of(options: Mapping[str, Sequence[str]]) -> dict[str, Words]:
    return {name: Words(zh, en) for name, (zh, en) in options.items()}


def _line_of(row: Row, currency: str) -> Line:
    return Line(
        id=LineId(row["id"]),
        product_id=ProductId(row["product_id"]),
        variant_id=VariantId(row["variant_id"]),
        category=row["category"],
        title=words_of(row, "title"),
        options=options_of(row["options"]),
        quantity=row["quantity"],
        unit_price=Money(row["unit_price"], currency),
        final_sale=row["final_sale"],
    )


def _payment_of(row: Row, currency: str) -> Payment:
    return Payment(
        method=PayMethod(row["method"]),
        amount=Money(row["amount"], currency),
        paid_at=row["paid_at"],
        way_id=_way_id(row),
    )


def _way_id(row: Row) -> WayId | None:
    return WayId(row["way_id"]) if row["way_id"] else None


def _parcel_of(row: Row) -> Parcel:
    return Parcel(
        carrier=words_of(row, "carrier"),
        tracking_number=row["tracking_number"],
        state=ParcelState(row["state"]),
        eta=row["eta"],
        delivered_at=row["delivered_at"],
        line_ids=tuple(LineId(line_id) for line_id in row["line_ids"]),
        events=tuple(
            ParcelEvent(at=datetime.fromisoformat(at), text=Words(zh, en)) for at, zh, en in row["events"]
        ),
    )


def _case_of(row: Row, order_id: OrderId, currency: str) -> Case:
    return Case(
        id=CaseId(row["id"]),
        kind=CaseKind(row["kind"]),
        order_id=order_id,
        line_ids=tuple(LineId(line_id) for line_id in row["line_ids"]),
        state=CaseState(row["state"]),
        reason=CaseReason(row["reason"]),
        requested_at=row["requested_at"],
        new_variant_ids=tuple(VariantId(variant_id) for variant_id in row["new_variant_ids"]),
        return_by=row["return_by"],
        extra=None if row["extra"] is None else Money(row["extra"], currency),
        way_id=_way_id(row),
    )


def _refund_of(row: Row, order_id: OrderId, currency: str) -> Refund:
    return Refund(
        id=RefundId(row["id"]),
        order_id=order_id,
        amount=Money(row["amount"], currency),
        method=PayMethod(row["method"]),
        state=RefundState(row["state"]),
        created_at=row["created_at"],
        expected_by=row["expected_by"],
        done_at=row["done_at"],
        case_id=CaseId(row["case_id"]) if row["case_id"] else None,
        why=RefundWhy(row["why"]),
        line_id=LineId(row["line_id"]) if row["line_id"] else None,
        way_id=_way_id(row),
    )


def _invoice_of(kept: Mapping[str, str]) -> Invoice:
    asked_at = datetime.fromisoformat(kept["asked_at"])
    return Invoice(**{**kept, "kind": InvoiceKind(kept["kind"]), "asked_at": asked_at})  # type: ignore[arg-type]
