"""policy.yaml -> domain.policy.Policy, or one clear sentence per thing to mend."""

import hashlib
import re
from dataclasses import replace
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import get_currency_precision, list_currencies
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from xiaoer.domain.ids import ShopId
from xiaoer.domain.money import Money
from xiaoer.domain.order import OrderState, PayMethod
from xiaoer.domain.people import Tier
from xiaoer.domain.policy import Changes, CouponBudget, Goodwill, Hours, Limits, Parcels, Policy, Promises
from xiaoer.domain.words import Language, Words
from xiaoer.policies.written import keys_of, policy_text, read_written

_MINOR_UNITS = 100  # of every currency a policy may name so far
_FINGERPRINT = 8  # hexadecimal digits
_DECADE_DAYS = 3_650  # nobody means more
_DIGITS = 2  # decimals of those currencies
_MOST_AMOUNT = 10**9
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"


def load_policy(path: Path) -> Policy:
    """Read, validate and convert; PolicyError if the file is missing, no YAML, or says something unknown."""
    return read_policy(policy_text(path), path)


def version_of(text: str, named: str) -> str:
    """The version a file names, and its fingerprint: nobody has to remember to count up."""
    return f"{named}+{hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT]}"


def policy_schema() -> dict[str, Any]:
    """The file's form as JSON Schema (2020-12), by which editors complete and check it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_File.model_json_schema()}


def read_policy(text: str, path: Path) -> Policy:
    """`path` is only named in what is said of mistakes."""
    found = read_written(text, path)
    try:
        read = _policy(_File.model_validate(found.raw))
    except ValidationError as error:
        raise found.wrong(error, keys_of(_File)) from error
    return replace(read, version=version_of(text, read.version))


# --- the file's form ---------------------------------------------------------------------------


def _pattern(text: str) -> str:
    try:
        anything = re.fullmatch(text, "")
    except re.error as error:
        said = f"not a regular expression ({error}); write for instance M[0-9]{{8}}"
        raise ValueError(f"不是正则表达式，例如 M[0-9]{{8}} / {said}") from error
    if anything:
        raise ValueError(
            "不能连空白也算订单号，例如 M[0-9]{8} / this takes nothing for an order number; "
            "write for instance M[0-9]{8}"
        )
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        said = "不是时区，例如 Asia/Shanghai / not a time zone; write for instance Asia/Shanghai"
        raise ValueError(said) from error
    return name


def _currency(code: str) -> str:
    known = code in list_currencies() and get_currency_precision(code) == _DIGITS
    if not known:
        raise ValueError(
            "要写有两位小数的货币代码，例如 CNY / write the code of a currency with two decimals, such as CNY"
        )
    return code


def _clock(text: Any) -> Any:  # noqa: ANN401 - as it is written
    if not isinstance(text, str) or not re.fullmatch(_CLOCK, text):
        raise ValueError(
            '时间要加英文引号，写成 "09:00" 这样，最晚 "23:59" / not a time of day; write it in quotes, '
            'for instance "09:00", at the latest "23:59"'
        )
    return text


def _phone(text: str) -> str:
    if not re.fullmatch(r"[0-9+() -]{5,30}", text):
        raise ValueError(
            '电话要加引号，例如 "400-000-0000"，没有就不写 / not a phone number; write it in quotes, '
            'such as "400-000-0000", or leave it out'
        )
    return text


def _number(value: Any) -> Any:  # noqa: ANN401 - as it is written
    """YAML reads yes and no as true and false: no number is meant by them."""
    if isinstance(value, bool):
        raise ValueError("要写数字 / write a number")
    return value


def _span(days: tuple[int, int]) -> tuple[int, int]:
    if days[0] > days[1]:
        raise ValueError("前一个不能大于后一个 / the first must not be greater than the second")
    return days


_Number = BeforeValidator(_number)
Days = Annotated[int, Field(ge=0, le=_DECADE_DAYS), _Number]
Times = Annotated[int, Field(ge=1, le=100), _Number]
HoursLong = Annotated[int, Field(ge=1, le=24 * _DECADE_DAYS), _Number]
Span = Annotated[tuple[Days, Days], AfterValidator(_span)]
# In the currency's main unit, as people write it.
Amount = Annotated[float, Field(ge=0, le=_MOST_AMOUNT, allow_inf_nan=False), _Number]
Clock = Annotated[str, Field(pattern=f"^{_CLOCK}$"), BeforeValidator(_clock)]


class Day(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class RefundTo(StrEnum):
    PAID = "paid"
    GIFT_CARD = "gift_card"


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
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$"), BeforeValidator(_currency)]
    time_zone: Annotated[str, AfterValidator(_zone)]
    languages: list[Language] = Field(min_length=1)
    order_number: Annotated[str, AfterValidator(_pattern)]
    phone: Annotated[str, AfterValidator(_phone)] = ""  # of the shop; left out: it has none


class _Hours(_Part):
    open: Clock
    close: Clock
    days: list[Day] = Field(min_length=1)
    holidays: list[date] = Field(default_factory=list)

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.open >= self.close:
            raise ValueError(
                'open 要早于 close；营业到半夜写 "23:59" / open must be before close; until midnight: "23:59"'
            )
        return self


class _Dispatch(_Part):
    within_hours: HoursLong


class _Delivery(_Part):
    domestic_days: Span
    remote_days: Span
    abroad_days: Span
    free_from: Amount
    fee: Amount


class _States(_Part):
    states: list[OrderState]


class _Cancel(_States):
    lines: bool = False
    reasons: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")], _Words] = Field(
        default_factory=dict, max_length=20
    )


class _Changes(_States):
    times: Times = 1
    on_file: bool = False


class _ItemChanges(_Changes):
    final: bool = False
    same_variant: bool = False


class _PaymentChanges(_Changes):
    methods: list[PayMethod] = Field(default_factory=lambda: list(PayMethod))


class _ShippingPaidBy(_Part):
    faulty: Literal["shop"]  # the law of most places; nothing else is computed
    other: PaidBy


class _Return(_Part):
    window_days: Days
    by_category: dict[str, Days] = Field(default_factory=dict)
    by_tier: dict[Tier, Days] = Field(default_factory=dict)
    unopened_only: list[str] = Field(default_factory=list)
    final_sale: FinalSale
    shipping_paid_by: _ShippingPaidBy
    free_for_tiers: list[Tier] = Field(default_factory=list)
    fee: Amount
    ask_reason: bool = True
    refund_to: list[RefundTo] = Field(default_factory=lambda: [RefundTo.PAID], min_length=1)
    once: bool = False


class _Exchange(_Part):
    window_days: Days
    by_category: dict[str, Days] = Field(default_factory=dict)
    by_tier: dict[Tier, Days] = Field(default_factory=dict)
    other_price: bool = False
    same_variant: bool = False


class _Refund(_Part):
    after_receipt_days: Days
    arrives_within_days: dict[PayMethod, Days]


class _PriceProtection(_Part):
    window_days: Days


class _Warranty(_Part):
    months_by_category: dict[str, Annotated[int, Field(ge=1, le=600), _Number]] = Field(default_factory=dict)


class _People(_Part):
    always: list[str] = Field(default_factory=list)


class _Limits(_Part):
    per_order: Amount | None = None
    per_customer_day: Amount | None = None
    per_shop_day: Amount | None = None


class _Goodwill(_Part):
    most: Amount
    percent: Annotated[int, Field(ge=1, le=100), _Number]
    times: Times
    within_days: Days


class _Coupons(_Part):
    amount: Amount
    times: Times
    within_days: Days
    valid_days: Annotated[int, Field(ge=1, le=_DECADE_DAYS), _Number]


class _Parcels(_Part):
    lost_after_days: Days
    report_damage_days: Days
    photo_needed: bool = True


class _Promises(_Part):
    call_back_hours: HoursLong = 24
    ticket_hours: HoursLong = 48
    invoice_hours: HoursLong = 48


class _File(_Part):
    version: str = Field(min_length=1)
    shop: _Shop
    service_hours: _Hours
    dispatch: _Dispatch
    delivery: _Delivery
    cancel: _Cancel
    change_address: _States
    change_items: _ItemChanges | None = None
    change_payment: _PaymentChanges | None = None
    return_: _Return = Field(alias="return")
    exchange: _Exchange
    refund: _Refund
    price_protection: _PriceProtection | None = None
    warranty: _Warranty = Field(default_factory=_Warranty)
    people: _People = Field(default_factory=_People)
    limits: _Limits = Field(default_factory=_Limits)
    goodwill: _Goodwill | None = None
    coupons: _Coupons | None = None
    parcels: _Parcels | None = None
    promises: _Promises = Field(default_factory=_Promises)


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
        return_fee=_money(back.fee if customer_pays else 0, shop.currency),
        return_free_tiers=frozenset(back.free_for_tiers),
        exchange_days=file.exchange.window_days,
        exchange_days_by_category=file.exchange.by_category,
        refund_after_receipt_days=file.refund.after_receipt_days,
        refund_days=file.refund.arrives_within_days,
        return_days_by_tier=back.by_tier,
        exchange_days_by_tier=file.exchange.by_tier,
        people_only=frozenset(file.people.always),
        cancel_lines=file.cancel.lines,
        cancel_reasons={key: Words(said.zh, said.en) for key, said in file.cancel.reasons.items()},
        return_reasons=back.ask_reason,
        refund_to_gift_card=RefundTo.GIFT_CARD in back.refund_to,
        one_case=back.once,
        exchange_other_price=file.exchange.other_price,
        exchange_same_variant=file.exchange.same_variant,
        change_same_variant=bool(file.change_items and file.change_items.same_variant),
        change_items=_changes(file.change_items),
        change_payment=_changes(file.change_payment),
        pay_methods=frozenset(file.change_payment.methods) if file.change_payment else frozenset(),
        limits=Limits(
            per_order=_some_money(file.limits.per_order, shop.currency),
            per_customer_day=_some_money(file.limits.per_customer_day, shop.currency),
            per_shop_day=_some_money(file.limits.per_shop_day, shop.currency),
        ),
        goodwill=_goodwill(file.goodwill, shop.currency),
        coupons=_coupons(file.coupons, shop.currency),
        price_protection_days=file.price_protection.window_days if file.price_protection else None,
        warranty_months=file.warranty.months_by_category,
        parcels=Parcels(**file.parcels.model_dump()) if file.parcels else None,
        promises=Promises(**file.promises.model_dump()),
    )


def _changes(part: _Changes | None) -> Changes:
    if part is None:
        return Changes()
    final = isinstance(part, _ItemChanges) and part.final
    return Changes(states=frozenset(part.states), times=part.times, final=final, on_file=part.on_file)


def _goodwill(part: _Goodwill | None, currency: str) -> Goodwill | None:
    return Goodwill(**{**part.model_dump(), "most": _money(part.most, currency)}) if part else None


def _coupons(part: _Coupons | None, currency: str) -> CouponBudget | None:
    return CouponBudget(**{**part.model_dump(), "amount": _money(part.amount, currency)}) if part else None


def _some_money(amount: float | None, currency: str) -> Money | None:
    return None if amount is None else _money(amount, currency)


def _money(amount: float, currency: str) -> Money:
    return Money(round(amount * _MINOR_UNITS), currency)


def _hours(file: _File) -> Hours:
    hours = file.service_hours
    return Hours(
        opens=time.fromisoformat(hours.open),
        closes=time.fromisoformat(hours.close),
        days=frozenset(list(Day).index(day) for day in hours.days),
        time_zone=file.shop.time_zone,
        holidays=frozenset(hours.holidays),
    )
