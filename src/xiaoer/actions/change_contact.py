"""Another phone or e-mail in the customer's account; the card shows old and new, masked."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.call_back import dialled
from xiaoer.actions.profile import customer_of, keep, masked_email, masked_phone
from xiaoer.domain.changes import Can, ChangeProfile
from xiaoer.domain.decision import Choice
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.guard.access import signed_in
from xiaoer.speak.book import term
from xiaoer.understand.codes import email_in

_WAYS = ("phone", "email")


class ChangeContactArgs(Args):
    """Change the phone number or the e-mail address in the customer's account."""

    phone: str = Field(default="", max_length=40, description="The new number; empty: stays")
    email: str = Field(default="", max_length=254, description="The new e-mail address; empty: stays")
    which: str = Field(default="", max_length=10, description="phone or email, if neither is known yet")


class ChangeContact(Action[ChangeContactArgs]):
    name = "change_contact"
    risk = Risk.WRITE
    needs = Can.CHANGE_PROFILE
    takes = ChangeContactArgs

    @override
    async def check(self, args: ChangeContactArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (customer := await customer_of(actor, reach)) is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        phone = (dialled(args.phone, customer, reach.language) or "") if args.phone else ""
        if args.phone and not phone:
            return Refused(Reason.BAD_PHONE)
        email = args.email.strip().lower()
        if email and not _whole(email):
            return Refused(Reason.BAD_EMAIL)
        if not (phone or email):
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "phone, email"})
        if (phone or customer.phone, email or customer.email) == (customer.phone, customer.email):
            return Refused(Reason.SAME_CONTACT)
        facts: Facts = {
            "old_phone": masked_phone(customer.phone) if phone else "",
            "new_phone": masked_phone(phone),
            "old_email": masked_email(customer.email) if email else "",
            "new_email": masked_email(email),
        }
        given = {"phone": phone, "email": email}
        told = {name: value for name, value in facts.items() if value}
        return Plan(self.name, given, told, customer_id=customer.id)

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        phone, email = (str(plan.args.get(name) or "") or None for name in _WAYS)
        await keep(plan, ChangeProfile(phone=phone, email=email), reach, key=key)
        return Done(self.name, plan.facts)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """Nobody is asked for a number that cannot be kept for them."""
        if known.get("phone") or known.get("email") or signed_in(actor) is None:
            return ()
        return [str(known["which"])] if known.get("which") in _WAYS else ["which"]

    @override
    async def choices(self, slot: str, known: Facts, actor: Actor, reach: Reach) -> Sequence[Choice]:
        return [Choice(way, term(f"contact.{way}")) for way in _WAYS] if slot == "which" else ()


def _whole(email: str) -> bool:
    found = email_in(email)
    return found is not None and found[0] == email


offer(ChangeContact())
