"""A guest proves that an order is theirs: its number, and the phone's tail or the e-mail on it."""

import hmac

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor

TAIL = 4
TRIES_PER_ORDER = 5  # an hour; a four-digit tail is one of 10,000
TRIES_PER_CONVERSATION = 10
WINDOW_S = 3600


class ProveOrderArgs(Args):
    """Show that an order is the customer's own."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    contact: str = Field(description="Last four digits of the phone on it, or the e-mail", max_length=254)


class ProveOrder(Action[ProveOrderArgs]):
    name = "prove_order"
    risk = Risk.HOUSE
    takes = ProveOrderArgs
    counts = True

    @override
    async def check(self, args: ProveOrderArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        """Wrong, foreign and tried too often are one answer; each try is counted, right or wrong."""
        no = Refused(Reason.NOT_PROVEN, {"order_id": args.order_id, "situation": "wrong"})
        keys = (
            (f"by:{reach.conversation_id}", TRIES_PER_CONVERSATION),  # first: nobody locks many orders
            (f"order:{args.order_id}", TRIES_PER_ORDER),
        )
        for key, limit in keys:
            named = f"{actor.shop_id}:{key}"
            if not await reach.tries.allow(named, limit=limit, window_s=WINDOW_S, now=reach.now):
                return no
        order = await reach.shop.order(OrderId(args.order_id))
        if order is None or not await _knows(order, args.contact, reach):
            return no
        return Plan(self.name, {"order_id": order.id}, {"order_id": order.id})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        await reach.conversations.prove(reach.conversation_id, OrderId(str(plan.args["order_id"])))
        return Done(self.name, plan.facts)


async def _knows(order: Order, contact: str, reach: Reach) -> bool:
    customer = await reach.shop.customer(order.customer_id)
    if customer is None or not customer.name:
        return False  # a person who was erased: nobody can prove to be them
    phones = [order.address.phone, customer.phone]
    if "@" in contact:
        return bool(customer.email) and _same(contact.strip().lower(), customer.email.lower())
    digits = _digits(contact)
    tails = [_digits(phone)[-TAIL:] for phone in phones]
    return len(digits) >= TAIL and any(_same(digits[-TAIL:], tail) for tail in tails if len(tail) == TAIL)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal() and c.isascii())


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())


offer(ProveOrder())
