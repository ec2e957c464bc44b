"""Another default address in the customer's account: the next orders go there, those under way do not."""

from collections.abc import Sequence
from dataclasses import fields

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import MOST_CHOICES, Action, Args, Reach, Risk, offer
from xiaoer.actions.profile import customer_of, keep, masked_address
from xiaoer.actions.views import address_words
from xiaoer.domain.changes import Can, ChangeProfile
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Address, Customer
from xiaoer.domain.ports import StaleOrder
from xiaoer.domain.words import Words
from xiaoer.guard.access import signed_in
from xiaoer.understand.address import parse_address

SAVED = "saved:"  # saved:1 is the second address in the customer's own list


class ChangeProfileAddressArgs(Args):
    """Change the default delivery address in the customer's account; orders under way keep theirs."""

    address: str = Field(max_length=400, description="The whole address in the customer's words, or saved:N")


class ChangeProfileAddress(Action[ChangeProfileAddressArgs]):
    name = "change_profile_address"
    risk = Risk.WRITE
    needs = Can.CHANGE_PROFILE
    takes = ChangeProfileAddressArgs

    @override
    async def check(self, args: ChangeProfileAddressArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (customer := await customer_of(actor, reach)) is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        address = wanted(args.address, customer)
        if isinstance(address, Refused):
            return address
        old = customer.addresses[0] if customer.addresses else None
        if address == old:
            return Refused(Reason.SAME_DEFAULT)
        facts: Facts = {
            "old_address": address_words(masked_address(old)) if old else "",
            "new_address": address_words(masked_address(address)),
        }
        return Plan(self.name, {"address": args.address}, facts, customer_id=customer.id)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        customer = await reach.shop.customer(plan.customer_id) if plan.customer_id else None
        address = wanted(str(plan.args["address"]), customer) if customer else None
        if not isinstance(address, Address):
            raise StaleOrder("the customer is not as they were")
        await keep(plan, ChangeProfile(address=address), reach, key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        return () if known.get("address") or signed_in(actor) is None else ["address"]

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        customer = await customer_of(actor, reach)
        saved = list(enumerate(customer.addresses))[1:] if customer else []
        texts = [(n, address_words(address)) for n, address in saved]
        return [Choice(f"{SAVED}{n}", Words(text, text)) for n, text in texts[:MOST_CHOICES]]


def wanted(text: str, customer: Customer) -> Address | Refused:
    """One of the saved ones, or read from the words; name, phone and country stay unless they are said."""
    number = text.removeprefix(SAVED)
    if number != text and number.isdecimal() and int(number) < len(customer.addresses):
        return customer.addresses[int(number)]
    country = customer.addresses[0].country if customer.addresses else "CN"
    parsed = parse_address(
        text, default_name=customer.name, default_phone=customer.phone, default_country=country
    )
    if parsed.missing:
        return Refused(Reason.BAD_ADDRESS, {"missing": tuple(parsed.missing)})
    return Address(**{f.name: getattr(parsed, f.name) for f in fields(Address)})


offer(ChangeProfileAddress())
