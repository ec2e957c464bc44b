"""From a question nobody wrote an answer to, to the article that answers it: over HTTP, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests.channels.counter import STAFF, Visitor
from tests.channels.test_bad_input import problem
from tests.clock import Clock
from tests.turns.house import HouseUrl, Opened

from xiaoer.app import App, web

CLASS_ZH = ("陶艺体验课怎么报名", "周末的陶艺体验课怎么报名", "陶艺体验课怎么报名，打 13800138000 告诉我")
CLASS_EN = ("how do I join a pottery workshop", "what do we make in the pottery workshop")
ANSWER = {
    "slug": "pottery-class",
    "language": "zh",
    "title": "陶艺体验课怎么报名？",
    "group": "service",
    "questions": ["周末的陶艺体验课怎么报名", "陶艺课有名额吗"],
    "body": "陶艺体验课每周六开课，到店报名就行。",
}


@dataclass
class Desk:
    """A shop with customers at the widget and one of the staff at the API."""

    app: App
    http: httpx.AsyncClient
    clock: Clock
    turns: Any
    staff: dict[str, str]

    async def asks(self, text: str, language: str = "zh") -> tuple[Visitor, dict[str, Any]]:
        """A guest asks this, and nothing before; the guest, and the reply."""
        opened = await self.http.post("/v1/conversations", json={"language": language})
        visitor = Visitor(self.http, opened.json())
        assert (await visitor.say(text)).status_code == 202
        await self.turns.drain()
        return visitor, (await visitor.heard())[-1]

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(f"/v1/staff/kb/{path}", params=query, headers=self.staff)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"/v1/staff/kb/{path}", json=body, headers=self.staff)

    async def draft(self, article: dict[str, Any]) -> str:
        """Path of the draft."""
        made = await self.post("articles", article)
        assert made.status_code == 201, made.text
        return f"articles/{article['slug']}/{article['language']}/{made.json()['number']}"


@pytest.fixture(params=["sqlite", "postgresql"])
async def desk(opened: Opened, house_url: HouseUrl, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    url = house_url(request.param)
    clock = Clock()
    async with opened(clock, 20.0, url) as (app, _):
        token = SecretStr(f"lin:{STAFF['lin']}")
        settings = app.settings.model_copy(update={"staff_tokens": token})
        served = web(replace(app, settings=settings), with_demo=True)
        transport = httpx.ASGITransport(served, raise_app_exceptions=False)
        async with (
            served.router.lifespan_context(served),
            httpx.AsyncClient(transport=transport, base_url="http://counter") as http,
        ):
            bearer = {"Authorization": f"Bearer {STAFF['lin']}"}
            yield Desk(app, http, clock, served.state.turns, bearer)


async def test_what_nobody_wrote_is_found_filled_and_gone(desk: Desk) -> None:
    for text in CLASS_ZH:
        await desk.asks(text)
    for text in CLASS_EN:
        await desk.asks(text, "en")
    gaps = (await desk.get("gaps"))["gaps"]
    chinese, english = gaps
    assert "陶艺体验课怎么报名" in chinese["examples"]
    assert "pottery workshop" in english["title"]
    assert (chinese["count"], chinese["conversations"], chinese["this_week"]) == (3, 3, 3)
    assert (english["count"], english["conversations"], english["filled"]) == (2, 2, False)
    assert "13800138000" not in str(gaps)
    assert [suggestion["language"] for suggestion in chinese["suggestions"]] == ["zh"]
    assert [g["count"] for g in (await desk.get("gaps", language="en"))["gaps"]] == [2]
    assert (await desk.get("gaps", since="2026-12-01T00:00:00Z"))["gaps"] == []
    assert len((await desk.get("gaps", limit=1))["gaps"]) == 1

    live = await desk.post(f"{await desk.draft(ANSWER)}/publish")
    assert live.status_code == 200, live.text
    gained = {c["question"]: c for c in live.json()["gate"]["changed"]}
    assert set(CLASS_ZH[:2]) <= set(gained)
    assert {c["shift"] for c in gained.values()} == {"gained"}
    assert {c["after"]["slug"] for c in gained.values()} == {"pottery-class"}
    assert "13800138000" not in live.text
    _, reply = await desk.asks(CLASS_ZH[1])
    assert "每周六开课" in reply["text"]
    after = (await desk.get("gaps", language="zh"))["gaps"]
    assert [(gap["filled"], gap["nearest"]["slug"], gap["count"]) for gap in after] == [
        (True, "pottery-class", 3)
    ]


async def test_an_edit_that_breaks_a_pinned_answer_goes_nowhere(desk: Desk) -> None:
    [version] = (await desk.get("articles", slug="return-window", language="zh"))["versions"]
    fields = ("slug", "language", "title", "group", "questions")
    worse = {**{name: version[name] for name in fields}, "body": "一般商品签收后 10 天内可以退。"}
    blocked = await desk.post(f"{await desk.draft(worse)}/publish")
    assert problem(blocked) == (409, "gate_blocked")
    broken = [finding for finding in blocked.json()["findings"] if finding["blocks"]]
    assert [finding["rule"] for finding in broken] == ["pinned_question"]
    assert "“15 天”" in broken[0]["zh"]
    assert [c["pinned"] for c in blocked.json()["changed"]] == [True]
    _, reply = await desk.asks("收到货后几天内可以退")
    assert "15 天" in reply["text"]
    states = [v["state"] for v in (await desk.get("articles/return-window/zh"))["versions"]]
    assert states == ["published", "draft"]


async def test_an_answer_that_was_disliked_is_a_gap(desk: Desk) -> None:
    visitor, reply = await desk.asks("运费怎么算")
    assert "¥99" in reply["text"]
    assert (await desk.get("gaps"))["gaps"] == []
    thumb = {"thumb": -1, "text": "没说到港澳台"}
    answer = await visitor.http.put(
        f"{visitor.path}/messages/{reply['id']}/feedback", json=thumb, headers=visitor.bearer
    )
    assert answer.status_code == 204
    [gap] = (await desk.get("gaps"))["gaps"]
    assert (gap["title"], gap["disliked"], gap["results"]) == ("运费怎么算", 1, {"answered": 1})
    assert (gap["nearest"]["slug"], gap["filled"]) == ("shipping-fee", False)


async def test_pins_are_set_changed_checked_and_taken_off(desk: Desk) -> None:
    shipped = (await desk.get("pins"))["pins"]
    assert {pin["author"] for pin in shipped} == {"demo"}
    checked = (await desk.get("pins", check=True))["pins"]
    assert [pin["question"] for pin in checked if pin["fault"]] == []
    body = {"question": "几点下班？", "language": "zh", "slug": "service-hours", "says": "22:00"}
    made = await desk.post("pins", body)
    assert (made.status_code, made.json()["fault"], made.json()["author"]) == (201, None, "lin")
    again = await desk.post("pins", {**body, "says": "23:00"})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert again.json()["fault"] == "other_words"
    assert "22:00" in again.json()["answer"]["text"]
    path = f"/v1/staff/kb/pins/{made.json()['id']}"
    changed = await desk.http.put(path, json={"slug": "", "says": ""}, headers=desk.staff)
    assert (changed.status_code, changed.json()["fault"]) == (200, "answered")
    assert len((await desk.get("pins"))["pins"]) == len(shipped) + 1
    assert (await desk.http.delete(path, headers=desk.staff)).status_code == 204
    assert problem(await desk.http.delete(path, headers=desk.staff)) == (404, "no_pin")
    assert problem(await desk.http.put(path, json={"slug": ""}, headers=desk.staff)) == (404, "no_pin")
    assert (await desk.get("pins"))["pins"] == shipped


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "no-such-article"}, "slug"),
        ({"slug": "No Such"}, "slug"),
        ({"question": ""}, "question"),
        ({"question": "  \u200b"}, "question"),
        ({"question": "a\nb"}, "question"),
        ({"question": "a" * 201}, "question"),
        ({"question": "\0"}, "question"),
        ({"says": "a\nb"}, "says"),
        ({"language": "fr"}, "language"),
        ({"more": 1}, "more"),
    ],
    ids=str,
)
async def test_a_bad_pin_is_told_by_its_field(opened: Opened, body: dict[str, Any], field: str) -> None:
    async with opened(Clock()) as (app, _):
        settings = app.settings.model_copy(update={"staff_tokens": SecretStr(f"lin:{STAFF['lin']}")})
        transport = httpx.ASGITransport(web(replace(app, settings=settings), with_demo=False))
        async with httpx.AsyncClient(transport=transport, base_url="http://counter") as http:
            given = {"question": "几点下班", "language": "zh", "slug": "service-hours", **body}
            bearer = {"Authorization": f"Bearer {STAFF['lin']}"}
            answer = await http.post("/v1/staff/kb/pins", json=given, headers=bearer)
    assert problem(answer) == (422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_nobody_but_staff(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        transport = httpx.ASGITransport(web(app, with_demo=False))
        async with httpx.AsyncClient(transport=transport, base_url="http://counter") as http:
            for method, path in (("GET", "gaps"), ("GET", "pins"), ("DELETE", f"pins/{'a' * 16}")):
                assert problem(await http.request(method, f"/v1/staff/kb/{path}")) == (401, "staff_token")
