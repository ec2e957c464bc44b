"""Section G: whatever comes in, a clear answer in the customer's language, nothing lost, no trace."""

import asyncio

import httpx
import pytest
from tests.channels.counter import JSON, POLICY, House, house

from xiaoer.channels.web.front import Limits
from xiaoer.domain.ports import StoreDown
from xiaoer.store.engine import Store


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Its status and key, once it is proven to be a whole RFC 9457 problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert all(body[name] for name in ("title", "detail", "instance"))
    assert not any(leak in answer.text for leak in ("Traceback", "xiaoer/", ".py"))
    assert "{" not in body["detail"]
    return answer.status_code, body["type"].removeprefix("urn:xiaoer:problem:")


async def test_a_text_that_cannot_be_taken(counter: House) -> None:
    visitor = await counter.visitor()
    for name, (text, what) in {
        "empty": ("", (422, "blank")),
        "spaces": (" \t\n\u3000", (422, "blank")),
        "zero width": ("\u200b\u200d\u2060\ufeff", (422, "blank")),
        "fillers": ("\u3164\u2800\u115f", (422, "blank")),
        "NUL": ("a\0b", (422, "nul")),
        "half a character": ("半个 \ud83d 字", (422, "lone_surrogate")),
        "10,000": ("很长" * 5_000, (422, "too_long")),
        "4,001": ("x" * 4_001, (422, "too_long")),
        "1 MB": ("x" * 1_000_000, (413, "too_big")),
    }.items():
        assert problem(await visitor.say(text)) == what, name
    assert await visitor.heard() == []
    assert (await visitor.say("还在吗")).status_code == 202  # and the talk goes on


async def test_what_a_customer_wrote_is_kept_as_it_was_sent(counter: House) -> None:
    visitor = await counter.visitor()
    texts = [
        "x" * 4_000,
        "😀" * 4_000,
        "😀",
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "\u202eאבג 订单\u202c",
        "零\u200b宽\u200d",
        "e\u0301 é ﬁ 𠮷 ༼ つ ◕_◕ ༽つ",
        "Z̶̢̛a̷l̸g̵o̴",
        "<script>alert(1)</script> ${7*7} {{7*7}} '; DROP TABLE messages;--",
        "line\r\nline\n\ttab",
    ]
    for text in texts:
        answer = await visitor.say(text)
        assert answer.status_code == 202
        assert answer.json()["text"] == text
    assert [message["text"] for message in await visitor.heard()] == texts


async def test_a_body_that_cannot_be_read(counter: House) -> None:
    visitor = await counter.visitor()
    for body, what in (
        (b"{", (400, "malformed")),
        (b"", (422, "invalid")),
        (b"[]", (422, "invalid")),
        (b"null", (422, "invalid")),
        (b"\xff\xfe{}", (400, "malformed")),
        (b'{"client_id":"a","text":"\xff"}', (400, "malformed")),
        (b"[" * 50_000, (400, "malformed")),
        (b'{"client_id":"a"}', (422, "invalid")),
        (b'{"client_id":"a b","text":"x"}', (422, "invalid")),
        (b'{"client_id":"","text":"x"}', (422, "invalid")),
        (b'{"client_id":1,"text":"x"}', (422, "invalid")),
        (b'{"client_id":"a","text":["x"]}', (422, "invalid")),
        (b'{"client_id":"a","text":"x","role":"staff"}', (422, "invalid")),
        (b'{"client_id":"\\ud800","text":"x"}', (422, "invalid")),
    ):
        answer = await visitor.post("/messages", content=body, headers=JSON)
        assert problem(answer) == what, body[:50]
    assert await visitor.heard() == []


async def test_a_body_without_a_length_is_cut_off_while_it_comes(counter: House) -> None:
    visitor = await counter.visitor()
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 10_000
            yield b"x" * 10_000

    answer = await visitor.post("/messages", content=endless(), headers=JSON)
    assert problem(answer) == (413, "too_big")
    assert answer.json()["limit"] == 64_000
    assert sent <= 80_000


async def test_problems_speak_the_conversations_language_else_the_browsers(counter: House) -> None:
    zh, en = await counter.visitor(language="zh"), await counter.visitor(language="en")
    assert (await zh.say("")).json()["title"] == "消息是空的"
    assert (await en.say("")).json()["title"] == "Empty message"
    assert "4000" in (await en.say("x" * 4_001)).json()["detail"]
    for tag, title in (("en-GB", "Not found"), ("zh-TW", "没有这个页面"), ("", "没有这个页面")):
        answer = await counter.http.get("/nothing", headers={"Accept-Language": tag})
        assert answer.json()["title"] == title


async def test_what_is_not_there(counter: House) -> None:
    for method, path, what in (
        ("GET", "/nothing", (404, "not_found")),
        ("POST", "/nothing", (404, "not_found")),
        ("GET", "/v1/conversations", (405, "method")),
        ("DELETE", "/healthz", (405, "method")),
        ("GET", "/v1/conversations/a b", (404, "not_found")),
        ("GET", "/v1/conversations/%00", (404, "not_found")),
        ("GET", "/v1/conversations/" + "a" * 65, (404, "not_found")),
        ("GET", "/docs", (404, "not_found")),
        ("GET", "/../../etc/passwd", (404, "not_found")),
    ):
        assert problem(await counter.http.request(method, path)) == what, path


async def test_who_is_too_fast_is_told_when_to_come_back(store: Store) -> None:
    async with house(store, limits=Limits(messages=3, conversations=2)) as counter:
        visitor = await counter.visitor()
        assert [(await visitor.say("在吗")).status_code for _ in range(3)] == [202] * 3
        late = await visitor.say("在吗")
        assert problem(late) == (429, "too_fast")
        assert late.headers["retry-after"] == "10"
        await counter.visitor()
        assert problem(await counter.http.post("/v1/conversations")) == (429, "too_fast")
        counter.clock.forward(seconds=700)
        assert (await visitor.say("现在呢")).status_code == 202
        assert (await counter.http.post("/v1/conversations")).status_code == 201


class Gone:
    """A database that is away for as long as a test says."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False

    async def write(self, key, fn):
        return await self._call(self._store.write(key, fn))

    async def read(self, fn):
        return await self._call(self._store.read(fn))

    async def _call(self, result):
        if self.away:
            result.close()
            raise StoreDown("away")
        return await result


async def test_with_the_database_gone_nothing_is_acknowledged_and_nothing_is_lost(store: Store) -> None:
    gone = Gone(store)
    async with house(gone) as counter:  # type: ignore[arg-type]
        visitor = await counter.visitor()
        await visitor.say("第一句", client_id="a")
        await counter.quiet()
        gone.away = True
        for answer in (
            await visitor.say("第二句", client_id="b"),
            await visitor.post("/cards/some/confirm"),
            await visitor.post("/person"),
            await counter.http.post("/v1/conversations"),
        ):
            assert problem(answer) == (503, "store_down")
            assert int(answer.headers["retry-after"]) > 0
        gone.away = False
        assert (await visitor.say("第二句", client_id="b")).status_code == 202
        await counter.quiet()
        assert counter.clerk.turns == [["第一句"], ["第二句"]]


async def test_a_bug_shows_no_trace(counter: House, caplog: pytest.LogCaptureFixture) -> None:
    visitor = await counter.visitor()

    async def broken(*_, **__):
        raise RuntimeError("secret 13800138000")

    counter.clerk.prove = broken  # type: ignore[method-assign]
    answer = await visitor.post("/proof", json={"order_id": "M1", "phone_tail": "8000"})
    assert problem(answer) == (500, "broke")
    assert "secret" not in answer.text


async def test_a_turn_that_breaks_leaves_the_message_and_the_counter_standing(counter: House) -> None:
    visitor = await counter.visitor()

    async def broken(_):
        raise RuntimeError("bug")

    whole, counter.app.state.turns.answer = counter.app.state.turns.answer, broken
    assert (await visitor.say("你好")).status_code == 202
    await counter.quiet()
    assert await counter.log.unanswered(POLICY.shop_id, limit=9) == [visitor.id]
    counter.app.state.turns.answer = whole
    assert (await visitor.say("在吗")).status_code == 202
    await counter.quiet()
    assert counter.clerk.turns == [["你好", "在吗"]]


async def test_many_bad_requests_at_once_hurt_nobody(counter: House) -> None:
    visitor = await counter.visitor()
    bad = [counter.http.post("/v1/conversations", content=b"[" * 60_000, headers=JSON) for _ in range(50)]
    answers = await asyncio.gather(*bad, visitor.say("你好"))
    assert answers[-1].status_code == 202
    assert {a.status_code for a in answers[:-1]} == {400}
