"""Outcome = Done | Possible | Refused | NeedsConfirm | NeedsApproval | Failed; the Reason codes.

A refusal is a value, not an exception: the customer must hear why, and what is possible instead.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId, IntentId


class Reason(StrEnum):
    # the call
    NO_SUCH_ACTION = "no_such_action"
    BAD_ARGUMENTS = "bad_arguments"
    # who asks
    NOT_PROVEN = "not_proven"
    SIGN_IN_NEEDED = "sign_in_needed"
    # the thing
    NO_SUCH_ORDER = "no_such_order"
    NO_SUCH_LINE = "no_such_line"
    NO_SUCH_PRODUCT = "no_such_product"
    NO_SUCH_VARIANT = "no_such_variant"
    NO_ORDERS = "no_orders"
    NO_REFUND = "no_refund"
    NOTHING_FOUND = "nothing_found"
    # its state
    NOT_PAID_YET = "not_paid_yet"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_PACKED = "already_packed"
    ALREADY_SHIPPED = "already_shipped"
    ALREADY_DELIVERED = "already_delivered"
    NOT_SHIPPED_YET = "not_shipped_yet"
    NOT_DELIVERED_YET = "not_delivered_yet"
    CASE_OPEN = "case_open"  # a return or exchange of this line is already under way
    SAME_ADDRESS = "same_address"
    BAD_ADDRESS = "bad_address"
    SAME_CONTACT = "same_contact"
    SAME_DEFAULT = "same_default"
    SAME_VARIANT = "same_variant"
    NO_CASE = "no_case"  # no return or exchange of it
    CASE_UNDER_WAY = "case_under_way"  # too far on to be called off
    NOT_LOST_YET = "not_lost_yet"
    DAY_TOO_SOON = "day_too_soon"
    DAY_TOO_FAR = "day_too_far"
    SAME_DAY = "same_day"
    URGED_TODAY = "urged_today"
    SAME_METHOD = "same_method"
    GIFT_CARD_TOO_SMALL = "gift_card_too_small"
    NOT_CHEAPER = "not_cheaper"
    NOTHING_LEFT = "nothing_left"  # all that was paid has gone back
    NOTHING_WRONG = "nothing_wrong"  # nothing to make up for
    INVOICE_ASKED = "invoice_asked"
    IN_STOCK = "in_stock"  # what was to be waited for is there
    NO_WISH = "no_wish"  # nothing is waited for
    TOO_MANY_WISHES = "too_many_wishes"
    NO_COUPON = "no_coupon"
    NO_GIFT_CARD = "no_gift_card"
    NO_WARRANTY = "no_warranty"
    SAME_PRODUCT = "same_product"
    NO_SIZES = "no_sizes"  # its sizes do not go by the foot
    BAD_SIZE = "bad_size"
    BAD_TAX_NUMBER = "bad_tax_number"
    BAD_EMAIL = "bad_email"
    BAD_PHONE = "bad_phone"
    ASKED_BEFORE = "asked_before"  # a ticket of the kind is open
    # the rules
    REASON_NOT_TAKEN = "reason_not_taken"  # not one of those the shop cancels for
    NO_SUCH_WAY = "no_such_way"  # the customer has no such way to pay on file
    WAY_NOT_TAKEN = "way_not_taken"  # the refund does not go there
    NOT_OFFERED = "not_offered"  # this shop does not do it
    CHANGED_BEFORE = "changed_before"
    METHOD_NOT_TAKEN = "method_not_taken"
    GIVEN_BEFORE = "given_before"
    DAMAGE_WINDOW_OVER = "damage_window_over"
    PRICE_WINDOW_OVER = "price_window_over"
    PHOTO_NEEDED = "photo_needed"
    ABOVE_LIMIT = "above_limit"  # more than goes back without a colleague
    NEEDS_COLLEAGUE = "needs_colleague"
    COLLEAGUE_SAID_NO = "colleague_said_no"
    RETURN_WINDOW_OVER = "return_window_over"
    EXCHANGE_WINDOW_OVER = "exchange_window_over"
    FINAL_SALE = "final_sale"
    OPENED_GOODS = "opened_goods"
    OUT_OF_STOCK = "out_of_stock"
    PRICE_DIFFERS = "price_differs"
    # the confirmation
    CARD_EXPIRED = "card_expired"
    CARD_USED = "card_used"
    CARD_UNDER_WAY = "card_under_way"  # said yes to already; its result is told when it is known
    CARD_UNKNOWN = "card_unknown"  # also another customer's
    WORLD_CHANGED = "world_changed"  # the order is not what the card showed
    # the outside
    SHOP_UNREACHABLE = "shop_unreachable"
    SHOP_UNCLEAR = "shop_unclear"  # an effect was sent and its result is not known


@dataclass(frozen=True, slots=True)
class Plan:
    """What `check` found lawful and `do` will carry out, exactly; its facts are read out before a yes."""

    action: str
    args: Facts
    facts: Facts
    version: int = 0  # of the order as `check` saw it; a write to any other is stale
    customer_id: CustomerId | None = field(default=None, repr=False)  # whose account; told to nobody


@dataclass(frozen=True, slots=True)
class Done:
    action: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Possible:
    """A change that was only asked about, and what it would come to. Nothing is proposed."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Refused:
    """`facts` make the reason concrete; `instead` names an action that is possible."""

    reason: Reason
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NeedsConfirm:
    """The customer must say yes; the card is built from the stored row `intent_id`.

    `approval`: why a colleague will have to agree after that.
    """

    intent_id: IntentId
    plan: Plan
    approval: Reason | None = None


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """The customer has said yes; a member of staff must agree, for this reason."""

    intent_id: IntentId
    plan: Plan
    reason: Reason = Reason.NEEDS_COLLEAGUE


@dataclass(frozen=True, slots=True)
class Failed:
    """A break outside: nothing is known to have happened (or SHOP_UNCLEAR: it may have)."""

    action: str
    reason: Reason


Outcome = Done | Possible | Refused | NeedsConfirm | NeedsApproval | Failed
