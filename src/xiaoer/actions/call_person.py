"""Call a person of the shop. Nothing can veto it."""

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.domain.conversation import State
from xiaoer.domain.outcome import Done, Plan, Refused
from xiaoer.domain.people import Actor


class CallPersonArgs(Args):
    """Bring a person of the shop into this conversation."""

    why: str = Field(default="asked", max_length=40, description="asked, lost, risk, angry, unclear, shop")


class CallPerson(Action[CallPersonArgs]):
    name = "call_person"
    risk = Risk.HOUSE
    takes = CallPersonArgs

    @override
    async def check(self, args: CallPersonArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        conversation = await reach.conversations.get(reach.conversation_id)
        here = conversation is not None and conversation.state is State.HUMAN
        return Plan(self.name, args.model_dump(), {"situation": "here"} if here else {})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        if plan.facts.get("situation") == "here":
            return Done(self.name, {"why": plan.args["why"], "situation": "here"})
        ahead = await reach.desk.queue(reach.conversation_id, str(plan.args["why"]), now=reach.now)
        open_now = reach.policy.hours.is_open(reach.now)
        facts = {
            "why": plan.args["why"],
            "ahead": ahead,
            "place": ahead + 1,
            "situation": ("first" if ahead == 0 else "queue") if open_now else "away",
            "opens_at": None if open_now else reach.policy.hours.next_opening(reach.now),
        }
        return Done(self.name, facts)


offer(CallPerson())
