"""A foreign agent over HTTP: it reads, proposes, and confirms nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.shared.exceptions import MCPError
from sqlalchemy import select
from tests.channels.mcp.agent import Agency, agency, ask, cards_in, told
from tests.channels.test_bad_input import problem
from tests.clock import NOON
from tests.turns.house import HouseUrl, Opened

from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.actions.orders import ListOrders
from xiaoer.app.identity import DEMO_KEY, demo_key
from xiaoer.app.mcp import AUDIENCE
from xiaoer.channels.mcp.articles import Articles
from xiaoer.channels.mcp.asking import MOST_CARDS, STRANGE, facts_of
from xiaoer.domain.ids import ConversationId, CustomerId, OrderId, StaffId
from xiaoer.domain.knowledge import Article, By, Version
from xiaoer.domain.order import OrderState
from xiaoer.domain.words import Language
from xiaoer.guard.identity import ShopSigner
from xiaoer.knowledge.editor import Published
from xiaoer.store import tables
from xiaoer.store.codec import dumps

LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}'


@pytest.fixture
async def shop(opened: Opened) -> AsyncIterator[Agency]:
    async with agency(opened) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
async def on_both(
    request: pytest.FixtureRequest, opened: Opened, house_url: HouseUrl
) -> AsyncIterator[Agency]:
    async with agency(opened, house_url(request.param)) as made:
        yield made


def calling(name: str, arguments: Any) -> str:
    params = {"name": name, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_catalogue_with_its_arguments_and_what_each_tool_does(shop: Agency, mode: str) -> None:
    token = await shop.token(await shop.visitor())
    async with shop.agent(token, mode=mode) as agent:
        found = {tool.name: tool for tool in (await agent.list_tools()).tools}
    personal = {"request_data_export", "request_erasure"}
    assert set(found) == set(CATALOGUE) - personal
    for name, tool in found.items():
        assert set(tool.input_schema["properties"]) == set(CATALOGUE[name].takes.model_fields)
        assert tool.annotations is not None
        risk = CATALOGUE[name].risk
        assert tool.annotations.read_only_hint is (risk is Risk.READ)
        assert tool.annotations.destructive_hint is (risk >= Risk.WRITE)
        assert tool.annotations.idempotent_hint is (risk is Risk.READ)
        assert ("confirms on their own screen" in (tool.description or "")) is (risk >= Risk.WRITE)


async def test_an_agent_proposes_and_its_customer_confirms_once(on_both: Agency) -> None:
    shop, order = on_both, await on_both.order(OrderState.PAID)
    customer = await shop.visitor(order.customer_id)
    token = await shop.token(customer)
    async with shop.agent(token) as agent:
        read = await ask(agent, "look_up_order", {"order_id": order.id})
        assert (read["outcome"], read["cards"][0]["order_id"]) == ("done", order.id)
        assert await customer.heard() == []  # what it only read stands on no screen
        result = await agent.call_tool("cancel_order", {"order_id": order.id})
        waits = told(result)
        assert waits["outcome"] == "waits_for_customer"
        assert waits["conversation_id"] == customer.id
        for row in waits["cards"][0]["rows"]:
            assert row["value"] in result.content[0].text  # type: ignore[union-attr]
        assert await shop.state_of(order) is OrderState.PAID

        [message] = await customer.heard()
        [card] = cards_in([message])
        assert card["intent_id"] == waits["card_id"]
        assert card["rows"] == waits["cards"][0]["rows"]
        assert "A program that acts in your name" in message["text"]
        asked = {"card_id": waits["card_id"]}
        assert "not been answered" in (await ask(agent, "card_status", asked))["text"]

        first, again = [await customer.post(f"/cards/{card['intent_id']}/confirm") for _ in range(2)]
        assert first.json() == again.json() == {"intent_id": card["intent_id"], "state": "done"}
        status = await ask(agent, "card_status", asked)
        assert status["outcome"] == "done"
        assert "has been done" in status["text"]
    now = await shop.shop.shop.order(order.id)
    assert now is not None
    assert (now.state, now.version) == (OrderState.CANCELLED, order.version + 1)
    decided = [steps for steps in await steps_of(shop, customer.id) if "agent:mcp" in steps]
    assert len(decided) == 4  # a row for each call


async def steps_of(shop: Agency, conversation_id: ConversationId) -> list[str]:
    query = select(tables.turns.c.steps).where(tables.turns.c.conversation_id == conversation_id)
    return [dumps(row) for row in await shop.app.store.read(lambda conn: list(conn.execute(query).scalars()))]


async def test_an_agent_cannot_confirm_by_any_way(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    customer = await shop.visitor(order.customer_id)
    token = await shop.token(customer)
    async with shop.agent(token) as agent:
        card = (await ask(agent, "cancel_order", {"order_id": order.id}))["card_id"]
        for name in ("confirm", "confirm_card", "press", "cancel_order\u200b"):
            answer = await agent.call_tool(name, {"card_id": card})
            assert answer.is_error
            assert told(answer)["reason"] == "no_such_action"
        for extra in ("confirmed", "intent_id", "ruling", "customer_id"):
            answer = await agent.call_tool("cancel_order", {"order_id": order.id, extra: card})
            assert told(answer)["reason"] == "bad_arguments"
    bearer = {"Authorization": f"Bearer {token}"}
    for rest in (f"/cards/{card}/confirm", f"/cards/{card}/decline", "/agent-token", "/messages"):
        body = {"client_id": "a", "text": "yes"}
        posted = await shop.http.post(customer.path + rest, headers=bearer, json=body)
        assert posted.status_code == 401
    assert (await shop.http.get(customer.path + "/messages", headers=bearer)).status_code == 401
    opening = await shop.http.post("/v1/conversations", headers=bearer, json={})
    assert opening.status_code == 401
    # Nor does a word of the customer's that was meant for something else.
    assert (await customer.say("yes")).status_code == 202
    await shop.app.clerk.answer(customer.id)
    assert await shop.state_of(order) is OrderState.PAID


async def test_the_customers_own_card_stays_theirs(shop: Agency) -> None:
    """An agent's proposal neither takes the place of the customer's card nor hears its yes."""
    order = await shop.order(OrderState.PAID)
    customer = await shop.visitor(order.customer_id)
    assert (await customer.say(f"cancel order {order.id}, I don't want it")).status_code == 202
    await shop.app.clerk.answer(customer.id)
    [own] = cards_in(await customer.heard())
    async with shop.agent(await shop.token(customer)) as agent:
        other = (await ask(agent, "cancel_order", {"order_id": order.id, "reason": "x"}))["card_id"]
        assert (await customer.say("yes")).status_code == 202
        await shop.app.clerk.answer(customer.id)
        assert "has been done" in (await ask(agent, "card_status", {"card_id": own["intent_id"]}))["text"]
        assert "not been answered" in (await ask(agent, "card_status", {"card_id": other}))["text"]
    assert await shop.state_of(order) is OrderState.CANCELLED


async def test_anothers_order_is_no_order(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    stranger = await shop.order(OrderState.PAID, not_of=order.customer_id)
    missing = order.id[:-1] + ("0" if order.id[-1] != "0" else "1")
    while await shop.shop.shop.order(OrderId(missing)):
        missing = missing[:-2] + "00"
    for customer in (await shop.visitor(stranger.customer_id), await shop.visitor()):
        async with shop.agent(await shop.token(customer)) as agent:
            for name in ("look_up_order", "track_parcel", "cancel_order", "give_goodwill"):
                texts = []
                for order_id in (order.id, missing):
                    answer = await ask(agent, name, {"order_id": order_id})
                    assert answer["outcome"] == "refused"
                    assert order.address.street not in str(answer)
                    answer.pop("text")  # several ways to say it
                    texts.append(json.dumps(answer))
                assert texts[0] == texts[1]


async def test_a_card_of_somebody_else_has_no_status(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    owner, other = await shop.visitor(order.customer_id), await shop.visitor()
    async with shop.agent(await shop.token(owner)) as agent:
        card = (await ask(agent, "cancel_order", {"order_id": order.id}))["card_id"]
        shop.clock.forward(minutes=31)
        assert "expired" in (await ask(agent, "card_status", {"card_id": card}))["text"]
    async with shop.agent(await shop.token(other)) as agent:
        for card_id in (card, "none"):
            assert (await ask(agent, "card_status", {"card_id": card_id}))["reason"] == "card_unknown"


async def test_without_a_good_token_there_is_nothing(shop: Agency) -> None:
    customer = await shop.visitor()
    token = await shop.token(customer)
    for bad in ("x", token[:-2], "x" * 5_000):
        answer = await shop.raw(LIST, bad)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "token" in answer.json()["error"]["message"]
    assert (await shop.http.post("/mcp", content=LIST)).status_code == 401
    assert (await shop.raw(LIST, token)).status_code == 200
    shop.clock.forward(minutes=24 * 60 + 1)
    assert (await shop.raw(LIST, token)).status_code == 401


async def test_the_shop_signs_for_its_customers_agent(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    key, shop_id = demo_key(shop.app), shop.app.policy.shop_id
    for_agents = ShopSigner(kid=DEMO_KEY, key=key, audience=AUDIENCE, shop_id=shop_id)
    for_customers = replace(for_agents, audience="xiaoer")
    tokens = [
        signer.token(CustomerId(order.customer_id), now=shop.clock())
        for signer in (for_agents, for_customers)
    ]
    places = set()
    for token in tokens:
        async with shop.agent(token) as agent:
            answer = await ask(agent, "look_up_order", {"order_id": order.id})
            assert answer["outcome"] == "done"
            places.add(answer["conversation_id"])
    customer = await shop.visitor(order.customer_id, resume=True)
    assert places == {customer.id}  # opened once; the page goes on in it
    bearer = {"Authorization": f"Bearer {tokens[0]}"}
    assert problem(await shop.http.post("/v1/conversations", headers=bearer, json={}))[0] == 401
    foreign = replace(for_agents, shop_id=type(shop_id)("another")).token(CustomerId("C1"), now=shop.clock())
    late = for_agents.token(CustomerId("C1"), now=shop.clock() - timedelta(hours=1))
    for bad in (foreign, late):
        assert (await shop.raw(LIST, bad)).status_code == 401


ODD: list[Any] = [
    {"order_id": "x" * 700}, {"order_id": 1}, {"order_id": None}, {"order_id": ["M1"]},
    {"order_id": {"$ne": ""}},
    {"order_id": True}, {"order_id": 10**400}, {"order_id": 1e308}, {"x" * 900: 1}, {"": ""}, {},
    {"order_id": {"a": {"b": {"c": [[[[]]]]}}}}, {"order_id": "M1", "shop_id": "other"},
]  # fmt: skip


async def test_odd_arguments_are_refused_in_words_and_kept_small(shop: Agency) -> None:
    customer = await shop.visitor()
    token = await shop.token(customer)
    async with shop.agent(token) as agent:
        for arguments in ODD:
            shop.clock.forward(minutes=1)
            answer = await agent.call_tool("look_up_order", arguments)
            assert answer.is_error
            assert told(answer)["reason"] == "bad_arguments"
            assert "x" * 650 not in str(answer)
    for odd in ('{"order_id":"\\u0000\\ud800M1"}', '{"order_id":NaN}', '["M1"]', '"M1"'):
        shop.clock.forward(minutes=1)
        raw = await shop.raw(
            calling("look_up_order", 0).replace('"arguments": 0', f'"arguments": {odd}'), token
        )
        assert raw.status_code < 500
        assert "Traceback" not in raw.text
    assert max(map(len, await steps_of(shop, customer.id))) < 10_000


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(["order_id", "reason"]) | st.text(), ANYTHING))
def test_whatever_is_sent_can_be_kept_and_no_strange_thing_is_ignored(arguments: dict[str, Any]) -> None:
    kept = facts_of(arguments, {"order_id", "reason"})
    assert set(kept) <= {"order_id", "reason", STRANGE}
    assert (STRANGE in kept) or set(kept) == set(arguments)
    written = dumps(kept)
    assert "\0" not in written
    assert all(len(v) <= 601 for v in kept.values() if isinstance(v, str))
    json.loads(written)


async def test_too_big_too_foreign_or_not_posted(shop: Agency) -> None:
    token = await shop.token(await shop.visitor())
    big = calling("complaint", {"what": "x" * 70_000})
    assert (await shop.raw(big, token)).status_code == 413

    async def trickle() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b" " * 1_000

    bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert (await shop.http.post("/mcp", content=trickle(), headers=bearer)).status_code == 413
    assert (await shop.raw(LIST, token, Origin="https://evil.example")).status_code == 403
    assert (await shop.raw(LIST, token, Host="evil.example")).status_code == 421
    for method in ("GET", "DELETE", "PUT"):
        assert (await shop.http.request(method, "/mcp", headers=bearer)).status_code == 405


async def test_a_name_of_the_operators_own_is_answered(opened: Opened) -> None:
    async with agency(opened, mcp_hosts=["shop.example.com"]) as shop:
        token = await shop.token(await shop.visitor())
        assert (await shop.raw(LIST, token, Host="shop.example.com")).status_code == 200
        assert (await shop.raw(LIST, token, Host="shop.example.com.evil.example")).status_code == 421


async def test_too_many_calls_wait_and_a_person_is_called_all_the_same(shop: Agency) -> None:
    customer, other = await shop.visitor(), await shop.visitor()
    async with shop.agent(await shop.token(customer)) as agent:
        answers = [(await ask(agent, "list_orders", {})) for _ in range(25)]
        assert [a["reason"] for a in answers].count("too_fast") == 5
        assert (await ask(agent, "call_person", {}))["outcome"] == "done"
    assert (await customer.say("hello")).status_code == 202  # the customer is not slowed down by it
    async with shop.agent(await shop.token(other)) as agent:
        assert (await ask(agent, "list_orders", {}))["reason"] != "too_fast"
    assert (await customer.get()).json()["state"] == "waiting"
    assert any("program" in event["text"] for event in await customer.heard())


async def test_a_customer_is_not_buried_in_cards(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    customer = await shop.visitor(order.customer_id)
    async with shop.agent(await shop.token(customer)) as agent:
        for _ in range(MOST_CARDS):
            shop.clock.forward(minutes=0.5)
            assert (await ask(agent, "cancel_order", {"order_id": order.id}))[
                "outcome"
            ] == "waits_for_customer"
        answer = await ask(agent, "cancel_order", {"order_id": order.id})
        assert answer["reason"] == "too_many_cards"
    assert len(cards_in(await customer.heard())) == MOST_CARDS


@pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh")])
async def test_articles_in_the_customers_language(shop: Agency, language: str, other: str) -> None:
    token = await shop.token(await shop.visitor(language=language))
    async with shop.agent(token) as agent:
        found, cursor = [], None
        while True:
            page = await agent.list_resources(cursor=cursor)
            found += page.resources
            if (cursor := page.next_cursor) is None:
                break
        assert {r.uri.split("/")[3] for r in found} == {language}
        assert len({r.name for r in found}) == len(found) > 100
        uri = f"xiaoer://articles/{language}/return-window"
        assert uri in {r.uri for r in found}
        own = (await agent.read_resource(uri)).contents[0]
        theirs = (await agent.read_resource(uri.replace(f"/{language}/", f"/{other}/"))).contents[0]
        assert own.text != theirs.text  # type: ignore[union-attr]
        assert own.mime_type == "text/markdown"
        for bad in (
            "xiaoer://articles/zh/none",
            "file:///etc/passwd",
            "xiaoer://articles/../secrets.json",
            "x:" + "y" * 900,
        ):
            with pytest.raises(MCPError) as no:
                await agent.read_resource(bad)
            assert no.value.message in ("There is no such article.", "没有这篇文章。")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, True),
        ({"channel": "web"}, False),
        ({"channel": "mcp"}, True),
        ({"region": "DE"}, False),
        ({"valid_from": NOON + timedelta(hours=2)}, False),
        ({"valid_until": NOON + timedelta(hours=2)}, True),
    ],
    ids=["plain", "another channel", "this channel", "a region", "later", "still"],
)
async def test_only_what_may_be_said_in_public_is_a_resource(
    shop: Agency, changes: dict[str, Any], said: bool
) -> None:
    editor, now = shop.app.knowledge.editor, shop.clock()
    article = Article(
        slug="a-new-one", language=Language.EN, title="A new one", group="other", questions=("what is new",),
        body="Nothing is new.", updated_at=now, **changes,
    )  # fmt: skip
    async with shop.agent(await shop.token(await shop.visitor())) as agent:
        uri = "xiaoer://articles/en/a-new-one"
        drafted = await editor.draft(article, by=By("lin"), now=now)
        assert isinstance(drafted, Version)
        with pytest.raises(MCPError):
            await agent.read_resource(uri)  # a draft is nobody's
        assert isinstance(await editor.publish([drafted.ref], now=now), Published)
        if said:
            read = (await agent.read_resource(uri, cache_mode="bypass")).contents[0]
            assert "Nothing is new." in read.text  # type: ignore[union-attr]
        else:
            with pytest.raises(MCPError):
                await agent.read_resource(uri, cache_mode="bypass")
        if "valid_until" in changes:
            shop.clock.forward(minutes=121)
            with pytest.raises(MCPError):
                await agent.read_resource(uri, cache_mode="bypass")


async def test_with_the_order_system_down_it_says_so_and_a_person_still_comes(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    customer = await shop.visitor(order.customer_id)
    token = await shop.token(customer)
    shop.shop.mode = "down"
    async with shop.agent(token) as agent:
        for name in ("look_up_order", "cancel_order"):
            answer = await agent.call_tool(name, {"order_id": order.id})
            assert answer.is_error
            assert (told(answer)["outcome"], told(answer)["reason"]) == ("failed", "shop_unreachable")
        assert (await ask(agent, "call_person", {}))["outcome"] == "done"
    assert cards_in(await customer.heard()) == []


async def test_missing_arguments_come_with_what_would_fit(shop: Agency) -> None:
    order = await shop.order(OrderState.DELIVERED)
    customer = await shop.visitor(order.customer_id)
    async with shop.agent(await shop.token(customer)) as agent:
        answer = await ask(agent, "price_protection", {"order_id": order.id})
    assert answer["fields"] == ["line_id"]
    lines = {choice["value"] for choice in answer["choices"]["line_id"]}
    assert lines & {line.id for line in order.lines}


async def test_a_person_who_has_the_conversation_is_asked_instead(shop: Agency) -> None:
    order = await shop.order(OrderState.PAID)
    customer = await shop.visitor(order.customer_id)
    await customer.post("/person")
    assert await shop.app.house.desk.take(customer.id, StaffId("lin"), now=shop.clock())
    before = len(await customer.heard())
    async with shop.agent(await shop.token(customer)) as agent:
        assert (await ask(agent, "cancel_order", {"order_id": order.id}))["reason"] == "person_has_it"
        assert (await ask(agent, "look_up_order", {"order_id": order.id}))["outcome"] == "done"
    assert len(await customer.heard()) == before


async def test_a_bug_is_told_without_a_trace(shop: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an action a person is called; anywhere else it is an error in plain words."""
    customer = await shop.visitor()
    token = await shop.token(customer)

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret of somebody")

    monkeypatch.setattr(ListOrders, "check", broken)
    monkeypatch.setattr(Articles, "at", broken)
    async with shop.agent(token) as agent:
        answer = await agent.call_tool("list_orders", {})
        assert (told(answer)["outcome"], told(answer)["reason"]) == ("failed", "broken")
        assert "secret" not in str(answer)
        assert (await customer.get()).json()["state"] == "waiting"
        with pytest.raises(MCPError) as no:
            await agent.read_resource("xiaoer://articles/en/x")
        assert "secret" not in str(no.value)
        assert "broke" in no.value.message
