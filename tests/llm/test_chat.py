"""A model over real HTTP: what is sent, what is read, and every way it can be gone."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from tests.llm.server import MANNERS, Fail, Reply, Say, Server, serving

from xiaoer.domain.llm import Brief, Call, Found, FromCustomer, FromUs, Gone, ModelGone, Said, Tool, Usage
from xiaoer.llm.chat import MOST_BYTES, ChatModel, Endpoint, open_http

TRACK = Tool(
    name="track_parcel",
    about="Where a parcel is",
    parameters={"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
)
BRIEF = Brief(standing="You serve a shop.", lines=(FromCustomer("where is it?"),), tools=(TRACK,))


class Asking:
    """A model of a maker, behind the scripted server."""

    def __init__(self, server: Server, maker: str = "openai", **more: Any) -> None:
        self.server, self.maker, self.more = server, maker, more

    async def __call__(self, brief: Brief = BRIEF, *, within_s: float = 5.0, **more: Any) -> Said:
        url = self.server.url + ("/openai/v1" if self.maker == "azure" else "")
        endpoint = Endpoint(maker=self.maker, model="gpt-5-mini", url=url, key="k-123", **self.more)
        async with open_http() as http:
            return await ChatModel(endpoint, http=http).ask(brief, within_s=within_s, **more)


@pytest.mark.parametrize("maker", MANNERS)
async def test_words_and_calls_come_through_in_every_makers_manner(maker: str) -> None:
    script = [
        Say(text="订单已经发出。It left."),
        Say(calls=[("track_parcel", {"order_id": "O1"}), ("track_parcel", {"order_id": "O2"})]),
    ]
    async with serving(script, manner=MANNERS[maker]) as server:
        ask = Asking(server, maker)
        assert (await ask()).text == "订单已经发出。It left."
        said = await ask()
        assert [(call.name, call.args) for call in said.calls] == [
            ("track_parcel", {"order_id": "O1"}),
            ("track_parcel", {"order_id": "O2"}),
        ]
        assert len({call.id for call in said.calls}) == 2
        told = MANNERS[maker]
        kept = 600 if told.cached else 0
        assert said.usage == (Usage() if told.no_usage else Usage(sent=900, cached=kept, made=40))
        body = server.asked[0].body
        assert body.get("max_completion_tokens", body.get("max_tokens")) == 600
        assert server.asked[0].tools == ["track_parcel"]
        key = server.asked[0].headers.get("api-key") or server.asked[0].headers["authorization"]
        assert key.removeprefix("Bearer ") == "k-123"


@pytest.mark.parametrize(("thinking", "effort", "tokens"), [("off", "minimal", 600), ("low", "low", 2_600)])
async def test_it_thinks_no_longer_than_it_may(thinking: str, effort: str, tokens: int) -> None:
    async with serving([Say(text="yes")]) as server:
        await Asking(server, thinking=thinking)()
        body = server.asked[0].body
    assert (body["reasoning_effort"], body["max_completion_tokens"]) == (effort, tokens)


async def test_a_conversation_is_told_in_order() -> None:
    call = Call("c1", "track_parcel", {"order_id": "O1"})
    lines = (
        FromCustomer("hello"),
        FromUs("Hi!"),
        FromCustomer("my parcel?"),
        FromUs(calls=(call,)),
        Found(call, "on its way"),
    )
    async with serving([Say(text="It is on its way.")]) as server:
        await Asking(server)(Brief(standing="Standing.", lines=lines, most_tokens=50))
        told = [(m["role"], m.get("content")) for m in server.asked[0].messages]
    assert told[0] == ("system", "Standing.")
    assert [role for role, _ in told[1:]] == ["user", "assistant", "user", "assistant", "tool"]
    assert told[-1] == ("tool", "on its way")


async def test_the_words_are_heard_as_they_come_and_can_be_stopped() -> None:
    async with serving([Say(text="one two three four five six", pause_s=0.001)] * 2) as server:
        heard: list[str] = []

        def listen(piece: str) -> bool:
            heard.append(piece)
            return True

        assert (await Asking(server)(heard=listen)).text == "".join(heard) == "one two three four five six"
        stopped = await Asking(server)(heard=lambda piece: "two" not in piece and "wo" not in piece)
        assert not stopped.whole
        assert len(stopped.text) < len("one two three four five six")


GOOD = {"content-type": "application/json"}
FAULTS: Mapping[str, tuple[Reply, Gone]] = {
    "slow": (Say(text="late", first_s=30), Gone.SLOW),
    "silent": (Fail(then="silence"), Gone.SLOW),
    "silent in the middle": (Fail(says="It is on", then="silence"), Gone.SLOW),
    "trickle": (Say(text="a b c d e f g h i j k l m n o p", pause_s=0.1), Gone.SLOW),
    "429": (Fail(status=429, body=b"{}", headers={"retry-after": "7"}), Gone.BUSY),
    "500": (Fail(status=500, body=b"oops"), Gone.BROKEN),
    "503 html": (Fail(status=503, body=b"<html>busy</html>", kind="text/html"), Gone.BROKEN),
    "401": (Fail(status=401, body=b'{"error": {"message": "bad key k-123"}}'), Gone.REFUSED),
    "404": (Fail(status=404, body=b'{"error": {"message": "no such model"}}'), Gone.REFUSED),
    "redirect": (Fail(status=302, headers={"location": "http://127.0.0.1:1/"}), Gone.BROKEN),
    "html": (Fail(body=b"<html><body>Welcome</body></html>", kind="text/html"), Gone.BROKEN),
    "half a stream": (Fail(says="Your refund is"), Gone.BROKEN),
    "dropped": (Fail(says="Your refund is", then="drop"), Gone.BROKEN),
    "empty": (Say(), Gone.BROKEN),
    "only spaces": (Say(text="   \n  "), Gone.BROKEN),
    "nothing at all": (Fail(body=b"", kind="text/event-stream"), Gone.BROKEN),
    "endless": (Fail(says="and", then="endless"), Gone.BROKEN),
    "10 MB": (Fail(body=b"data: " + b"x" * 10_000_000, kind="text/event-stream"), Gone.BROKEN),
    "filtered": (Say(text="I cannot", finish="content_filter"), Gone.REFUSED),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_no_answer_is_said_to_be_none(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    reply, why = FAULTS[fault]
    async with serving([reply]) as server:
        with pytest.raises(ModelGone) as gone:
            await Asking(server)(within_s=0.4 if why is Gone.SLOW else 20.0)
    assert gone.value.why is why
    assert gone.value.after_s == (7.0 if fault == "429" else None)
    assert len(server.asked) == 1  # never again by itself: the turn decides
    assert "k-123" not in caplog.text + repr(gone.value)
    assert MOST_BYTES < 10_000_000


async def test_nobody_there() -> None:
    async with serving([]) as server:
        pass
    with pytest.raises(ModelGone) as gone:
        await Asking(server)()
    assert gone.value.why is Gone.UNREACHED


async def test_arguments_that_are_no_object_are_told_apart() -> None:
    calls: list[tuple[str, Mapping[str, Any] | str]] = [
        ("track_parcel", '{"order_id": '),
        ("track_parcel", "[1]"),
        ("made_up", {"x": 1}),
        ("track_parcel", ""),
    ]
    async with serving([Say(calls=calls)]) as server:
        said = await Asking(server)()
    assert [(call.name, call.args) for call in said.calls] == [
        ("track_parcel", None), ("track_parcel", None), ("made_up", {"x": 1}), ("track_parcel", {}),
    ]  # fmt: skip


async def test_whoever_leaves_is_noticed_by_the_server() -> None:
    async with serving([Say(text="word " * 100, pause_s=0.05)]) as server:
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(Asking(server)())
            await server.begun.wait()
            asking.cancel()
        async with asyncio.timeout(5):
            await server.gone.wait()
    assert server.left == 1
