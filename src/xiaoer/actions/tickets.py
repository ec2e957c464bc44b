"""What a person has to see to: filed under a number, with a promise, and somebody is called."""

from collections.abc import Mapping
from datetime import datetime

from xiaoer.actions.base import Reach
from xiaoer.actions.evidence import loose
from xiaoer.domain.care_ports import Asked, Ticket, TicketKind
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import CustomerId
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.guard.access import signed_in


async def already(kind: TicketKind, actor: Actor, reach: Reach) -> Refused | None:
    """The ticket that is open is told; nobody needs two."""
    found = await reach.tickets.current(kind, reach.conversation_id, signed_in(actor))
    if found is None:
        return None
    return Refused(Reason.ASKED_BEFORE, {"number": found.number, "until": found.asked.due_at})


async def file(
    plan: Plan, kind: TicketKind, reach: Reach, *, due: datetime, more: Mapping[str, str] | None = None
) -> Done:
    """`more`: words and contact of the ticket."""
    asked = Asked(
        kind=kind,
        shop_id=reach.policy.shop_id,
        conversation_id=reach.conversation_id,
        customer_id=CustomerId(str(plan.args["customer_id"])) if plan.args.get("customer_id") else None,
        due_at=due,
        **(more or {}),
    )
    ticket = await reach.tickets.open(asked, now=reach.now)
    if kind is TicketKind.COMPLAINT:
        photos = [p.id for p in await loose(reach)]
        await reach.photos.tie(reach.conversation_id, photos, number=ticket.number)
    await reach.desk.queue(reach.conversation_id, kind.value, now=reach.now)
    return Done(plan.action, {**plan.facts, **told(ticket)})


def told(ticket: Ticket) -> Facts:
    return {"number": ticket.number, "until": ticket.asked.due_at}


def whose(actor: Actor) -> Facts:
    """Kept with the plan: set by the door, never by an argument."""
    return {"customer_id": signed_in(actor) or ""}
