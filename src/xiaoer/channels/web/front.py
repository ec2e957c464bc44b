"""The web channel, put together: `build(front)` is the ASGI application."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from xiaoer import __version__
from xiaoer.channels.web import (
    approvals,
    buttons,
    health,
    knowledge,
    knowledge_imports,
    openai,
    photos,
    staff,
    talk,
)
from xiaoer.channels.web.counter import Counter, Front, Limits, Pages
from xiaoer.channels.web.fences import Headed, SameOrigin, Small
from xiaoer.channels.web.hub import Hub
from xiaoer.channels.web.problems import PROBLEM_SCHEMAS, catch, told
from xiaoer.channels.web.stream import Patience, Unwound
from xiaoer.channels.web.turns import Pace, Turns
from xiaoer.guard.pacer import Pacer

__all__ = ["Counter", "Front", "Hub", "Limits", "Pace", "Pages", "Patience", "Turns", "build"]


def build(front: Front) -> FastAPI:
    """An app that owns nothing but its background tasks: stores and clerk are closed by who made them."""
    app = FastAPI(
        title="xiaoer",
        version=__version__,
        description="The counter of an online shop: talk as a customer, answer as staff.",
        docs_url=None,  # their scripts come from a CDN
        redoc_url=None,
        openapi_url=None,  # served by health.py, as one of ours
        lifespan=_life,
        responses={"default": _problem_reply()},
        telemetry={"tracing": False, "metrics": False},
    )
    app.state.front = front
    app.state.pacer = Pacer(front.limits.messages, front.limits.messages_s)
    app.state.turns = Turns(front.clerk.answer, front.pace)
    catch(app)
    ours = (talk, photos, buttons, openai, staff, approvals, health)
    for router in (*(part.router for part in ours), *front.more):
        app.include_router(router)
    _serve_pages(app, front.pages)
    _fence(app, front)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """What runs beside the requests, and at the end: streams first, then the turns still in work."""
    front: Front = app.state.front
    turns: Turns = app.state.turns
    front.hub.start()
    tasks = [asyncio.create_task(work()) for work in front.beside]
    if front.changed is not None:
        tasks.append(asyncio.create_task(front.hub.follow(front.changed, front.clock)))
    try:
        yield
    finally:
        front.hub.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await turns.drain()


def _serve_pages(app: FastAPI, pages: Pages) -> None:
    """Files keep their names, so browsers ask each time and hear by ETag that nothing changed."""
    if pages.widget is not None:
        app.mount("/widget", StaticFiles(directory=pages.widget))
    if pages.images is not None:
        app.mount("/demo/images", StaticFiles(directory=pages.images))
    if pages.storefront is not None:
        files = StaticFiles(directory=pages.storefront)
        app.mount("/storefront", files)

        async def index(request: Request) -> Response:
            return await files.get_response("index.html", request.scope)

        app.add_api_route("/", index, methods=["GET"], include_in_schema=False)


def _fence(app: FastAPI, front: Front) -> None:
    """Added last is outermost."""
    limits = front.limits
    larger = {
        knowledge_imports.UPLOAD: limits.upload_bytes,
        knowledge.ARTICLES: limits.article_bytes,
        photos.UPLOAD: limits.photo_bytes,
        openai.COMPLETIONS: limits.talk_bytes,
    }
    app.add_middleware(Small, most=limits.body_bytes, larger=larger)
    app.add_middleware(SameOrigin, allowed=front.allowed_origins)
    app.add_middleware(Unwound)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(front.allowed_origins),
        allow_credentials=False,  # tokens travel in a header
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "Last-Event-ID",
            "Accept-Language",
            "Idempotency-Key",
            "X-Client-Request-Id",
        ],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    app.add_middleware(Headed)


def _problem_reply() -> dict[str, Any]:
    return next(iter(told().values()))


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schema.setdefault("components", {}).setdefault("schemas", {}).update(PROBLEM_SCHEMAS)
        app.openapi_schema = schema
    return app.openapi_schema
