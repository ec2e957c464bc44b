"""The web channel over an open app."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

from fastapi import FastAPI
from sqlalchemy import text

from xiaoer.app.agents import agents_of
from xiaoer.app.given import demo_folder, ui_folder
from xiaoer.app.house import App
from xiaoer.app.identity import AUDIENCE, DEMO_KEY, demo_key, identity_of
from xiaoer.app.knowledge_routes import knowledge_routers
from xiaoer.channels import storefront
from xiaoer.channels.web import assist, clockwork, learning, rollout, templates
from xiaoer.channels.web.front import Front, Pace, Pages, build
from xiaoer.domain.ids import ConversationId, MessageId
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.store.changes import changed_since
from xiaoer.store.engine import Store
from xiaoer.text.mask import warm

_WARM_AFTER_S = 5.0


def web(app: App, *, with_demo: bool) -> FastAPI:
    """The web channel over an open app. `with_demo`: and the demo shop's site, which signs anybody in."""
    settings, shop = app.settings, app.house.shop
    identity = identity_of(app, with_demo=with_demo)
    pages, books = Pages(widget=ui_folder("widget")), app.clockwork.books
    more = [
        templates.router(app.own_words.editor, app.clerk.clock),
        learning.router(app.learning.correcting, app.learning.school, app.clerk.clock),
        clockwork.router(books.promises, books.jobs, books.shop_id),
        rollout.router(app.rolling.gate, app.rolling.suggested, app.clerk.clock, app.rolling.rollout.look),
        assist.router(app.assist.copilot, app.assist.gap_drafts),
    ]
    if with_demo:
        pages = replace(pages, storefront=ui_folder("storefront"), images=demo_folder() / "images")
        more.append(
            storefront.router(
                shop, app.policy, key=demo_key(app), kid=DEMO_KEY, audience=AUDIENCE, clock=app.clerk.clock
            )
        )
    agents = agents_of(app, identity, with_demo=with_demo)
    front = Front(
        conversations=app.house.conversations,
        desk=app.house.desk,
        tries=app.house.tries,
        photos=app.house.photos,
        shop=shop,
        clerk=app.clerk,
        identity=identity,
        policy=app.policy,
        hub=app.hub,
        clock=app.clerk.clock,
        changed=partial(_changed, app.store),
        checks={
            "database": lambda: app.store.read(lambda conn: conn.execute(text("SELECT 1")).scalar()),
            "shop": app.house.shop.categories,
            "index": partial(_indexed, app.knowledge.current.library),
        },
        on_thumb=partial(_thumbed, app),
        beside=[
            app.clockwork.upkeep.run,
            app.clockwork.worker.run,
            app.knowledge.importing.run,
            app.learning.school.run,
            *app.embedding,
            _warmed,
            *agents.beside,
        ],
        allowed_origins=settings.allowed_origins,
        pace=_pace(app),
        pages=pages,
        page_url=settings.customer_page,
        more=[*more, *knowledge_routers(app.knowledge), *agents.routers],
    )
    return build(front)


def _pace(app: App) -> Pace:
    """Of turns that ask a model most only wait: many may be in work, and the end waits for them longer."""
    plain = Pace(settle_s=app.settings.settle_s)
    return plain if app.models is None else replace(plain, at_once=256, drain_s=20.0)


async def _warmed() -> None:
    """The masks, not in the moment when everybody comes back at once."""
    await asyncio.sleep(_WARM_AFTER_S)
    await asyncio.to_thread(warm)


async def _thumbed(app: App, message_id: MessageId, thumb: int) -> None:
    await app.learning.correcting.thumbed(message_id, thumb, now=app.clerk.clock())


async def _indexed(library: TantivyLibrary) -> None:
    library.search("?", Language.EN, limit=1)


async def _changed(
    store: Store, since: datetime, ids: Collection[ConversationId]
) -> Iterable[tuple[ConversationId, int]]:
    return await changed_since(store, since, ids, limit=len(ids))
