"""How far the language model is let in, put together: for the service, and alone for the commands."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread

from xiaoer.actions.run import CARD_LIVES
from xiaoer.app.budgets import bar_in
from xiaoer.app.given import database_url, policy_of
from xiaoer.app.modelling import Around, Models, mind_of, open_chats
from xiaoer.app.upkeep import migrate
from xiaoer.decide.rehearsal import Rehearsal
from xiaoer.decide.rollout import Rollout
from xiaoer.decide.suggested import Names, Suggested
from xiaoer.domain.ids import ShopId
from xiaoer.domain.llm import Scope, Whose
from xiaoer.domain.policy import Policy
from xiaoer.domain.rollout import Mode
from xiaoer.jobs import Kind
from xiaoer.jobs.trials import Answered, Trying, dropped
from xiaoer.learn.rollout import Gate
from xiaoer.settings import Settings
from xiaoer.speak.voice import TemplateVoice
from xiaoer.store.engine import Store
from xiaoer.store.llm_calls import SqlCalls
from xiaoer.store.switches import SqlSwitches
from xiaoer.store.trials import SqlTrials


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolling:
    """`trying` None: there is no model to try."""

    rollout: Rollout
    gate: Gate
    suggested: Suggested
    trying: Trying | None

    @property
    def kind(self) -> Kind[Answered]:
        """The job that tries it."""
        return self.trying.kind() if self.trying else dropped()


async def furnish_rolling(
    store: Store, policy: Policy, settings: Settings, *, models: Models | None, around: Around
) -> Rolling:
    """As it is switched now."""
    begins, shop_id = Mode(settings.llm_begins), policy.shop_id
    rollout = Rollout(SqlSwitches(store), shop_id, begins=begins, share=settings.llm_sample)
    await rollout.look()
    names = Names(key=around.key, reach_for=around.reach_for)
    return Rolling(
        rollout=rollout,
        gate=_gate(store, shop_id, settings, model=models.main.name if models else ""),
        suggested=Suggested(trials=SqlTrials(store), names=names),
        trying=_trying(store, rollout, settings, models=models, around=around, names=names)
        if models
        else None,
    )


def _trying(
    store: Store, rollout: Rollout, settings: Settings, *, models: Models, around: Around, names: Names
) -> Trying:
    calls = SqlCalls(store)

    async def cost(whose: Whose, now: datetime) -> int:
        return (await calls.spent(whose, [Scope.TURN], since=now))[Scope.TURN].micros

    return Trying(
        rehearsal=Rehearsal(
            model=models.main,
            mind_for=lambda model: mind_of(model, around, settings),
            voice=TemplateVoice(card_lives=CARD_LIVES),
            reach_for=around.reach_for,
            names=names,
            timer=time.monotonic,
        ),
        trials=SqlTrials(store),
        library=around.library,
        mode=rollout.mode,
        cost=cost,
        shop_id=rollout.shop_id,
    )


def _gate(store: Store, shop_id: ShopId, settings: Settings, *, model: str) -> Gate:
    return Gate(
        SqlSwitches(store),
        SqlTrials(store),
        shop_id,
        begins=Mode(settings.llm_begins),
        bar=bar_in(settings.llm_bar),
        model=model,
    )


@asynccontextmanager
async def open_gate(settings: Settings, *, of_model: bool = True) -> AsyncIterator[Gate]:
    """Without a counter around it. Processes that serve follow what is switched within seconds.

    Without `of_model` no model's libraries are needed: to switch back must always be possible.
    """
    await anyio.to_thread.run_sync(migrate, settings)
    model = await _name_of(settings) if of_model else ""
    async with await Store.open(database_url(settings)) as store:
        yield _gate(store, policy_of(settings).shop_id, settings, model=model)


async def _name_of(settings: Settings) -> str:
    async with open_chats(settings) as chats:
        return chats[0][1].name if chats else ""
