"""Writes of the demo tables. Each holds the order's row, so that two of the same key come one by one.

Everything a write does stands in one transaction with the row in demo_effect that says it was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, func, insert, select, update

from xiaoer.domain.changes import OrderChange
from xiaoer.domain.ids import CaseId
from xiaoer.domain.order import (
    Case,
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
from xiaoer.shops.demo.reading import Of
from xiaoer.shops.demo.to_rows import address_row, case_row, change_row, line_row, payment_row, refund_row
from xiaoer.shops.money_back import extra_of, refunds_of_cancelled, refunds_of_case, set_aside

_STILL_HERE = frozenset({OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PACKED})


@dataclass(frozen=True, slots=True)
class Write:
    """One write: the order as the caller saw it, the key that makes it happen once, and when."""

    seen: Order
    key: str
    at: datetime
    policy: Policy

    @property
    def of(self) -> Of:
        return Of(self.policy.shop_id, self.policy.currency)


def cancel(conn: Connection, write: Write, reason: str) -> Order:
    """Goods back on the shelf, money on its way back. StaleOrder once it has left."""
    if _done_before(conn, write) is not None:
        return _now(conn, write)
    order = _as_seen(conn, write)
    if order.state not in _STILL_HERE:
        raise StaleOrder(f"{order.id} is {order.state.value}")
    for line in order.lines:
        _move_stock(conn, write.of, line.variant_id, line.quantity)
    refunds = refunds_of_cancelled(order, write.policy, now=write.at)
    _add_refunds(conn, order, refunds, write.of)
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
    opened = Case(
        id=CaseId(f"{request.kind.value[0].upper()}{order.id.removeprefix('M')}-{len(order.cases) + 1}"),
        kind=request.kind,
        order_id=order.id,
        line_ids=request.line_ids,
        state=CaseState.APPROVED,
        reason=request.reason,
        requested_at=write.at,
        new_variant_ids=request.new_variant_ids,
        extra=extra_of(request, write.policy.currency),
        way_id=request.by.way_id if request.by else None,
    )
    row = {**case_row(opened), "shop_id": write.of.shop_id, "order_id": order.id, "place": len(order.cases)}
    conn.execute(insert(t.case).values(row))
    refunds = refunds_of_case(order, lines, request, case_id=opened.id, now=write.at)
    _add_refunds(conn, order, refunds, write.of)
    for variant_id, count in sorted(set_aside(order, request).items()):
        _move_stock(conn, write.of, variant_id, -count)
    _change(conn, write, case_id=opened.id)
    return opened


def change(conn: Connection, write: Write, asked: OrderChange) -> Order:
    """The order's rows as they are afterwards; stock and gift card with them."""
    if _done_before(conn, write) is not None:
        return _now(conn, write)
    order = _as_seen(conn, write)
    after = changed(order, asked, write.policy, now=write.at)
    for variant_id, count in sorted(after.stock.items()):
        _move_stock(conn, write.of, variant_id, count)
    if after.credit:
        _credit(conn, order, None, after.credit, write.of)
    for way_id, minor in sorted(after.way_credit.items()):
        _credit(conn, order, way_id, minor, write.of)
    for table, rows in (
        (t.line, map(line_row, after.order.lines)),
        (t.payment, map(payment_row, after.order.payments)),
        (t.case, map(case_row, after.order.cases)),
        (t.refund, map(refund_row, after.order.refunds)),
    ):
        _rewrite(conn, table, list(rows), order, write.of)
    values = {"total": after.order.total.minor, "discount": after.order.discount.minor}
    _change(conn, write, values={**values, **change_row(after.order)})
    return _now(conn, write)


def forget(conn: Connection, customer_id: str, of: Of) -> None:
    """Take the person out of every row. Amounts, goods, country and region stay for the books."""
    for table in t.OF_A_CUSTOMER:
        conn.execute(delete(table).where(table.c.shop_id == of.shop_id, table.c.customer_id == customer_id))
    nobody = {"name": "", "phone": "", "email": f"{customer_id}@forgotten.invalid".lower()}
    person = (t.customer.c.shop_id == of.shop_id) & (t.customer.c.id == customer_id)
    conn.execute(update(t.customer).where(person).values(nobody))
    theirs = (t.order.c.shop_id == of.shop_id) & (t.order.c.customer_id == customer_id)
    nowhere: dict[str, Any] = {f"to_{name}": "" for name in ("name", "phone", "city", "street", "postcode")}
    nowhere = {**nowhere, "cancel_reason": None, "invoice": None}
    conn.execute(update(t.order).where(theirs).values(**nowhere, version=t.order.c.version + 1))
    orders = select(t.order.c.id).where(theirs)
    conn.execute(
        update(t.parcel)
        .where(t.parcel.c.shop_id == of.shop_id, t.parcel.c.order_id.in_(orders))
        .values(tracking_number="", events=[])
    )


# --- steps -------------------------------------------------------------------------------------


def _done_before(conn: Connection, write: Write) -> str | None:
    """The case id ("" for none) of the same key's first time. Waits for another holder of the order."""
    conn.execute(select(t.order.c.id).where(_mine(write)).with_for_update())
    done = reading.effect(conn, write.key, write.of)
    return None if done is None else done["case_id"] or ""


def _as_seen(conn: Connection, write: Write) -> Order:
    order = _now(conn, write)
    if order.version != write.seen.version:
        raise StaleOrder(f"{order.id} is at version {order.version}, seen was {write.seen.version}")
    return order


def _now(conn: Connection, write: Write) -> Order:
    order = reading.order(conn, write.seen.id, write.of)
    if order is None:
        raise StaleOrder(f"{write.seen.id} is not there")
    return order


def _change(
    conn: Connection, write: Write, *, case_id: str | None = None, values: Mapping[str, Any] | None = None
) -> None:
    """The order's new values and version, and the mark that this key was done."""
    bumped = {"version": t.order.c.version + 1, **(values or {})}
    conn.execute(update(t.order).where(_mine(write)).values(**bumped))
    done = {"shop_id": write.of.shop_id, "key": write.key, "order_id": write.seen.id}
    conn.execute(insert(t.effect).values(**done, case_id=case_id, at=write.at))


def _mine(write: Write) -> ColumnElement[bool]:
    return and_(t.order.c.shop_id == write.of.shop_id, t.order.c.id == write.seen.id)


def _lines_free_for_a_case(order: Order, request: CaseRequest) -> list[Line]:
    lines = [line for line in order.lines if line.id in request.line_ids]
    if not lines or len(lines) != len(request.line_ids):
        raise StaleOrder(f"{order.id} has no such lines")
    if any(case_of_line(order, line) for line in lines):
        raise StaleOrder(f"{order.id} has a case of these lines")
    return lines


def _move_stock(conn: Connection, of: Of, variant_id: str, count: int) -> None:
    """StaleOrder if fewer are there than are wanted; a variant no longer sold takes nothing back.

    Of what is not counted, nothing moves: it is there, or it is not.
    """
    column = t.variant.c
    this = (column.shop_id == of.shop_id) & (column.id == variant_id) & (column.stock + count >= 0)
    moved = case((column.counted, column.stock + count), else_=column.stock)
    done = conn.execute(update(t.variant).where(this).values(stock=moved))
    if count < 0 and done.rowcount == 0:
        raise StaleOrder(f"too few of {variant_id} are left")


def _add_refunds(conn: Connection, order: Order, refunds: tuple[Refund, ...], of: Of) -> None:
    for place, refund in enumerate(refunds, start=len(order.refunds)):
        row = {**refund_row(refund), "shop_id": of.shop_id, "order_id": order.id, "place": place}
        conn.execute(insert(t.refund).values(**row))
        if refund.method is PayMethod.GIFT_CARD and refund.state is RefundState.DONE:
            _credit(conn, order, refund.way_id, refund.amount.minor, of)


def _credit(conn: Connection, order: Order, way_id: str | None, minor: int, of: Of) -> None:
    """StaleOrder if a gift card does not hold what is taken from it."""
    table, column = (t.customer, t.customer.c.gift_card) if way_id is None else (t.way, t.way.c.balance)
    owner = t.customer.c.id if way_id is None else t.way.c.customer_id
    worth = func.coalesce(column, 0) + minor
    card = and_(table.c.shop_id == of.shop_id, owner == order.customer_id, worth >= 0)
    card = card if way_id is None else and_(card, t.way.c.id == way_id)
    if conn.execute(update(table).where(card).values({column: worth})).rowcount == 0 and minor < 0:
        raise StaleOrder("the gift card does not hold so much")


def _rewrite(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], order: Order, of: Of) -> None:
    conn.execute(delete(table).where(table.c.shop_id == of.shop_id, table.c.order_id == order.id))
    for place, row in enumerate(rows):
        conn.execute(insert(table).values(**row, shop_id=of.shop_id, order_id=order.id, place=place))


def _case(order: Order, case_id: str) -> Case:
    found = next((case for case in order.cases if case.id == case_id), None)
    if found is None:
        raise StaleOrder(f"the key was used for another write of {order.id}")
    return found
