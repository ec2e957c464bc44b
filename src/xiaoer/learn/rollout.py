"""Gate: who lets the language model further in, and when; and the one switch back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from xiaoer.domain.ids import ShopId, TurnId
from xiaoer.domain.ports import StoreDown
from xiaoer.domain.rollout import (
    NOT_UNDERSTOOD,
    WHOLE_SHOP,
    Bar,
    Judged,
    Lack,
    Mode,
    Score,
    Trial,
    Turned,
    lacks,
    scores,
)
from xiaoer.domain.rollout_ports import Switches, Trials
from xiaoer.understand.catalogue import catalogue

ALL = "all"  # every intent
MOST_COUNTED = 20_000  # of the newest trials
_TRIES = 10  # while others switch in the same moment
_NOT_LEFT_ALONE = "the switches change faster than they can be set"
NONE = Score()


class No(StrEnum):
    """Why nothing was changed."""

    NO_INTENT = "no_intent"  # the catalogue has none of this name
    NO_WHY = "no_why"  # who goes up although it is too early says why
    NO_TRIAL = "no_trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One intent: where it is, how its trials went, and what keeps it from going up."""

    intent: str
    mode: Mode
    score: Score
    lacks: tuple[Lack, ...]  # for the mode that was asked for; else for the next one up
    turned: Turned | None = None  # the last switch of it; None: as a shop begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    model: str
    whole: Mode  # no mode is higher
    begins: Mode
    bar: Bar
    rows: tuple[Row, ...]  # of intents that were tried or switched


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    turned: tuple[Turned, ...]
    kept: tuple[Row, ...]  # which should have gone up, and are not there yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A trial, and what the customer had written."""

    trial: Trial
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`intent` may be ALL. `anyway`: whatever the trials say, for a reason that is kept."""

    intent: str
    mode: Mode
    by: str
    why: str = ""
    anyway: bool = False


class Gate:
    """Of one shop, and of the model it asks now: what another one did proves nothing of this."""

    def __init__(
        self, switches: Switches, trials: Trials, shop_id: ShopId, *, begins: Mode, bar: Bar, model: str
    ) -> None:
        self._switches, self._trials, self._shop_id = switches, trials, shop_id
        self._begins, self._bar, self._model = begins, bar, model

    async def table(self) -> Table:
        turned, found = await self._turned(), await self._scores()
        names = sorted({*turned, *found} - {WHOLE_SHOP})
        return Table(
            model=self._model,
            whole=turned[WHOLE_SHOP].mode if WHOLE_SHOP in turned else Mode.AUTOMATIC,
            begins=self._begins,
            bar=self._bar,
            rows=tuple(self._row(name, turned, found) for name in names),
        )

    async def turn(self, asked: Asked, *, now: datetime) -> Ruled | No:
        """Down at once. Up to `shadow` at once too: there it is measured. Further up by the bar alone."""
        every = (*catalogue(), NOT_UNDERSTOOD)
        if asked.intent != ALL and asked.intent not in every:
            return No.NO_INTENT
        if asked.anyway and not asked.why.strip():
            return No.NO_WHY
        names = every if asked.intent == ALL else (asked.intent,)
        for _ in range(_TRIES):
            if (ruled := await self._ruled(asked, names, now)) is not None:
                return ruled
        raise StoreDown(_NOT_LEFT_ALONE)

    async def _ruled(self, asked: Asked, names: Sequence[str], now: datetime) -> Ruled | None:
        """None: it was not as it was read any more, and nothing was changed."""
        turned, found = await self._turned(), await self._scores()
        rows = [self._row(name, turned, found, to=asked.mode) for name in names]
        moving = [row for row in rows if row.mode is not asked.mode]
        early = [row for row in moving if _is_step_up(row.mode, asked.mode) and row.lacks]
        going = moving if asked.anyway else [row for row in moving if row not in early]
        made = [self._switched(row, asked, now, anyway=row in early) for row in going]
        done = await self._switches.turn(self._shop_id, made, after=_last(turned))
        if done is None:
            return None
        return Ruled(turned=tuple(done), kept=() if asked.anyway else tuple(early))

    async def whole_shop(self, mode: Mode, *, by: str, now: datetime, why: str = "") -> Turned | None:
        """OFF: every intent is served without the model, whatever its mode; AUTOMATIC: as each is set.

        None: it was so already.
        """
        to = Turned(intent=WHOLE_SHOP, mode=mode, by=by, at=now, why=why)
        for _ in range(_TRIES):
            turned = await self._turned()
            before = turned.get(WHOLE_SHOP)
            if (before.mode if before else Mode.AUTOMATIC) is mode:
                return None
            if done := await self._switches.turn(self._shop_id, [to], after=_last(turned)):
                return done[0]
        raise StoreDown(_NOT_LEFT_ALONE)

    async def history(self) -> Sequence[Turned]:
        """Every switch, oldest first."""
        return await self._switches.turned(self._shop_id)

    async def listed(self, *, intent: str = "", to_judge: bool = True, limit: int) -> list[Shown]:
        found = await self._trials.listed(self._shop_id, intent=intent, to_judge=to_judge, limit=limit)
        return [Shown(trial=trial, asked=await self._asked(trial)) for trial in found]

    async def judge(self, turn_id: str, judged: Judged, *, by: str, now: datetime) -> Trial | No:
        done = await self._trials.judge(self._shop_id, TurnId(turn_id), judged, by=by, now=now)
        return done or No.NO_TRIAL

    async def _turned(self) -> dict[str, Turned]:
        """The last of each."""
        return {one.intent: one for one in await self._switches.turned(self._shop_id)}

    async def _scores(self) -> dict[str, Score]:
        return scores(await self._trials.counted(self._shop_id, self._model, limit=MOST_COUNTED))

    def _row(
        self, name: str, turned: Mapping[str, Turned], found: Mapping[str, Score], *, to: Mode | None = None
    ) -> Row:
        last, score = turned.get(name), found.get(name, NONE)
        mode = last.mode if last else self._begins
        missing = lacks(score, self._bar, to or mode.next_up)
        return Row(intent=name, mode=mode, score=score, lacks=missing, turned=last)

    def _switched(self, row: Row, asked: Asked, now: datetime, *, anyway: bool) -> Turned:
        plain = Turned(intent=row.intent, mode=asked.mode, by=asked.by, at=now, why=asked.why.strip())
        return replace(plain, anyway=anyway, figures=figures(row.score, self._bar, self._model))

    async def _asked(self, trial: Trial) -> str:
        past = await self._trials.past(self._shop_id, trial.turn_id)
        return "\n".join(message.text for message in past.turn.messages if message.text) if past else ""


def figures(score: Score, bar: Bar, model: str) -> dict[str, Any]:
    """As they are kept with a switch."""
    share = score.share
    return {
        "model": model,
        "n": score.n,
        "good": round(share.value, 4) if share else None,
        "low": round(share.low, 4) if share else None,
        "held": round(score.held_share, 4),
        "unsure": score.unsure,
        "unsure_good": score.unsure_good,
        "p95_ms": score.p95_ms,
        "micros": score.micros,
        "bar": asdict(bar),
    }


def _last(turned: Mapping[str, Turned]) -> int:
    return max((one.place for one in turned.values()), default=0)


def _is_step_up(before: Mode, to: Mode) -> bool:
    return to.rank > before.rank and to is not Mode.SHADOW
