"""A merchant's own examples of the policy: "ten days after it came, a sealed cream goes back"."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaoer.domain.ids import CustomerId, LineId, OrderId, ProductId, VariantId
from xiaoer.domain.money import Money
from xiaoer.domain.order import (
    CaseReason,
    Line,
    Order,
    OrderState,
    Parcel,
    ParcelState,
    Payment,
    PayMethod,
)
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Address, Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.explain import Supposed, explain
from xiaoer.domain.verdict import Verdict
from xiaoer.domain.words import Words
from xiaoer.policies.written import keys_of, policy_text, read_written

MOST_EXAMPLES = 1_000
ALLOWED, COLLEAGUE = "allowed", "colleague"
_NOBODY = Address(name="", phone="", country="CN", region="", city="", street="")
_SENT = frozenset({OrderState.SHIPPED, OrderState.DELIVERED})

_Ask = Literal[
    "cancel_order",
    "cancel_items",
    "change_address",
    "change_items",
    "change_payment",
    "report_lost",
    "goodwill",
    "request_return",
    "request_exchange",
    "report_damage",
]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: OrderState
    category: str = ""
    price: Annotated[float, Field(ge=0, le=10**7)] = 100.0
    paid_with: PayMethod = PayMethod.ALIPAY
    days_since_delivery: Annotated[float, Field(ge=0, le=36_500)] | None = None
    days_past_estimate: Annotated[float, Field(ge=-36_500, le=36_500)] | None = None
    final_sale: bool = False
    items_changed: Annotated[int, Field(ge=0, le=100)] = 0


class _Example(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    ask: _Ask
    order: _Order
    tier: Tier = Tier.MEMBER
    reason: CaseReason = CaseReason.CHANGED_MIND
    unopened: bool | None = None
    expect: Literal["allowed", "colleague"] | Reason
    rule: str = ""


class _Examples(BaseModel):
    model_config = ConfigDict(extra="forbid")

    examples: list[_Example] = Field(min_length=1, max_length=MOST_EXAMPLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An example and what the policy really says of it."""

    name: str
    expected: str
    got: str
    rule: str
    held: bool


def try_examples(path: Path, policy: Policy, now: datetime) -> tuple[Tried, ...]:
    """In the order of the file. PolicyError if it cannot be read."""
    written = read_written(policy_text(path), path)
    try:
        found = _Examples.model_validate(written.raw)
    except ValidationError as error:
        raise written.wrong(error, keys_of(_Examples)) from error
    return tuple(_try(example, policy, now) for example in found.examples)


def _try(example: _Example, policy: Policy, now: datetime) -> Tried:
    supposed = Supposed(
        reason=example.reason,
        unopened=example.unopened,
        tier=example.tier,
        method=_another(example.order.paid_with),
    )
    order = _order(example.order, policy, now)
    verdict = next(e.verdict for e in explain(order, policy, now, supposed) if e.action == example.ask)
    got = _word(verdict)
    held = got == example.expect and example.rule in ("", verdict.rule)
    return Tried(name=example.name, expected=str(example.expect), got=got, rule=verdict.rule, held=held)


def _word(verdict: Verdict) -> str:
    if verdict.reason is not None:
        return verdict.reason.value
    return COLLEAGUE if verdict.approval else ALLOWED


def _another(method: PayMethod) -> PayMethod:
    return PayMethod.CARD if method is not PayMethod.CARD else PayMethod.ALIPAY


def _order(said: _Order, policy: Policy, now: datetime) -> Order:
    price = Money(round(said.price * 100), policy.currency)
    nothing = Money(0, policy.currency)
    arrived = None
    if said.state is OrderState.DELIVERED:
        arrived = now - timedelta(days=said.days_since_delivery or 0)
    late = said.days_past_estimate
    parcel = Parcel(
        carrier=Words("", ""),
        tracking_number="",
        state=ParcelState.DELIVERED if arrived else ParcelState.IN_TRANSIT,
        eta=None if late is None else now - timedelta(days=late),
        delivered_at=arrived,
        line_ids=(),
    )
    line = Line(
        id=LineId("1"),
        product_id=ProductId("1"),
        variant_id=VariantId("1"),
        category=said.category,
        title=Words("", ""),
        options={},
        quantity=1,
        unit_price=price,
        final_sale=said.final_sale,
    )
    placed = (arrived or now) - timedelta(days=3)
    paid = said.state is not OrderState.AWAITING_PAYMENT
    return Order(
        id=OrderId("EXAMPLE"),
        customer_id=CustomerId(""),
        state=said.state,
        placed_at=placed,
        lines=(line,),
        shipping_fee=nothing,
        discount=nothing,
        total=price,
        address=_NOBODY,
        payments=(Payment(method=said.paid_with, amount=price, paid_at=placed),) if paid else (),
        parcels=(parcel,) if said.state in _SENT else (),
        item_changes=said.items_changed,
    )
