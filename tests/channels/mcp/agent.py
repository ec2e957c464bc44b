"""A foreign agent with the official client, and the house it comes to: real sockets, real databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
import uvicorn
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult
from tests.channels.counter import Visitor
from tests.clock import Clock
from tests.turns.house import Opened, Switch

from xiaoer.app import App, web
from xiaoer.channels.web.serving import Server
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import Order, OrderState


@dataclass
class Agency:
    """The web service with /mcp open, at its own port."""

    app: App
    shop: Switch
    clock: Clock
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        return str(self.http.base_url.join("/mcp"))

    async def visitor(self, customer_id: str = "", language: str = "en", *, resume: bool = False) -> Visitor:
        headers = {}
        if customer_id:
            signed = await self.http.post("/demo/api/sign-in", json={"customer_id": customer_id})
            headers = {"Authorization": f"Bearer {signed.json()['token']}"}
        body = {"language": language, "resume": resume}
        opened = await self.http.post("/v1/conversations", json=body, headers=headers)
        assert opened.status_code in (200, 201)
        return Visitor(self.http, opened.json())

    async def token(self, visitor: Visitor) -> str:
        answer = await visitor.post("/agent-token")
        assert answer.status_code == 201
        return str(answer.json()["token"])

    async def order(self, state: OrderState, *, not_of: str = "") -> Order:
        for customer in await self.shop.shop.customers(limit=100):
            for order in await self.shop.shop.orders_of(customer.id, limit=50):
                if order.state is state and order.customer_id != not_of:
                    return order
        raise AssertionError(f"the demo shop has no order that is {state}")

    async def state_of(self, order: Order) -> OrderState:
        now = await self.shop.shop.order(OrderId(order.id))
        assert now is not None
        return now.state

    @asynccontextmanager
    async def agent(self, token: str, *, mode: str = "auto") -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=mode) as client,
        ):
            yield client

    async def raw(self, body: bytes | str, token: str, **headers: str) -> httpx.Response:
        """A request as no well-behaved client would send it."""
        given = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-06-18",
            **headers,
        }
        return await self.http.post("/mcp", content=body, headers=given)


@asynccontextmanager
async def agency(opened: Opened, database_url: str = "", **settings: Any) -> AsyncIterator[Agency]:
    clock = Clock()
    async with AsyncExitStack() as held:
        app, shop = await held.enter_async_context(
            opened(clock, database_url=database_url, mcp=True, **settings)
        )
        config = uvicorn.Config(web(app, with_demo=True), port=0, log_level="warning", access_log=False)
        server = Server(config, app.hub)
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0)
            assert not running.done(), "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20)
        try:
            async with http:
                yield Agency(app, shop, clock, http)
        finally:
            server.should_exit = True
            await running


def told(result: Any) -> dict[str, Any]:
    """What a tool answered, as data."""
    assert isinstance(result, CallToolResult)
    data: dict[str, Any] = result.structured_content
    return data


async def ask(agent: Client, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return told(await agent.call_tool(name, arguments))


def cards_in(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cards on a customer's screen."""
    return [part for event in events for part in event["parts"] if part["kind"] == "confirm"]
