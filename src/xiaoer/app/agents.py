"""The counter for agents of customers. The channel is imported only if it is wanted: its SDK is an extra."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from fastapi import APIRouter
from starlette.routing import Route

from xiaoer.app.given import Misconfigured
from xiaoer.app.house import App
from xiaoer.app.identity import tokens_of
from xiaoer.channels.web import agents
from xiaoer.domain.people import Actor, Customer, Proof, Role
from xiaoer.guard.identity import GUEST_LIFE, Identity

MISSING = (
    "还没有装 MCP 组件：pip install 'xiaoer[mcp]'\nThe MCP extra is not installed: pip install 'xiaoer[mcp]'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """What the web service serves besides, and what runs beside it."""

    routers: Sequence[APIRouter] = ()
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()


def agents_of(app: App, identity: Identity, *, with_demo: bool) -> Agents:
    """Nothing unless the operator wants it. Misconfigured if it is wanted and cannot be."""
    if not app.settings.mcp:
        return Agents()
    need()
    from xiaoer.app.mcp import door  # noqa: PLC0415 - the extra

    served = door(app, identity, with_demo=with_demo)
    at_mcp = APIRouter(routes=[Route("/mcp", served, include_in_schema=False)])
    return Agents(routers=[agents.router(tokens_of(app)), at_mcp], beside=[served.run])


def need() -> None:
    """Misconfigured, with what to do, unless the extra is installed."""
    if find_spec("mcp") is None:
        raise Misconfigured(MISSING)


async def token_for(app: App, customer: Customer) -> str:
    """For the agent of a customer the operator names: good for their newest conversation, or a new one."""
    log, now = app.house.conversations, app.clerk.clock()
    found = await log.latest_of(app.policy.shop_id, customer.id)
    if found is None:
        actor = Actor(
            shop_id=app.policy.shop_id, role=Role.CUSTOMER, proof=Proof.SIGNED_IN, customer_id=customer.id
        )
        found = await log.open(
            actor, language=customer.language, time_zone=customer.time_zone, channel="mcp", now=now
        )
    return tokens_of(app).issue(found.id, until=now + GUEST_LIFE)
