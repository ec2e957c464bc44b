"""Orders, parcels, returns and refunds as any order system has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from xiaoer.domain.ids import CaseId, CustomerId, LineId, OrderId, ProductId, RefundId, VariantId, WayId
from xiaoer.domain.money import Money
from xiaoer.domain.people import Address
from xiaoer.domain.ways import PayMethod as PayMethod  # noqa: PLC0414 - of an order, as most see it
from xiaoer.domain.ways import Source
from xiaoer.domain.words import Words


class OrderState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class ParcelState(StrEnum):
    LABELLED = "labelled"  # announced to the carrier, not yet picked up
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    RETURNING = "returning"  # on its way back to the shop
    RETURNED = "returned"
    LOST = "lost"


class CaseKind(StrEnum):
    RETURN = "return"
    EXCHANGE = "exchange"
    RESEND = "resend"  # the goods are sent once more, nothing comes back


class CaseState(StrEnum):
    APPROVED = "approved"  # the customer may send it
    SENT_BACK = "sent_back"
    RECEIVED = "received"
    REFUNDED = "refunded"
    REPLACED = "replaced"
    CLOSED = "closed"


class CaseReason(StrEnum):
    CHANGED_MIND = "changed_mind"
    WRONG_SIZE = "wrong_size"
    NOT_AS_DESCRIBED = "not_as_described"
    FAULTY = "faulty"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    LOST = "lost"  # never of goods that are here to be sent back


class RefundState(StrEnum):
    AWAITING_GOODS = "awaiting_goods"
    PROCESSING = "processing"
    DONE = "done"
    FAILED = "failed"


class RefundWhy(StrEnum):
    GOODS = "goods"  # a return, or what was cancelled
    GOODWILL = "goodwill"
    PRICE = "price"  # it got cheaper
    LOST = "lost"
    DAMAGED = "damaged"
    CHANGED = "changed"  # a cheaper variant, or another way to pay


class InvoiceKind(StrEnum):
    PERSONAL = "personal"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    id: LineId
    product_id: ProductId
    variant_id: VariantId
    category: str
    title: Words
    options: Mapping[str, Words]  # {"size": Words("42", "42"), "colour": Words("蓝色", "blue")}
    quantity: int
    unit_price: Money
    final_sale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    method: PayMethod
    amount: Money
    paid_at: datetime
    way_id: WayId | None = None  # which of the customer's, if the shop tells them apart

    @property
    def source(self) -> Source:
        return Source(self.method, self.way_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelEvent:
    at: datetime
    text: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    carrier: Words
    tracking_number: str
    state: ParcelState
    eta: datetime | None  # the carrier's own estimate
    delivered_at: datetime | None
    line_ids: tuple[LineId, ...]
    events: tuple[ParcelEvent, ...] = ()  # oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A return or an exchange of some lines of one order."""

    id: CaseId
    kind: CaseKind
    order_id: OrderId
    line_ids: tuple[LineId, ...]
    state: CaseState
    reason: CaseReason
    requested_at: datetime
    new_variant_ids: tuple[VariantId, ...] = ()  # exchange only: one for each line, in their order
    return_by: datetime | None = None
    extra: Money | None = None  # what is still to pay for dearer goods, once they are sent
    way_id: WayId | None = None  # by which it is paid, or the refund goes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    id: RefundId
    order_id: OrderId
    amount: Money
    method: PayMethod
    state: RefundState
    created_at: datetime
    expected_by: datetime | None
    done_at: datetime | None = None
    case_id: CaseId | None = None
    why: RefundWhy = RefundWhy.GOODS
    line_id: LineId | None = None
    way_id: WayId | None = None

    @property
    def source(self) -> Source:
        return Source(self.method, self.way_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice that was asked for; `number` once it is made out."""

    kind: InvoiceKind
    title: str
    asked_at: datetime
    tax_number: str = ""
    email: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: OrderId
    customer_id: CustomerId
    state: OrderState
    placed_at: datetime
    lines: tuple[Line, ...]
    shipping_fee: Money
    discount: Money
    total: Money  # what is paid or to pay: lines + shipping - discount
    address: Address
    payments: tuple[Payment, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    cases: tuple[Case, ...] = ()
    refunds: tuple[Refund, ...] = ()
    ship_by: datetime | None = None  # the shop's own dispatch promise
    cancelled_at: datetime | None = None
    item_changes: int = 0  # times its variants were changed
    payment_changes: int = 0
    deliver_on: date | None = None  # the day the customer asked for
    urged_at: datetime | None = None
    invoice: Invoice | None = None
    version: int = 1  # grows with every write; a write names the version it saw

    @property
    def delivered_at(self) -> datetime | None:
        """When the last parcel arrived; None while one is under way."""
        times = [p.delivered_at for p in self.parcels]
        known = [t for t in times if t is not None]
        return max(known) if known and len(known) == len(times) else None

    def line(self, line_id: str) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)
