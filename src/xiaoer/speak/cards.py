"""Cards from facts: every string ready to show."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Fact, Facts
from xiaoer.domain.ids import IntentId
from xiaoer.domain.outcome import Plan
from xiaoer.domain.reply import (
    CardEvent,
    CardLine,
    CardParcel,
    CardRow,
    ConfirmCard,
    OrderCard,
    ProductCard,
    ProductCards,
    QuickReplies,
    QuickReply,
)
from xiaoer.domain.words import Language
from xiaoer.speak.render import Renderer

_MADE_GOOD = (
    ("order_id", ""),
    ("items", ""),
    ("remedy", "term.remedy"),
    ("refund", ""),
    ("methods", "term.method"),
)
# What a card reads out, in this order; a fact that is missing has no row.
ROWS: Mapping[str, Sequence[tuple[str, str]]] = {
    "cancel_order": (
        ("order_id", ""),
        ("items", ""),
        ("reason", ""),
        ("refund", ""),
        ("methods", "term.method"),
    ),
    "change_address": (("order_id", ""), ("address", "")),
    "request_return": (
        ("order_id", ""),
        ("items", ""),
        ("reason", "term.reason"),
        ("fee", ""),
        ("refund", ""),
        ("methods", "term.method"),
        ("back", "way"),
        ("until", "day"),
    ),
    "request_exchange": (
        ("order_id", ""),
        ("item", ""),
        ("variant", ""),
        ("quantity", ""),
        ("extra", "way"),
        ("back", "way"),
        ("until", "day"),
    ),
    "cancel_items": (("order_id", ""), ("items", ""), ("back", "way"), ("new_total", "")),
    "change_items": (
        ("order_id", ""),
        ("item", ""),
        ("variant", ""),
        ("quantity", ""),
        ("extra", "way"),
        ("back", "way"),
        ("new_total", ""),
    ),
    "change_payment": (
        ("order_id", ""),
        ("method", "term.method"),
        ("with", ""),
        ("amount", ""),
        ("back", "way"),
    ),
    "change_delivery": (("order_id", ""), ("items", ""), ("day", "")),
    "cancel_return": (
        ("order_id", ""),
        ("case_id", ""),
        ("kind", "term.case"),
        ("items", ""),
        ("not_back", ""),
    ),
    "price_protection": (
        ("order_id", ""),
        ("item", ""),
        ("paid", ""),
        ("price", ""),
        ("refund", ""),
        ("methods", "term.method"),
    ),
    "report_lost": _MADE_GOOD,
    "report_damage": _MADE_GOOD,
    "give_goodwill": (("order_id", ""), ("refund", ""), ("methods", "term.method")),
    "change_contact": (("old_phone", ""), ("new_phone", ""), ("old_email", ""), ("new_email", "")),
    "change_profile_address": (("old_address", ""), ("new_address", "")),
    "give_coupon": (("order_id", ""), ("coupon", ""), ("until", "day")),
    "request_invoice": (
        ("order_id", ""),
        ("kind", "term.invoice"),
        ("title", ""),
        ("tax_number", ""),
        ("email", ""),
    ),
}


def order_card(order: Facts, say: Renderer) -> OrderCard:
    return OrderCard(
        order_id=str(order["order_id"]),
        state=str(order["state"]),
        state_text=say.term(f"situation.{order['situation']}"),
        placed_at=say.fact(order["placed_at"], "day"),
        total=say.fact(order["total"]),
        lines=tuple(_line(line, say) for line in _each(order["lines"])),
        parcels=tuple(_parcel(parcel, say) for parcel in _each(order["parcels"])),
    )


def product_cards(products: Fact, say: Renderer) -> ProductCards:
    return ProductCards(products=tuple(_product(p, say) for p in _each(products)))


def confirm_card(intent_id: IntentId, plan: Plan, say: Renderer, *, expires_at: datetime) -> ConfirmCard:
    return ConfirmCard(
        intent_id=intent_id,
        action=plan.action,
        title=say.term(f"card.{plan.action}"),
        rows=tuple(_rows(plan, say)),
        yes=say.term(f"yes.{plan.action}"),
        no=say.term("no"),
        expires_at=expires_at.isoformat(),
    )


def choices(found: Sequence[Choice], say: Renderer, *, also: Sequence[str] = ()) -> QuickReplies:
    """One button a choice; `also` names others by term key, as in `quick`."""
    labels = [choice.label.in_(say.language) for choice in found] + [say.term(key) for key in also]
    return QuickReplies(options=tuple(QuickReply(label=label, text=label) for label in labels))


def quick(keys: Sequence[str], say: Renderer) -> QuickReplies:
    """Buttons by term key: try.order_status and so on."""
    labels = [say.term(key) for key in keys]
    return QuickReplies(options=tuple(QuickReply(label=label, text=label) for label in labels))


def _each(value: Fact) -> tuple[Facts, ...]:
    return cast(tuple[Facts, ...], value) if isinstance(value, tuple) else ()


def rows_text(plan: Plan, say: Renderer) -> str:
    """What a card would read out, as a sentence."""
    colon, comma = ("：", "；") if say.language is Language.ZH else (": ", "; ")
    return comma.join(f"{row.label}{colon}{row.value}" for row in _rows(plan, say))


def _rows(plan: Plan, say: Renderer) -> Sequence[CardRow]:
    return [
        CardRow(label=say.term(f"row.{name}"), value=say.fact(plan.facts[name], spec))
        for name, spec in ROWS[plan.action]
        if plan.facts.get(name) not in (None, "", ())
    ]


def _line(line: Facts, say: Renderer) -> CardLine:
    return CardLine(
        title=say.fact(line["title"]),
        options=say.fact(line["options"]),
        quantity=int(str(line["quantity"])),
        price=say.fact(line["price"]),
    )


def _parcel(parcel: Facts, say: Renderer) -> CardParcel:
    eta = parcel["eta"]
    return CardParcel(
        carrier=say.fact(parcel["carrier"]),
        tracking_number=str(parcel["tracking_number"]),
        state=say.term(f"parcel.{parcel['state']}"),
        eta=say.fact(eta, "day") if eta is not None else "",
        events=tuple(
            CardEvent(at=say.fact(e["at"], "time"), text=say.fact(e["text"])) for e in _each(parcel["events"])
        ),
    )


def _product(product: Facts, say: Renderer) -> ProductCard:
    stock = int(str(product["stock"]))
    return ProductCard(
        product_id=str(product["product_id"]),
        title=say.fact(product["title"]),
        price=say.fact(product["price"]),
        options=say.fact(product["options"]),
        stock=say.term("stock.in" if stock > 0 else "stock.out"),
        image=str(product["image"]),
        link=f"/#{product['product_id']}",
    )
