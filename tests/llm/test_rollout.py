"""A model that is tried beside the answers: nobody hears it, nothing of it is done, and what it would have
done is kept until somebody lets it in; and the one switch back.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from tests.channels.test_whole import Demo
from tests.clock import Clock
from tests.llm.minded import HARD
from tests.llm.parrot import parrot
from tests.llm.server import Asked, Fail, Reply, Say, Server, serving
from tests.turns.house import Opened, copy_of, opened_in

from xiaoer.app import web
from xiaoer.app.rollout import open_gate
from xiaoer.channels.web.hub import Hub
from xiaoer.domain.ids import CustomerId
from xiaoer.domain.order import OrderState
from xiaoer.domain.rollout import Mode
from xiaoer.store.tables import intents

LIN = "lin-" + "x" * 40
STAFF = {"Authorization": f"Bearer {LIN}"}
WHERE = "查一下 {} 到哪了"
FURIOUS = "太气人了，查一下 {} 到哪了"
UNSURE = "我同事说 {} 这单看着悬，你帮我瞅瞅它现在在什么地方晃悠呢"


@asynccontextmanager
async def shop(opened: Opened, server: Server | None, mode: str, **more: Any) -> AsyncIterator[Demo]:
    """Nothing runs beside the requests: what is done by the clock is done when a test says so."""
    model = {"llm_url": server.url, "llm_key": "k-123"} if server else {"llm": False}
    settings = {"llm_begins": mode, "llm_sample": 1.0, "staff_tokens": f"lin:{LIN}", **model, **more}
    clock = Clock()
    async with opened(clock, **settings) as (app, switch):
        served = web(app, with_demo=True)
        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://counter") as http:
            yield Demo(app, switch, clock, http, served.state.turns, served)


async def beside(demo: Demo) -> int:
    """What is due by now is done; how many jobs there were."""
    await demo.app.clockwork.upkeep.look(demo.clock())
    return await demo.app.clockwork.worker.look()


async def staff(demo: Demo, path: str, body: Any = None, *, status: int = 200) -> Any:
    method = "GET" if body is None else "POST"
    answer = await demo.http.request(method, f"/v1/staff{path}", headers=STAFF, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def trials(demo: Demo) -> list[dict[str, Any]]:
    return list((await staff(demo, "/llm/trials?every=true"))["trials"])


def says(*texts: str) -> list[Reply]:
    return [Say(text=text) for text in texts]


# --- nobody hears it ------------------------------------------------------------------------------


async def overheard(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every byte a customer is shown in a talk, ids apart; each turn is tried as soon as it is answered."""
    whispers: list[Any] = []
    turns = count(1)
    monkeypatch.setattr("xiaoer.turn.uuid4", lambda: UUID(int=next(turns)))  # phrases vary by the turn
    monkeypatch.setattr(Hub, "whisper", lambda _, __, kind, data: whispers.append([kind, data]))
    order, paid = await demo.order_of(OrderState.SHIPPED), await demo.order_of(OrderState.PAID)
    visitor, other = await demo.visitor(order.customer_id), await demo.visitor(paid.customer_id)
    for text in (WHERE.format(order.id), HARD, FURIOUS.format(order.id)):
        await demo.told(visitor, text)
        await beside(demo)
    for text in (f"取消订单 {paid.id}，不想要了", "好的"):
        await demo.told(other, text)
        await beside(demo)
    told = [await visitor.heard(), await other.heard(), whispers]
    return re.sub(r"[0-9a-f]{32}", "id", json.dumps(told, ensure_ascii=False))


async def test_in_shadow_the_customer_hears_every_byte_as_without_a_model(
    opened: Opened, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(parrot) as server, shop(opened, server, "shadow") as demo:
        with_model = await overheard(demo, monkeypatch)
        tried = await trials(demo)
        order = await demo.order_of(OrderState.SHIPPED)
        asked = server.asked
    async with shop(opened_in(copy_of(template, tmp_path / "without")), None, "shadow") as demo:
        assert with_model == await overheard(demo, monkeypatch)
        assert await trials(demo) == []
    assert [(one["sure"], one["verdict"]) for one in tried] == [
        (True, "agreed"),
        (False, "open"),
        (True, "agreed"),
        (True, "agreed"),
    ]
    where = {"action": "track_parcel", "order_id": order.id}
    assert tried[0]["meant"]["actions"] == tried[0]["really"]["actions"] == [where]
    assert tried[0]["asked"] == WHERE.format(order.id)
    assert order.id not in "".join(one.text for one in asked) + "".join(one["words"] for one in tried)
    assert all(one["micros"] == 0 and one["ms"] > 0 for one in tried)


async def test_nothing_of_it_is_done_and_the_customer_s_next_words_say_whether_it_was_right(
    opened: Opened,
) -> None:
    def script(asked: Asked) -> Reply:
        if order := re.findall(r"ORDER-[A-Z]+", asked.last.partition("<customer>")[2]):
            return Say(calls=[("cancel_order", {"order_id": order[0]})])
        return Say(calls=[("call_person", {})])

    async with serving(script) as server, shop(opened, server, "shadow") as demo:
        paid = await demo.order_of(OrderState.PAID)
        visitor = await demo.visitor(paid.customer_id)
        await demo.told(visitor, f"{paid.id} 我老公说都别要了吧你看咋整")
        other = await demo.visitor()
        await demo.told(other, HARD)
        before = [await visitor.heard(), await other.heard()]
        assert await beside(demo) > 0
        assert len(server.asked) == 2
        assert [await visitor.heard(), await other.heard()] == before
        assert (await other.get()).json()["state"] == "bot"
        assert (await staff(demo, "/queue"))["waiting"] == []
        assert await demo.app.house.shop.order(paid.id) == paid
        query = select(func.count()).select_from(intents)
        assert await demo.app.store.read(lambda conn: conn.scalar(query)) == 0  # no card lies in wait
        tried = {one["asked"]: one for one in await trials(demo)}
        assert tried[HARD]["meant"]["actions"] == [{"action": "call_person", "order_id": ""}]
        trial = next(one for asked, one in tried.items() if asked != HARD)
        cancels = {"action": "cancel_order", "order_id": paid.id}
        assert (trial["sure"], trial["verdict"], trial["meant"]["actions"]) == (False, "open", [cancels])
        await demo.told(visitor, f"取消订单 {paid.id}，不想要了")
        demo.clock.forward(minutes=16)
        await beside(demo)
        settled = {one["id"]: one for one in await trials(demo)}[trial["id"]]
        assert (settled["verdict"], settled["really"]["actions"]) == ("agreed", [cancels])


@pytest.mark.parametrize(
    ("script", "verdict", "why"),
    [
        (says("已经帮您取消了订单。", "您的退款 ¥258.00 明天到账。"), "held", "words"),
        ([Fail(status=500)], "gone", "broken"),
        ([Fail(then="silence")], "gone", "slow"),
        ([Say(text="先这样", finish="length")], "gone", "broken"),
        (says("先留着吧，想换随时说。"), "open", ""),
    ],
    ids=["held", "broken", "slow", "cut", "said"],
)
async def test_what_became_of_it_is_told_apart(
    opened: Opened, script: list[Reply], verdict: str, why: str
) -> None:
    async with (
        serving(script) as server,
        shop(opened, server, "shadow", llm_within_s=1.0, llm_prices="1 0 1") as demo,
    ):
        await demo.told(await demo.visitor(), HARD)
        await beside(demo)
        [trial] = await trials(demo)
        assert (trial["verdict"], trial["why"]) == (verdict, why)
        assert trial["micros"] > 0
        [row] = (await staff(demo, "/llm/rollout"))["intents"]
        known = verdict != "open"
        assert (row["asked"], row["n"], row["held"]) == (1, int(known), float(verdict == "held"))


# --- a person reads it ----------------------------------------------------------------------------


async def test_a_suggestion_is_read_by_the_person_who_has_the_conversation_alone(opened: Opened) -> None:
    async with serving(parrot) as server, shop(opened, server, "suggest") as demo:
        order = await demo.order_of(OrderState.SHIPPED)
        visitor = await demo.visitor(order.customer_id)
        await visitor.post("/person")
        await staff(demo, f"/conversations/{visitor.id}/take", {})
        await visitor.say(WHERE.format(order.id))
        await demo.turns.drain()
        before = await visitor.heard()
        await beside(demo)
        assert await visitor.heard() == before
        path = f"/conversations/{visitor.id}"
        [suggestion] = (await staff(demo, f"{path}/suggestions"))["suggestions"]
        assert order.id in suggestion["text"]  # the trial itself keeps a pseudonym
        [trial] = await trials(demo)
        assert order.id not in trial["words"]
        assert suggestion["after"] == before[-1]["seq"]
        assert suggestion["at"] == trial["at"] == "2026-11-24T04:00:00Z"  # as every time the API tells
        assert (await visitor.get("/suggestions")).status_code == 404
        sent = {"client_id": "s1", "text": suggestion["text"] + "😊"}
        await staff(demo, f"{path}/messages", sent, status=202)
        demo.clock.forward(minutes=70)
        await beside(demo)
        assert [one["verdict"] for one in await trials(demo)] == ["agreed"]
        await visitor.say(WHERE.format(order.id))
        await demo.turns.drain()
        await beside(demo)
        await staff(demo, f"{path}/messages", {"client_id": "s2", "text": "刚才说过了呀"}, status=202)
        demo.clock.forward(minutes=16)
        await beside(demo)  # the customer has not written again, and the person may be writing on
        assert [one["verdict"] for one in await trials(demo)] == ["open", "agreed"]
        demo.clock.forward(minutes=54)
        await beside(demo)
        assert [one["verdict"] for one in await trials(demo)] == ["differed", "agreed"]


async def test_a_person_who_says_what_an_article_says_shows_which_it_was(opened: Opened) -> None:
    def script(asked: Asked) -> Reply:
        number, text = re.findall(r"^\[(\d+)\] [^:\n]*: ([^\n]+)", asked.last, re.MULTILINE)[0]
        return Say(text=f"{text}[{number}]")

    async with serving(script) as server, shop(opened, server, "shadow") as demo:
        visitor = await demo.visitor()
        await visitor.post("/person")
        path = f"/conversations/{visitor.id}"
        await staff(demo, f"{path}/take", {})
        await visitor.say("退货的运费谁出")
        await demo.turns.drain()
        await beside(demo)
        [trial] = await trials(demo)
        [slug] = trial["meant"]["articles"]
        await staff(demo, f"{path}/messages", {"client_id": "s1", "text": trial["words"]}, status=202)
        await visitor.say("哦")
        await demo.turns.drain()
        demo.clock.forward(minutes=16)
        await beside(demo)
        [settled] = [one for one in await trials(demo) if one["id"] == trial["id"]]
        assert (settled["verdict"], settled["really"]["articles"]) == ("agreed", [slug])


async def test_in_shadow_nothing_is_suggested(opened: Opened) -> None:
    async with serving(parrot) as server, shop(opened, server, "shadow") as demo:
        visitor = await demo.visitor()
        await demo.told(visitor, HARD)
        await beside(demo)
        assert len(await trials(demo)) == 1
        assert await staff(demo, f"/conversations/{visitor.id}/suggestions") == {"suggestions": []}


# --- how far it is let in ---------------------------------------------------------------------------


async def test_automatic_is_as_it_was_and_off_asks_nobody(opened: Opened) -> None:
    async with (
        serving(lambda asked: Say(text="我在呢，您慢慢说。")) as server,
        shop(opened, server, "automatic") as demo,
    ):
        visitor = await demo.visitor()
        reply = await demo.told(visitor, HARD)
        assert reply["origin"] == "ai"
        asked = len(server.asked)
        await beside(demo)
        assert (await staff(demo, "/llm/rollout", {"intent": "all", "mode": "off"}))["kept"] == []
        assert (await demo.told(visitor, HARD))["origin"] == "template"
        await beside(demo)
        assert (len(server.asked), await trials(demo)) == (asked, [])


async def test_of_what_the_local_mind_is_sure_of_a_share_is_tried_and_of_small_talk_nothing(
    opened: Opened,
) -> None:
    async with serving(parrot) as server, shop(opened, server, "shadow", llm_sample=0.0) as demo:
        order = await demo.order_of(OrderState.SHIPPED)
        visitor = await demo.visitor(order.customer_id)
        await demo.told(visitor, WHERE.format(order.id))
        await beside(demo)
        assert server.asked == []
    async with serving(parrot) as server, shop(opened, server, "shadow") as demo:
        await demo.told(await demo.visitor(), "你好")
        await beside(demo)
        assert server.asked == []


async def test_the_one_switch_back_reaches_a_counter_that_is_open(opened: Opened) -> None:
    async with (
        serving(lambda asked: Say(text="我在呢，您慢慢说。")) as server,
        shop(opened, server, "automatic") as demo,
    ):
        visitor = await demo.visitor()
        assert (await demo.told(visitor, HARD))["origin"] == "ai"
        async with open_gate(demo.app.settings, of_model=False) as elsewhere:
            await elsewhere.whole_shop(Mode.OFF, by="mei", now=demo.clock(), why="odd answers")
        asked = len(server.asked)
        await beside(demo)  # within two seconds, by its own clock
        order = await demo.order_of(OrderState.SHIPPED)
        reply = await demo.told(visitor, HARD)
        assert reply["text"]
        assert reply["origin"] == "template"
        furious = await demo.told(await demo.visitor(order.customer_id), FURIOUS.format(order.id))
        assert furious["origin"] == "template"  # no warmer words either
        assert len(server.asked) == asked
        assert (await staff(demo, "/llm/rollout"))["whole_shop"] == "off"
        assert await staff(demo, "/llm/on", {"why": "mended"}) == {"whole_shop": "automatic"}
        assert (await demo.told(visitor, HARD))["origin"] == "ai"


async def test_a_trial_that_waits_is_dropped_by_the_switch(opened: Opened) -> None:
    async with serving(parrot) as server, shop(opened, server, "shadow") as demo:
        await demo.told(await demo.visitor(), HARD)
        await staff(demo, "/llm/off", {})
        assert await beside(demo) == 1
        assert (server.asked, await trials(demo)) == ([], [])


async def test_an_intent_goes_up_by_the_bar_and_down_at_once(opened: Opened) -> None:
    bar = "trials=4 good=0.5 held=0 unsure=0"
    async with serving(parrot) as server, shop(opened, server, "shadow", llm_bar=bar) as demo:
        order = await demo.order_of(OrderState.SHIPPED)
        for n in range(4):
            visitor = await demo.visitor(order.customer_id)
            await demo.told(visitor, WHERE.format(order.id))
            await beside(demo)
            [row] = (await staff(demo, "/llm/rollout"))["intents"]
            up = {"intent": row["intent"], "mode": "automatic"}
            if n < 3:
                refused = await staff(demo, "/llm/rollout", up, status=409)
                assert {"what": "trials", "found": n + 1, "wanted": 4} in refused["lacks"]
        first = (await trials(demo))[0]["id"]
        await staff(demo, f"/llm/trials/{first}/judge", {"judged": "bad"})
        refused = await staff(demo, "/llm/rollout", up, status=409)
        assert [lack["what"] for lack in refused["lacks"]] == ["good"]  # a person's word over the verdict
        wordless = await staff(demo, "/llm/rollout", {**up, "anyway": True}, status=422)
        assert wordless["errors"] == [{"field": "why", "problem": "no_why"}]
        await staff(demo, f"/llm/trials/{first}/judge", {"judged": "good"})
        [turned] = (await staff(demo, "/llm/rollout", up))["turned"]
        assert (turned["by"], turned["anyway"], turned["figures"]["n"]) == ("lin", False, 4)
        down = await staff(demo, "/llm/rollout", {"intent": row["intent"], "mode": "off"})
        assert [one["mode"] for one in down["turned"]] == ["off"]
        forced = await staff(demo, "/llm/rollout", {"intent": "all", "mode": "automatic"})
        assert row["intent"] in [one["intent"] for one in forced["turned"]]
        assert "not_understood" in [one["intent"] for one in forced["kept"]]
        unknown = await staff(demo, "/llm/rollout", {"intent": "nothing", "mode": "off"}, status=422)
        assert unknown["errors"] == [{"field": "intent", "problem": "no_intent"}]
        assert len(server.asked) == 8


async def test_it_answers_nothing_by_itself_that_it_was_not_tried_on(opened: Opened) -> None:
    """What the local mind is sure of proves nothing of what it is not; what a colleague has asked does."""
    bar = "trials=3 good=0.3 held=0 unsure=1"
    async with serving(parrot) as server, shop(opened, server, "shadow", llm_bar=bar) as demo:
        order = await demo.order_of(OrderState.SHIPPED)
        visitor = await demo.visitor(order.customer_id)
        for _ in range(3):
            await demo.told(visitor, WHERE.format(order.id))
            await beside(demo)
        [row] = (await staff(demo, "/llm/rollout"))["intents"]
        assert (row["n"], row["unsure"], row["lacks"]) == (3, 0, [])  # the next one up is suggest
        up = {"intent": row["intent"], "mode": "automatic"}
        refused = await staff(demo, "/llm/rollout", up, status=409)
        assert refused["lacks"] == [{"what": "unsure", "found": 0, "wanted": 1}]
        await staff(demo, "/llm/rollout", {**up, "mode": "suggest"})
        [row] = (await staff(demo, "/llm/rollout"))["intents"]
        assert [lack["what"] for lack in row["lacks"]] == ["unsure"]
        await visitor.post("/person")
        await staff(demo, f"/conversations/{visitor.id}/take", {})
        await visitor.say(WHERE.format(order.id))
        await demo.turns.drain()
        await beside(demo)
        [read] = [one for one in await trials(demo) if not one["sure"]]
        await staff(demo, f"/llm/trials/{read['id']}/judge", {"judged": "bad"})
        refused = await staff(demo, "/llm/rollout", up, status=409)
        assert [lack["what"] for lack in refused["lacks"]] == ["unsure_good"]
        await staff(demo, f"/llm/trials/{read['id']}/judge", {"judged": "good"})
        [turned] = (await staff(demo, "/llm/rollout", up))["turned"]
        assert (turned["figures"]["unsure"], turned["figures"]["unsure_good"]) == (1, 1)


# --- what it may cost, and whose it is --------------------------------------------------------------


async def test_a_spent_budget_tries_nothing(opened: Opened) -> None:
    async with (
        serving(parrot) as server,
        shop(opened, server, "shadow", llm_budgets="shop calls=0") as demo,
    ):
        await demo.told(await demo.visitor(), HARD)
        assert await beside(demo) > 0
        assert (server.asked, await trials(demo)) == ([], [])


async def test_trials_are_in_a_customer_s_copy_and_go_with_them(opened: Opened) -> None:
    async with serving(parrot) as server, shop(opened, server, "shadow") as demo:
        order = await demo.order_of(OrderState.SHIPPED)
        customer = await demo.app.house.shop.customer(CustomerId(order.customer_id))
        assert customer is not None
        visitor = await demo.visitor(order.customer_id)
        await demo.told(visitor, UNSURE.format(order.id))
        await beside(demo)
        await demo.told(visitor, UNSURE.format(order.id))  # and one that waits
        [copy] = (await demo.app.export(customer))["counter"]["llm_trials"]
        assert order.id in copy["meant"]["deeds"][0]
        await demo.app.erase(customer)
        asked = len(server.asked)
        demo.clock.forward(minutes=20)
        await beside(demo)
        assert (len(server.asked), await trials(demo)) == (asked, [])
