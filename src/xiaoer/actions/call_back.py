"""A colleague calls: at the number on file, or at another."""

from collections.abc import Sequence

import phonenumbers
from pydantic import Field
from typing_extensions import override

from xiaoer.actions import tickets
from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.domain.care_ports import TicketKind
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Customer
from xiaoer.domain.rules.promises import call_by
from xiaoer.domain.words import Words
from xiaoer.guard.access import signed_in
from xiaoer.speak.book import term

ON_FILE = "on_file"
_HOME = "CN"  # a number without a country is of the customer's, else of this one
_TAIL = 4


class CallBackArgs(Args):
    """Have a colleague call the customer."""

    phone: str = Field(max_length=40, description="The number to call, or on_file")


class CallBack(Action[CallBackArgs]):
    name = "call_back"
    risk = Risk.HOUSE
    takes = CallBackArgs

    @override
    async def check(self, args: CallBackArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (before := await tickets.already(TicketKind.CALL_BACK, actor, reach)) is not None:
            return before
        customer = await _customer(actor, reach)
        phone = customer.phone if customer and args.phone == ON_FILE else args.phone
        if (dialled := _dialled(phone, customer)) is None:
            return Refused(Reason.BAD_PHONE)
        hours, open_now = reach.policy.hours, reach.policy.hours.is_open(reach.now)
        facts: Facts = {
            "phone": f"***{dialled[-_TAIL:]}" if args.phone == ON_FILE else dialled,
            "situation": "now" if open_now else "later",
            "opens_at": None if open_now else hours.next_opening(reach.now),
        }
        return Plan(self.name, {"phone": dialled, **tickets.whose(actor)}, facts)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        due, contact = call_by(reach.policy, reach.now), {"contact": str(plan.args["phone"])}
        return await tickets.file(plan, TicketKind.CALL_BACK, reach, due=due, more=contact)

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        customer = await _customer(actor, reach)
        if customer is None or _dialled(customer.phone, customer) is None:
            return ()
        name, tail = term("phone.on_file"), customer.phone[-_TAIL:]
        return [Choice(ON_FILE, Words(f"{name.zh}（***{tail}）", f"{name.en} (***{tail})"))]


async def _customer(actor: Actor, reach: Reach) -> Customer | None:
    customer_id = signed_in(actor)
    return await reach.shop.customer(customer_id) if customer_id else None


def _dialled(phone: str, customer: Customer | None) -> str | None:
    """The number as it is dialled from anywhere; None if there is no such number."""
    country = customer.addresses[0].country if customer and customer.addresses else _HOME
    try:
        parsed = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


offer(CallBack())
