"""An invoice for an order: to a person or a company, by e-mail."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.orders import order_choices, order_of
from xiaoer.domain.changes import AskInvoice, Can
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import InvoiceKind, Order
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Customer
from xiaoer.domain.rules.care import may_ask_invoice
from xiaoer.domain.words import Words
from xiaoer.guard.access import owned_order, signed_in
from xiaoer.speak.book import term
from xiaoer.understand.codes import email_in
from xiaoer.understand.tax_numbers import fault_of, written


class RequestInvoiceArgs(Args):
    """Ask for the invoice of an order."""

    order_id: str = Field(description="The order number, e.g. M20260001")
    kind: InvoiceKind | None = Field(default=None, description="personal or company")
    title: str = Field(default="", max_length=100, description="Who it is made out to, exactly")
    tax_number: str = Field(default="", max_length=40, description="Of a Chinese company, 18 characters")
    email: str = Field(default="", max_length=254, description="Where it goes; empty: the one on file")


class RequestInvoice(Action[RequestInvoiceArgs]):
    name = "request_invoice"
    risk = Risk.WRITE
    needs = Can.INVOICE
    takes = RequestInvoiceArgs

    @override
    async def check(self, args: RequestInvoiceArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        order = await owned_order(reach.shop, actor, OrderId(args.order_id))
        if isinstance(order, Refused):
            return order
        if (no := may_ask_invoice(order, reach.policy, reach.now).refused()) is not None:
            return no
        if args.kind is None or not args.title.strip():
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "kind, title"})
        email = args.email.strip() or await _on_file(actor, reach)
        if (wrong := _wrong_number(args, order) or _wrong_email(email, order)) is not None:
            return wrong
        company = args.kind is InvoiceKind.COMPANY
        facts: Facts = {
            "order_id": order.id,
            "kind": args.kind.value,
            "title": args.title.strip(),
            "tax_number": written(args.tax_number) if company else "",
            "email": email,
        }
        return Plan(self.name, args.model_dump(mode="json"), facts, order.version)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        order, facts = await order_of(plan, reach), plan.facts
        ask = AskInvoice(
            kind=InvoiceKind(str(facts["kind"])),
            title=str(facts["title"]),
            tax_number=str(facts["tax_number"]),
            email=str(facts["email"]),
        )
        await reach.shop.change(order, ask, key=key)
        until = reach.now + timedelta(hours=reach.policy.promises.invoice_hours)
        return Done(self.name, {**facts, "until": until})

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """Nothing is asked for an order that gets no invoice, and no number of a person."""
        if not known.get("order_id"):
            return ["order_id"]
        order = await owned_order(reach.shop, actor, OrderId(str(known["order_id"])))
        if isinstance(order, Refused) or not may_ask_invoice(order, reach.policy, reach.now).allowed:
            return ()
        wanted = ["kind", "title"]
        if known.get("kind") == InvoiceKind.COMPANY.value:
            wanted.append("tax_number")
        if not await _on_file(actor, reach):
            wanted.append("email")
        return [slot for slot in wanted if not known.get(slot)]

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        if slot == "order_id":
            return await order_choices(
                actor, reach, lambda o: may_ask_invoice(o, reach.policy, reach.now).allowed
            )
        if slot == "kind":
            return [Choice(kind.value, term(f"invoice.{kind.value}")) for kind in InvoiceKind]
        customer = await _customer(actor, reach)
        if slot == "title" and known.get("kind") == InvoiceKind.PERSONAL.value and customer:
            return [Choice(customer.name, Words(customer.name, customer.name))]
        return ()


async def _customer(actor: Actor, reach: Reach) -> Customer | None:
    customer_id = signed_in(actor)
    return await reach.shop.customer(customer_id) if customer_id else None


async def _on_file(actor: Actor, reach: Reach) -> str:
    """A guest is told no address that is on an order."""
    customer = await _customer(actor, reach)
    return customer.email if customer else ""


def _wrong_number(args: RequestInvoiceArgs, order: Order) -> Refused | None:
    if args.kind is not InvoiceKind.COMPANY or (fault := fault_of(args.tax_number)) is None:
        return None
    told: Facts = {"wrong": fault.wrong, "count": fault.count, "needed": fault.needed}
    return Refused(Reason.BAD_TAX_NUMBER, {"order_id": order.id, "situation": fault.kind, **told})


def _wrong_email(email: str, order: Order) -> Refused | None:
    found = email_in(email.lower())
    whole = found is not None and found[0] == email.lower()
    return None if whole else Refused(Reason.BAD_EMAIL, {"order_id": order.id})


offer(RequestInvoice())
