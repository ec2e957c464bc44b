"""`xiaoer mcp --http` as an operator starts it: a process of its own beside the web service."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from tests.channels.counter import Visitor
from tests.channels.mcp.agent import ask, cards_in
from tests.channels.mcp.test_over_stdio import SOURCE, an_order
from tests.turns.house import Opened

from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.app import App, utc_now, web
from xiaoer.domain.ids import OrderId
from xiaoer.domain.order import OrderState

STARTS_S = 90  # on a busy machine; it is there in three
PORTS = 3  # one that was free a moment ago may be another program's by now


class Served:
    """Where it listens, and what it has said when it is over."""

    def __init__(self, url: str, process: asyncio.subprocess.Process) -> None:
        self.url, self._process = url, process
        self.said = ""

    async def ends(self) -> int | None:
        self._process.terminate()
        out, err = await asyncio.wait_for(self._process.communicate(), STARTS_S)
        self.said = (out + err).decode()
        return self._process.returncode

    @asynccontextmanager
    async def agent(self, token: str) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(streamable_http_client(self.url, http_client=http)) as client,
        ):
            yield client


@asynccontextmanager
async def served(app: App) -> AsyncIterator[Served]:
    """Over the same folder, as soon as it says that it listens."""
    for _ in range(PORTS):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "xiaoer.cli", "mcp", "--http", "--port", str(free_port()),
            env={**os.environ, "PYTHONPATH": SOURCE, "XIAOER_DATA_DIR": str(app.settings.data_dir)},
            cwd=app.settings.data_dir, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = (await asyncio.wait_for(process.stdout.readline(), STARTS_S)).decode()
            if line:
                yield Served(line.removeprefix("MCP:").strip(), process)
                return
        finally:
            if process.returncode is None:
                process.kill()
            _, why = await process.communicate()
    pytest.fail(f"it does not start: {why.decode()[-2_000:]}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


async def test_an_agent_of_another_process_asks_and_the_customers_own_screen_confirms(
    opened: Opened,
) -> None:
    async with opened(utc_now, mcp=True) as (app, _):
        site = web(app, with_demo=True)
        transport = httpx.ASGITransport(site)
        async with (
            site.router.lifespan_context(site),
            httpx.AsyncClient(transport=transport, base_url="http://counter") as http,
            served(app) as there,
        ):
            order = await an_order(app, OrderState.PAID)
            signed = await http.post("/demo/api/sign-in", json={"customer_id": order.customer_id})
            bearer = {"Authorization": f"Bearer {signed.json()['token']}"}
            customer = Visitor(http, (await http.post("/v1/conversations", headers=bearer, json={})).json())
            token = (await customer.post("/agent-token")).json()["token"]
            await nobody_is_served_without_a_token(there)
            async with there.agent(token) as agent:
                tools = {tool.name: tool for tool in (await agent.list_tools()).tools}
                for name, tool in tools.items():
                    assert tool.annotations is not None
                    risk = CATALOGUE[name].risk
                    assert tool.annotations.read_only_hint is (risk is Risk.READ)
                    assert tool.annotations.destructive_hint is (risk >= Risk.WRITE)
                assert {"look_up_order", "cancel_order", "card_status"} <= set(tools)
                assert (await agent.list_resources()).resources

                waits = await ask(agent, "cancel_order", {"order_id": order.id})
                assert waits["outcome"] == "waits_for_customer"
                confirming = await agent.call_tool("confirm", {"card_id": waits["card_id"]})
                assert confirming.is_error
                by_agent = {"Authorization": f"Bearer {token}"}
                path = f"{customer.path}/cards/{waits['card_id']}/confirm"
                assert (await http.post(path, headers=by_agent)).status_code == 401
                async with httpx.AsyncClient(headers=by_agent) as outside:
                    at_its_own_door = str(httpx.URL(there.url).join(path))
                    assert (await outside.post(at_its_own_door)).status_code == 404
                assert await state_of(app, order.id) is OrderState.PAID

                [card] = cards_in(await customer.heard())
                assert card["intent_id"] == waits["card_id"]
                pressed = await customer.post(f"/cards/{card['intent_id']}/confirm")
                assert pressed.json()["state"] == "done"
                assert await state_of(app, order.id) is OrderState.CANCELLED
                assert (await ask(agent, "card_status", {"card_id": card["intent_id"]}))["outcome"] == "done"
            await there.ends()
            assert "Traceback" not in there.said
            assert token not in there.said


async def nobody_is_served_without_a_token(there: Served) -> None:
    asks = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'
    kind = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(headers=kind) as http:
        for given in ({}, {"Authorization": "Bearer made-up"}):
            answer = await http.post(there.url, content=asks, headers=given)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    with pytest.RaisesGroup(pytest.RaisesExc(MCPError, match="token"), flatten_subgroups=True):
        async with there.agent("") as stranger:
            await stranger.list_tools()


async def state_of(app: App, order_id: OrderId) -> OrderState:
    now = await app.house.shop.order(order_id)
    assert now is not None
    return now.state
