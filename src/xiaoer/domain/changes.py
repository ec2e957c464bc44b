"""What the counter may change of an order or a customer, one type each. A connector says which it can."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from xiaoer.domain.catalog import Variant
from xiaoer.domain.ids import CaseId, LineId, OrderId, WayId
from xiaoer.domain.money import Money
from xiaoer.domain.order import CaseReason, InvoiceKind, PayMethod, RefundWhy
from xiaoer.domain.people import Address


class Can(StrEnum):
    """The abilities an order system may lack."""

    CANCEL_LINES = "cancel_lines"
    CHANGE_ITEMS = "change_items"
    CHANGE_PAYMENT = "change_payment"
    CHANGE_DELIVERY = "change_delivery"
    URGE = "urge"
    WITHDRAW_CASE = "withdraw_case"
    GIVE_BACK = "give_back"
    SEND_AGAIN = "send_again"
    INVOICE = "invoice"
    COUPONS = "coupons"
    CHANGE_PROFILE = "change_profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLines:
    """Some lines, not all; their share of what was paid goes back."""

    line_ids: tuple[LineId, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A line and the variant wanted instead, at the price that was read out."""

    line_id: LineId
    variant: Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItems:
    """What is dearer is paid with `method`; what is cheaper goes back the way it was paid.

    With a way on file both are settled by it.
    """

    swaps: tuple[Swap, ...]
    method: PayMethod
    way_id: WayId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePayment:
    """All of it by another way; what was paid before goes back."""

    method: PayMethod
    way_id: WayId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDelivery:
    day: date  # in the shop's zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Urge:
    """The warehouse is asked to hurry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawCase:
    """A return or exchange is called off; refunds that waited for its goods are too."""

    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """A part of what was paid, without goods coming back."""

    amount: Money
    why: RefundWhy
    line_id: LineId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgain:
    """The same goods once more, for a parcel that was lost or came broken."""

    line_ids: tuple[LineId, ...]
    reason: CaseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class AskInvoice:
    kind: InvoiceKind
    title: str  # who it is made out to
    tax_number: str = ""  # of a company
    email: str = ""


OrderChange = (
    CancelLines
    | ChangeItems
    | ChangePayment
    | ChangeDelivery
    | Urge
    | WithdrawCase
    | GiveBack
    | SendAgain
    | AskInvoice
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCoupon:
    """A coupon that makes up for an order that went wrong."""

    amount: Money
    until: datetime
    order_id: OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    """What is None stays. `address` becomes the first, which is where orders go unless said otherwise."""

    email: str | None = None
    phone: str | None = None
    address: Address | None = None


CustomerChange = IssueCoupon | ChangeProfile

NEEDS: dict[type, Can] = {
    CancelLines: Can.CANCEL_LINES,
    ChangeItems: Can.CHANGE_ITEMS,
    ChangePayment: Can.CHANGE_PAYMENT,
    ChangeDelivery: Can.CHANGE_DELIVERY,
    Urge: Can.URGE,
    WithdrawCase: Can.WITHDRAW_CASE,
    GiveBack: Can.GIVE_BACK,
    SendAgain: Can.SEND_AGAIN,
    AskInvoice: Can.INVOICE,
    IssueCoupon: Can.COUPONS,
    ChangeProfile: Can.CHANGE_PROFILE,
}
