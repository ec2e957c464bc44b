"""What the counter can do. `run` is the one door; one file per action (or per small family)."""

from xiaoer.actions import (
    call_person,
    cancel_items,
    cancel_order,
    cancel_return,
    change_address,
    change_delivery,
    change_items,
    change_payment,
    orders,
    products,
    prove_order,
    refund_status,
    request_exchange,
    request_return,
    return_status,
    urge_shipping,
)

__all__ = [
    "call_person",
    "cancel_items",
    "cancel_order",
    "cancel_return",
    "change_address",
    "change_delivery",
    "change_items",
    "change_payment",
    "orders",
    "products",
    "prove_order",
    "refund_status",
    "request_exchange",
    "request_return",
    "return_status",
    "urge_shipping",
]
