"""A complaint: a number, a promise, and a person who reads it."""

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


class ComplaintArgs(Args):
    """File a complaint, answered by a person."""

    what: str = Field(default="", max_length=600, description="What went wrong, in the customer's words")


class Complaint(Action[ComplaintArgs]):
    name = "complaint"
    risk = Risk.HOUSE
    takes = ComplaintArgs

    @override
    async def check(self, args: ComplaintArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        if (before := await tickets.already(TicketKind.COMPLAINT, actor, reach)) is not None:
            return before
        if not args.what.strip():
            return Refused(Reason.BAD_ARGUMENTS, {"fields": "what"})
        return Plan(self.name, {"what": args.what, **tickets.whose(actor)}, {})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        due, words = answer_by(reach.policy, reach.now), {"words": str(plan.args["what"])}
        return await tickets.file(plan, TicketKind.COMPLAINT, reach, due=due, more=words)

    @override
    async def missing(self, known: Facts, actor: Actor, reach: Reach) -> Sequence[str]:
        """A complaint that is open is told before another is asked for."""
        open_one = await tickets.already(TicketKind.COMPLAINT, actor, reach)
        return () if known.get("what") or open_one else ["what"]


offer(Complaint())
