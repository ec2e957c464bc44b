"""Coupons from the demo shop's campaigns. Nothing is drawn: the rest of the world stays as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from xiaoer.domain.money import Money
from xiaoer.domain.people import Coupon, Customer

_FIRST = 2  # of three customers have the first
_WELCOME, _SEASON = (10_00, 99_00, 45), (30_00, 299_00, -3)  # off, from, days left


def with_coupons(customers: Sequence[Customer], currency: str, now: datetime) -> tuple[Customer, ...]:
    """One that holds and one that is over for some, one for others, none for the rest."""
    return tuple(
        replace(customer, coupons=tuple(_of(customer, place, currency, now)))
        for place, customer in enumerate(customers)
    )


def _of(customer: Customer, place: int, currency: str, now: datetime) -> Iterator[Coupon]:
    campaigns = (("WELCOME", _WELCOME), ("SEASON", _SEASON))[: _FIRST - place % 3]
    for name, (off, least, left) in campaigns:
        yield Coupon(
            code=f"{name}-{customer.id.upper()}",
            amount=Money(off, currency),
            given_at=now - timedelta(days=20),
            until=now + timedelta(days=left),
            minimum=Money(least, currency),
        )
