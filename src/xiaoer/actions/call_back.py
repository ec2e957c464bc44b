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
from xiaoer.domain.words import Language, Words
from xiaoer.guard.access import signed_in
from xiaoer.speak.book import term

ON_FILE = "on_file"
_HOME = "CN"  # a number without a country is of the customer's, else of this one
_TAIL = 4


class CallBackArgs(Args):
    """Have a colleague call the customer."""

    phone: str = Field(default="", max_length=40, description="The number to call, or on_file")


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
        if (number := dialled(phone, customer, reach.language)) is None:
            return Refused(Reason.BAD_PHONE)
        hours, open_now = reach.policy.hours, reach.policy.hours.is_open(reach.now)
        facts: Facts = {
            "phone": f"***{number[-_TAIL:]}" if args.phone == ON_FILE else number,
            "situation": "now" if open_now else "later",
            "opens_at": None if open_now else hours.next_opening(reach.now),
        }
        return Plan(self.name, {"phone": number, **tickets.whose(actor)}, facts)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        due, contact = call_by(reach.policy, reach.now), {"contact": str(plan.args["phone"])}
        return await tickets.file(plan, TicketKind.CALL_BACK, reach, due=due, more=contact)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """A call that is promised already is told before a number is asked for."""
        open_one = await tickets.already(TicketKind.CALL_BACK, actor, reach)
        return () if known.get("phone") or open_one else ["phone"]

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        customer = await _customer(actor, reach)
        if customer is None or dialled(customer.phone, customer, reach.language) is None:
            return ()
        name, tail = term("phone.on_file"), customer.phone[-_TAIL:]
        return [Choice(ON_FILE, Words(f"{name.zh}（***{tail}）", f"{name.en} (***{tail})"))]


async def _customer(actor: Actor, reach: Reach) -> Customer | None:
    customer_id = signed_in(actor)
    return await reach.shop.customer(customer_id) if customer_id else None


def dialled(phone: str, customer: Customer | None, language: Language) -> str | None:
    """The number as it is dialled from anywhere; None if there is no such number.

    Of a guest who writes English, a number without a country may be of any: only a Chinese mobile is plain.
    """
    home = customer.addresses[0].country if customer and customer.addresses else ""
    country = home or _HOME
    try:
        parsed = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    if not (home or mobile or language is Language.ZH or phone.lstrip().startswith("+")):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


offer(CallBack())
