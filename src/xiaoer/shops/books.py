"""An order after a change: for shops that keep their own books. Pure; StaleOrder where it does not fit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from xiaoer.domain.catalog import Variant
from xiaoer.domain.changes import (
    AskInvoice,
    CancelLines,
    ChangeDelivery,
    ChangeItems,
    ChangePayment,
    GiveBack,
    OrderChange,
    SendAgain,
    Urge,
    WithdrawCase,
)
from xiaoer.domain.ids import CaseId, RefundId, WayId
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    Case,
    CaseKind,
    CaseState,
    Invoice,
    Line,
    Order,
    OrderState,
    Payment,
    PayMethod,
    Refund,
    RefundState,
    RefundWhy,
)
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.rules.money import left_to_refund, share_of, spread
from xiaoer.domain.ways import Source
from xiaoer.shops.money_back import parts_to

_STILL_HERE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PACKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The order as it is then (its version is the shop's to count), and what moves besides."""

    order: Order
    stock: Mapping[str, int] = field(default_factory=dict)  # by variant; below zero: taken from the shelf
    credit: int = 0  # to the customer's gift card, minor units
    way_credit: Mapping[WayId, int] = field(default_factory=dict)  # the same of gift cards on file


@dataclass(frozen=True, slots=True)
class _At:
    policy: Policy
    now: datetime


def changed(  # noqa: PLR0911 - one for each change
    order: Order, change: OrderChange, policy: Policy, *, now: datetime
) -> After:
    at = _At(policy, now)
    match change:
        case CancelLines(line_ids=line_ids):
            return _without(order, frozenset(line_ids), at)
        case ChangeItems():
            return _with_items(order, change, at)
        case ChangePayment(method=method, way_id=way_id):
            return _paid_with(order, Source(method, way_id), at)
        case ChangeDelivery(day=day):
            return After(order=replace(_still_here(order), deliver_on=day))
        case Urge():
            return After(order=replace(order, urged_at=now))
        case WithdrawCase(case_id=case_id):
            return _without_case(order, case_id)
        case GiveBack():
            return _given_back(order, change, at)
        case SendAgain():
            return _sent_again(order, change, now)
        case AskInvoice():
            asked = Invoice(
                kind=change.kind,
                title=change.title,
                tax_number=change.tax_number,
                email=change.email,
                asked_at=now,
            )
            return After(order=replace(order, invoice=asked))
        case _ as never:
            assert_never(never)


def _still_here(order: Order) -> Order:
    if order.state not in _STILL_HERE:
        raise StaleOrder(f"{order.id} is {order.state.value}")
    return order


def _without(order: Order, gone: frozenset[str], at: _At) -> After:
    """The share of the lines goes back; what stays keeps its share of the discount."""
    lines = _lines(_still_here(order), gone)
    if len(lines) == len(order.lines):
        raise StaleOrder(f"{order.id}: all of it is cancelled as a whole")
    share = share_of(order, lines).minor
    kept = tuple(line for line in order.lines if line.id not in gone)
    worth = sum(line.unit_price.minor * line.quantity for line in kept)
    total = order.total.minor - share
    discount = Money(worth + order.shipping_fee.minor - total, order.total.currency)
    after = replace(order, lines=kept, total=Money(total, order.total.currency), discount=discount)
    stock = Counter[str]()
    for line in lines:
        stock[line.variant_id] += line.quantity
    if not order.payments:
        return After(order=after, stock=stock)
    refunds = _refunds(order, Money(share, order.total.currency), RefundWhy.GOODS, at)
    return _moved(replace(after, refunds=(*order.refunds, *refunds)), _credit(refunds), stock)


def _with_items(order: Order, change: ChangeItems, at: _At) -> After:
    swaps = {swap.line_id: swap.variant for swap in change.swaps}
    old = _lines(_still_here(order), frozenset(swaps))
    stock = Counter[str]()
    difference = 0
    for line in old:
        wanted = swaps[line.id]
        stock[line.variant_id] += line.quantity
        stock[wanted.id] -= line.quantity
        difference += (wanted.price.minor - line.unit_price.minor) * line.quantity
    lines = tuple(_swapped(line, swaps.get(line.id)) for line in order.lines)
    total = Money(order.total.minor + difference, order.total.currency)
    if total.minor < 0:
        raise StaleOrder(f"{order.id}: less than nothing is left to pay")
    after = replace(order, lines=lines, total=total, item_changes=order.item_changes + 1)
    if order.state is OrderState.AWAITING_PAYMENT or difference == 0:
        return After(order=after, stock=stock)
    amount = Money(abs(difference), order.total.currency)
    if difference > 0:
        paid = Payment(method=change.method, amount=amount, paid_at=at.now, way_id=change.way_id)
        return _moved(replace(after, payments=(*order.payments, paid)), _debit(paid), stock)
    to = Source(change.method, change.way_id) if change.way_id else None
    refunds = _refunds(order, amount, RefundWhy.CHANGED, at, to=to)
    return _moved(replace(after, refunds=(*order.refunds, *refunds)), _credit(refunds), stock)


def _swapped(line: Line, to: Variant | None) -> Line:
    if to is None:
        return line
    return replace(line, variant_id=to.id, options=to.options, unit_price=to.price)


def _paid_with(order: Order, source: Source, at: _At) -> After:
    """Paid anew, whole; each earlier payment goes back the way it came."""
    parts = spread(_still_here(order), left_to_refund(order))
    amount = sum(part.minor for _, part in parts)
    if amount == 0:
        raise StaleOrder(f"{order.id}: nothing is paid")
    money = Money(amount, order.total.currency)
    paid = Payment(method=source.method, amount=money, paid_at=at.now, way_id=source.way_id)
    refunds = tuple(
        _refund(order, nth, part, RefundWhy.CHANGED, at) for nth, part in enumerate(parts, start=1)
    )
    after = replace(
        order,
        payments=(*order.payments, paid),
        refunds=(*order.refunds, *refunds),
        payment_changes=order.payment_changes + 1,
    )
    credit = _credit(refunds)
    credit.update(_debit(paid))
    return _moved(after, credit)


def _without_case(order: Order, case_id: CaseId) -> After:
    case = next((case for case in order.cases if case.id == case_id), None)
    if case is None or case.state is not CaseState.APPROVED:
        raise StaleOrder(f"{order.id}: this case cannot be called off")
    cases = tuple(replace(c, state=CaseState.CLOSED) if c.id == case_id else c for c in order.cases)
    refunds = tuple(
        replace(r, state=RefundState.FAILED)
        if r.case_id == case_id and r.state is RefundState.AWAITING_GOODS
        else r
        for r in order.refunds
    )
    stock = Counter[str]()
    quantities = {line.id: line.quantity for line in order.lines}
    for line_id, variant_id in zip(case.line_ids, case.new_variant_ids, strict=False):
        stock[variant_id] += quantities.get(line_id, 0)
    return After(order=replace(order, cases=cases, refunds=refunds), stock=stock)


def _given_back(order: Order, change: GiveBack, at: _At) -> After:
    if not 0 < change.amount.minor <= left_to_refund(order).minor:
        raise StaleOrder(f"{order.id}: so much was not paid, or went back already")
    refunds = tuple(
        replace(refund, line_id=change.line_id) for refund in _refunds(order, change.amount, change.why, at)
    )
    return _moved(replace(order, refunds=(*order.refunds, *refunds)), _credit(refunds))


def _sent_again(order: Order, change: SendAgain, now: datetime) -> After:
    lines = _lines(order, frozenset(change.line_ids))
    again = Case(
        id=CaseId(f"N{order.id.removeprefix('M')}-{len(order.cases) + 1}"),
        kind=CaseKind.RESEND,
        order_id=order.id,
        line_ids=tuple(line.id for line in lines),
        state=CaseState.APPROVED,
        reason=change.reason,
        requested_at=now,
    )
    stock = Counter[str]()
    for line in lines:
        stock[line.variant_id] -= line.quantity
    return After(order=replace(order, cases=(*order.cases, again)), stock=stock)


def _lines(order: Order, line_ids: frozenset[str]) -> list[Line]:
    lines = [line for line in order.lines if line.id in line_ids]
    if not lines or len(lines) != len(line_ids):
        raise StaleOrder(f"{order.id} has no such lines")
    return lines


def _refunds(
    order: Order, amount: Money, why: RefundWhy, at: _At, *, to: Source | None = None
) -> tuple[Refund, ...]:
    parts = enumerate(parts_to(order, amount, to), start=1)
    return tuple(_refund(order, nth, part, why, at) for nth, part in parts)


def _refund(order: Order, nth: int, part: tuple[Source, Money], why: RefundWhy, at: _At) -> Refund:
    source, amount = part
    days = at.policy.refund_days.get(source.method)
    at_once = days == 0
    return Refund(
        id=RefundId(f"F{order.id.removeprefix('M')}-{nth + len(order.refunds)}"),
        order_id=order.id,
        amount=amount,
        method=source.method,
        way_id=source.way_id,
        state=RefundState.DONE if at_once else RefundState.PROCESSING,
        created_at=at.now,
        expected_by=None if days is None else at.now + timedelta(days=days),
        done_at=at.now if at_once else None,
        why=why,
    )


_Cards = Counter[WayId | None]  # minor units, by gift card; None: the customer's only one


def _credit(refunds: tuple[Refund, ...]) -> _Cards:
    """What gift cards are worth more, at once."""
    cards = _Cards()
    for refund in refunds:
        if refund.method is PayMethod.GIFT_CARD and refund.state is RefundState.DONE:
            cards[refund.way_id] += refund.amount.minor
    return cards


def _debit(paid: Payment) -> _Cards:
    is_card = paid.method is PayMethod.GIFT_CARD
    return _Cards({paid.way_id: -paid.amount.minor} if is_card else {})


def _moved(order: Order, cards: _Cards, stock: Mapping[str, int] | None = None) -> After:
    named = {way_id: minor for way_id, minor in cards.items() if way_id is not None and minor}
    return After(order=order, stock=stock or {}, credit=cards[None], way_credit=named)
