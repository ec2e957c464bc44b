"""What the counter can do. `run` is the one door; one file per action (or per small family)."""

from xiaoer.actions import (
    call_person,
    cancel_order,
    change_address,
    give_goodwill,
    orders,
    price_protection,
    products,
    prove_order,
    refund_status,
    report_damage,
    report_lost,
    request_exchange,
    request_invoice,
    request_return,
)

__all__ = [
    "call_person",
    "cancel_order",
    "change_address",
    "give_goodwill",
    "orders",
    "price_protection",
    "products",
    "prove_order",
    "refund_status",
    "report_damage",
    "report_lost",
    "request_exchange",
    "request_invoice",
    "request_return",
]
