"""The shop's rules as data (from policy.yaml; loader: policies/file.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from xiaoer.domain.ids import ShopId
from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.words import Language, Words

_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When people are at the desk, in the shop's time zone. `days`: Monday is 0. On holidays nobody is."""

    opens: time
    closes: time
    days: frozenset[int]
    time_zone: str
    holidays: frozenset[date] = frozenset()

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.time_zone))
        return self._works_on(local.date()) and self.opens <= local.time() < self.closes

    def next_opening(self, now: datetime) -> datetime:
        """The first opening after `now`, in `now`'s zone. ValueError if there is no day at all."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        for ahead in range(_A_WEEK * (len(self.holidays) + 2)):  # though every week has a holiday
            day = (local + timedelta(days=ahead)).date()
            start = datetime.combine(day, self.opens, ZoneInfo(self.time_zone))
            if self._works_on(day) and start > now:
                return start.astimezone(now.tzinfo)
        raise ValueError("service_hours has no day")

    def _works_on(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Until when something about an order may be changed, and how often."""

    states: frozenset[OrderState] = frozenset()
    times: int = 1  # in the life of an order
    final: bool = False  # nothing of the order is changed or cancelled after it
    on_file: bool = False  # money moves by a way the customer has on file and names


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may go back to customers before a colleague has to agree. None: no limit."""

    per_order: Money | None = None
    per_customer_day: Money | None = None
    per_shop_day: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodwill:
    """A gesture for what went wrong: the least of `most` and `percent` of the order."""

    most: Money
    percent: int
    times: int  # for a customer within `within_days`
    within_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponBudget:
    """Coupons the counter may give by itself, worth `amount` each."""

    amount: Money
    times: int  # for a customer within `within_days`
    within_days: int
    valid_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcels:
    """What holds for parcels that are late, lost, or arrive broken."""

    lost_after_days: int  # past the carrier's estimate, without being delivered
    report_damage_days: int  # after delivery
    photo_needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """How soon the shop keeps its word, in hours of the clock."""

    call_back_hours: int = 24
    ticket_hours: int = 48
    invoice_hours: int = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All of it. What has a default may be missing in a file: the shop does not offer it then."""

    version: str
    shop_id: ShopId
    shop_name: Words
    currency: str
    time_zone: str
    languages: tuple[Language, ...]
    order_number: str  # regular expression, no anchors
    hours: Hours
    dispatch_hours: int
    cancel_states: frozenset[OrderState]
    change_address_states: frozenset[OrderState]
    return_days: int
    return_days_by_category: Mapping[str, int]
    unopened_only: frozenset[str]  # categories
    final_sale_returns: str  # never | faulty_only
    return_fee: Money
    return_free_tiers: frozenset[Tier]
    exchange_days: int
    exchange_days_by_category: Mapping[str, int]
    refund_after_receipt_days: int
    refund_days: Mapping[PayMethod, int]
    phone: str = ""  # the shop's own; empty: it has none
    return_days_by_tier: Mapping[Tier, int] = field(default_factory=dict)
    exchange_days_by_tier: Mapping[Tier, int] = field(default_factory=dict)
    people_only: frozenset[str] = frozenset()  # actions a colleague must agree to, always
    cancel_lines: bool = False
    change_items: Changes = Changes()
    change_payment: Changes = Changes()
    pay_methods: frozenset[PayMethod] = frozenset(PayMethod)  # that an order may be changed to
    limits: Limits = Limits()
    goodwill: Goodwill | None = None
    coupons: CouponBudget | None = None
    price_protection_days: int | None = None
    warranty_months: Mapping[str, int] = field(default_factory=dict)  # by category
    parcels: Parcels | None = None
    promises: Promises = Promises()
    cancel_reasons: Mapping[str, Words] = field(default_factory=dict)  # empty: none need be given
    return_reasons: bool = True  # whether it is asked why goods go back
    refund_to_gift_card: bool = False  # a return may be paid out to a gift card on file as well
    exchange_other_price: bool = False  # the difference is settled by a way on file
    exchange_same_variant: bool = False
    change_same_variant: bool = False
    one_case: bool = False  # a return or exchange covers an order once for all
