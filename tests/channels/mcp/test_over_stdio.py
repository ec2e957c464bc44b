"""`xiaoer mcp` as an agent on the same machine starts it: a process of its own beside the web service."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from tests.channels.counter import Visitor
from tests.channels.mcp.agent import ask, cards_in
from tests.turns.house import HouseUrl, Opened

import xiaoer
from xiaoer.app import App, utc_now, web
from xiaoer.app.identity import tokens_of
from xiaoer.cli import main as entry
from xiaoer.domain.order import Order, OrderState

SOURCE = str(Path(xiaoer.__file__).parents[1])
WITHOUT_EXTRA = """
import sys
import xiaoer.app, xiaoer.turn
from xiaoer.cli.main import main
assert "mcp" not in sys.modules, "the core loads the SDK"
sys.modules["mcp"] = None
codes = []
for args in (["mcp", "--as", "x@example.com"], ["mcp", "--http"]):
    sys.argv = ["xiaoer", *args]
    try:
        main()
    except SystemExit as ended:
        codes.append(str(ended.code))
print(*codes, end="")
"""


def started(app: App, *args: str, token: str = "") -> Client:
    env = {
        "XIAOER_DATA_DIR": str(app.settings.data_dir),
        "XIAOER_DATABASE_URL": app.settings.database_url,
        "XIAOER_MCP_TOKEN": token,
        "XIAOER_CUSTOMER_PAGE": "https://shop.example.com/help#{conversation_id}",
        "PYTHONPATH": SOURCE,
    }
    command = ["-m", "xiaoer.cli", "mcp", *args]
    return Client(StdioServerParameters(command=sys.executable, args=command, env=env))


async def an_order(app: App, state: OrderState) -> Order:
    for customer in await app.house.shop.customers(limit=100):
        for order in await app.house.shop.orders_of(customer.id, limit=50):
            if order.state is state:
                return order
    raise AssertionError(state)


async def test_a_card_of_another_process_is_on_the_customers_screen(
    opened: Opened, house_url: HouseUrl
) -> None:
    async with opened(utc_now, database_url=house_url("postgresql"), mcp=True) as (app, _):
        served = web(app, with_demo=True)
        transport = httpx.ASGITransport(served)
        async with (
            served.router.lifespan_context(served),
            httpx.AsyncClient(transport=transport, base_url="http://counter") as http,
        ):
            order = await an_order(app, OrderState.PAID)
            signed = await http.post("/demo/api/sign-in", json={"customer_id": order.customer_id})
            bearer = {"Authorization": f"Bearer {signed.json()['token']}"}
            customer = Visitor(http, (await http.post("/v1/conversations", headers=bearer, json={})).json())
            token = (await customer.post("/agent-token")).json()["token"]
            async with started(app, token=token) as agent:
                assert "cancel_order" in {tool.name for tool in (await agent.list_tools()).tools}
                assert (await ask(agent, "list_orders", {}))["outcome"] == "done"
                waits = await ask(agent, "cancel_order", {"order_id": order.id})
                assert waits["confirm_at"] == f"https://shop.example.com/help#{customer.id}"
                [card] = cards_in(await customer.heard())
                assert card["intent_id"] == waits["card_id"]
                for _ in range(2):
                    pressed = await customer.post(f"/cards/{card['intent_id']}/confirm")
                    assert pressed.json()["state"] == "done"
                status = await ask(agent, "card_status", {"card_id": waits["card_id"]})
                assert status["outcome"] == "done"
                articles = (await agent.list_resources()).resources
                text = (await agent.read_resource(articles[0].uri)).contents[0].text  # type: ignore[union-attr]
                assert articles[0].title in text
            now = await app.house.shop.order(order.id)
            assert now is not None
            assert (now.state, now.version) == (OrderState.CANCELLED, order.version + 1)


async def test_the_operator_names_a_customer_and_a_token_that_is_over_opens_nothing(opened: Opened) -> None:
    async with opened(utc_now) as (app, _):
        order = await an_order(app, OrderState.PAID)
        customer = await app.house.shop.customer(order.customer_id)
        assert customer is not None
        async with started(app, "--as", customer.email) as agent:
            answer = await ask(agent, "look_up_order", {"order_id": order.id})
            assert answer["outcome"] == "done"
        here = await app.house.conversations.latest_of(app.policy.shop_id, customer.id)
        assert here is not None
        assert here.id == answer["conversation_id"]
        over = tokens_of(app).issue(here.id, until=utc_now() - timedelta(seconds=1))
        async with started(app, token=over) as agent:
            for call in (agent.list_tools(), agent.call_tool("list_orders", {}), agent.list_resources()):
                with pytest.raises(MCPError) as no:
                    await call
                assert "token" in no.value.message


def run(code: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PYTHONPATH": SOURCE, "XIAOER_DATA_DIR": str(folder), **env}
    return subprocess.run(
        [sys.executable, "-c", code], env=given, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_core_does_without_the_extra_and_the_command_says_what_to_install(tmp_path: Path) -> None:
    ended = run(WITHOUT_EXTRA, tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "2 2"
    assert ended.stderr.count("pip install 'xiaoer[mcp]'") == 4  # twice, each in 中文 and English
    assert "Traceback" not in ended.stderr


def test_nobody_is_served_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAOER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["xiaoer", "mcp"])
    try:
        with pytest.raises(SystemExit) as ended:
            entry.main()
    finally:
        structlog.reset_defaults()  # it had the standard error of this test alone
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "XIAOER_MCP_TOKEN" in printed.err
    assert "Traceback" not in printed.err
