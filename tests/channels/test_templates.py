"""Reply templates through the staff API."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.channels.counter import JSON, ORDER, STAFF, House
from tests.channels.test_bad_input import problem
from tests.store.samples import reply, said, turn

from xiaoer.domain.ids import TemplateId
from xiaoer.domain.reply import Used

TEXT = "包裹 {{ order.parcel.number }} 预计{{ order.parcel.eta }}到。"
WRITING = {"intent": "track_parcel", "language": "zh", "text": TEXT}


@pytest.fixture
def whole() -> bool:
    return True


class Person:
    """Somebody of the staff."""

    def __init__(self, counter: House, name: str = "lin") -> None:
        self._http = counter.http
        self._headers = {"Authorization": f"Bearer {STAFF[name]}"}

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self._http.get(f"/v1/staff/{path}", params=query, headers=self._headers)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        # escaped, so that a test can also send what UTF-8 cannot hold
        content = json.dumps(body) if body else b""
        return await self._http.post(f"/v1/staff/{path}", content=content, headers=self._headers | JSON)

    async def drafts(self, **changes: Any) -> dict[str, Any]:
        answer = await self.post("templates", **WRITING | changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["template"])

    async def live(self, **changes: Any) -> dict[str, Any]:
        answer = await self.post(f"templates/{(await self.drafts(**changes))['id']}/publish")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["template"])


async def test_from_a_draft_to_what_is_said_and_back(counter: House) -> None:
    lin, wang = Person(counter), Person(counter, "wang")
    written = (await lin.post("templates", **WRITING)).json()
    first = written["template"]
    assert written["findings"] == []
    assert (first["state"], first["number"], first["mood"], first["author"]) == ("draft", 1, None, "lin")
    published = (await wang.post(f"templates/{first['id']}/publish")).json()
    assert published["template"]["state"] == "published"
    assert [(f["rule"], f["blocks"]) for f in published["findings"]] == [("one_language", False)]
    second = await lin.live(text="{{ order.state }}")
    back = await wang.post(f"templates/{first['id']}/rollback")
    assert (back.status_code, back.json()["template"]["number"]) == (200, 3)
    assert back.json()["template"]["author"] == "wang"
    gone = await lin.post(f"templates/{back.json()['template']['id']}/archive")
    assert (gone.status_code, gone.json()["state"]) == (200, "archived")
    whole = (await lin.get(f"templates/{second['id']}")).json()
    assert whole["template"]["id"] == second["id"]
    assert [one["state"] for one in whole["history"]] == ["archived"] * 3


async def test_templates_are_listed_by_what_is_asked_for_page_by_page(counter: House) -> None:
    lin = Person(counter)
    ways = [{"variant": "b"}, {"mood": "angry"}, {"language": "en"}, {}]
    for way in ways:
        await lin.drafts(**way)
    await lin.live(intent="thanks", text="客气啦")
    every = (await lin.get("templates")).json()
    assert every["more"] is False
    shown = [(t["intent"], t["language"], t["mood"], t["variant"]) for t in every["templates"]]
    assert shown == [
        ("thanks", "zh", None, "a"),
        ("track_parcel", "en", None, "a"),
        ("track_parcel", "zh", None, "a"),
        ("track_parcel", "zh", None, "b"),
        ("track_parcel", "zh", "angry", "a"),
    ]
    first = (await lin.get("templates", limit=3)).json()
    assert first["more"] is True
    rest = (await lin.get("templates", after=first["templates"][-1]["id"])).json()
    assert first["templates"] + rest["templates"] == every["templates"]
    for query, count in (
        ({"state": "published"}, 1),
        ({"intent": "track_parcel", "language": "zh"}, 3),
        ({"intent": "none"}, 0),
    ):
        assert len((await lin.get("templates", **query)).json()["templates"]) == count


async def test_what_is_refused_says_why_in_both_languages(counter: House) -> None:
    lin = Person(counter)
    refused = await lin.post("templates", **WRITING | {"intent": "cancel_order"})
    assert problem(refused) == (422, "template_refused")
    [finding] = refused.json()["findings"]
    assert (finding["rule"], finding["blocks"]) == ("house_words", True)
    assert set(finding["says"]) == {"zh", "en"}
    faulty = await lin.drafts(text="{{ order.parcel.etaa }}")
    refused = await lin.post(f"templates/{faulty['id']}/publish")
    assert problem(refused) == (422, "template_refused")
    assert "order.parcel.eta" in refused.json()["findings"][0]["says"]["zh"]
    never = await lin.drafts(text="{{ order.delivered_at }}")
    refused = await lin.post(f"templates/{never['id']}/publish")
    assert [f["rule"] for f in refused.json()["findings"] if f["blocks"]] == ["never_said"]


async def test_what_is_not_possible_now_is_told(counter: House) -> None:
    lin = Person(counter)
    live = await lin.live()
    for path, key in (
        ("templates/none/publish", (404, "no_template")),
        ("templates/none/archive", (404, "no_template")),
        ("templates/none/rollback", (404, "no_template")),
        (f"templates/{live['id']}/publish", (409, "template_state")),
        (f"templates/{live['id']}/rollback", (409, "template_state")),
    ):
        assert problem(await lin.post(path)) == key, path
    assert problem(await lin.get("templates/none")) == (404, "no_template")
    await lin.post(f"templates/{live['id']}/archive")
    assert problem(await lin.post(f"templates/{live['id']}/archive")) == (409, "template_state")
    counter.shop.down = True
    draft = await lin.drafts()
    assert problem(await lin.post(f"templates/{draft['id']}/publish")) == (503, "shop_down")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"text": ""}, "blank"),
        ({"text": "x" * 2_001}, "too_long"),
        ({"text": "好\x00"}, "nul"),
        ({"text": "好\ud800"}, "lone_surrogate"),
        ({"text": " \n"}, "template_refused"),
        ({"mood": "bored"}, "invalid"),
        ({"language": "fr"}, "invalid"),
        ({"variant": "B 1"}, "invalid"),
        ({"intent": "DROP TABLE"}, "invalid"),
        ({"state": "published"}, "invalid"),
    ],
)
async def test_what_makes_no_sense_is_refused(counter: House, changes: dict[str, Any], key: str) -> None:
    lin = Person(counter)
    assert problem(await lin.post("templates", **WRITING | changes)) == (422, key)
    assert (await lin.get("templates")).json()["templates"] == []


async def test_a_preview_on_an_order_in_each_language(counter: House) -> None:
    lin = Person(counter)
    await lin.drafts(language="en", text="{{ order.id }}: {{ order.state }}")
    answer = await lin.post("template-preview", intent="track_parcel", text=TEXT, order_id=ORDER)
    assert answer.status_code == 200, answer.text
    zh, en = answer.json()["previews"]
    assert (zh["language"], en["language"], zh["order_id"]) == ("zh", "en", ORDER)
    assert zh["said"].startswith("包裹 SF1024 预计")
    assert set(zh["fields"]) == {"order.parcel.number", "order.parcel.eta"}
    assert (en["said"], en["why"]) == (f"{ORDER}: On its way", None)
    kept = await lin.drafts(text="{{ order.delivered_at }}")
    [silent, _] = (
        await lin.post("template-preview", template_id=kept["id"], email="mei@example.com")
    ).json()["previews"]
    assert (silent["said"], silent["why"], silent["missing"]) == ("", "missing", ["order.delivered_at"])
    for body, key in (
        ({"text": TEXT}, (422, "invalid")),
        ({"template_id": "none"}, (404, "no_template")),
        ({"intent": "cancel_order", "text": "好"}, (422, "template_refused")),
        ({"intent": "track_parcel", "text": TEXT, "order_id": "M1"}, (404, "nothing_to_try_on")),
        ({"intent": "track_parcel", "text": TEXT, "state": "packed"}, (404, "nothing_to_try_on")),
        ({"intent": "track_parcel", "text": TEXT, "email": "nobody"}, (404, "nothing_to_try_on")),
    ):
        assert problem(await lin.post("template-preview", **body)) == key, body


async def test_the_fields_of_an_intent(counter: House) -> None:
    lin = Person(counter)
    fields = {one["name"]: one for one in (await lin.get("template-fields/track_parcel")).json()["fields"]}
    assert fields["order.parcel.eta"]["kind"] == "moment"
    assert set(fields["order.parcel.eta"]["means"]) == {"zh", "en"}
    assert "article.text" not in fields
    assert problem(await lin.get("template-fields/cancel_order")) == (422, "template_refused")
    assert problem(await lin.get("template-fields/nothing")) == (422, "template_refused")


async def test_the_report_counts_what_was_said(counter: House) -> None:
    lin = Person(counter)
    live, quiet = await lin.live(), await lin.live(variant="b")
    talk = await counter.visitor()
    for _ in range(2):
        await said(counter.log, talk.id, "快递到哪了")
        async with counter.log.lease(talk.id, now=counter.clock()):
            spoken = replace(reply(), templates=(Used(TemplateId(live["id"])),))
            await counter.log.finish_turn(await turn(counter.log, talk.id, spoken), now=counter.clock())
    rows = {row["template"]["id"]: row for row in (await lin.get("template-report", days=7)).json()["rows"]}
    assert (rows[live["id"]]["uses"], rows[quiet["id"]]["uses"]) == (2, 0)
    assert rows[live["id"]]["liked"] is None
    assert rows[live["id"]]["handed_off_share"]["share"] == 0.0
    counter.clock.forward(days=8)
    assert [row["uses"] for row in (await lin.get("template-report", days=7)).json()["rows"]] == [0, 0]
    assert problem(await lin.get("template-report", days=0)) == (422, "invalid")


async def test_nobody_but_staff(counter: House) -> None:
    live = await Person(counter).live()
    visitor = await counter.visitor("mei")
    for token in (visitor.opened["token"], counter.sign_in("mei"), "x"):
        headers = {"Authorization": f"Bearer {token}"}
        for method, path in (
            ("GET", "templates"),
            ("GET", f"templates/{live['id']}"),
            ("POST", f"templates/{live['id']}/archive"),
            ("GET", "template-fields/thanks"),
            ("GET", "template-report"),
        ):
            answer = await counter.http.request(method, f"/v1/staff/{path}", headers=headers)
            assert problem(answer) == (401, "staff_token"), (method, path)
