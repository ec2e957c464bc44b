"""Rows of the demo tables, from domain types."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from xiaoer.domain.catalog import Category, Product, Variant
from xiaoer.domain.order import (
    Case,
    Line,
    Order,
    Parcel,
    Payment,
    Refund,
)
from xiaoer.domain.people import Address, Coupon, Customer
from xiaoer.domain.ways import Way
from xiaoer.domain.words import Words

Values = dict[str, Any]  # one row to insert


def words_row(name: str, words: Words) -> Values:
    return {f"{name}_zh": words.zh, f"{name}_en": words.en}


def category_row(category: Category, place: int) -> Values:
    return {
        "key": category.key,
        "place": place,
        **words_row("name", category.name),
        "synonyms": list(category.synonyms),
    }


def product_row(product: Product) -> Values:
    return {
        "id": product.id,
        "category": product.category,
        **words_row("title", product.title),
        **words_row("description", product.description),
        "tags": list(product.tags),
        "image": product.image,
        "final_sale": product.final_sale,
    }


def variant_row(product: Product, variant: Variant, place: int) -> Values:
    size, colour = variant.options.get("size"), variant.options.get("colour")
    return {
        "id": variant.id,
        "product_id": product.id,
        "place": place,
        "size": size.en.lower() if size else "",
        "colour": colour.en if colour else "",
        "options": options_json(variant.options),
        "price": variant.price.minor,
        "stock": variant.stock,
        "counted": True,
    }


def customer_row(customer: Customer) -> Values:
    card = customer.gift_card_balance
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email.lower(),
        "phone": customer.phone,
        "language": customer.language.value,
        "time_zone": customer.time_zone,
        "tier": customer.tier.value,
        "gift_card": card.minor if card and not customer.ways else None,
    }


def way_row(way: Way) -> Values:
    return {
        "id": way.id,
        "method": way.method.value,
        **words_row("label", way.label),
        "balance": way.balance.minor if way.balance else None,
    }


def coupon_row(coupon: Coupon) -> Values:
    return {
        "code": coupon.code,
        "amount": coupon.amount.minor,
        "minimum": coupon.minimum.minor if coupon.minimum else None,
        "given_at": coupon.given_at,
        "until": coupon.until,
        "used": coupon.used,
        "order_id": coupon.order_id,
    }


def address_row(address: Address, prefix: str = "") -> Values:
    return {f"{prefix}{name}": value for name, value in asdict(address).items()}


def order_row(order: Order) -> Values:
    return {
        "id": order.id,
        "customer_id": order.customer_id,
        "state": order.state.value,
        "placed_at": order.placed_at,
        "shipping_fee": order.shipping_fee.minor,
        "discount": order.discount.minor,
        "total": order.total.minor,
        **address_row(order.address, "to_"),
        "ship_by": order.ship_by,
        "cancelled_at": order.cancelled_at,
        "cancel_reason": None,
        **change_row(order),
        "version": order.version,
    }


def change_row(order: Order) -> Values:
    """What changes of an order's own row leave behind."""
    asked = order.invoice
    return {
        "item_changes": order.item_changes,
        "payment_changes": order.payment_changes,
        "deliver_on": order.deliver_on,
        "urged_at": order.urged_at,
        "invoice": {**asdict(asked), "asked_at": asked.asked_at.isoformat()} if asked else None,
    }


def line_row(line: Line) -> Values:
    return {
        "id": line.id,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "category": line.category,
        **words_row("title", line.title),
        "options": options_json(line.options),
        "quantity": line.quantity,
        "unit_price": line.unit_price.minor,
        "final_sale": line.final_sale,
    }


def payment_row(payment: Payment) -> Values:
    return {
        "method": payment.method.value,
        "amount": payment.amount.minor,
        "paid_at": payment.paid_at,
        "way_id": payment.way_id,
    }


def parcel_row(parcel: Parcel) -> Values:
    return {
        **words_row("carrier", parcel.carrier),
        "tracking_number": parcel.tracking_number,
        "state": parcel.state.value,
        "eta": parcel.eta,
        "delivered_at": parcel.delivered_at,
        "line_ids": list(parcel.line_ids),
        "events": [[event.at.isoformat(), event.text.zh, event.text.en] for event in parcel.events],
    }


def case_row(case: Case) -> Values:
    return {
        "id": case.id,
        "kind": case.kind.value,
        "line_ids": list(case.line_ids),
        "state": case.state.value,
        "reason": case.reason.value,
        "requested_at": case.requested_at,
        "new_variant_ids": list(case.new_variant_ids),
        "return_by": case.return_by,
        "extra": case.extra.minor if case.extra else None,
        "way_id": case.way_id,
    }


def refund_row(refund: Refund) -> Values:
    return {
        "id": refund.id,
        "amount": refund.amount.minor,
        "method": refund.method.value,
        "state": refund.state.value,
        "created_at": refund.created_at,
        "expected_by": refund.expected_by,
        "done_at": refund.done_at,
        "case_id": refund.case_id,
        "why": refund.why.value,
        "line_id": refund.line_id,
        "way_id": refund.way_id,
    }


def options_json(options: Mapping[str, Words]) -> Values:
    return {name: [words.zh, words.en] for name, words in options.items()}
