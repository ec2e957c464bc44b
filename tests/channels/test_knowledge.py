"""The shop's articles through the staff API: written, published, taken back, asked; now and as they were."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx
import pytest
from tests.channels.counter import STAFF, Clock, House, house
from tests.channels.kb import FEE, ONE, TEXT, Closable, Kb, LineReader, furnish_kb
from tests.channels.test_bad_input import problem

from xiaoer.channels.web.front import Limits
from xiaoer.store.engine import Store

BEARER = {"Authorization": f"Bearer {STAFF['lin']}"}


@dataclass
class Room:
    """Somebody of the staff, at the articles."""

    counter: House
    kb: Kb
    clock: Clock
    gate: Closable
    reader: LineReader
    headers: dict[str, str] = field(default_factory=lambda: dict(BEARER))

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.counter.http.get(f"/v1/staff/kb{path}", params=query, headers=self.headers)

    async def post(self, path: str, body: Any = None, **how: Any) -> httpx.Response:
        return await self.counter.http.post(f"/v1/staff/kb{path}", json=body, headers=self.headers, **how)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.counter.http.put(f"/v1/staff/kb{path}", json=body, headers=self.headers)

    async def upload(self, text: bytes, **query: Any) -> httpx.Response:
        return await self.counter.http.post(
            "/v1/staff/kb/imports/file", content=text, params=query, headers=self.headers
        )

    async def live(self, **changes: Any) -> dict[str, Any]:
        made = (await self.post("/articles", {**FEE, **changes})).json()
        path = f"/articles/{made['slug']}/{made['language']}/{made['number']}/publish"
        answer = await self.post(path)
        assert answer.status_code == 200, answer.text
        published: dict[str, Any] = answer.json()["versions"][0]
        return published

    async def said(self, q: str = "运费怎么收", **query: Any) -> list[tuple[str, int]]:
        answer = (await self.get("/ask", q=q, **query)).json()
        told = answer["then"] if "on" in query else answer["now"]
        return [(cited["text"], cited["number"]) for cited in told["cited"][:1]]


@asynccontextmanager
async def _room(store: Store, **changes: Any) -> AsyncIterator[Room]:
    clock, gate, reader = Clock(), Closable(), LineReader()
    kb = furnish_kb(store, clock, gate, reader)
    await kb.current.refresh(clock())
    async with house(store, clock=clock, more=kb.routers, beside=[kb.importing.run], **changes) as counter:
        yield Room(counter, kb, clock, gate, reader)


@pytest.fixture
async def room(store: Store) -> AsyncIterator[Room]:
    async with _room(store) as opened:
        yield opened


# --- the life of an article ----------------------------------------------------------------------


async def test_from_a_draft_to_the_customer_and_back(room: Room) -> None:
    made = await room.post("/articles", FEE)
    draft = made.json()
    assert (made.status_code, draft["number"], draft["state"], draft["author"]) == (201, 1, "draft", "lin")
    assert await room.said() == []
    edited = await room.put(f"{ONE}/1", {**TEXT, "body": "满 ¥199 免运费。"})
    assert edited.json()["body"] == "满 ¥199 免运费。"
    live = (await room.post(f"{ONE}/1/publish")).json()
    assert (live["versions"][0]["said"], live["gate"]["blocked"]) == (True, False)
    assert await room.said() == [("满 ¥199 免运费。", 1)]
    room.clock.forward(hours=1)
    assert (await room.live())["number"] == 2
    assert await room.said() == [(TEXT["body"], 2)]
    room.clock.forward(hours=1)
    back = await room.post(f"{ONE}/1/restore", {"publish": True})
    assert (back.status_code, back.json()["number"], back.json()["said"]) == (201, 3, True)
    room.clock.forward(hours=1)
    assert (await room.post(f"{ONE}/3/archive")).json()["state"] == "archived"
    assert await room.said() == []
    history = (await room.get(ONE)).json()["versions"]
    assert [(v["number"], v["state"], v["said"]) for v in history] == [
        (1, "archived", False),
        (2, "archived", False),
        (3, "archived", False),
    ]
    assert [v["archived_at"] for v in history[:2]] == [v["published_at"] for v in history[1:]]


async def test_what_was_published_never_changes(room: Room) -> None:
    await room.live()
    assert problem(await room.put(f"{ONE}/1", TEXT)) == (409, "not_a_draft")
    assert problem(await room.post(f"{ONE}/1/publish")) == (409, "not_a_draft")
    assert (await room.post(f"{ONE}/1/archive")).status_code == 200
    assert problem(await room.post(f"{ONE}/1/archive")) == (409, "nothing_to_archive")
    restored = await room.post(f"{ONE}/1/restore", {})
    assert (restored.json()["state"], restored.json()["number"]) == ("draft", 2)


async def test_what_is_not_there_is_not_found(room: Room) -> None:
    await room.post("/articles", FEE)
    for answer in (
        await room.get(f"{ONE}/2"),
        await room.get("/articles/shipping-fee/en"),
        await room.put(f"{ONE}/2", TEXT),
        await room.post(f"{ONE}/2/publish"),
        await room.post(f"{ONE}/2/archive"),
        await room.post(f"{ONE}/2/restore", {}),
    ):
        assert problem(answer) == (404, "no_version")
    for path in (
        "/articles/Bad/zh/1",
        f"{ONE}/0",
        f"{ONE}/99999999999999999999",
        "/articles/shipping-fee/fr",
    ):
        assert problem(await room.get(path)) == (404, "not_found"), path


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "Fee!"}, "slug"),
        ({"title": "a\nb"}, "title"),
        ({"title": " "}, "title"),
        ({"group": "Lieferung"}, "group"),
        ({"questions": ["?"] * 51}, "questions"),
        ({"body": "<div>only markup</div>"}, "body"),
        ({"body": "字" * 30_000}, "body"),
        ({"body": "a\0b"}, "body"),
        ({"region": "Germany"}, "region"),
        ({"valid_until": "1999-01-01T00:00:00Z"}, "valid_until"),
        ({"valid_from": "2026-05-01T00:00:00Z", "valid_until": "2026-04-01T00:00:00Z"}, "valid_until"),
        ({"valid_from": "2026-05-01T00:00:00"}, "valid_from"),
        ({"author": "boss"}, "author"),
    ],
)
async def test_an_article_that_cannot_be_used_is_told_by_its_field(
    room: Room, wrong: dict[str, Any], field: str
) -> None:
    answer = await room.post("/articles", {**FEE, **wrong})
    assert problem(answer) == (422, "invalid")
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert (await room.get("/articles")).json()["versions"] == []


async def test_what_would_never_be_said_is_not_published(room: Room) -> None:
    over = {**FEE, "valid_until": "2026-03-04T03:00:00Z"}  # an hour ago
    await room.post("/articles", over)
    answer = await room.post(f"{ONE}/1/publish")
    assert problem(answer) == (422, "invalid")
    assert [(e["field"], e["problem"]) for e in answer.json()["errors"]] == [("valid_until", "past")]


async def test_articles_are_listed_page_by_page(room: Room) -> None:
    for number in range(5):
        await room.live(slug=f"a-{number}")
    await room.post("/articles", {**FEE, "slug": "a-2"})
    seen, after = [], ""
    for _ in range(9):
        page = (await room.get("/articles", limit=2, after=after)).json()
        seen += [(v["slug"], v["number"]) for v in page["versions"]]
        if (after := page["next"]) is None:
            break
    assert seen == [("a-0", 1), ("a-1", 1), ("a-2", 1), ("a-2", 2), ("a-3", 1), ("a-4", 1)]
    drafts = (await room.get("/articles", state="draft")).json()["versions"]
    assert [(v["slug"], v["number"]) for v in drafts] == [("a-2", 2)]
    assert (await room.get("/articles", language="en")).json() == {"versions": [], "next": None}
    assert problem(await room.get("/articles", after="x")) == (422, "invalid")


async def test_a_text_that_is_to_come_is_said_from_then_on(room: Room) -> None:
    await room.live()
    coming = {"body": "满 ¥59 免运费。", "valid_from": "2026-03-05T00:00:00+08:00"}
    assert (await room.live(**coming))["said"] is False
    assert await room.said() == [(TEXT["body"], 1)]
    room.clock.forward(hours=12)  # midnight in Shanghai
    assert await room.said() == [("满 ¥59 免运费。", 2)]


async def test_a_text_for_one_channel_or_country_is_said_there_only(room: Room) -> None:
    await room.live(region="DE", channel="email")
    assert await room.said() == []
    assert await room.said(channel="email") == []
    assert await room.said(channel="email", region="DE") == [(TEXT["body"], 1)]


# --- the gate --------------------------------------------------------------------------------------


async def test_what_the_gate_blocks_does_not_go_live(room: Room) -> None:
    await room.live()
    room.gate.word = "免费"
    await room.post("/articles", {**FEE, "body": "全部免费。"})
    answer = await room.post(f"{ONE}/2/publish")
    assert problem(answer) == (409, "gate_blocked")
    [finding] = answer.json()["findings"]
    assert (finding["slug"], finding["blocks"], finding["en"]) == (
        "shipping-fee",
        True,
        "contradicts the policy",
    )
    assert await room.said() == [(TEXT["body"], 1)]
    assert (await room.get(f"{ONE}/2")).json()["state"] == "draft"
    forced = await room.post(f"{ONE}/2/publish?force=true")
    assert problem(forced) == (409, "gate_blocked")
    assert (await room.put(f"{ONE}/2", TEXT)).status_code == 200
    assert (await room.post(f"{ONE}/2/publish")).status_code == 200


async def test_a_restored_text_passes_the_gate_too_and_leaves_nothing_when_blocked(room: Room) -> None:
    await room.live(body="全部免费。")
    await room.live()
    room.gate.word = "免费"
    assert problem(await room.post(f"{ONE}/1/restore", {"publish": True})) == (409, "gate_blocked")
    assert len((await room.get(ONE)).json()["versions"]) == 2


async def test_several_go_live_together_or_none(room: Room) -> None:
    for slug in ("a", "b"):
        await room.post("/articles", {**FEE, "slug": slug})
    both = [{"slug": slug, "language": "zh", "number": 1} for slug in ("a", "b")]
    missing = [*both, {"slug": "c", "language": "zh", "number": 1}]
    assert problem(await room.post("/publish", {"versions": missing})) == (404, "no_version")
    assert (await room.get("/articles", state="published")).json()["versions"] == []
    done = await room.post("/publish", {"versions": both})
    assert sorted(v["slug"] for v in done.json()["versions"]) == ["a", "b"]
    assert room.gate.seen[-1] == ([], ["a", "b"])
    await room.post("/articles", {**FEE, "slug": "a"})
    twice = [{"slug": "a", "language": "zh", "number": n} for n in (1, 2)]
    assert problem(await room.post("/publish", {"versions": twice})) == (422, "invalid")


async def test_two_who_publish_at_once_leave_one_published(room: Room) -> None:
    for _ in range(2):
        await room.post("/articles", FEE)
    answers = await asyncio.gather(*(room.post(f"{ONE}/{n}/publish") for n in (1, 2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    states = [v["state"] for v in (await room.get(ONE)).json()["versions"]]
    assert sorted(states) == ["archived", "published"]


# --- questions to the past ---------------------------------------------------------------------------


async def test_what_was_answered_on_a_day(room: Room) -> None:
    await room.live(body="运费 ¥8。")
    room.clock.forward(days=10)
    await room.live(body="运费 ¥12。")
    room.clock.forward(days=10)
    assert await room.said(on="2026-03-03") == []
    assert await room.said(on="2026-03-04") == [("运费 ¥8。", 1)]  # published at noon of that day
    assert await room.said(on="2026-03-13") == [("运费 ¥8。", 1)]
    assert await room.said(on="2026-03-14T11:59") == [("运费 ¥8。", 1)]
    assert await room.said(on="2026-03-14T12:00") == [("运费 ¥12。", 2)]
    assert await room.said(on="2026-03-14T04:00:00Z") == [("运费 ¥12。", 2)]
    answer = (await room.get("/ask", q="运费怎么收", on="2026-03-04")).json()
    assert answer["then"]["moment"] == "2026-03-04T23:59:59.999999+08:00"
    assert answer["now"]["cited"][0]["text"] == "运费 ¥12。"
    assert answer["then"]["knowledge"] != answer["now"]["knowledge"] == room.kb.current.library.version
    for wrong in ("gestern", "2026-13-01", "0001-01-01", "9999-12-31"):
        assert problem(await room.get("/ask", q="运费", on=wrong)) == (422, "invalid"), wrong


# --- imports ---------------------------------------------------------------------------------------

LINES = "a|标题一|内容一。\nb|标题二|内容二。\n读不懂\nc|历史工单|工单里的回答。\n".encode()


async def done(room: Room, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "running"
    await room.kb.importing.idle()
    ended: dict[str, Any] = (await room.get(f"/imports/{answer.json()['id']}")).json()
    return ended


async def test_a_file_becomes_drafts_and_a_report(room: Room) -> None:
    ended = await done(room, await room.upload(LINES, name="faq.txt"))
    report = ended["report"]
    assert (ended["state"], ended["source"], ended["author"]) == ("done", "faq.txt", "lin")
    assert [r["slug"] for r in report["drafts"]] == ["a", "b", "c"]
    assert [r["slug"] for r in report["to_check"]] == ["c"]
    assert report["skipped"] == [
        {"where": "faq.txt:3", "zh": "faq.txt:3: 读不懂", "en": "faq.txt:3: not understood"}
    ]
    drafts = (await room.get("/articles")).json()["versions"]
    assert [(v["slug"], v["state"], v["source"]) for v in drafts] == [
        ("a", "draft", "faq.txt:1"),
        ("b", "draft", "faq.txt:2"),
        ("c", "draft", "faq.txt:4"),
    ]
    assert not room.reader.sources[0].path or not room.reader.sources[0].path.exists()
    again = await done(room, await room.upload(LINES, name="faq.txt"))
    assert (again["report"]["drafts"], len(again["report"]["same"])) == ([], 3)


async def test_what_no_person_must_see_can_go_live_at_once(room: Room) -> None:
    ended = await done(room, await room.upload(LINES, name="faq.txt", publish=True))
    assert ended["report"]["published"] is True
    live = (await room.get("/articles", state="published")).json()["versions"]
    assert [v["slug"] for v in live] == ["a", "b"]  # c is of tickets
    room.gate.word = "错"
    wrong = await done(room, await room.upload("d|标题|错的。".encode(), name="more.txt", publish=True))
    assert (wrong["state"], wrong["report"]["published"]) == ("done", False)
    assert wrong["report"]["gate"]["blocked"] is True
    assert (await room.get("/articles/d/zh/1")).json()["state"] == "draft"


async def test_an_address_is_taken_too(room: Room) -> None:
    ended = await done(room, await room.post("/imports", {"url": "https://shop.example/faq"}))
    assert (ended["source"], ended["report"]["drafts"][0]["slug"]) == ("https://shop.example/faq", "page")
    for wrong in ("ftp://shop.example/", "shop.example", "http://a b/", "http://a.example/\0"):
        assert problem(await room.post("/imports", {"url": wrong})) == (422, "invalid"), wrong


async def test_an_import_is_watched_while_it_runs_and_others_wait(room: Room) -> None:
    room.reader.waits = anyio.Event()
    first = (await room.upload(b"a|b|c", name="1.txt")).json()
    waiting = [(await room.upload(b"a|b|c", name=f"{n}.txt")).json() for n in range(2, 9)]
    full = await room.upload(b"a|b|c", name="9.txt")
    assert problem(full) == (429, "too_many_imports")
    assert full.headers["retry-after"] == "60"
    while (running := (await room.get(f"/imports/{first['id']}")).json())["done"] == 0:
        assert running["state"] == "running"
    assert (running["done"], running["total"]) == (1, 3)
    await room.kb.importing.look(room.clock())  # told to other processes
    room.reader.waits.set()
    await room.kb.importing.idle()
    listed = (await room.get("/imports")).json()["imports"]
    assert {this["id"] for this in listed} == {first["id"], *(w["id"] for w in waiting)}
    assert {this["state"] for this in listed} == {"done"}
    assert len(room.reader.sources) == 8


async def test_a_reader_that_breaks_ends_its_import_and_no_other(room: Room) -> None:
    room.reader.breaks = True
    assert (await done(room, await room.upload(b"a|b|c", name="1.txt")))["state"] == "failed"
    room.reader.breaks = False
    assert (await done(room, await room.upload(b"a|b|c", name="2.txt")))["state"] == "done"
    assert problem(await room.get("/imports/unheard-of")) == (404, "no_import")


async def test_going_down_ends_what_runs_and_what_waits(store: Store) -> None:
    async with _room(store) as room:
        room.reader.waits = anyio.Event()
        ids = [(await room.upload(b"a|b|c", name="x.txt")).json()["id"] for _ in range(2)]
        await room.reader.begun.wait()
        paths = [source.path for source in room.reader.sources]
    ended = [await room.kb.importing.get(import_id) for import_id in ids]
    assert [this.state for this in ended if this] == ["failed", "failed"]
    assert all(path and not path.exists() for path in paths)


async def test_a_file_has_a_size(store: Store) -> None:
    async with _room(store, limits=Limits(upload_bytes=100, article_bytes=90)) as room:
        assert problem(await room.upload(b"x" * 101, name="x.txt")) == (413, "too_big")
        assert room.reader.sources == []

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"x" * 50

        answer = await room.counter.http.post(
            "/v1/staff/kb/imports/file", content=pieces(), params={"name": "x"}, headers=BEARER
        )
        assert problem(answer) == (413, "too_big")
        assert (await room.upload(b"x" * 100, name="x.txt")).status_code == 202
        assert problem(await room.post("/articles", FEE)) == (413, "too_big")


async def test_nobody_but_staff(room: Room) -> None:
    room.headers = {"Authorization": "Bearer nobody"}
    for answer in (
        await room.get("/articles"),
        await room.get(f"{ONE}/1"),
        await room.post("/articles", FEE),
        await room.put(f"{ONE}/1", TEXT),
        await room.post(f"{ONE}/1/publish"),
        await room.get("/ask", q="运费"),
        await room.upload(LINES, name="x"),
        await room.post("/imports", {"url": "https://shop.example/"}),
        await room.get("/imports"),
    ):
        assert problem(answer) == (401, "staff_token")
    assert room.reader.sources == []
