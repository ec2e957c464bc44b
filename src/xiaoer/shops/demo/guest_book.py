"""Writes to a customer's rows. Each holds the customer's row, so that two of the same key come one by one."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, insert, select, update

from xiaoer.domain.changes import CustomerChange
from xiaoer.domain.people import Customer
from xiaoer.domain.ports import StaleOrder
from xiaoer.shops.demo import reading
from xiaoer.shops.demo import tables as t
from xiaoer.shops.demo.reading import Of
from xiaoer.shops.demo.to_rows import address_row, coupon_row
from xiaoer.shops.guests import changed_customer

_OF_NO_ORDER = ""  # in demo_effect


def change(
    conn: Connection, seen: Customer, asked: CustomerChange, *, key: str, at: datetime, of: Of
) -> Customer:
    """In one transaction with the row in demo_effect that says it was done."""
    this = and_(t.customer.c.shop_id == of.shop_id, t.customer.c.id == seen.id)
    conn.execute(select(t.customer.c.id).where(this).with_for_update())
    found = reading.customers(conn, this, 1, of)
    if not found:
        raise StaleOrder(f"{seen.id} is not there")
    if reading.effect(conn, key, of) is not None:
        return found[0]
    after = changed_customer(seen, found[0], asked, key=key, now=at)
    others = select(t.customer.c.id).where(t.customer.c.shop_id == of.shop_id, t.customer.c.id != after.id)
    if conn.execute(others.where(t.customer.c.email == after.email)).first() is not None:
        raise StaleOrder("another customer has that e-mail")
    conn.execute(update(t.customer).where(this).values(email=after.email, phone=after.phone))
    for table, rows in (
        (t.customer_address, [address_row(address) for address in after.addresses]),
        (t.coupon, [coupon_row(coupon) for coupon in after.coupons]),
    ):
        theirs = table.c.shop_id == of.shop_id, table.c.customer_id == seen.id
        conn.execute(delete(table).where(*theirs))
        for place, row in enumerate(rows):
            owner = {"shop_id": of.shop_id, "customer_id": seen.id, "place": place}
            conn.execute(insert(table).values({**row, **owner}))
    done = {"shop_id": of.shop_id, "key": key, "order_id": _OF_NO_ORDER, "case_id": None, "at": at}
    conn.execute(insert(t.effect).values(done))
    return after
