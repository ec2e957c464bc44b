"""Parcels on their way, with what the carrier said at each stop."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from xiaoer.domain.ids import LineId
from xiaoer.domain.order import Parcel, ParcelEvent, ParcelState
from xiaoer.domain.words import Words
from xiaoer.shops.demo.residents import SHOP_COUNTRY
from xiaoer.shops.demo.stories import Plot
from xiaoer.shops.demo.texts import texts, words

_ROUTE = (  # stop, and the share of the way that lies behind it
    ("picked_up", 0.0),
    ("departed", 0.12),
    ("customs_out", 0.2),
    ("flight", 0.35),
    ("customs_in", 0.6),
    ("arrived", 0.75),
)
_STUCK = 0.7  # a late or lost parcel never came further
_ROUND = timedelta(hours=5)  # from the depot to the last door
_EVENING = 20  # carriers promise a day, not an hour

Stop = tuple[str, datetime]


def labelled(rng: Random, plot: Plot, line_ids: Sequence[LineId]) -> Parcel:
    """Packed and announced: no date is known before the carrier has it."""
    event = ParcelEvent(
        at=plot.placed_at + timedelta(hours=20), text=words(texts().carriers.events["labelled"])
    )
    return _parcel(rng, plot, line_ids, ParcelState.LABELLED, (event,))


def travel(rng: Random, plot: Plot, line_ids: Sequence[LineId]) -> Parcel:
    """The plot's parcel up to now."""
    state = plot.story.parcel or ParcelState.IN_TRANSIT
    stops = [(stop, at) for stop, at in _stops(plot, state) if at <= plot.now]
    return _parcel(rng, plot, line_ids, state, _events(rng, plot, stops))


def replacement(rng: Random, plot: Plot, line_ids: Sequence[LineId], sent_at: datetime) -> Parcel:
    """What an exchange brought: it arrived three days after it was sent."""
    there = sent_at + timedelta(days=3)
    stops = [
        ("picked_up", sent_at),
        ("arrived", there - 2 * _ROUND),
        ("out", there - _ROUND),
        ("delivered", there),
    ]
    return _parcel(rng, plot, line_ids, ParcelState.DELIVERED, _events(rng, plot, stops))


def _parcel(
    rng: Random, plot: Plot, line_ids: Sequence[LineId], state: ParcelState, events: tuple[ParcelEvent, ...]
) -> Parcel:
    carriers = texts().carriers
    carrier = rng.choice(carriers.domestic if plot.address.country == SHOP_COUNTRY else carriers.abroad)
    delivered = events[-1].at if state is ParcelState.DELIVERED else None
    return Parcel(
        carrier=words(carrier.name),
        tracking_number="".join(str(rng.randint(0, 9)) if c == "#" else c for c in carrier.number),
        state=state,
        eta=None if state is ParcelState.LABELLED else _eta(delivered or plot.arrives_at, plot),
        delivered_at=delivered,
        line_ids=tuple(line_ids),
        events=events,
    )


def _eta(arrival: datetime | None, plot: Plot) -> datetime | None:
    if arrival is None:
        return None
    local = arrival.astimezone(ZoneInfo(plot.customer.time_zone))
    evening = local.replace(hour=_EVENING, minute=0, second=0, microsecond=0)
    return max(evening.astimezone(arrival.tzinfo), arrival)


def _stops(plot: Plot, state: ParcelState) -> Iterator[Stop]:
    """Everything said on this journey, also what is still to come; oldest first."""
    start, end = plot.shipped_at, plot.arrives_at
    if start is None or end is None:
        return
    stuck = state is ParcelState.LOST or (state is ParcelState.IN_TRANSIT and end < plot.now)
    abroad = plot.address.country != SHOP_COUNTRY
    for stop, share in _ROUTE:
        if (abroad or stop not in ("customs_out", "flight", "customs_in")) and not (stuck and share > _STUCK):
            yield stop, start + (end - start) * share
    if stuck:
        yield "delayed", end - _ROUND
    else:
        yield "out", end - _ROUND
    yield from _ending(state, end)


def _ending(state: ParcelState, end: datetime) -> Iterator[Stop]:
    if state is ParcelState.DELIVERED:
        yield "delivered", end
    if state is ParcelState.LOST:
        yield "lost", end + timedelta(days=4)
    if state in (ParcelState.RETURNING, ParcelState.RETURNED):
        yield "refused", end
        yield "returning", end + timedelta(hours=14)
    if state is ParcelState.RETURNED:
        yield "returned", end + timedelta(days=5)


def _events(rng: Random, plot: Plot, stops: Sequence[Stop]) -> tuple[ParcelEvent, ...]:
    city = _city(plot)
    return tuple(ParcelEvent(at=at, text=_said(rng, stop, city)) for stop, at in stops)


def _said(rng: Random, stop: str, city: Words) -> Words:
    said = rng.choice(texts().carriers.delivered) if stop == "delivered" else texts().carriers.events[stop]
    return Words(said[0].format(city=city.zh), said[1].format(city=city.en))


def _city(plot: Plot) -> Words:
    places = texts().places
    cities = [place.city for place in places.china] + [place.city for place in places.abroad]
    return next(words(city) for city in cities if plot.address.city in city)
