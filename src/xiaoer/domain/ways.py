"""Ways to pay: the kinds there are, and those a customer has on file."""

from dataclasses import dataclass
from enum import StrEnum

from xiaoer.domain.ids import WayId
from xiaoer.domain.money import Money
from xiaoer.domain.words import Words


class PayMethod(StrEnum):
    ALIPAY = "alipay"
    WECHAT_PAY = "wechat_pay"
    CARD = "card"
    PAYPAL = "paypal"
    GIFT_CARD = "gift_card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A card or an account that a customer has on file, and may name."""

    id: WayId
    method: PayMethod
    label: Words  # Visa ••4242
    balance: Money | None = None  # of a gift card


@dataclass(frozen=True, slots=True)
class Source:
    """What was paid with, or where money goes: of a kind, and which one if the shop tells them apart."""

    method: PayMethod
    way_id: WayId | None = None
