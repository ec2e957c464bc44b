"""The shop's rules as data (from policy.yaml; loader: shops/policy_file.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from xiaoer.domain.ids import ShopId
from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.words import Language, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When people are at the desk, in the shop's time zone. `days`: Monday is 0."""

    opens: time
    closes: time
    days: frozenset[int]
    time_zone: str

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.time_zone))
        return local.weekday() in self.days and self.opens <= local.time() < self.closes

    def next_opening(self, now: datetime) -> datetime:
        """The first opening after `now`, in `now`'s zone. ValueError if the desk never opens."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        for ahead in range(9):
            day = (local + timedelta(days=ahead)).date()
            start = datetime.combine(day, self.opens, ZoneInfo(self.time_zone))
            if day.weekday() in self.days and start > now:
                return start.astimezone(now.tzinfo)
        raise ValueError("service_hours has no day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
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
