"""The knowledge base, put together: for the service, and alone for the commands that tend it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import anyio.to_thread

from xiaoer.app.given import database_url, policy_of, utc_now
from xiaoer.app.shipped import follow_shipped
from xiaoer.app.sources import Sources
from xiaoer.app.upkeep import migrate
from xiaoer.domain.policy import Policy
from xiaoer.knowledge.current import Current
from xiaoer.knowledge.editor import Editor, OpenGate
from xiaoer.knowledge.hindsight import Hindsight
from xiaoer.knowledge.importing import Importing
from xiaoer.knowledge.intake import Intake
from xiaoer.settings import Settings
from xiaoer.store.articles import SqlArticles
from xiaoer.store.engine import Store
from xiaoer.store.imports import SqlImports


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All that tends and asks the articles of one shop."""

    policy: Policy
    current: Current
    editor: Editor
    hindsight: Hindsight
    importing: Importing
    clock: Callable[[], datetime]

    async def look(self, now: datetime) -> None:
        """By the clock: what was published elsewhere, what begins or ends, how far an import is."""
        await self.current.refresh(now)
        await self.importing.look(now)


async def furnish(
    store: Store, policy: Policy, *, clock: Callable[[], datetime], serving: bool = True
) -> Knowledge:
    """`serving`: with a library in memory that follows each change; else it is built when somebody asks."""
    articles = SqlArticles(store)
    await follow_shipped(articles, policy.shop_id, clock=clock)
    current = Current(articles, policy.shop_id)
    if serving:
        await current.refresh(clock())
        editor = Editor(articles, policy.shop_id, gate=OpenGate(), changed=current.refresh)
    else:
        editor = Editor(articles, policy.shop_id, gate=OpenGate())
    return Knowledge(
        policy=policy,
        current=current,
        editor=editor,
        hindsight=Hindsight(articles, policy.shop_id, current),
        importing=Importing(
            Intake(editor, clock), SqlImports(store), Sources(), shop_id=policy.shop_id, clock=clock
        ),
        clock=clock,
    )


@asynccontextmanager
async def open_knowledge(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Knowledge]:
    """The knowledge base alone: no shop, no model. Processes that serve notice what is changed through it."""
    await anyio.to_thread.run_sync(migrate, settings)
    async with await Store.open(database_url(settings)) as store:
        yield await furnish(store, policy_of(settings), clock=clock, serving=False)
