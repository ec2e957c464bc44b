"""Orders, products and cases as facts: only what a customer may be told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from xiaoer.domain.catalog import Variant
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.money import Money
from xiaoer.domain.order import Case, Line, Order, Parcel, PayMethod
from xiaoer.domain.people import Address
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.money import spread
from xiaoer.domain.rules.parcels import situation
from xiaoer.domain.ways import Way
from xiaoer.domain.words import Language, Words
from xiaoer.speak.formats import money

MOST_GROUPS = 4  # of variants on a card
MOST_IN_GROUP = 9


def order_facts(order: Order, now: datetime) -> Facts:
    """All an order card shows, and the few facts its sentence names."""
    parcel = _newest(order)
    return {
        "order_id": order.id,
        "state": order.state.value,
        "situation": situation(order, now),
        "placed_at": order.placed_at,
        "total": order.total,
        "item": order.lines[0].title,
        "ship_by": order.ship_by,
        "delivered_at": order.delivered_at,
        "eta": parcel.eta if parcel else None,
        "carrier": parcel.carrier if parcel else None,
        "tracking_number": parcel.tracking_number if parcel else None,
        "last_event": parcel.events[-1].text if parcel and parcel.events else None,
        "last_event_at": parcel.events[-1].at if parcel and parcel.events else None,
        "lines": tuple(line_facts(line) for line in order.lines),
        "parcels": tuple(_parcel_facts(parcel) for parcel in order.parcels),
    }


def line_facts(line: Line) -> Facts:
    return {
        "line_id": line.id,
        "title": line.title,
        "options": options_words(line.options),
        "quantity": line.quantity,
        "price": line.unit_price,
    }


def options_words(options: Mapping[str, Words]) -> Words:
    """The options of a line or a variant in one phrase: 蓝色 / 42."""
    values = list(options.values())
    return Words(" / ".join(v.zh for v in values), " / ".join(v.en for v in values))


def goods(order: Order) -> Words:
    """What is in an order, in a few words."""
    first, more = order.lines[0].title, len(order.lines) - 1
    if not more:
        return first
    return Words(f"{first.zh} 等{more + 1}种", f"{first.en} +{more}")


def order_choice(order: Order) -> Choice:
    inside = goods(order)
    label = Words(f"{order.id} · {inside.zh}", f"{order.id} · {inside.en}")
    return Choice(order.id, label, tuple(dict.fromkeys(w for x in order.lines for w in _about(x))))


def line_choice(line: Line) -> Choice:
    options = options_words(line.options)
    return Choice(line.id, _joined(line.title, options), _about(line))


def variant_choice(variant: Variant) -> Choice:
    named = tuple(f"{key} {value.en}".lower() for key, value in variant.options.items())
    return Choice(variant.id, options_words(variant.options), (*_words_of(variant.options), *named))


def priced_choice(line: Line, variant: Variant) -> Choice:
    """With its price, where that is another."""
    plain = variant_choice(variant)
    if variant.price == line.unit_price:
        return plain
    zh, en = money(variant.price, Language.ZH), money(variant.price, Language.EN)
    return Choice(plain.value, Words(f"{plain.label.zh} {zh}", f"{plain.label.en} {en}"), plain.about)


def variants_words(variants: Sequence[Variant]) -> Words:
    """Which variants there are, by the option with the fewest values: `42 blue/black`; `black 40/41`."""
    keys = list(variants[0].options) if variants else []
    if not keys:
        return Words("", "")
    fewest = min(keys, key=lambda key: len({v.options[key] for v in variants}))
    groups: dict[Words, list[Words]] = {}
    for variant in variants:
        rest = options_words({k: w for k, w in variant.options.items() if k != fewest})
        groups.setdefault(variant.options[fewest], []).append(rest)
    shown = [_group(head, rest) for head, rest in list(groups.items())[:MOST_GROUPS]]
    return Words("；".join(w.zh for w in shown), "; ".join(w.en for w in shown))


def _group(head: Words, rest: Sequence[Words]) -> Words:
    more = "…" if len(rest) > MOST_IN_GROUP else ""
    zh = "/".join(dict.fromkeys(w.zh for w in rest[:MOST_IN_GROUP])) + more
    en = "/".join(dict.fromkeys(w.en for w in rest[:MOST_IN_GROUP])) + more
    return Words(f"{head.zh} {zh}".strip(), f"{head.en} {en}".strip())


def address_words(address: Address) -> str:
    """An address as one line, the way it is written in its country."""
    if address.country == "CN":
        region = "" if address.region == address.city else address.region  # 上海市 is both
        place = f"{region}{address.city}{address.street}"
        return f"{address.name}，{address.phone}，{place}"
    parts = (address.name, address.phone, address.street, address.city, address.region, address.postcode)
    return ", ".join([part for part in parts if part] + [address.country])


def _about(line: Line) -> tuple[str, ...]:
    named = tuple(f"{key} {value.en}".lower() for key, value in line.options.items())
    return (line.category, line.title.zh.lower(), line.title.en.lower(), *_words_of(line.options), *named)


def _words_of(options: Mapping[str, Words]) -> tuple[str, ...]:
    return tuple(word.lower() for value in options.values() for word in (value.zh, value.en))


def _joined(title: Words, options: Words) -> Words:
    if not options.zh:
        return title
    return Words(f"{title.zh}（{options.zh}）", f"{title.en} ({options.en})")


def _newest(order: Order) -> Parcel | None:
    """The parcel a customer means: the one still on its way, else the last."""
    under_way = tuple(p for p in order.parcels if p.delivered_at is None)
    return (under_way or order.parcels)[-1] if order.parcels else None


def _parcel_facts(parcel: Parcel) -> Facts:
    return {
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "state": parcel.state.value,
        "eta": parcel.eta,
        "events": tuple({"at": event.at, "text": event.text} for event in reversed(parcel.events)),
    }


def joined(labels: list[Words]) -> Words:
    """Several things in one phrase."""
    return Words("、".join(w.zh for w in labels), ", ".join(w.en for w in labels))


def way(method: PayMethod, amount: Money, on_file: Way | None = None) -> Facts:
    """An amount and by which way of paying it goes: said with {name:way}."""
    told: Facts = {"method": method.value, "amount": amount}
    return {**told, "label": on_file.label} if on_file else told


def ways_back(order: Order, amount: Money, ways: Sequence[Way] = ()) -> tuple[Facts, ...]:
    """Which way how much of it goes back; nothing of what was not paid. `ways` on file are named."""
    known = {one.id: one for one in ways}
    return tuple(
        way(source.method, part, known.get(source.way_id) if source.way_id else None)
        for source, part in spread(order, amount)
    )


def way_choice(on_file: Way) -> Choice:
    """A way to pay on file, a gift card with what it is worth."""
    label = on_file.label
    if on_file.balance is not None:
        zh, en = money(on_file.balance, Language.ZH), money(on_file.balance, Language.EN)
        label = Words(f"{label.zh}（余额 {zh}）", f"{label.en} (balance {en})")
    about = (on_file.method.value, label.zh.lower(), label.en.lower(), on_file.id.lower())
    return Choice(on_file.id, label, about)


def case_goods(order: Order, case: Case) -> Words:
    """What a return or exchange is of."""
    return joined([line_choice(line).label for line in order.lines if line.id in case.line_ids])


def case_choice(order: Order, case: Case) -> Choice:
    inside = case_goods(order, case)
    about = [word for line in order.lines if line.id in case.line_ids for word in _about(line)]
    label = Words(f"{case.id} · {inside.zh}", f"{case.id} · {inside.en}")
    return Choice(case.id, label, tuple(dict.fromkeys(about)))


def refund_words(order: Order, policy: Policy) -> Facts:
    """Where money goes back to, and within how many days."""
    days = [policy.refund_days.get(payment.method, 0) for payment in order.payments]
    methods = tuple(dict.fromkeys(payment.method.value for payment in order.payments))
    return {"methods": methods, "refund_days": max(days, default=0)}
