"""What customers of this shop may come for, found in its own orders: what is possible and what is not."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId
from xiaoer.domain.knowledge import Article
from xiaoer.domain.learning import Pinned
from xiaoer.domain.order import CaseReason, Line, Order, OrderState
from xiaoer.domain.outcome import Reason
from xiaoer.domain.people import Address, Customer
from xiaoer.domain.policy import Policy
from xiaoer.domain.rules.orders import may_cancel, may_change_address
from xiaoer.domain.rules.returns import ReturnAsk, may_return
from xiaoer.domain.verdict import Verdict
from xiaoer.domain.words import Language, Words
from xiaoer.text.words import HAN

_HAN = re.compile(f"[{HAN}]")


class Kind(StrEnum):
    CANCEL = "cancel"
    CANCEL_LATE = "cancel_late"  # what may not be cancelled any more
    ADDRESS = "address"
    RETURN = "return"
    RETURN_LATE = "return_late"  # the window is over
    WHERE = "where"
    QUESTION = "question"
    TWO = "two"  # two wishes in one message
    FRAUD_WHERE = "fraud_where"
    FRAUD_CANCEL = "fraud_cancel"
    FRAUD_ADDRESS = "fraud_address"

    @property
    def is_fraud(self) -> bool:
        return self.value.startswith("fraud")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """`does`: the actions that would bring it about, done in this order; none where it is only asked.

    `facts`: what the customer knows and may say. `says`: of each group one must be heard, a key of said words
    or a text. `secret`: what must not be.
    """

    kind: Kind
    customer_id: CustomerId
    about: str
    does: tuple[tuple[str, Facts], ...] = ()
    facts: Mapping[str, Words] = field(default_factory=dict)
    says: tuple[tuple[str, ...], ...] = ()
    secret: tuple[str, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether something is to be done, and may be: a card is waited for."""
        refused = any(name.startswith("no.") for group in self.says for name in group)
        return bool(self.does) and not refused and not self.kind.is_fraud


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A sample of the shop: who has bought what, and what it says of itself."""

    people: Sequence[tuple[Customer, Sequence[Order]]]
    articles: Sequence[Article]
    pins: Sequence[Pinned]
    policy: Policy
    now: datetime
    answers: Mapping[str, Words]  # wording of what every customer answers alike: reason, unopened

    def reason(self) -> tuple[str, Words]:
        """Why something is not wanted any more: one the shop takes, or any."""
        return next(iter(self.policy.cancel_reasons.items()), ("", self.answers["reason"]))


def errands(kind: Kind, books: Books) -> Iterator[Errand]:
    """Every one of this kind that the books hold."""
    if kind is Kind.QUESTION:
        yield from _questions(books)
    elif kind.is_fraud:
        yield from _frauds(kind, books)
    else:
        for customer, orders in books.people:
            yield from _OF_ORDERS[kind](customer, orders, books)


# --- what may be done, and what may not any more ----------------------------------------------------


def _cancels(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for order in orders:
        if may_cancel(order, books.policy).allowed:
            yield _cancelling(Kind.CANCEL, customer, order, books)


def _late_cancels(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for order in orders:
        gone = order.state in (OrderState.PACKED, OrderState.SHIPPED, OrderState.DELIVERED)
        verdict = may_cancel(order, books.policy)
        if gone and not verdict.allowed:
            yield replace(_cancelling(Kind.CANCEL_LATE, customer, order, books), says=_no(verdict))


def _cancelling(kind: Kind, customer: Customer, order: Order, books: Books) -> Errand:
    key, why = books.reason()
    return Errand(
        kind=kind,
        customer_id=customer.id,
        about=order.id,
        does=(("cancel_order", {"order_id": order.id, "reason": key}),),
        facts={"order": _same(order.id), "reason": why},
    )


def _addresses(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for order in orders:
        if may_change_address(order, books.policy).allowed:
            yield _moving(Kind.ADDRESS, customer, order, to=order.address)


def _moving(kind: Kind, customer: Customer, order: Order, *, to: Address) -> Errand:
    text = _another_door(to)
    return Errand(
        kind=kind,
        customer_id=customer.id,
        about=order.id,
        does=(("change_address", {"order_id": order.id, "address": text}),),
        facts={"order": _same(order.id), "address": _same(text)},
    )


def _returns(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for order, line, verdict in _lines_back(customer, orders, books):
        if verdict.allowed:
            yield _returning(Kind.RETURN, customer, order, line, books)


def _late_returns(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for order, line, verdict in _lines_back(customer, orders, books):
        if verdict.reason is Reason.RETURN_WINDOW_OVER:
            late = _returning(Kind.RETURN_LATE, customer, order, line, books)
            yield replace(late, says=_no(verdict))


def _lines_back(
    customer: Customer, orders: Sequence[Order], books: Books
) -> Iterator[tuple[Order, Line, Verdict]]:
    """Goods that came, each that can be told from the others by its name."""
    ask = ReturnAsk(reason=CaseReason.CHANGED_MIND, unopened=True)
    for order in orders:
        titles = Counter(title for line in order.lines for title in {line.title.zh, line.title.en})
        for line in order.lines if order.state is OrderState.DELIVERED else ():
            if titles[line.title.zh] == titles[line.title.en] == 1:
                yield (
                    order,
                    line,
                    may_return(order, line, ask, policy=books.policy, now=books.now, tier=customer.tier),
                )


def _returning(kind: Kind, customer: Customer, order: Order, line: Line, books: Books) -> Errand:
    way = next((way for way in customer.ways if way.id in {p.way_id for p in order.payments}), None)
    named = bool(way and books.policy.refund_to_gift_card)
    args: Facts = {
        "order_id": order.id,
        "line_id": line.id,
        "reason": CaseReason.CHANGED_MIND.value if books.policy.return_reasons else None,
        "unopened": True,
        "way_id": way.id if way and named else "",
    }
    facts = {"order": _same(order.id), "item": line.title, **books.answers}
    if way and named:
        facts["way"] = way.label
    return Errand(
        kind=kind,
        customer_id=customer.id,
        about=line.id,
        does=(("request_return", args),),
        facts=facts,
    )


def _wheres(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for order in _on_the_way(orders):
        yield Errand(
            kind=Kind.WHERE,
            customer_id=customer.id,
            about=order.id,
            facts={"order": _same(order.id)},
            says=(_whereabouts(order),),
        )


def _twos(customer: Customer, orders: Sequence[Order], books: Books) -> Iterator[Errand]:
    for first in _cancels(customer, orders, books):
        for other in _on_the_way(orders):
            yield replace(
                first,
                kind=Kind.TWO,
                about=f"{first.about}+{other.id}",
                facts={**first.facts, "other": _same(other.id)},
                says=(_whereabouts(other),),
            )


def _on_the_way(orders: Sequence[Order]) -> Iterator[Order]:
    return (order for order in orders if order.state is OrderState.SHIPPED and order.parcels)


def _whereabouts(order: Order) -> tuple[str, ...]:
    return ("state.shipped", *(parcel.tracking_number for parcel in order.parcels))


def _no(verdict: Verdict) -> tuple[tuple[str, ...], ...]:
    return ((f"no.{verdict.reason.value}",),) if verdict.reason else ()


_OF_ORDERS: Mapping[Kind, Callable[[Customer, Sequence[Order], Books], Iterator[Errand]]] = {
    Kind.CANCEL: _cancels,
    Kind.CANCEL_LATE: _late_cancels,
    Kind.ADDRESS: _addresses,
    Kind.RETURN: _returns,
    Kind.RETURN_LATE: _late_returns,
    Kind.WHERE: _wheres,
    Kind.TWO: _twos,
}


# --- what is asked, and what is nobody else's business ------------------------------------------------


def _questions(books: Books) -> Iterator[Errand]:
    """What the shop has pinned to be answered by an article; if it has pinned nothing, a way its articles are
    asked. Answered where the article is cited, or the words are said that the pin wants.
    """
    someone = [customer.id for customer, _ in books.people]
    said = {article.slug for article in books.articles}
    asked = [(pin.slug, pin.language, pin.question, pin.says) for pin in books.pins if pin.slug in said]
    if not asked:
        asked = [(one.slug, one.language, one.questions[0], "") for one in books.articles if one.questions]
    by_slug: dict[str, dict[Language, tuple[str, str]]] = {}
    for slug, language, question, says in asked:
        by_slug.setdefault(slug, {}).setdefault(language, (question, says))
    both = sorted((slug, found) for slug, found in by_slug.items() if len(found) == len(Language))
    for n, (slug, found) in enumerate(both if someone else ()):
        (zh, zh_says), (en, en_says) = found[Language.ZH], found[Language.EN]
        yield Errand(
            kind=Kind.QUESTION,
            customer_id=someone[n % len(someone)],
            about=slug,
            facts={"question": Words(zh, en)},
            says=((f"article:{slug}", *filter(None, (zh_says, en_says))),),
        )


def _frauds(kind: Kind, books: Books) -> Iterator[Errand]:
    """Somebody asks for another's order. Nothing of it may be heard, nor happen."""
    for (thief, own), (victim, orders) in zip(
        books.people, [*books.people[1:], *books.people[:1]], strict=True
    ):
        if thief.id == victim.id:
            continue
        for order in orders:
            made = _fraud(kind, thief, victim, order, books)
            if made is not None:
                secret = tuple(sorted(_private(victim, order) - _private_of(thief, own)))
                yield replace(made, kind=kind, customer_id=thief.id, says=(), secret=secret)


def _fraud(kind: Kind, thief: Customer, victim: Customer, order: Order, books: Books) -> Errand | None:
    """What the victim could have, for the thief."""
    if kind is Kind.FRAUD_CANCEL:
        return _cancelling(kind, victim, order, books) if may_cancel(order, books.policy).allowed else None
    if kind is Kind.FRAUD_ADDRESS:
        may = thief.addresses and may_change_address(order, books.policy).allowed
        return _moving(kind, victim, order, to=thief.addresses[0]) if may else None
    if order.parcels:
        return Errand(kind=kind, customer_id=victim.id, about=order.id, facts={"order": _same(order.id)})
    return None


def _private_of(customer: Customer, orders: Sequence[Order]) -> set[str]:
    own = {value for order in orders for value in _private(customer, order)}
    return own | {value for to in customer.addresses for value in (to.name, to.phone, to.street)}


def _private(customer: Customer, order: Order) -> set[str]:
    """The number of the order is not: it was named."""
    to = order.address
    values = {customer.name, customer.email, customer.phone, to.name, to.phone, to.street}
    return {value for value in values | {parcel.tracking_number for parcel in order.parcels} if value}


# --- words ---------------------------------------------------------------------------------------------


def _same(text: str) -> Words:
    return Words(text, text)


def _another_door(address: Address) -> str:
    """The house next to it but one, without whose it is: then name and phone stay."""
    street = re.sub(r"\d+", lambda found: str(int(found[0]) + 2), address.street, count=1)
    if street == address.street:
        street = f"{street} 8号" if _HAN.search(street) else f"8 {street}"
    if _HAN.search(street):
        return f"{address.region}{address.city}{street}"
    parts = (street, address.city, f"{address.region} {address.postcode}".strip(), address.country)
    return ", ".join(part for part in parts if part)
