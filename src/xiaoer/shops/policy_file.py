"""policy.yaml -> domain.policy.Policy, or one clear sentence per thing to mend."""

import re
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from xiaoer.domain.ids import ShopId
from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Hours, Policy
from xiaoer.domain.words import Language, Words

_MINOR_UNITS = 100  # of every currency a policy may name so far
_DECADE_DAYS = 3_650  # nobody means more


class PolicyError(Exception):
    """The file cannot be used. The message names file and key, and says what to write."""


def load_policy(path: Path) -> Policy:
    """Read, validate and convert; PolicyError if the file is missing, no YAML, or says something unknown."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PolicyError(f"{path}: no such file. Copy the demo shop's policy.yaml there.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: not readable as YAML: {error}") from error
    try:
        return _policy(_File.model_validate(raw))
    except ValidationError as error:
        raise PolicyError("\n".join(_advice(path, dict(e)) for e in error.errors())) from error


# --- the file's form ---------------------------------------------------------------------------


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error}); write for instance M[0-9]{{8}}") from error
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("not a time zone; write for instance Asia/Shanghai") from error
    return name


def _clock(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError as error:
        raise ValueError('not a time of day; write it in quotes, for instance "09:00"') from error
    return text


def _phone(text: str) -> str:
    if not re.fullmatch(r"[0-9+() -]{5,30}", text):
        raise ValueError('not a phone number; write it in quotes, such as "400-000-0000", or leave it out')
    return text


Days = Annotated[int, Field(ge=0, le=_DECADE_DAYS)]
Span = tuple[Days, Days]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]  # in the currency's main unit, as people write it
Clock = Annotated[str, AfterValidator(_clock)]


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class PaidBy(StrEnum):
    SHOP = "shop"
    CUSTOMER = "customer"


class FinalSale(StrEnum):
    NEVER = "never"
    FAULTY_ONLY = "faulty_only"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Words(_Part):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _Shop(_Part):
    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: _Words
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    time_zone: Annotated[str, AfterValidator(_zone)]
    languages: list[Language] = Field(min_length=1)
    order_number: Annotated[str, AfterValidator(_pattern)]
    phone: Annotated[str, AfterValidator(_phone)] = ""  # of the shop; left out: it has none


class _Hours(_Part):
    open: Clock
    close: Clock
    days: list[Day] = Field(min_length=1)


class _Dispatch(_Part):
    within_hours: int = Field(gt=0, le=24 * _DECADE_DAYS)


class _Delivery(_Part):
    domestic_days: Span
    remote_days: Span
    abroad_days: Span
    free_from: Amount
    fee: Amount


class _States(_Part):
    states: list[OrderState]


class _ShippingPaidBy(_Part):
    faulty: PaidBy
    other: PaidBy


class _Return(_Part):
    window_days: Days
    by_category: dict[str, Days] = Field(default_factory=dict)
    unopened_only: list[str] = Field(default_factory=list)
    final_sale: FinalSale
    shipping_paid_by: _ShippingPaidBy
    free_for_tiers: list[Tier] = Field(default_factory=list)
    fee: Amount


class _Exchange(_Part):
    window_days: Days
    by_category: dict[str, Days] = Field(default_factory=dict)


class _Refund(_Part):
    after_receipt_days: Days
    arrives_within_days: dict[PayMethod, Days]


class _PriceProtection(_Part):
    window_days: Days


class _Warranty(_Part):
    electronics_months: int = Field(ge=0, le=240)


class _File(_Part):
    version: str = Field(min_length=1)
    shop: _Shop
    service_hours: _Hours
    dispatch: _Dispatch
    delivery: _Delivery
    cancel: _States
    change_address: _States
    return_: _Return = Field(alias="return")
    exchange: _Exchange
    refund: _Refund
    price_protection: _PriceProtection
    warranty: _Warranty


# --- conversion --------------------------------------------------------------------------------


def _policy(file: _File) -> Policy:
    shop, back = file.shop, file.return_
    customer_pays = back.shipping_paid_by.other is PaidBy.CUSTOMER
    return Policy(
        version=file.version,
        shop_id=ShopId(shop.id),
        shop_name=Words(shop.name.zh, shop.name.en),
        currency=shop.currency,
        time_zone=shop.time_zone,
        languages=tuple(shop.languages),
        order_number=shop.order_number,
        phone=shop.phone,
        hours=_hours(file),
        dispatch_hours=file.dispatch.within_hours,
        cancel_states=frozenset(file.cancel.states),
        change_address_states=frozenset(file.change_address.states),
        return_days=back.window_days,
        return_days_by_category=back.by_category,
        unopened_only=frozenset(back.unopened_only),
        final_sale_returns=back.final_sale.value,
        return_fee=Money(round(back.fee * _MINOR_UNITS) if customer_pays else 0, shop.currency),
        return_free_tiers=frozenset(back.free_for_tiers),
        exchange_days=file.exchange.window_days,
        exchange_days_by_category=file.exchange.by_category,
        refund_after_receipt_days=file.refund.after_receipt_days,
        refund_days=file.refund.arrives_within_days,
    )


def _hours(file: _File) -> Hours:
    hours = file.service_hours
    return Hours(
        opens=time.fromisoformat(hours.open),
        closes=time.fromisoformat(hours.close),
        days=frozenset(list(Day).index(day) for day in hours.days),
        time_zone=file.shop.time_zone,
    )


def _advice(path: Path, error: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "(the whole file)"
    match error["type"]:
        case "extra_forbidden":
            return f"{path}: {key}: this key is not known. Check its spelling, or remove it."
        case "missing":
            return f"{path}: {key}: this key is missing. Add it; the demo shop's policy.yaml shows how."
        case "enum":
            return f"{path}: {key}: {error['input']!r} is not possible. Write {error['ctx']['expected']}."
        case _:
            return f"{path}: {key}: {error['msg'].removeprefix('Value error, ')} (found: {error['input']!r})."
