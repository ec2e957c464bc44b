"""Writes of the demo tables. Each holds the order's row, so that two of the same key come one by one.

Everything a write does stands in one transaction with the row in demo_effect that says it was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from xiaoer.domain.changes import OrderChange
from xiaoer.domain.ids import CaseId
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    Case,
    CaseKind,
    CaseState,
    Line,
    Order,
    OrderState,
    PayMethod,
    Refund,
    RefundState,
)
from xiaoer.domain.people import Address
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import CaseRequest, StaleOrder
from xiaoer.domain.rules.returns import case_of_line
from xiaoer.shops.books import changed
from xiaoer.shops.demo import reading
from xiaoer.shops.demo import tables as t
from xiaoer.shops.demo.to_rows import address_row, case_row, change_row, line_row, payment_row, refund_row
from xiaoer.shops.money_back import refunds_of_cancelled, refunds_of_return

_STILL_HERE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PACKED})


@dataclass(frozen=True, slots=True)
class Write:
    """One write: the order as the caller saw it, the key that makes it happen once, and when."""

    seen: Order
    key: str
    at: datetime
    policy: Policy


def cancel(conn: Connection, write: Write, reason: str) -> Order:
    """Goods back on the shelf, money on its way back. StaleOrder once it has left."""
    if _done_before(conn, write) is not None:
        return _now(conn, write)
    order = _as_seen(conn, write)
    if order.state not in _STILL_HERE:
        raise StaleOrder(f"{order.id} is {order.state.value}")
    for line in order.lines:
        _move_stock(conn, line.variant_id, line.quantity)
    refunds = refunds_of_cancelled(order, write.policy, now=write.at)
    _add_refunds(conn, order, refunds)
    cancelled = {"state": OrderState.CANCELLED.value, "cancelled_at": write.at, "cancel_reason": reason}
    _change(conn, write, values=cancelled)
    return _now(conn, write)


def change_address(conn: Connection, write: Write, address: Address) -> Order:
    if _done_before(conn, write) is not None:
        return _now(conn, write)
    order = _as_seen(conn, write)
    if order.state not in _STILL_HERE:
        raise StaleOrder(f"{order.id} is {order.state.value}")
    _change(conn, write, values=address_row(address, "to_"))
    return _now(conn, write)


def open_case(conn: Connection, write: Write, request: CaseRequest) -> Case:
    """A return with its refund to come, or an exchange with the new goods put aside."""
    if (done := _done_before(conn, write)) is not None:
        return _case(_now(conn, write), done)
    order = _as_seen(conn, write)
    lines = _lines_free_for_a_case(order, request)
    case = Case(
        id=CaseId(f"{request.kind.value[0].upper()}{order.id.removeprefix('M')}-{len(order.cases) + 1}"),
        kind=request.kind,
        order_id=order.id,
        line_ids=request.line_ids,
        state=CaseState.APPROVED,
        reason=request.reason,
        requested_at=write.at,
        new_variant_id=request.new_variant_id,
    )
    row = {**case_row(case), "order_id": order.id, "place": len(order.cases)}
    conn.execute(insert(t.case).values(row))
    if case.kind is CaseKind.RETURN:
        fee = Money(request.fee_minor, write.policy.currency)
        refunds = refunds_of_return(order, lines, fee=fee, case_id=case.id, now=write.at)
        _add_refunds(conn, order, refunds)
    elif request.new_variant_id is not None:
        _move_stock(conn, request.new_variant_id, -sum(line.quantity for line in lines))
    _change(conn, write, case_id=case.id)
    return case


def change(conn: Connection, write: Write, asked: OrderChange) -> Order:
    """The order's rows as they are afterwards; stock and gift card with them."""
    if _done_before(conn, write) is not None:
        return _now(conn, write)
    order = _as_seen(conn, write)
    after = changed(order, asked, write.policy, now=write.at)
    for variant_id, count in sorted(after.stock.items()):
        _move_stock(conn, variant_id, count)
    if after.credit:
        _credit(conn, order, after.credit)
    _rewrite(conn, t.line, order, [line_row(line) for line in after.order.lines])
    _rewrite(conn, t.payment, order, [payment_row(payment) for payment in after.order.payments])
    _rewrite(conn, t.case, order, [case_row(case) for case in after.order.cases])
    _rewrite(conn, t.refund, order, [refund_row(refund) for refund in after.order.refunds])
    values = {"total": after.order.total.minor, "discount": after.order.discount.minor}
    _change(conn, write, values={**values, **change_row(after.order)})
    return _now(conn, write)


def forget(conn: Connection, customer_id: str) -> None:
    """Take the person out of every row. Amounts, goods, country and region stay for the books."""
    for table in t.OF_A_CUSTOMER:
        conn.execute(delete(table).where(table.c.customer_id == customer_id))
    nobody = {"name": "", "phone": "", "email": f"{customer_id}@forgotten.invalid".lower()}
    conn.execute(update(t.customer).where(t.customer.c.id == customer_id).values(nobody))
    theirs = t.order.c.customer_id == customer_id
    nowhere: dict[str, Any] = {f"to_{name}": "" for name in ("name", "phone", "city", "street", "postcode")}
    nowhere = {**nowhere, "cancel_reason": None, "invoice": None}
    conn.execute(update(t.order).where(theirs).values(**nowhere, version=t.order.c.version + 1))
    orders = select(t.order.c.id).where(theirs)
    conn.execute(
        update(t.parcel).where(t.parcel.c.order_id.in_(orders)).values(tracking_number="", events=[])
    )


# --- steps -------------------------------------------------------------------------------------


def _done_before(conn: Connection, write: Write) -> str | None:
    """The case id ("" for none) of the same key's first time. Waits for another holder of the order."""
    conn.execute(select(t.order.c.id).where(t.order.c.id == write.seen.id).with_for_update())
    done = reading.effect(conn, write.key)
    return None if done is None else done["case_id"] or ""


def _as_seen(conn: Connection, write: Write) -> Order:
    order = _now(conn, write)
    if order.version != write.seen.version:
        raise StaleOrder(f"{order.id} is at version {order.version}, seen was {write.seen.version}")
    return order


def _now(conn: Connection, write: Write) -> Order:
    order = reading.order(conn, write.seen.id, write.policy.currency)
    if order is None:
        raise StaleOrder(f"{write.seen.id} is not there")
    return order


def _change(
    conn: Connection, write: Write, *, case_id: str | None = None, values: Mapping[str, Any] | None = None
) -> None:
    """The order's new values and version, and the mark that this key was done."""
    mine = t.order.c.id == write.seen.id
    conn.execute(update(t.order).where(mine).values(version=t.order.c.version + 1, **(values or {})))
    conn.execute(insert(t.effect).values(key=write.key, order_id=write.seen.id, case_id=case_id, at=write.at))


def _lines_free_for_a_case(order: Order, request: CaseRequest) -> list[Line]:
    lines = [line for line in order.lines if line.id in request.line_ids]
    if not lines or len(lines) != len(request.line_ids):
        raise StaleOrder(f"{order.id} has no such lines")
    if any(case_of_line(order, line) for line in lines):
        raise StaleOrder(f"{order.id} has a case of these lines")
    return lines


def _move_stock(conn: Connection, variant_id: str, count: int) -> None:
    """StaleOrder if fewer are there than are wanted; a variant no longer sold takes nothing back."""
    there = (t.variant.c.id == variant_id) & (t.variant.c.stock + count >= 0)
    moved = conn.execute(update(t.variant).where(there).values(stock=t.variant.c.stock + count))
    if count < 0 and moved.rowcount == 0:
        raise StaleOrder(f"too few of {variant_id} are left")


def _add_refunds(conn: Connection, order: Order, refunds: tuple[Refund, ...]) -> None:
    for place, refund in enumerate(refunds, start=len(order.refunds)):
        conn.execute(insert(t.refund).values(**refund_row(refund), order_id=order.id, place=place))
        if refund.method is PayMethod.GIFT_CARD and refund.state is RefundState.DONE:
            credit = func.coalesce(t.customer.c.gift_card, 0) + refund.amount.minor
            owner = t.customer.c.id == order.customer_id
            conn.execute(update(t.customer).where(owner).values(gift_card=credit))


def _credit(conn: Connection, order: Order, minor: int) -> None:
    """StaleOrder if a gift card does not hold what is taken from it."""
    worth = func.coalesce(t.customer.c.gift_card, 0) + minor
    owner = (t.customer.c.id == order.customer_id) & (worth >= 0)
    if conn.execute(update(t.customer).where(owner).values(gift_card=worth)).rowcount == 0:
        raise StaleOrder("the gift card does not hold so much")


def _rewrite(conn: Connection, table: Table, order: Order, rows: Sequence[Mapping[str, Any]]) -> None:
    conn.execute(delete(table).where(table.c.order_id == order.id))
    for place, row in enumerate(rows):
        conn.execute(insert(table).values(**row, order_id=order.id, place=place))


def _case(order: Order, case_id: str) -> Case:
    found = next((case for case in order.cases if case.id == case_id), None)
    if found is None:
        raise StaleOrder(f"the key was used for another write of {order.id}")
    return found
