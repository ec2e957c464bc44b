"""House: where things are kept and done, and what the actions of one turn may touch of it."""

from dataclasses import dataclass
from datetime import datetime

from xiaoer.actions.base import Reach
from xiaoer.domain.care_ports import Tickets
from xiaoer.domain.conversation import Turn
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.learning_ports import Corrections
from xiaoer.domain.photos import Photos
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Conversations, Desk, Ledger, Shop, Tries
from xiaoer.domain.restock import Restocks
from xiaoer.domain.words import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Where things are kept and done."""

    conversations: Conversations
    ledger: Ledger
    desk: Desk
    tries: Tries
    tickets: Tickets
    photos: Photos
    restocks: Restocks
    corrections: Corrections
    shop: Shop
    policy: Policy

    def reach(self, turn: Turn) -> Reach:
        """What the actions of this turn may touch."""
        return self.reach_in(turn.conversation.id, turn.understanding.language, now=turn.now)

    def reach_in(self, conversation_id: ConversationId, language: Language, *, now: datetime) -> Reach:
        return Reach(
            shop=self.shop,
            ledger=self.ledger,
            desk=self.desk,
            tries=self.tries,
            tickets=self.tickets,
            photos=self.photos,
            restocks=self.restocks,
            conversations=self.conversations,
            policy=self.policy,
            conversation_id=conversation_id,
            language=language,
            now=now,
        )
