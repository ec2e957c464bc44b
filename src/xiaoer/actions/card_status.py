"""What became of a card: for whoever waits for the customer's answer."""

from pydantic import Field
from typing_extensions import override

from xiaoer.actions.base import Action, Args, Reach, Risk, offer
from xiaoer.actions.run import own_card
from xiaoer.domain.ids import IntentId
from xiaoer.domain.outcome import Done, Plan, Reason, Refused
from xiaoer.domain.people import Actor
from xiaoer.domain.ports import ProposalState


class CardStatusArgs(Args):
    """Whether the customer has answered a card, and what came of it."""

    card_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The card's id, as it was told")


class CardStatus(Action[CardStatusArgs]):
    name = "card_status"
    risk = Risk.READ
    takes = CardStatusArgs

    @override
    async def check(self, args: CardStatusArgs, actor: Actor, reach: Reach) -> Plan | Refused:
        """Another customer's card, and one of another conversation, is no card."""
        card = await own_card(IntentId(args.card_id), actor, reach)
        if card is None:
            return Refused(Reason.CARD_UNKNOWN)
        over = card.state is ProposalState.OPEN and reach.now >= card.expires_at
        state = ProposalState.EXPIRED if over else card.state
        return Plan(self.name, {"card_id": card.id}, {"situation": state.value, "action": card.plan.action})

    @override
    async def do(self, plan: Plan, reach: Reach, *, key: str) -> Done:
        return Done(self.name, plan.facts)


offer(CardStatus())
