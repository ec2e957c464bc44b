"""A copy of one's data, or its erasure: asked for by the person themselves, seen to by one of the staff."""

from typing import ClassVar

from typing_extensions import override

from xiaoer.actions import tickets
from xiaoer.actions.base import Action, Reach, Risk, offer
from xiaoer.actions.orders import NoArgs
from xiaoer.domain.care_ports import TicketKind
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.rules.promises import answer_by
from xiaoer.guard.access import signed_in


class RequestDataExport(Action[NoArgs]):
    name = "request_data_export"
    risk = Risk.HOUSE
    takes = NoArgs
    in_person = True
    kind: ClassVar[TicketKind] = TicketKind.DATA_EXPORT

    @override
    async def check(self, args: NoArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        """A guest who proved one order has not proved to be the person."""
        if signed_in(actor) is None:
            return Refused(Reason.SIGN_IN_NEEDED)
        if (before := await tickets.already(self.kind, actor, reach)) is not None:
            return before
        return Plan(self.name, tickets.whose(actor), {})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return await tickets.file(plan, self.kind, reach, due=answer_by(reach.policy, reach.now))


class RequestErasure(RequestDataExport):
    name = "request_erasure"
    kind = TicketKind.DATA_ERASURE


offer(RequestDataExport())
offer(RequestErasure())
