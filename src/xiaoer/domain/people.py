"""Customer, staff, Actor: who asks, and how well it is proven."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from xiaoer.domain.ids import CustomerId, OrderId, ShopId, StaffId
from xiaoer.domain.money import Money
from xiaoer.domain.ways import Way
from xiaoer.domain.words import Language


class Role(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"


class Proof(IntEnum):
    """How sure we are that the actor is who they say."""

    NONE = 0
    ORDER = 1  # knows an order's number and the phone tail or e-mail on it: this order only
    SIGNED_IN = 2  # the shop signed them in: all their orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Set by server code only: no message, model or tool argument reaches into it."""

    shop_id: ShopId
    role: Role
    proof: Proof = Proof.NONE
    customer_id: CustomerId | None = None
    proven_orders: frozenset[OrderId] = field(default_factory=frozenset)
    staff_id: StaffId | None = None


class Tier(StrEnum):
    MEMBER = "member"
    SILVER = "silver"
    GOLD = "gold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    name: str
    phone: str  # E.164 where the shop has it so
    country: str  # ISO 3166-1 alpha-2
    region: str  # province or state
    city: str
    street: str  # district, street, house, flat
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """Money off a later order. `order_id`: the order it makes up for; then it was a gesture."""

    code: str
    amount: Money
    given_at: datetime
    until: datetime
    minimum: Money | None = None  # the order must be worth so much
    used: bool = False
    order_id: OrderId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    id: CustomerId
    name: str
    email: str
    phone: str
    language: Language
    time_zone: str  # IANA name
    tier: Tier
    addresses: tuple[Address, ...] = ()
    gift_card_balance: Money | None = None  # of all gift cards together
    ways: tuple[Way, ...] = ()  # to pay, on file; none where the shop does not tell them apart
    coupons: tuple[Coupon, ...] = ()
