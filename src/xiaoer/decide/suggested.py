"""Words that were kept of trials, as the person who has the conversation reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xiaoer.actions.base import Reach
from xiaoer.decide.briefing import LOOKS_BACK, STEP, known_of
from xiaoer.domain.conversation import Turn
from xiaoer.domain.ids import ConversationId
from xiaoer.domain.rollout import Trial
from xiaoer.domain.rollout_ports import Trials
from xiaoer.guard.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The pseudonyms of a conversation, made anew: nothing is kept to make them. `key`: as in its turns."""

    key: bytes
    reach_for: Callable[[Turn], Reach]

    async def of(self, turn: Turn) -> Pseudonyms:
        """Those of what the records say, and of what stood in the messages up to this turn's. ShopError."""
        reach, talk = self.reach_for(turn), turn.conversation
        known = await known_of(turn, reach)
        names = Pseudonyms(self.key + talk.id.encode(), known)
        most = LOOKS_BACK + STEP  # as many as the model may have been told
        since = max(0, talk.last_seq - most)
        said = await reach.conversations.after(talk.id, since, limit=most)
        for text in (*(one.value for one in known), *(message.text for message in said)):
            names.hide(text)
        return names


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`text` answers the messages up to `seq`."""

    trial: Trial
    seq: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    trials: Trials
    names: Names

    async def of(self, conversation_id: ConversationId, *, limit: int) -> Sequence[Suggestion]:
        """Newest first. ShopError: whose names they are cannot be read now."""
        found = list[Suggestion]()
        for trial in await self.trials.suggested(conversation_id, limit=limit):
            past = await self.trials.past(trial.shop_id, trial.turn_id)
            if past is not None:
                text = (await self.names.of(past.turn)).show(trial.words)
                found.append(Suggestion(trial=trial, seq=past.turn.messages[-1].seq, text=text))
        return found
