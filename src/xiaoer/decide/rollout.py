"""Rollout: how far the language model is let in, as this process knows it; and which turns it is tried on."""

import hashlib
from collections import OrderedDict
from datetime import datetime

from typing_extensions import override

from xiaoer.decide.meant import meant_by
from xiaoer.decide.router import PERSON_HAS_IT
from xiaoer.domain.conversation import Turn
from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import NewJob
from xiaoer.domain.ports import Rewording
from xiaoer.domain.reply import Reply
from xiaoer.domain.rollout import TRIED, TRY, WHOLE_SHOP, Mode, intents_in
from xiaoer.domain.rollout_ports import Switches
from xiaoer.domain.understanding import Understanding
from xiaoer.guard.access import signed_in

MOST_TURNS = 256  # under way at once, of which it is known that the local mind was not sure
TRIES = 2  # of a trial that broke: each may be paid for
_WORD = 2**32


class Rollout:
    """`begins`: the mode of what nobody has switched; `share`: of the turns the local mind is sure of."""

    def __init__(self, switches: Switches, shop_id: ShopId, *, begins: Mode, share: float) -> None:
        self._switches, self.shop_id = switches, shop_id
        self._begins, self._share = begins, share
        self._modes: dict[str, Mode] = {}
        self._seen = 0
        self._unsure: OrderedDict[str, None] = OrderedDict()

    async def look(self, now: datetime | None = None) -> None:
        """By the clock, cheap: what anybody has switched since."""
        for one in await self._switches.turned(self.shop_id, after=self._seen):
            if one.place > self._seen:  # another look may have been quicker
                self._modes[one.intent], self._seen = one.mode, one.place

    def mode(self, intent: str) -> Mode:
        """Never above the whole shop's."""
        whole = self._modes.get(WHOLE_SHOP, Mode.AUTOMATIC)
        return min(whole, self._modes.get(intent, self._begins), key=lambda mode: mode.rank)

    def let_in(self) -> bool:
        """Whether it is asked anything at all: people at the desk are helped in every mode but off."""
        return self.mode(WHOLE_SHOP) is not Mode.OFF

    def place(self, heard: Understanding) -> tuple[str, Mode]:
        """The intent of a turn, and its mode: of several wishes the one that is let in least."""
        return min(((one, self.mode(one)) for one in intents_in(heard)), key=lambda place: place[1].rank)

    def may(self, turn: Turn) -> bool:
        """Whether the model answers a turn that the local mind is not sure of; if not, it may be tried."""
        _, mode = self.place(turn.understanding)
        if mode in TRIED:
            self._unsure[turn.id] = None
            if len(self._unsure) > MOST_TURNS:
                self._unsure.popitem(last=False)
        return mode is Mode.AUTOMATIC

    def speaks(self, turn: Turn) -> bool:
        """Whether its words reach the customer."""
        return self.place(turn.understanding)[1] is Mode.AUTOMATIC

    def trial(self, turn: Turn) -> tuple[NewJob, ...]:
        """What is to be done beside a turn once it is answered: the model is asked, or nothing."""
        unsure = turn.id in self._unsure
        self._unsure.pop(turn.id, None)
        intent, mode = self.place(turn.understanding)
        if mode not in TRIED or not turn.understanding.text or not turn.steps:
            return ()
        in_hands = turn.steps[0].chosen.why == PERSON_HAS_IT
        if not (unsure or in_hands or self._is_sample(turn)):
            return ()
        actor = turn.conversation.actor
        job = NewJob(
            shop_id=actor.shop_id,
            kind=TRY,
            key=turn.id,
            run_at=turn.now,
            payload={"turn_id": turn.id, "intent": intent, "sure": not (unsure or in_hands)},
            conversation_id=turn.conversation.id,
            customer_id=signed_in(actor),
            most_tries=TRIES,
        )
        return (job,)

    def _is_sample(self, turn: Turn) -> bool:
        """One of so many turns in which the local mind did what a model can be compared with."""
        drawn = int.from_bytes(hashlib.sha256(turn.id.encode()).digest()[:4], "big")
        return bool(meant_by(turn.steps)) and drawn < self._share * _WORD


class Switched(Rewording):
    """A voice that speaks only where the model is let in."""

    def __init__(self, voice: Rewording, rollout: Rollout) -> None:
        self._voice, self._rollout = voice, rollout

    @override
    def wants(self, turn: Turn) -> bool:
        return self._rollout.speaks(turn) and self._voice.wants(turn)

    @override
    async def reword(self, turn: Turn, reply: Reply) -> Reply | None:
        return await self._voice.reword(turn, reply) if self.wants(turn) else None
