"""What may still be changed about an order that has not left."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from xiaoer.domain.catalog import Variant
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import LineId
from xiaoer.domain.money import Money
from xiaoer.domain.order import Line, Order, OrderState, PayMethod
from xiaoer.domain.outcome import Reason
from xiaoer.domain.policy import Changes, Policy
from xiaoer.domain.rules.clock import start_of_day
from xiaoer.domain.rules.money import left_to_refund, spread
from xiaoer.domain.rules.parcels import is_late
from xiaoer.domain.rules.ways import too_small
from xiaoer.domain.verdict import OF_THE_ORDER, Could, Verdict
from xiaoer.domain.ways import Source, Way

MOST_DAYS_AHEAD = 60  # a warehouse keeps nothing longer for a day that was asked for
_TOO_LATE = {
    OrderState.CANCELLED: Reason.ALREADY_CANCELLED,
    OrderState.PACKED: Reason.ALREADY_PACKED,
    OrderState.SHIPPED: Reason.ALREADY_SHIPPED,
    OrderState.DELIVERED: Reason.ALREADY_DELIVERED,
    OrderState.AWAITING_PAYMENT: Reason.NOT_PAID_YET,
    OrderState.PAID: Reason.ALREADY_PACKED,
}


def may_cancel(order: Order, policy: Policy) -> Verdict:
    instead = {OrderState.PACKED: "call_person", OrderState.DELIVERED: "request_return"}
    return _in_states(order, policy, policy.cancel_states, "cancel.states", instead.get(order.state, ""))


def may_cancel_for(order: Order, reason: str, policy: Policy) -> Verdict:
    """Whether the shop cancels for this reason, by its key or its name; any will do if it lists none."""
    rule, taken = "cancel.reasons", policy.cancel_reasons
    facts: Facts = {"order_id": order.id}
    if not taken or cancel_reason(reason, policy):
        return Verdict(rule=rule, policy=policy.version, facts=facts)
    told: Facts = {**facts, "reasons": tuple(taken.values())}
    return Verdict(rule=rule, policy=policy.version, reason=Reason.REASON_NOT_TAKEN, facts=told)


def cancel_reason(said: str, policy: Policy) -> str:
    """The key of a listed reason, from the key or its name in either language; "" if it is none of them."""
    plain = said.strip().casefold()
    for key, words in policy.cancel_reasons.items():
        if plain in (key, words.zh.casefold(), words.en.casefold()):
            return key
    return ""


def may_cancel_lines(order: Order, line_ids: Collection[LineId], policy: Policy) -> Verdict:
    """Some lines of an order; all of them is `may_cancel`'s."""
    verdict = may_cancel(order, policy)
    if verdict.allowed and not policy.cancel_lines:
        return _not_offered(order, policy, "cancel.lines", "cancel_order")
    return verdict


def may_change_address(order: Order, policy: Policy) -> Verdict:
    instead = {OrderState.PACKED: "call_person", OrderState.SHIPPED: "call_person"}
    states, rule = policy.change_address_states, "change_address.states"
    return _in_states(order, policy, states, rule, instead.get(order.state, ""))


def may_change_delivery(order: Order, day: date | None, policy: Policy, now: datetime) -> Verdict:
    """Whether an order may be brought on a day the customer asks for; None: on any day at all.

    As long as it could still go to another address. Today is too soon: it is not packed yet.
    """
    states, rule = policy.change_address_states, "change_address.states"
    instead = {OrderState.PACKED: "call_person", OrderState.SHIPPED: "track_parcel"}
    verdict = _in_states(order, policy, states, rule, instead.get(order.state, ""))
    if not verdict.allowed or day is None:
        return verdict
    today = now.astimezone(ZoneInfo(policy.time_zone)).date()
    first, last = today + timedelta(days=1), today + timedelta(days=MOST_DAYS_AHEAD)
    facts: Facts = {"order_id": order.id, "day": day, "from": first, "until": last}
    reason = None
    if not first <= day <= last:
        reason = Reason.DAY_TOO_SOON if day < first else Reason.DAY_TOO_FAR
    elif day == order.deliver_on:
        reason = Reason.SAME_DAY
    return Verdict(rule=OF_THE_ORDER if reason else rule, policy=policy.version, reason=reason, facts=facts)


def may_urge(order: Order, policy: Policy, now: datetime) -> Verdict:
    """Whether the warehouse may be asked to hurry: of what has not left, once a day of the shop."""
    late = is_late(order, now)
    facts: Facts = {"order_id": order.id, "ship_by": order.ship_by, "late": late}
    if order.state not in (OrderState.PAID, OrderState.PACKED):
        instead = "track_parcel" if order.state is OrderState.SHIPPED else ""
        return _in_states(order, policy, (), OF_THE_ORDER, instead)
    if order.urged_at is not None and order.urged_at >= start_of_day(now, policy):
        told: Facts = {**facts, "urged_at": order.urged_at, **({"instead": "call_person"} if late else {})}
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.URGED_TODAY, facts=told)
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts=facts)


def may_change_items(order: Order, policy: Policy) -> Verdict:
    """Whether lines may be swapped for other variants at all; for which, is `may_swap`'s."""
    instead = {OrderState.DELIVERED: "request_exchange", OrderState.PACKED: "call_person"}
    changes, way = policy.change_items, instead.get(order.state, "")
    return _changeable(order, policy, changes, "change_items", order.item_changes, way)


def may_swap(  # noqa: PLR0913 - what is swapped, and what the shop's rules say of it
    order: Order,
    line: Line,
    wanted: Variant,
    policy: Policy,
    *,
    same_price: bool,
    same_variant: bool = False,
    instead: str = "",
) -> Verdict:
    """Whether a line may be swapped for this very variant of the same product."""
    facts: Facts = {"order_id": order.id, "item": line.title}
    if wanted.id != line.variant_id and instead:
        facts = {**facts, "instead": instead}
    if wanted.id == line.variant_id and not same_variant:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.SAME_VARIANT, facts=facts)
    if wanted.stock < line.quantity:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.OUT_OF_STOCK, facts=facts)
    if same_price and wanted.price != line.unit_price:
        prices: Facts = {**facts, "paid": line.unit_price, "price": wanted.price}
        return Verdict(
            rule="exchange.same_price",
            policy=policy.version,
            reason=Reason.PRICE_DIFFERS,
            facts=prices,
            could=(Could.SAME_PRICE,),
        )
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts=facts)


def enough_of_each(order: Order, swaps: Sequence[tuple[Line, Variant]], policy: Policy) -> Verdict:
    """Whether what several lines want of one variant is there for all of them."""
    wanted = Counter[str]()
    for line, variant in swaps:
        wanted[variant.id] += line.quantity
    for line, variant in swaps:
        if wanted[variant.id] > variant.stock:
            facts: Facts = {"order_id": order.id, "item": line.title}
            return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.OUT_OF_STOCK, facts=facts)
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts={"order_id": order.id})


def difference(swaps: Sequence[tuple[Line, Variant]], currency: str) -> Money:
    """What the customer pays on top; below zero: what goes back."""
    minor = sum((new.price.minor - line.unit_price.minor) * line.quantity for line, new in swaps)
    return Money(minor, currency)


def may_settle(order: Order, extra: Money, policy: Policy, *, gift_card: Money | None = None) -> Verdict:
    """Whether a change of the price can be paid, or goes back, the way the order was paid.

    `extra` below zero goes back. What a gift card paid alone is paid on by it, if it is worth that.
    """
    facts: Facts = {"order_id": order.id, "instead": "call_person"}
    if order.total.minor + extra.minor < 0:
        told: Facts = {**facts, "situation": "below_nothing"}
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.PRICE_DIFFERS, facts=told)
    method, unpaid = pays_on(order), order.state is OrderState.AWAITING_PAYMENT
    if method is None and extra.minor > 0 and not unpaid:  # it cost nothing: there is no way to pay on by
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NEEDS_COLLEAGUE, facts=facts)
    if unpaid or extra.minor <= 0 or method is not PayMethod.GIFT_CARD:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts={"order_id": order.id})
    if gift_card is None or gift_card.minor < extra.minor:
        told = {**facts, "balance": gift_card, "total": extra}
        return Verdict(
            rule=OF_THE_ORDER, policy=policy.version, reason=Reason.GIFT_CARD_TOO_SMALL, facts=told
        )
    return Verdict(rule=OF_THE_ORDER, policy=policy.version, facts={"order_id": order.id})


def pays_on(order: Order) -> PayMethod | None:
    """By which way of paying more is paid: one that holds money of the order, a gift card last."""
    ways = [source.method for source, _ in spread(order, left_to_refund(order))]
    ways = ways or [payment.method for payment in order.payments]
    return next((way for way in ways if way is not PayMethod.GIFT_CARD), ways[0] if ways else None)


def may_change_payment(
    order: Order,
    method: PayMethod,
    policy: Policy,
    *,
    gift_card: Money | None = None,
    way: Way | None = None,
) -> Verdict:
    """Whether what was paid may be moved to another way of paying, whole. A gift card must be worth it.

    `way` is the one on file, where the customer names one.
    """
    unpaid = order.state is OrderState.AWAITING_PAYMENT  # any way can be chosen when it is paid
    instead = "" if unpaid else "call_person"
    verdict = _changeable(
        order, policy, policy.change_payment, "change_payment", order.payment_changes, instead
    )
    if not verdict.allowed:
        return verdict
    facts: Facts = {"order_id": order.id, "method": method.value}
    paid = [source for source, _ in spread(order, left_to_refund(order))]
    if not paid:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.NOTHING_LEFT, facts=facts)
    if paid == [Source(method, way.id if way else None)]:
        return Verdict(rule=OF_THE_ORDER, policy=policy.version, reason=Reason.SAME_METHOD, facts=facts)
    if method not in policy.pay_methods:
        rule = "change_payment.methods"
        return Verdict(rule=rule, policy=policy.version, reason=Reason.METHOD_NOT_TAKEN, facts=facts)
    if way is not None:
        return too_small(order, way, order.total, policy) or verdict
    if method is PayMethod.GIFT_CARD and (gift_card is None or gift_card.minor < order.total.minor):
        told: Facts = {**facts, "balance": gift_card, "total": order.total}
        return Verdict(
            rule=OF_THE_ORDER, policy=policy.version, reason=Reason.GIFT_CARD_TOO_SMALL, facts=told
        )
    return verdict


def _changeable(
    order: Order, policy: Policy, changes: Changes, rule: str, times: int, instead: str
) -> Verdict:
    if not changes.states:
        return _not_offered(order, policy, rule, "call_person")
    verdict = _in_states(order, policy, changes.states, f"{rule}.states", instead)
    if verdict.allowed and times >= changes.times:
        facts: Facts = {"order_id": order.id, "times": changes.times, "instead": "call_person"}
        return Verdict(rule=f"{rule}.times", policy=policy.version, reason=Reason.CHANGED_BEFORE, facts=facts)
    return verdict


def _in_states(
    order: Order, policy: Policy, states: Collection[OrderState], rule: str, instead: str
) -> Verdict:
    facts: Facts = {"order_id": order.id, "state": order.state.value}
    if order.state in states:
        return _changed_for_good(order, policy) or Verdict(rule=rule, policy=policy.version, facts=facts)
    no = {**facts, "instead": instead} if instead else facts
    return Verdict(rule=rule, policy=policy.version, reason=_TOO_LATE[order.state], facts=no)


def _changed_for_good(order: Order, policy: Policy) -> Verdict | None:
    """A no, where a change of its items was the last thing that could be done with an order."""
    if not policy.change_items.final or not order.item_changes:
        return None
    facts: Facts = {"order_id": order.id, "times": order.item_changes, "instead": "call_person"}
    rule = "change_items.final"
    return Verdict(rule=rule, policy=policy.version, reason=Reason.CHANGED_BEFORE, facts=facts)


def _not_offered(order: Order, policy: Policy, rule: str, instead: str) -> Verdict:
    facts: Facts = {"order_id": order.id, "instead": instead}
    return Verdict(rule=rule, policy=policy.version, reason=Reason.NOT_OFFERED, facts=facts)
