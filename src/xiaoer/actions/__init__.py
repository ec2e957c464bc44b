"""What the counter can do. `run` is the one door; one file per action (or per small family)."""

from xiaoer.actions import (
    call_person,
    cancel_order,
    change_address,
    orders,
    products,
    prove_order,
    refund_status,
    request_exchange,
    request_return,
)

__all__ = [
    "call_person",
    "cancel_order",
    "change_address",
    "orders",
    "products",
    "prove_order",
    "refund_status",
    "request_exchange",
    "request_return",
]
