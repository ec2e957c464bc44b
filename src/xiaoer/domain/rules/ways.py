"""Which of a customer's ways to pay on file may pay, and which may be paid out to."""

from collections.abc import Sequence

from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Reason
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.money import left_to_refund, spread
from xiaoer.domain.verdict import OF_THE_ORDER, Verdict
from xiaoer.domain.ways import PayMethod, Way


def may_settle_by(order: Order, way: Way | None, extra: Money, policy: Policy, *, rule: str) -> Verdict:
    """Whether a change of the price is settled by this way; None: the customer has no such way.

    What is dearer, a gift card must be worth; `extra` below zero goes back to whatever way is named.
    """
    facts: Facts = {"order_id": order.id}
    if way is None:
        return Verdict(rule=rule, policy=policy.version, reason=Reason.NO_SUCH_WAY, facts=facts)
    if order.total.minor + extra.minor < 0:
        told: Facts = {**facts, "situation": "below_nothing", "instead": "call_person"}
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.PRICE_DIFFERS, facts=told)
    if extra.minor > 0 and (no := too_small(order, way, extra, policy)) is not None:
        return no
    return Verdict(rule=rule, policy=policy.version, facts=facts)


def too_small(order: Order, way: Way, amount: Money, policy: Policy) -> Verdict | None:
    """A no, if this is a gift card that does not hold so much."""
    if way.method is not PayMethod.GIFT_CARD or (way.balance is not None and way.balance >= amount):
        return None
    facts: Facts = {
        "order_id": order.id,
        "balance": way.balance,
        "total": amount,
        "situation": "on_file",
    }
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.GIFT_CARD_TOO_SMALL, facts=facts)


def may_refund_to(order: Order, way: Way | None, policy: Policy) -> Verdict:
    """Whether a return is paid out to this way: one it was paid with, or a gift card if the shop does."""
    facts: Facts = {"order_id": order.id}
    if way is None:
        return Verdict(rule="return.refund_to", policy=policy.version, reason=Reason.NO_SUCH_WAY, facts=facts)
    reason = None if way in refundable(order, [way], policy) else Reason.WAY_NOT_TAKEN
    return Verdict(rule="return.refund_to", policy=policy.version, reason=reason, facts=facts)


def refundable(order: Order, ways: Sequence[Way], policy: Policy) -> list[Way]:
    """Of the ways on file those a return may be paid out to, those it was paid with first."""
    paid = {source.way_id for source, _ in spread(order, left_to_refund(order))}
    first = [way for way in ways if way.id in paid]
    cards = [way for way in ways if way.method is PayMethod.GIFT_CARD and way not in first]
    return [*first, *(cards if policy.refund_to_gift_card else [])]
