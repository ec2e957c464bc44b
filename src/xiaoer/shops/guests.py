"""A customer after a change: for shops that keep their own books. Pure; StaleOrder where it does not fit."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from xiaoer.domain.changes import ChangeProfile, CustomerChange, IssueCoupon
from xiaoer.domain.people import Coupon, Customer
from xiaoer.domain.ports import StaleOrder


def changed_customer(
    seen: Customer, current: Customer, change: CustomerChange, *, key: str, now: datetime
) -> Customer:
    """`seen`: as the caller read it. Of two coupons at once the later one does not fit any more."""
    match change:
        case IssueCoupon():
            if seen.coupons != current.coupons:
                raise StaleOrder(f"{seen.id} has other coupons by now")
            given = Coupon(
                code=f"XE{hashlib.blake2b(key.encode(), digest_size=4).hexdigest().upper()}",
                amount=change.amount,
                given_at=now,
                until=change.until,
                order_id=change.order_id,
            )
            return replace(current, coupons=(*current.coupons, given))
        case ChangeProfile():
            return _with_profile(seen, current, change)
        case _ as never:
            assert_never(never)


def _with_profile(seen: Customer, current: Customer, change: ChangeProfile) -> Customer:
    if (seen.email, seen.phone, seen.addresses) != (current.email, current.phone, current.addresses):
        raise StaleOrder(f"{seen.id} is not as it was")
    first = change.address
    others = tuple(address for address in current.addresses if address != first)
    return replace(
        current,
        email=(change.email or current.email).lower(),
        phone=change.phone or current.phone,
        addresses=(first, *others) if first is not None else current.addresses,
    )
