"""Templates tried on real orders, as the customers themselves would hear them. Nothing is said or stored."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from xiaoer.actions.house import House
from xiaoer.actions.run import run
from xiaoer.domain.decision import Do
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId, OrderId
from xiaoer.domain.intents import Entry, ToAction, ToArticle, ToSearch
from xiaoer.domain.knowledge import Passage, Scope
from xiaoer.domain.order import Order, OrderState
from xiaoer.domain.outcome import Done
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.domain.ports import Library
from xiaoer.domain.reply import Origin, Receipt, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import FIGURES
from xiaoer.guard.evidence import Evidence
from xiaoer.guard.outbound import unproven
from xiaoer.speak.fields import PROBLEMS, Known, first_name, values
from xiaoer.speak.formats import Calendar
from xiaoer.speak.render import Renderer
from xiaoer.speak.template_text import Said, Written

MOST_CUSTOMERS = 30  # looked at for recent orders
MOST_OF_ONE = 5  # orders of one customer
MOST_TRIED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class On:
    """What a template is tried on: an order, a customer's newest, the newest in a state; or any."""

    order_id: str = ""
    email: str = ""
    state: OrderState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A moment in which it would be said."""

    customer: Customer | None = None  # None: a guest
    order_id: str = ""
    refused: bool = False  # the look-up is: the house says why
    facts: Facts = field(default_factory=dict)
    passage: Passage | None = None


class Why(StrEnum):
    REFUSED = "refused"  # the look-up itself is: a parcel of what was not sent
    PROBLEM = "problem"  # something went wrong with the order, and the template does not speak of that
    MISSING = "missing"  # a field it needs is not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`text` is empty if the house's own words would be said: `why`."""

    sample: Sample
    text: str = ""
    why: Why | None = None
    used: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()  # fields it names that are not there
    loose: tuple[str, ...] = ()  # numbers made of two that touch: nothing proves them


class Trial:
    def __init__(self, house: House, library: Library, clock: Callable[[], datetime]) -> None:
        self._house, self._library, self._clock = house, library, clock

    async def samples(self, entry: Entry, language: Language, on: On) -> list[Sample]:
        """At most MOST_TRIED, of every state, newest first; empty if there is nothing like it. ShopError."""
        if isinstance(entry.serves, ToAction):
            found = _of_every_state([pair async for pair in self._orders(on)])
            looked = [await self._looked(entry.serves.action, c, o, language) for c, o in found[:MOST_TRIED]]
            return [one for one in looked if on.order_id or not one.refused]
        passage = self._passage(entry, language)
        signed_in = [Sample(customer=one, passage=passage) for one in await self._customers(on)]
        return signed_in[:MOST_TRIED] if on.email else [*signed_in[:MOST_TRIED], Sample(passage=passage)]

    def try_on(self, sample: Sample, written: Written, language: Language) -> Tried:
        customer = sample.customer
        zone = customer.time_zone if customer else self._house.policy.time_zone
        renderer = Renderer(Calendar(language, zone, self._clock()), seed="preview")
        known = Known(
            policy=self._house.policy,
            first_name=first_name(customer.name) if customer else "",
            facts=sample.facts,
            passage=sample.passage,
        )
        there = values(known, renderer)
        missing = tuple(sorted(written.fields - there.keys()))
        if sample.refused:
            return Tried(sample=sample, why=Why.REFUSED, missing=missing)
        if known.troubled and not written.fields & PROBLEMS:
            return Tried(sample=sample, why=Why.PROBLEM, missing=missing)
        said = written.say(there, renderer)
        if said is None:
            return Tried(sample=sample, why=Why.MISSING, missing=missing)
        evidence = Evidence(now=self._clock(), time_zone=zone)
        loose = _loose(said, language, evidence)
        return Tried(sample=sample, text=said.text, used=said.used, missing=missing, loose=loose)

    async def _orders(self, on: On) -> AsyncIterator[tuple[Customer, Order]]:
        shop = self._house.shop
        if on.order_id:
            order = await shop.order(OrderId(on.order_id))
            customer = await shop.customer(order.customer_id) if order else None
            if order is not None and customer is not None:
                yield customer, order
            return
        for customer in await self._customers(on):
            orders = await shop.orders_of(customer.id, limit=MOST_OF_ONE)
            for order in orders:
                if on.state in (None, order.state):
                    yield customer, order

    async def _customers(self, on: On) -> Sequence[Customer]:
        if on.email:
            customer = await self._house.shop.customer_by_email(on.email)
            return [customer] if customer else []
        return await self._house.shop.customers(limit=MOST_CUSTOMERS)

    async def _looked(self, action: str, customer: Customer, order: Order, language: Language) -> Sample:
        """Through the one door, as this customer: what is told here is what would be told there."""
        actor = Actor(
            shop_id=self._house.policy.shop_id,
            role=Role.CUSTOMER,
            proof=Proof.SIGNED_IN,
            customer_id=customer.id,
        )
        nobody = ConversationId("")  # is talking: only look-ups are tried
        reach = self._house.reach_in(nobody, language, now=self._clock())
        outcome = await run(Do(action, {"order_id": order.id}), actor, reach)
        if not isinstance(outcome, Done):
            return Sample(customer=customer, order_id=order.id, refused=True)
        return Sample(customer=customer, order_id=order.id, facts=outcome.facts)

    def _passage(self, entry: Entry, language: Language) -> Passage | None:
        question, scope = entry.asks.in_(language), Scope(now=self._clock())
        match entry.serves:
            case ToArticle(slug):
                return self._library.article(slug, question, language, scope=scope)
            case ToSearch():
                return next(iter(self._library.search(question, language, limit=1, scope=scope)), None)
            case _:
                return None


def _of_every_state(found: Sequence[tuple[Customer, Order]]) -> list[tuple[Customer, Order]]:
    """The newest of each state, then the second of each: what is rare is tried too."""
    newest = sorted(found, key=lambda pair: pair[1].placed_at, reverse=True)
    seen: Counter[OrderState] = Counter()
    placed = []
    for place, pair in enumerate(newest):
        state = pair[1].state
        placed.append((seen[state], place, pair))
        seen[state] += 1
    return [pair for _, _, pair in sorted(placed, key=lambda one: one[:2])]


def _loose(said: Said, language: Language, evidence: Evidence) -> tuple[str, ...]:
    receipt = Receipt(source="reply:preview", values=said.values, words=said.words)
    reply = Reply(
        parts=(TextPart(text=said.text),), receipts=(receipt,), origin=Origin.TEMPLATE, language=language
    )
    return tuple(found.said for found in unproven(reply, evidence) if found.kind in FIGURES)
