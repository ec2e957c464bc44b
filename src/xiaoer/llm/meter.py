"""Each call in the ledger, and none past a budget."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from typing_extensions import override

from xiaoer.domain.llm import (
    Asked,
    Brief,
    Calls,
    Gone,
    Heard,
    LanguageModel,
    Limit,
    ModelGone,
    Said,
    Scope,
    Tally,
    Usage,
    Whose,
    text_of,
)

CHARACTERS = 3  # to a token, where an endpoint counts none: on the safe side in either language
_MILLION = 1_000_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Of a million tokens, in the operator's currency."""

    sent: float = 0.0
    cached: float = 0.0
    made: float = 0.0

    def micros(self, usage: Usage) -> int:
        fresh = max(usage.sent - usage.cached, 0)
        cost = fresh * self.sent + usage.cached * self.cached + usage.made * self.made
        return round(cost)  # a price of a million tokens is as many millionths of a token's


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter(LanguageModel):
    """`clock`: the time of day; `timer`: seconds, only ever forward; `day`: when the shop's day began."""

    model: LanguageModel
    calls: Calls
    clock: Callable[[], datetime]
    timer: Callable[[], float]
    day: Callable[[datetime], datetime]
    region: str = ""
    prices: Prices = field(default_factory=Prices)
    limits: Mapping[Scope, Limit] = field(default_factory=dict)

    @property
    @override
    def name(self) -> str:
        return self.model.name

    @override
    async def ask(self, brief: Brief, *, within_s: float, heard: Heard | None = None) -> Said:
        if brief.whose is None:
            return await self.model.ask(brief, within_s=within_s, heard=heard)
        now, begun = self.clock(), self.timer()
        await self._within(brief.whose, now)
        call = await self.calls.begin(_asked(brief, brief.whose, self, now))
        became, usage = "lost", _guessed(brief)
        try:
            left = max(within_s - (self.timer() - begun), 0.01)
            said = await self.model.ask(brief, within_s=left, heard=heard)
            became, usage = "said", said.usage if said.usage.sent else _guessed(brief, said)
        except ModelGone as gone:
            became = gone.why.value
            if gone.why in (Gone.UNREACHED, Gone.REFUSED, Gone.BUSY):
                usage = Usage()  # nothing was read, nothing is to be paid
            raise
        finally:
            ms = round((self.timer() - begun) * 1000)
            tally = Tally(calls=1, tokens=usage.sent + usage.made, micros=self.prices.micros(usage), ms=ms)
            await self.calls.end(call, became=became, usage=usage, tally=tally)
        return said

    async def _within(self, whose: Whose, now: datetime) -> None:
        if not self.limits:
            return
        spent = await self.calls.spent(whose, self.limits.keys(), since=self.day(now))
        for scope, limit in self.limits.items():
            if what := limit.spent(spent.get(scope, Tally())):
                _log.warning("model_budget_spent", scope=scope.value, what=what, turn_id=whose.turn_id)
                raise ModelGone(Gone.SPENT)


def _asked(brief: Brief, whose: Whose, meter: Meter, now: datetime) -> Asked:
    told = "\0".join([brief.standing, *(tool.name for tool in brief.tools), *map(repr, brief.lines)])
    return Asked(
        whose=whose,
        at=now,
        purpose=brief.purpose,
        model=meter.name,
        region=meter.region,
        digest=hashlib.sha256(told.encode()).hexdigest(),
        hidden=brief.hidden,
    )


def _guessed(brief: Brief, said: Said | None = None) -> Usage:
    """Where nobody counted: an answer that was lost cost as much as it might have."""
    tools = sum(len(tool.about) + len(json.dumps(dict(tool.parameters))) for tool in brief.tools)
    sent = (len(brief.standing) + len(text_of(brief.lines)) + tools) // CHARACTERS
    made = brief.most_tokens if said is None else len(said.text) // CHARACTERS + 50 * len(said.calls)
    return Usage(sent=sent, made=made)
