"""A language model that is gone, slow, without an end or not there at all: the customer is answered."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from tests.clock import Clock
from tests.llm.minded import ASKS, HARD, MEI, counter, order_in
from tests.llm.server import Asked, Fail, Reply, Say, serving
from tests.turns.counter import Talk, named_orders
from tests.turns.house import Switch

from xiaoer.app import open_app
from xiaoer.app.modelling import wanted
from xiaoer.domain.conversation import State
from xiaoer.domain.ports import Shop
from xiaoer.settings import Settings


@pytest.mark.parametrize(
    "reply",
    [
        Fail(status=429, headers={"retry-after": "20"}),
        Fail(status=500),
        Fail(body=b"<html>", kind="text/html"),
        Fail(says="您好，您的", then="drop"),
        Fail(says="好的"),
        Fail(then="silence"),
        Fail(says="慢", then="endless"),
        Say(),
        Say(text="一" * 30, pause_s=0.2),
        Say(text="不能回答", finish="content_filter"),
        Say(calls=[("cancel_order", '{"order_id":')]),
        Say(calls=[("make_me_rich", {})]),
        Say(calls=[("track_parcel", {"order_id": "M99999999", "customer_id": "c1"})]),
    ],
    ids=repr,
)
async def test_whatever_becomes_of_the_model_the_customer_is_answered(data_dir: Path, reply: Reply) -> None:
    async with (
        serving(lambda asked: reply) as server,
        counter(data_dir, server, llm_within_s=1.0) as talk,
    ):
        said = await talk.says(HARD)
        assert said["text"]
        assert said["origin"] == "template"
        assert 1 <= len(server.asked) <= 5
        again = await talk.says("你好")  # and the next one too
        assert again["text"]


async def test_after_a_model_has_gone_what_it_had_looked_up_is_told_in_our_words(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        return (
            Fail(status=500) if asked.found else Say(calls=[("track_parcel", {"order_id": order_in(asked)})])
        )

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(ASKS.format(shipped=order))
        assert order in reply["text"]
        assert "顺丰" in reply["text"]
        assert reply["origin"] == "template"


async def test_who_never_stops_looking_up_is_stopped_and_what_was_found_is_told(data_dir: Path) -> None:
    def script(asked: Asked) -> Reply:
        return Say(
            calls=[("track_parcel", {"order_id": order_in(asked)}), ("my_coupons", {}), ("membership", {})]
        )

    async with serving(script) as server, counter(data_dir, server) as talk:
        order = named_orders(talk, "")["shipped"]
        reply = await talk.says(ASKS.format(shipped=order))
        assert order in reply["text"]
        assert len(server.asked) <= 5


async def test_the_shop_down_is_no_reason_for_a_queue(data_dir: Path) -> None:
    async with serving(lambda asked: Say(text="好的。")) as server:
        settings = Settings(data_dir=data_dir, llm_url=server.url, llm_key="k", _env_file=None)
        switches: list[Switch] = []

        def behind(shop: Shop) -> Shop:
            switches.append(Switch(shop))
            return cast(Shop, switches[0])

        clock = Clock()
        async with open_app(settings, clock=clock, behind=behind) as app:
            talk = await Talk.start(app, clock, email=MEI)
            switches[0].mode = "down"
            assert (await talk.says(HARD))["decision"] != "handoff"
            upset = await talk.says("太气人了，退货运费谁出")
            assert upset["text"]


async def test_a_person_can_be_called_while_the_model_takes_its_time(data_dir: Path) -> None:
    async with serving([Say(text="我想想。", first_s=0.3)]) as server, counter(data_dir, server) as talk:
        async with asyncio.TaskGroup() as group:
            group.create_task(talk.says(HARD))
            await server.begun.wait()
            await talk.app.clerk.call_person(talk.conversation_id)
        conversation = await talk.app.house.conversations.get(talk.conversation_id)
        assert conversation is not None
        assert conversation.state is State.WAITING
        longest = talk.app.settings.llm_within_s + talk.app.settings.llm_voice_s
        assert sum(talk.app.clerk.patience_s) > longest


async def test_another_s_key_alone_switches_nothing_on(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert not wanted(Settings(data_dir=data_dir, _env_file=None))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings = Settings(data_dir=data_dir, _env_file=None)
    assert wanted(settings)
    assert settings.llm_key.get_secret_value() == "k"
