"""The knowledge base, put together: for the service, and alone for the commands that tend it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread

from xiaoer.app.asking import Asking, Serving, asking
from xiaoer.app.given import DEMO, database_url, policy_of, utc_now
from xiaoer.app.learning import furnish_learning
from xiaoer.app.pinned import follow_pins
from xiaoer.app.shipped import follow_shipped
from xiaoer.app.sources import Sources
from xiaoer.app.upkeep import migrate
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import Embedder
from xiaoer.knowledge.current import Current
from xiaoer.knowledge.editor import Editor
from xiaoer.knowledge.hindsight import Hindsight
from xiaoer.knowledge.importing import Importing
from xiaoer.knowledge.intake import Intake
from xiaoer.settings import Settings
from xiaoer.store.articles import SqlArticles
from xiaoer.store.engine import Store
from xiaoer.store.imports import SqlImports
from xiaoer.store.questions import SqlPins


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All that tends and asks the articles of one shop."""

    policy: Policy
    current: Current
    editor: Editor
    hindsight: Hindsight
    importing: Importing
    asking: Asking
    clock: Callable[[], datetime]

    async def look(self, now: datetime) -> None:
        """By the clock: what was published elsewhere, what begins or ends, how far an import is."""
        await self.current.refresh(now)
        await self.importing.look(now)


async def furnish(  # noqa: PLR0913 - what it is made of, and how far
    store: Store,
    policy: Policy,
    *,
    model: Serving,
    clock: Callable[[], datetime],
    serving: bool = True,
    embedder: Embedder | None = None,
    shipped: bool = True,
) -> Knowledge:
    """`shipped`: with the demo shop's articles.

    `serving`: with a library in memory that follows each change; else it is built when somebody asks.
    """
    articles = SqlArticles(store)
    if shipped:
        await follow_shipped(articles, policy.shop_id, clock=clock)
    await follow_pins(SqlPins(store), policy.shop_id, clock=clock)
    asked = asking(store, articles, policy, model=model, clock=clock)
    current = Current(articles, policy.shop_id, embedder=embedder)
    if serving:
        await current.refresh(clock())
        editor = Editor(articles, policy.shop_id, gate=asked.gate, changed=current.refresh)
    else:
        editor = Editor(articles, policy.shop_id, gate=asked.gate)
    return Knowledge(
        policy=policy,
        current=current,
        editor=editor,
        hindsight=Hindsight(articles, policy.shop_id, current),
        importing=Importing(
            Intake(editor, clock), SqlImports(store), Sources(), shop_id=policy.shop_id, clock=clock
        ),
        asking=asked,
        clock=clock,
    )


@asynccontextmanager
async def open_knowledge(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Knowledge]:
    """The knowledge base alone: no shop, and a model only for the gate.

    Processes that serve notice what is changed through it.
    """
    await anyio.to_thread.run_sync(migrate, settings)
    policy = policy_of(settings)
    async with await Store.open(database_url(settings)) as store:
        learning = furnish_learning(store, policy.shop_id, settings, clock=clock)
        yield await furnish(
            store,
            policy,
            model=learning.school.start,
            clock=clock,
            serving=False,
            shipped=settings.shop == DEMO,
        )
