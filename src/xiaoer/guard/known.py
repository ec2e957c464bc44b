"""Typed facts as keys: an amount, a moment, a count, and what a state makes true and untrue."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Reason
from xiaoer.guard.claims import Key
from xiaoer.guard.moments import day_keys
from xiaoer.guard.units import span_key

_STEPS = ("awaiting_payment", "paid", "packed", "shipped", "delivered")  # of an order, in this order
_SAYABLE = ("paid", "packed", "shipped", "delivered")
_PARCELS: Mapping[str, Mapping[str, bool]] = {
    "labelled": {"shipped": False, "delivered": False, "on_way": False},
    "in_transit": {"shipped": True, "on_way": True, "delivered": False, "out": False},
    "out_for_delivery": {"shipped": True, "on_way": True, "out": True, "delivered": False},
    "delivered": {"shipped": True, "delivered": True, "on_way": False, "out": False, "lost": False},
    "returning": {"shipped": True, "delivered": False, "returning": True},
    "returned": {"shipped": True, "delivered": False, "returned": True, "returning": False},
    "lost": {"shipped": True, "delivered": False, "lost": True},
}
_REFUNDS: Mapping[str, Mapping[str, bool]] = {
    "awaiting_goods": {"refunded": False, "received": False, "refunding": False},
    "processing": {"refunding": True, "refunded": False, "refund_failed": False},
    "processing_late": {"refunding": True, "refunded": False, "late": True},
    "done": {"refunded": True, "refunding": False, "refund_failed": False},
    "failed": {"refund_failed": True, "refunded": False, "refunding": False},
    "none": {"refunded": False, "refunding": False},
}
_CASES: Mapping[str, Mapping[str, bool]] = {
    "approved": {"received": False},
    "sent_back": {"received": False},
    "received": {"received": True},
    "refunded": {"received": True, "refunded": True},
    "replaced": {"received": True},
}
_REASONS: Mapping[Reason, str] = {
    Reason.NOT_PAID_YET: "awaiting_payment",
    Reason.ALREADY_CANCELLED: "cancelled",
    Reason.ALREADY_PACKED: "packed",
    Reason.ALREADY_SHIPPED: "shipped",
    Reason.ALREADY_DELIVERED: "delivered",
    Reason.NOT_SHIPPED_YET: "paid",
}
_UNSAID = frozenset({"variants"})  # counts of the shop's own
_HOURS, _DAYS = ("_hours", "hours"), ("_days", "days")


def keys_of(name: str, fact: Fact, today: date, zone: ZoneInfo) -> Iterator[Key]:
    """Of one plain fact; texts and collections are looked at where they stand."""
    if isinstance(fact, bool) or fact is None or name in _UNSAID:
        return
    if isinstance(fact, Money):
        value = Decimal(fact.minor).scaleb(-_precision(fact.currency)).normalize()
        yield ("money", value, fact.currency)
        yield ("number", value)
        if not fact.minor and "fee" in name:
            yield from (("promise", "free"), ("promise", "free_return" if name == "fee" else "free_shipping"))
    elif isinstance(fact, datetime):
        local = fact.astimezone(zone)
        minute = local.hour * 60 + local.minute
        yield from day_keys(local.date(), today)
        yield from (("time", minute), ("moment", local.date().toordinal(), minute))
    elif isinstance(fact, date):
        yield from day_keys(fact, today)
    elif isinstance(fact, int | float):
        yield from _keys_of_number(name, Decimal(str(fact)).normalize())


def _keys_of_number(name: str, value: Decimal) -> Iterator[Key]:
    yield ("number", value)
    if name.endswith(_DAYS + _HOURS):
        yield span_key(value, "days" if name.endswith(_DAYS) else "hours")
    if name.endswith("working_days"):
        yield span_key(value, "working days")
    if name.endswith("percent"):
        yield ("percent", value)
    if name in ("stock", "left"):
        yield from _states({"in_stock": value > 0, "out_of_stock": value <= 0})


def keys_of_mapping(facts: Facts) -> Iterator[Key]:
    """What a state in it says, by what the mapping is of: a refund, a parcel, a case, an order."""
    values = {str(facts.get(name) or "") for name in ("state", "situation")} - {""}
    if "refund_state" in facts:
        yield from _states(_REFUNDS.get(str(facts["refund_state"]), {}))
    if "case_state" in facts:
        yield from _states(_CASES.get(str(facts["case_state"]), {}))
    for value in sorted(values):
        if "refund" in facts and "state" not in facts:
            yield from _states(_REFUNDS.get(value, {}))
        elif "events" in facts or "parcel_id" in facts:
            yield from _states(_PARCELS.get(value, {}))
        elif "order_id" in facts:
            yield from keys_of_order(value)
        elif value in ("yes", "low", "no"):
            yield from _states({"in_stock": value != "no", "out_of_stock": value == "no"})
    if facts.get("situation") == "free":
        yield ("promise", "free_return")


def keys_of_order(situation: str) -> Iterator[Key]:
    """Of a state, or of what rules.py makes of it: paid_late, shipped_no_eta, cancelled_refund ..."""
    if situation in _PARCELS and situation != "delivered":
        yield from _states(_PARCELS[situation])
        return
    step = situation.removesuffix("_late").removesuffix("_no_eta").removesuffix("_refund")
    late = situation.endswith("_late")
    if step == "cancelled":
        yield from _states({"cancelled": True, "shipped": False, "delivered": False, "on_way": False})
    elif step in _STEPS:
        reached = _STEPS.index(step)
        yield from _states({name: _STEPS.index(name) <= reached for name in _SAYABLE})
        yield from _states({"cancelled": False, "on_way": step == "shipped"})
        yield from _states({"late": late} if late or step != "shipped" else {})
        yield from _states({"out": False} if step != "shipped" else {})


# Money goes back as they are done; that of a return waits for its goods.
_GIVES_BACK = frozenset(
    {
        "cancel_order",
        "cancel_items",
        "change_items",
        "change_payment",
        "give_goodwill",
        "price_protection",
        "report_damage",
        "report_lost",
    }
)


def keys_of_done(action: str, facts: Facts) -> Iterator[Key]:
    if action == "cancel_order":
        yield from keys_of_order("cancelled")
    if action in _GIVES_BACK and (isinstance(facts.get("refund"), Money) or facts.get("back")):
        yield from (("done", "refund"), ("state", "refunding", True))


def keys_of_reason(reason: Reason) -> Iterator[Key]:
    if reason in _REASONS:
        yield from keys_of_order(_REASONS[reason])
    elif reason is Reason.NOT_DELIVERED_YET:
        yield ("state", "delivered", False)
    elif reason is Reason.NO_REFUND:
        yield from _states(_REFUNDS["none"])
    elif reason is Reason.OUT_OF_STOCK:
        yield from _states({"in_stock": False, "out_of_stock": True})


def _states(so: Mapping[str, bool]) -> Iterator[Key]:
    yield from (("state", state, value) for state, value in so.items())


@lru_cache
def _precision(currency: str) -> int:
    return int(get_currency_precision(currency))
