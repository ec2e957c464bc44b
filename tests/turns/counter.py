"""A counter at a fixed hour over its own copy of the demo shop, and a customer who talks to it."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PIL import Image as Pillow
from tests.clock import Clock

from xiaoer.app import App
from xiaoer.channels.terminal import Terminal, as_dict
from xiaoer.domain.conversation import Inbound, TurnRecord
from xiaoer.domain.ids import ConversationId, IntentId
from xiaoer.domain.order import Case, CaseKind, CaseState, Order, OrderState, ParcelState, RefundState
from xiaoer.domain.people import Customer
from xiaoer.domain.ports import Proposal
from xiaoer.domain.reply import ConfirmCard, PhotoPart
from xiaoer.domain.rules.money import warranty_until
from xiaoer.domain.rules.parcels import situation
from xiaoer.domain.rules.returns import case_of_line, exchange_until, return_until
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Kind
from xiaoer.guard.images import photo_of
from xiaoer.guard.outbound import found_in
from xiaoer.speak.book import book
from xiaoer.speak.render import Renderer

MOST_WAYS = max(len(ways) for language in Language for ways in book(language).phrases.values())


@dataclass
class Talk:
    """One customer's conversation. `says` gives the reply as `xiaoer chat --json` prints it."""

    app: App
    clock: Clock
    conversation_id: ConversationId
    customer: Customer | None = None
    orders: list[Order] = field(default_factory=list)
    records: list[TurnRecord] = field(default_factory=list)
    photos: int = 0

    @classmethod
    async def start(cls, app: App, clock: Clock, *, email: str = "", language: str = "zh") -> "Talk":
        customer = await app.house.shop.customer_by_email(email) if email else None
        assert customer is not None or not email, f"the demo shop has no {email}"
        conversation_id = await app.open_terminal(customer, Language(language))
        orders = await app.house.shop.orders_of(customer.id, limit=50) if customer else []
        return cls(app, clock, conversation_id, customer, list(orders))

    async def says(self, text: str) -> dict[str, Any]:
        terminal = Terminal(clerk=self.app.clerk, conversation_id=self.conversation_id)
        records, ms = await terminal.say(text)
        assert len(records) == 1, f"{len(records)} replies to {text!r}"
        self.records.extend(records)
        return as_dict(records[0], ms)

    async def sends_photo(self, text: str = "") -> dict[str, Any]:
        """A photo as the camera makes it; with `text`, both before the answer."""
        self.photos += 1
        log, client_id, now = self.app.house.conversations, f"photo{self.photos}", self.clock()
        image = photo_of(camera())
        kept = await self.app.house.photos.add(self.conversation_id, client_id, client_id, image, now=now)
        part = PhotoPart(photo_id=kept.id, width=kept.width, height=kept.height)
        for words, photo in (("", part), (text, None)):
            if words or photo:
                inbound = Inbound(
                    conversation_id=self.conversation_id,
                    client_id=f"{client_id}{words}",
                    text=words,
                    photo=photo,
                )
                await log.receive(inbound, now=now)
        (record,) = await self.app.clerk.answer(self.conversation_id)
        self.records.append(record)
        return as_dict(record, 0.0)

    async def presses(self, *, yes: bool) -> Proposal | None:
        """Press the last card on the screen."""
        cards = [
            part for record in self.records for part in record.reply.parts if isinstance(part, ConfirmCard)
        ]
        return await self.app.clerk.press(self.conversation_id, IntentId(cards[-1].intent_id), yes=yes)

    def unproven_ways(self) -> list[str]:
        """What the last look would keep back, had another way of saying the last turn been drawn.

        A phrase is a receipt of its own words ("once you confirm, it is cancelled") and values; but an amount
        must stand in what the step found, too.
        """
        turn, voice = self.records[-1].turn, self.app.clerk.voice
        found = []
        with pytest.MonkeyPatch.context() as patch:
            for way in range(MOST_WAYS):
                patch.setattr(Renderer, "_pick", lambda _self, _key, count, way=way: way % count)
                for step in [one for one in turn.steps if not one.reply.templates]:
                    reply = voice.say(step.chosen, step.outcome, turn)
                    bare = found_in(replace(reply, receipts=()), turn, step.chosen, step.outcome)
                    claims = [
                        *found_in(reply, turn, step.chosen, step.outcome),
                        *(claim for claim in bare if claim.kind is Kind.MONEY),
                    ]
                    found += [f"{claim.kind.value} {claim.said!r} in {reply.text!r}" for claim in claims]
        return found

    async def last_words(self) -> str:
        messages = await self.app.house.conversations.after(self.conversation_id, 0, limit=500)
        return next(m.text for m in reversed(messages) if m.kind == "message")

    async def order(self, order_id: str) -> Order:
        assert self.customer is not None
        orders = await self.app.house.shop.orders_of(self.customer.id, limit=50)
        return next(order for order in orders if order.id == order_id)


def camera(size: tuple[int, int] = (64, 48), kind: str = "JPEG", **how: Any) -> bytes:
    """A picture with an edge in it."""
    picture, written = Pillow.new("RGB", size, (200, 30, 30)), io.BytesIO()
    picture.paste((20, 20, 20), (0, 0, size[0] // 2, size[1]))
    picture.save(written, kind, **how)
    return written.getvalue()


def named_orders(talk: Talk, foreign: str) -> dict[str, str]:
    """Names for orders of the talking customer: {paid}, {shipped}, {returnable} ..."""
    app, now = talk.app, talk.clock.now
    policy = app.policy

    def swappable(o: Order) -> bool:
        fit = o.state is OrderState.DELIVERED and len(o.lines) >= 1 and not o.cases
        shoes = any(line.category == "running_shoes" and not line.final_sale for line in o.lines)
        return fit and shoes and all(now <= exchange_until(o, line, policy) for line in o.lines)

    def returnable(o: Order) -> bool:
        if o.state is not OrderState.DELIVERED or o.cases:
            return False
        return all(
            now <= return_until(o, x, policy) and not x.final_sale and case_of_line(o, x) is None
            for x in o.lines
        )

    tests: Mapping[str, Callable[[Order], bool]] = {
        "unpaid": lambda o: o.state is OrderState.AWAITING_PAYMENT,
        "paid": lambda o: situation(o, now) == "paid",
        "paid_many": lambda o: o.state is OrderState.PAID and len(o.lines) > 1,
        "unpaid_many": lambda o: o.state is OrderState.AWAITING_PAYMENT and len(o.lines) > 1,
        "open_return": lambda o: any(_open(c, CaseKind.RETURN) for c in o.cases),
        "open_exchange": lambda o: any(_open(c, CaseKind.EXCHANGE) for c in o.cases),
        "return_there": lambda o: any(c.state is CaseState.RECEIVED for c in o.cases),
        "paid_late": lambda o: situation(o, now) == "paid_late",
        "packed": lambda o: o.state is OrderState.PACKED,
        "shipped": lambda o: situation(o, now) == "shipped",
        "out": lambda o: situation(o, now) == "out_for_delivery",
        "late": lambda o: situation(o, now) == "shipped_late",
        "lost": lambda o: situation(o, now) == "lost",
        "recent": lambda o: o.delivered_at is not None and not o.cases and (now - o.delivered_at).days < 6,
        "one_line": lambda o: o.delivered_at is not None and not o.cases and len(o.lines) == 1,
        "in_warranty": lambda o: (
            o.delivered_at is not None and any(warranty_until(o, x, policy) for x in o.lines)
        ),
        "cancelled": lambda o: o.state is OrderState.CANCELLED,
        "returnable": returnable,
        "returnable1": lambda o: returnable(o) and len(o.lines) == 1,
        "swappable": swappable,
        "old": lambda o: (
            o.state is OrderState.DELIVERED
            and all(now > return_until(o, x, policy) for x in o.lines)
            and not o.cases
        ),
        "refunding": lambda o: any(r.state is RefundState.PROCESSING for r in o.refunds),
        "refunded": lambda o: any(r.state is RefundState.DONE for r in o.refunds),
        "waiting_goods": lambda o: any(r.state is RefundState.AWAITING_GOODS for r in o.refunds),
        "in_return": lambda o: bool(o.cases) and o.state is OrderState.DELIVERED,
        "on_the_way": lambda o: any(p.state is ParcelState.IN_TRANSIT for p in o.parcels),
    }
    names = {name: next((o.id for o in talk.orders if test(o)), "") for name, test in tests.items()}
    sent = next((o for o in talk.orders if o.id == names["shipped"]), None)
    names["shipped_number"] = sent.parcels[0].tracking_number if sent else ""
    if names["paid"]:
        names["paid_digits"] = names["paid"][1:]
        names["paid_wide"] = "".join(chr(ord(c) + 0xFEE0) for c in names["paid"])
    return {name: value for name, value in names.items() if value} | {
        "foreign": foreign,
        "unknown": "M99999999",
    }


def _open(case: Case, kind: CaseKind) -> bool:
    return case.kind is kind and case.state is CaseState.APPROVED
