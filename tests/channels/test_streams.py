"""Events: nothing lost over a resume, whatever the process, the client or the token does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.channels.counter import House, Visitor, house, served

from xiaoer.channels.web.front import Hub, Patience
from xiaoer.channels.web.hub import WHISPERS, TooSlow
from xiaoer.channels.web.stream import EventStream
from xiaoer.domain.conversation import Inbound
from xiaoer.domain.ids import ConversationId
from xiaoer.store.changes import changed_since
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store


@dataclass
class Event:
    kind: str = ""
    id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


class Reader:
    """Reads a stream as a browser would."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.comments: list[str] = []

    async def next(self) -> Event:
        event = Event()
        async for line in self._lines:
            name, _, value = line.partition(": ")
            if line.startswith(":"):
                self.comments.append(line)
            elif name == "event":
                event.kind = value
            elif name == "id":
                event.id = int(value)
            elif name == "data":
                event.data = json.loads(value)
            elif not line and event.kind:
                return event
        raise EOFError

    async def take(self, count: int) -> list[Event]:
        return [await self.next() for _ in range(count)]


@asynccontextmanager
async def follow(visitor: Visitor, **headers: str) -> AsyncIterator[Reader]:
    request = visitor.http.stream("GET", visitor.path + "/events", headers={**visitor.bearer, **headers})
    async with request as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Reader(response)


async def test_what_is_said_arrives_with_its_seq_and_what_was_seen_does_not_come_again(
    counter: House,
) -> None:
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        await visitor.say("第一句")
        async with follow(visitor) as reader:
            first = await reader.next()
            assert (first.kind, first.id, first.data["text"]) == ("message", 1, "第一句")
            await counter.quiet()
            assert (await reader.next()).data["text"] == "收到：第一句"
        await visitor.say("第二句")
        await counter.quiet()
        async with follow(visitor, **{"Last-Event-ID": "2"}) as reader:
            again = await reader.take(2)
            assert [(e.id, e.data["text"]) for e in again] == [(3, "第二句"), (4, "收到：第二句")]


async def test_a_strange_last_event_id_loses_nothing_and_breaks_nothing(counter: House) -> None:
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        await visitor.say("你好")
        raw = [(name.encode(), value.encode()) for name, value in visitor.bearer.items()]
        for last in ("", "x", "-1", "1e9", "²", "9" * 20):
            headers = [*raw, (b"Last-Event-ID", last.encode())]
            async with http.stream("GET", visitor.path + "/events", headers=headers) as response:
                assert response.status_code == 200
                if not last.startswith("9"):
                    assert (await Reader(response).next()).id == 1


async def test_more_than_a_page_comes_whole_and_in_order(counter: House) -> None:
    conversation = await counter.visitor()
    for number in range(230):
        await counter.log.receive(_inbound(conversation.id, number), now=counter.clock())
    async with served(counter) as http, follow(Visitor(http, conversation.opened)) as reader:
        assert [e.id for e in await reader.take(230)] == list(range(1, 231))


async def test_card_state_and_staff_events_arrive(counter: House) -> None:
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        card = await counter.card(visitor)
        async with follow(visitor) as reader:
            await visitor.post(f"/cards/{card}/confirm")
            event = await reader.next()
            assert (event.kind, event.data["parts"][0]["kind"]) == ("card", "confirm")
            assert (event.data["parts"][0]["intent_id"], event.data["parts"][0]["state"]) == (card, "done")
            await visitor.post("/person")
            state, said = await reader.take(2)
            assert (state.kind, state.data["text"], state.data["author"]) == ("state", "waiting", "system")
            assert said.kind == "message"


async def test_whispers_have_no_id_and_are_for_those_who_listen_now(counter: House) -> None:
    hub = counter.front.hub
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        hub.whisper(visitor.id, "typing", {})
        await visitor.say("你好")
        async with follow(visitor) as reader:
            assert (await reader.next()).id == 1
            hub.whisper(visitor.id, "typing", {})
            hub.whisper(visitor.id, "part", {"text": "第一行\n第二行"})
            typing, part = await reader.take(2)
            assert (typing.kind, typing.id) == ("typing", None)
            assert (part.kind, part.id, part.data) == ("part", None, {"text": "第一行\n第二行"})


async def test_nobody_hears_another_conversation(counter: House) -> None:
    async with served(counter) as http:
        mine, other = await counter.visitor(http=http), await counter.visitor(http=http)
        stolen = Visitor(http, {**mine.opened, "id": other.id})
        assert (await stolen.get("/events")).status_code == 404
        assert (await http.get(mine.path + "/events")).status_code == 401
        async with follow(mine) as reader:
            await other.say("秘密")
            counter.front.hub.whisper(other.id, "part", {"text": "秘密"})
            await mine.say("你好")
            assert (await reader.next()).data["text"] == "你好"


async def test_what_another_process_wrote_arrives(counter: House) -> None:
    """The other process has its own repositories over the same database, and no way to ring here."""
    elsewhere = SqlConversations(counter.store)
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        async with follow(visitor) as reader:
            await visitor.say("你好")
            await reader.next()
            await elsewhere.receive(_inbound(visitor.id, 7), now=counter.clock())
            await counter.front.hub.look(_changed(counter.store), counter.clock() - timedelta(seconds=5))
            assert (await reader.next()).data["text"] == "7"


async def test_the_tail_rings_once_for_each_change(store: Store) -> None:
    async with house(store) as counter:
        visitor = await counter.visitor()
        hub = counter.front.hub
        await SqlConversations(store).receive(_inbound(visitor.id, 1), now=counter.clock())
        with hub.listening(visitor.id) as listener:
            assert await listener.news() == (True, [])
            for expected in (1, 0):
                await hub.look(_changed(store), counter.clock() - timedelta(seconds=5))
                hub.whisper(visitor.id, "typing", {})
                rung, _ = await listener.news()
                assert rung == bool(expected)


async def test_a_silent_stream_beats(store: Store) -> None:
    async with house(store, patience=Patience(heartbeat_s=0.01)) as counter, served(counter) as http:
        visitor = await counter.visitor(http=http)
        async with follow(visitor) as reader:
            async for line in reader.response.aiter_lines():
                if line == ": beat":
                    break


async def test_the_stream_ends_with_its_token(counter: House) -> None:
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        counter.clock.now += timedelta(days=30) - timedelta(seconds=0.2)
        async with follow(visitor) as reader:
            with pytest.raises(EOFError):
                await reader.next()
        counter.clock.forward(seconds=1)
        assert (await visitor.get("/events")).status_code == 401


async def test_listeners_leave_no_trace(counter: House) -> None:
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        await visitor.say("你好")
        for _ in range(3):
            async with follow(visitor) as reader:
                await reader.next()
                assert counter.front.hub.listeners == 1
            for _ in range(100_000):
                if not counter.front.hub.listeners:
                    break
                await asyncio.sleep(0)
            else:
                pytest.fail("a listener is left")


async def test_going_down_ends_the_streams_so_that_clients_resume_elsewhere(counter: House) -> None:
    async with served(counter) as http:
        visitor = await counter.visitor(http=http)
        async with follow(visitor) as reader:
            counter.front.hub.stop()
            with pytest.raises(EOFError):
                await reader.next()


async def test_a_listener_that_falls_behind_is_dropped_and_no_one_else_is() -> None:
    hub, slow = Hub(), ConversationId("a")
    with hub.listening(slow) as behind, hub.listening(slow) as awake:
        await awake.news()
        for _ in range(WHISPERS):
            hub.whisper(slow, "part", {"text": "x"})
        _, heard = await awake.news()
        assert len(heard) == WHISPERS
        hub.whisper(slow, "part", {"text": "x"})
        with pytest.raises(TooSlow):
            await behind.news()
        assert (await awake.news())[1] != []
    assert hub.listeners == 0


async def test_a_client_that_takes_nothing_is_let_go() -> None:
    hub, sent = Hub(), []

    async def stuck(message: Any) -> None:
        sent.append(message)
        if len(sent) > 1:
            await asyncio.Event().wait()

    async def silent() -> Any:
        await asyncio.Event().wait()

    async def nothing(_: int) -> list[Any]:
        return []

    stream = EventStream(
        lambda: hub.listening(ConversationId("a")),
        nothing,
        seq=0,
        life_s=60,
        patience=Patience(heartbeat_s=60, send_s=0.01),
    )
    await stream.run(silent, stuck)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert hub.listeners == 0
    assert len(sent) == 2  # the start, and the one that got stuck: no end is promised


def _inbound(conversation_id: ConversationId, number: int) -> Any:
    return Inbound(conversation_id=conversation_id, client_id=f"n{number}", text=str(number))


def _changed(store: Store) -> Any:
    return lambda since, ids: changed_since(store, since, ids, limit=len(ids))
