"""No more advertising: as easy to stop as it was to ask for."""

from collections.abc import Sequence

from pydantic import Field
from typing_extensions import override

from xiaoer.actions import tickets
from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.domain.care_ports import TicketKind
from xiaoer.domain.facts import Facts
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.promises import answer_by
from xiaoer.guard.access import signed_in
from xiaoer.understand.codes import email_in


class UnsubscribeArgs(Args):
    """Take an e-mail address off the shop's mailing list."""

    email: str = Field(default="", max_length=254, description="The address; empty: the one on file")


class Unsubscribe(Action[UnsubscribeArgs]):
    name = "unsubscribe"
    risk = Risk.HOUSE
    takes = UnsubscribeArgs

    @override
    async def check(self, args: UnsubscribeArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (before := await tickets.already(TicketKind.UNSUBSCRIBE, actor, reach)) is not None:
            return before
        email = (args.email.strip() or await _on_file(actor, reach)).lower()
        found = email_in(email)
        if found is None or found[0] != email:
            return Refused(Reason.BAD_EMAIL)
        return Plan(self.name, {"email": email, **tickets.whose(actor)}, {"email": email})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        due, contact = answer_by(reach.policy, reach.now), {"contact": str(plan.args["email"])}
        return await tickets.file(plan, TicketKind.UNSUBSCRIBE, reach, due=due, more=contact)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        return () if known.get("email") or await _on_file(actor, reach) else ["email"]


async def _on_file(actor: Actor, reach: Reach) -> str:
    customer_id = signed_in(actor)
    customer = await reach.shop.customer(customer_id) if customer_id else None
    return customer.email if customer else ""


offer(Unsubscribe())
