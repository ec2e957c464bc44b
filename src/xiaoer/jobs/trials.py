"""Trying: asks the model beside a turn that is answered, and later what really became of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from rapidfuzz import fuzz

from xiaoer.decide.meant import agrees, meant_by
from xiaoer.decide.rehearsal import Rehearsal, Rehearsed
from xiaoer.decide.router import is_sure
from xiaoer.domain.ids import ShopId, TurnId
from xiaoer.domain.job import Later
from xiaoer.domain.llm import Whose
from xiaoer.domain.ports import Library
from xiaoer.domain.rollout import TRIED, TRY, Meant, Mode, Past, Trial, Verdict
from xiaoer.domain.rollout_ports import Trials
from xiaoer.guard.access import signed_in
from xiaoer.jobs.kinds import Kind
from xiaoer.text.clean import clean

AT_ONCE = 2  # in one process: of its places for jobs the others stay free
TIMEOUT_S = 60.0
SOON = timedelta(seconds=5)
LOOKS = tuple(timedelta(hours=hours) for hours in (0.25, 1, 6, 24))  # after which nothing is waited for
ALIKE = 90.0  # of 100: a person who sends words as they were suggested changes a word or two
# Score from which a person's words are an article's. Whole texts of the demo's 157 articles in two languages:
# 99 in 100 of those that score so high are found as the article they are, and two in five score so high.
WRITTEN = 0.6
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answered:
    """The payload."""

    turn_id: str
    intent: str
    sure: bool


@dataclass(slots=True, kw_only=True)
class Trying:
    """`mode` says how far the model is let in now; `cost` what a trial came to, in millionths."""

    rehearsal: Rehearsal
    trials: Trials
    library: Library
    mode: Callable[[str], Mode]
    cost: Callable[[Whose, datetime], Awaitable[int]]
    shop_id: ShopId
    _under_way: int = field(default=0)

    def kind(self) -> Kind[Answered]:
        return Kind(name=TRY, takes=Answered, work=self.work, timeout_s=TIMEOUT_S)

    async def work(self, answered: Answered, now: datetime) -> Later | None:
        """Try once; then look again whether it is known by now what was right."""
        turn_id = TurnId(answered.turn_id)
        if (trial := await self.trials.get(self.shop_id, turn_id)) is None:
            mode = self.mode(answered.intent)
            if mode not in TRIED:
                return None  # switched since
            if self._under_way >= AT_ONCE:
                return Later(now + SOON)
            self._under_way += 1
            try:
                trial = await self._tried(answered, mode, now)
            finally:
                self._under_way -= 1
        elif trial.verdict is Verdict.OPEN:
            trial = await self._settled(trial, now)
        return _next_look(trial, now) if trial else None

    async def _tried(self, answered: Answered, mode: Mode, now: datetime) -> Trial | None:
        past = await self.trials.past(self.shop_id, TurnId(answered.turn_id))
        if past is None:
            return None
        turn = replace(past.turn, id=TurnId(f"trial-{past.turn.id}"))  # a budget and a thread of its own
        rehearsed = await self.rehearsal.of(turn)
        if rehearsed is None:
            _log.info("not_tried", turn_id=past.turn.id)
            return None
        really = meant_by(past.steps) if answered.sure else Meant()
        actor = turn.conversation.actor
        whose = Whose(shop_id=self.shop_id, conversation_id=turn.conversation.id, turn_id=turn.id)
        meant = meant_by(rehearsed.steps)
        trial = Trial(
            turn_id=past.turn.id,
            shop_id=self.shop_id,
            conversation_id=turn.conversation.id,
            customer_id=signed_in(actor),
            intent=answered.intent,
            mode=mode,
            sure=answered.sure,
            model=rehearsed.model,
            at=now,
            meant=meant,
            really=really,
            words=rehearsed.words,
            verdict=_verdict(rehearsed, really, meant),
            why=rehearsed.why,
            ms=rehearsed.ms,
            micros=await self.cost(whose, now),
        )
        return trial if await self.trials.add(trial) else None

    # --- what became of it ------------------------------------------------------------------------

    async def _settled(self, trial: Trial, now: datetime) -> Trial | None:
        """What a person did counts, then what the customer's next message made plain."""
        past = await self.trials.past(self.shop_id, trial.turn_id)
        if past is None:
            return None
        since = await self.trials.since(past)
        if really := meant_by(since.ruled):
            return await self._settle(trial, agrees(really, trial.meant), really)
        over = since.next is not None or now >= trial.at + LOOKS[1]
        if since.words and over:
            return await self._by_words(trial, past, since.words)
        if since.next is not None and (really := _plain(since.next)):
            return await self._settle(trial, agrees(really, trial.meant), really)
        return trial

    async def _by_words(self, trial: Trial, past: Past, words: tuple[str, ...]) -> Trial:
        """A person wrote: the suggestion as it was, or what an article says that the model named or not."""
        if trial.mode is Mode.SUGGEST and trial.words:
            shown = clean((await self.rehearsal.names.of(past.turn)).show(trial.words))
            used = any(fuzz.ratio(shown, clean(one)) >= ALIKE for one in words)
            return await self._settle(trial, used, Meant())
        if really := self._written_in(words, past):
            return await self._settle(trial, agrees(really, trial.meant), really)
        return trial

    def _written_in(self, words: tuple[str, ...], past: Past) -> Meant:
        language = past.turn.understanding.language
        found = self.library.search("\n".join(words), language, limit=1)
        return Meant(slugs=tuple(one.slug for one in found if one.score >= WRITTEN))

    async def _settle(self, trial: Trial, good: bool, really: Meant) -> Trial:
        verdict = Verdict.AGREED if good else Verdict.DIFFERED
        await self.trials.settle(trial, verdict, really)
        return replace(trial, verdict=verdict, really=really)


def dropped() -> Kind[Answered]:
    """Where there is no model any more: what waits for one is done with."""

    async def drop(_: Answered, now: datetime) -> None:
        return None

    return Kind(name=TRY, takes=Answered, work=drop, timeout_s=TIMEOUT_S)


def _verdict(rehearsed: Rehearsed, really: Meant, meant: Meant) -> Verdict:
    if rehearsed.verdict is not Verdict.OPEN or not really:
        return rehearsed.verdict
    return Verdict.AGREED if agrees(really, meant) else Verdict.DIFFERED


def _plain(following: Past) -> Meant:
    """What the local mind did then, if it was sure of that."""
    first = following.steps[0].chosen if following.steps else None
    return meant_by(following.steps) if is_sure(first, following.turn) else Meant()


def _next_look(trial: Trial, now: datetime) -> Later | None:
    if trial.verdict is not Verdict.OPEN or trial.judged:
        return None
    return next((Later(trial.at + look) for look in LOOKS if trial.at + look > now), None)
