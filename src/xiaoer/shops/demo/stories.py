"""What can happen to an order: the plots of the demo world, and when their steps took place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from xiaoer.domain.order import CaseKind, CaseState, OrderState, ParcelState, RefundState
from xiaoer.domain.people import Address, Customer
from xiaoer.shops.demo.residents import GUIDES, SHOP_COUNTRY, is_remote

Span = tuple[float, float]

_TRANSIT_DAYS: dict[str, Span] = {"domestic": (2, 4), "remote": (4, 7), "abroad": (7, 14)}
_PACKING_HOURS: Span = (8, 44)  # inside the 48 hours the shop promises
_DAY = range(9, 21)  # hours in which doors are rung at


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`days`: how long ago the last step was: placed, or arrived (due to arrive, where it never did)."""

    state: OrderState
    days: Span
    parcel: ParcelState | None = None
    case: tuple[CaseKind, CaseState] | None = None
    refund: RefundState | None = None
    weight: int = 3  # how often it is dealt


_Case = tuple[CaseKind, CaseState]
_RETURN, _EXCHANGE = CaseKind.RETURN, CaseKind.EXCHANGE


def _unsent(state: OrderState, days: Span, *, refund: RefundState | None = None, weight: int = 3) -> Story:
    return Story(state=state, days=days, refund=refund, weight=weight)


def _under_way(parcel: ParcelState, days: Span, *, weight: int = 1) -> Story:
    return Story(state=OrderState.SHIPPED, parcel=parcel, days=days, weight=weight)


def _arrived(
    days: Span, *, case: _Case | None = None, refund: RefundState | None = None, weight: int = 3
) -> Story:
    delivered = ParcelState.DELIVERED
    return Story(
        state=OrderState.DELIVERED, parcel=delivered, days=days, case=case, refund=refund, weight=weight
    )


STORIES: dict[str, Story] = {
    "awaiting_payment": _unsent(OrderState.AWAITING_PAYMENT, (0.05, 0.9)),
    "paid": _unsent(OrderState.PAID, (0.1, 1.5), weight=5),
    "paid_late": _unsent(OrderState.PAID, (2.5, 3.5), weight=1),
    "packed": Story(state=OrderState.PACKED, days=(1, 1.9), parcel=ParcelState.LABELLED),
    "cancelled_unpaid": _unsent(OrderState.CANCELLED, (5, 60), weight=2),
    "cancelled_refunding": _unsent(OrderState.CANCELLED, (0.3, 0.9), refund=RefundState.PROCESSING, weight=2),
    "cancelled_refunded": _unsent(OrderState.CANCELLED, (12, 80), refund=RefundState.DONE, weight=2),
    "cancelled_failed": _unsent(OrderState.CANCELLED, (10, 20), refund=RefundState.FAILED, weight=1),
    "in_transit": _under_way(ParcelState.IN_TRANSIT, (-0.6, -0.25), weight=6),  # see _arrival
    "out_for_delivery": _under_way(ParcelState.OUT_FOR_DELIVERY, (-0.16, -0.08), weight=3),
    "late": _under_way(ParcelState.IN_TRANSIT, (1.5, 4), weight=2),
    "lost": _under_way(ParcelState.LOST, (10, 20)),
    "returning": _under_way(ParcelState.RETURNING, (1, 3)),
    "never_taken_in": Story(
        state=OrderState.CANCELLED,
        parcel=ParcelState.RETURNED,
        days=(14, 40),
        refund=RefundState.DONE,
        weight=1,
    ),
    "recent": _arrived((1, 5), weight=10),
    "past_window": _arrived((18, 27), weight=4),  # too late to return, not too late to exchange shoes
    "long_ago": _arrived((60, 300), weight=14),
    "return_approved": _arrived(
        (2, 5), case=(_RETURN, CaseState.APPROVED), refund=RefundState.AWAITING_GOODS
    ),
    "return_sent_back": _arrived(
        (6, 9), case=(_RETURN, CaseState.SENT_BACK), refund=RefundState.AWAITING_GOODS
    ),
    "return_received": _arrived((9, 12), case=(_RETURN, CaseState.RECEIVED), refund=RefundState.PROCESSING),
    "return_refunded": _arrived((25, 90), case=(_RETURN, CaseState.REFUNDED), refund=RefundState.DONE),
    "return_closed": _arrived((30, 90), case=(_RETURN, CaseState.CLOSED), weight=1),
    "exchange_approved": _arrived((2, 5), case=(_EXCHANGE, CaseState.APPROVED), weight=2),
    "exchange_sent_back": _arrived((6, 9), case=(_EXCHANGE, CaseState.SENT_BACK), weight=2),
    "exchange_received": _arrived((9, 12), case=(_EXCHANGE, CaseState.RECEIVED), weight=1),
    "exchange_replaced": _arrived((25, 90), case=(_EXCHANGE, CaseState.REPLACED), weight=2),
    "exchange_closed": _arrived((30, 90), case=(_EXCHANGE, CaseState.CLOSED), weight=1),
}
GUIDE_STORIES = (  # what the first two customers live through: one of everything worth trying
    "awaiting_payment", "paid", "paid_late", "packed", "in_transit", "out_for_delivery", "late", "recent",
    "recent", "past_window", "long_ago", "cancelled_unpaid", "cancelled_refunding", "cancelled_refunded",
    "return_approved", "return_received", "return_refunded", "exchange_approved", "exchange_replaced",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One story of one customer with its dates (UTC). A step that was not taken has none."""

    story: Story
    customer: Customer
    address: Address
    placed_at: datetime
    shipped_at: datetime | None = None
    arrives_at: datetime | None = None  # arrived, or was due to
    now: datetime

    @property
    def guide(self) -> bool:
        return self.customer.id in GUIDES

    @property
    def paid_at(self) -> datetime | None:
        unpaid = self.story.state is OrderState.AWAITING_PAYMENT
        never = self.story.state is OrderState.CANCELLED and self.story.refund is None
        return None if unpaid or never else self.placed_at + timedelta(minutes=4)

    @property
    def cancelled_at(self) -> datetime | None:
        if self.story.state is not OrderState.CANCELLED:
            return None
        if self.arrives_at is not None:  # it came back to the shop first
            return self.arrives_at + timedelta(days=6)
        return self.placed_at + timedelta(hours=5)

    @property
    def delivered_at(self) -> datetime | None:
        return self.arrives_at if self.story.parcel is ParcelState.DELIVERED else None


def deal(rng: Random, customers: tuple[Customer, ...], each: int, *, now: datetime) -> list[Plot]:
    """Every customer's orders, oldest first: the guides' as listed, the others' from a shuffled deck."""
    deck = [name for name, story in STORIES.items() for _ in range(story.weight)]
    hands: list[tuple[Customer, tuple[str, ...]]] = []
    cards: list[str] = []
    for customer in customers:
        if customer.id in GUIDES:
            hands.append((customer, GUIDE_STORIES))
            continue
        while len(cards) < each:
            cards += rng.sample(deck, len(deck))
        hands.append((customer, tuple(cards[:each])))
        cards = cards[each:]
    plots = [_plot(rng, STORIES[name], customer, now) for customer, names in hands for name in names]
    return sorted(plots, key=lambda plot: plot.placed_at)


def _plot(rng: Random, story: Story, customer: Customer, now: datetime) -> Plot:
    address = rng.choice(customer.addresses)
    if story.parcel is None or story.parcel is ParcelState.LABELLED:
        placed = now - timedelta(days=rng.uniform(*story.days))
        return Plot(story=story, customer=customer, address=address, placed_at=placed, now=now)
    transit = timedelta(days=rng.uniform(*_TRANSIT_DAYS[_distance(address)]))
    arrives = _arrival(rng, story, customer, transit, now=now)
    shipped = arrives - transit
    return Plot(
        story=story,
        customer=customer,
        address=address,
        placed_at=shipped - timedelta(hours=rng.uniform(*_PACKING_HOURS)),
        shipped_at=shipped,
        arrives_at=arrives,
        now=now,
    )


def _arrival(rng: Random, story: Story, customer: Customer, transit: timedelta, *, now: datetime) -> datetime:
    ago = rng.uniform(*story.days)
    if story.parcel is ParcelState.IN_TRANSIT and ago < 0:
        return now - transit * ago  # still to come: a share of the way, however long it is
    arrival = now - timedelta(days=ago)
    return _by_day(arrival, customer.time_zone) if ago > 0 else arrival


def _by_day(moment: datetime, time_zone: str) -> datetime:
    """The moment, or an earlier one by less than a day at which somebody would ring."""
    hour = moment.astimezone(ZoneInfo(time_zone)).hour
    back = 0 if hour in _DAY else (hour - _DAY[-1]) % 24
    return moment - timedelta(hours=back)


def _distance(address: Address) -> str:
    if address.country != SHOP_COUNTRY:
        return "abroad"
    return "remote" if is_remote(address) else "domestic"
