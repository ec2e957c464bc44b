"""Learning through the staff API, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.channels.counter import POLICY, STAFF, House, Visitor, house
from tests.channels.test_bad_input import problem
from tests.learn.small import syllabus
from tests.store.learning_contract import Talked, talked_in

from xiaoer.channels.web.learning import router
from xiaoer.domain.words import Language
from xiaoer.learn.correcting import Correcting
from xiaoer.learn.school import School
from xiaoer.store.corrections import SqlCorrections
from xiaoer.store.engine import Store
from xiaoer.store.models import SqlModels
from xiaoer.understand.catalogue import catalogue


@dataclass
class Desk:
    """Somebody at the desk of a counter that learns."""

    counter: House
    school: School
    bearer: dict[str, str]

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.counter.http.get(f"/v1/staff{path}", params=query, headers=self.bearer)

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.counter.http.post(f"/v1/staff{path}", json=body or None, headers=self.bearer)

    async def open(self, **query: Any) -> list[dict[str, Any]]:
        return list((await self.get("/corrections", **query)).json()["corrections"])

    async def talked(self) -> tuple[Visitor, Talked]:
        visitor = await self.counter.visitor()
        return visitor, await talked_in(self.counter.store, visitor.id)

    async def thumb(self, thumb: int) -> Talked:
        visitor, talked = await self.talked()
        await self.turn_thumb(visitor, talked, thumb)
        return talked

    async def turn_thumb(self, visitor: Visitor, talked: Talked, thumb: int) -> None:
        path = f"{visitor.path}/messages/{talked.reply_id}/feedback"
        rated = await self.counter.http.put(path, json={"thumb": thumb}, headers=visitor.bearer)
        assert rated.status_code == 204


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    corrections = SqlCorrections(store)

    def tick() -> Any:
        return opened.clock()

    school = School(corrections, SqlModels(store), POLICY.shop_id, clock=tick, of=syllabus())

    def guess(text: str, language: Language) -> Any:
        return school.model.guesses(text, language)

    correcting = Correcting(corrections, POLICY.shop_id, guess=guess)

    async def on_thumb(message_id: Any, thumb: int) -> None:
        await correcting.thumbed(message_id, thumb, now=tick())

    changes: dict[str, Any] = {
        "more": [router(correcting, school, tick)],
        "on_thumb": on_thumb,
        "beside": [school.run],
    }
    async with house(store, **changes) as opened:
        await school.start()
        yield Desk(opened, school, {"Authorization": f"Bearer {STAFF['lin']}"})


async def test_a_picker_has_all_intents(desk: Desk) -> None:
    intents = (await desk.get("/intents")).json()["intents"]
    assert [intent["name"] for intent in intents] == list(catalogue())
    assert all(intent["means"][language] for intent in intents for language in ("zh", "en"))


async def test_a_thumb_down_is_an_open_correction_and_up_takes_it_back(desk: Desk) -> None:
    visitor, talked = await desk.talked()
    await desk.turn_thumb(visitor, talked, -1)
    [one] = await desk.open()
    assert (one["text"], one["guessed"], one["meant"]) == ("退的时候邮费谁出", "return_policy", None)
    assert (one["made_by"], one["state"], one["turn_id"]) == ("thumb", "open", talked.turn_id)
    assert one["guesses"] == [
        {"intent": "return_policy", "confidence": 0.6},
        {"intent": "return_shipping_cost", "confidence": 0.3},
    ]
    assert "return_shipping_cost" in one["suggestions"]
    assert "return_policy" not in one["suggestions"]
    await desk.turn_thumb(visitor, talked, -1)
    assert len(await desk.open()) == 1
    await desk.turn_thumb(visitor, talked, 1)
    assert await desk.open() == []


async def test_confirm_needs_a_meaning_and_takes_another(desk: Desk) -> None:
    await desk.thumb(-1)
    [one] = await desk.open()
    path = f"/corrections/{one['id']}/confirm"
    assert problem(await desk.post(path)) == (422, "invalid")
    unknown = await desk.post(path, meant="no_such_intent")
    assert unknown.json()["errors"] == [{"field": "meant", "problem": "no_intent"}]
    done = await desk.post(path, meant="return_shipping_cost")
    assert (done.json()["state"], done.json()["meant"]) == ("confirmed", "return_shipping_cost")
    assert done.json()["staff_id"] == "lin"
    again = await desk.post(path)
    assert again.json()["meant"] == "return_shipping_cost"
    assert await desk.open() == []
    assert [c["id"] for c in await desk.open(state="confirmed")] == [one["id"]]
    rejected = await desk.post(f"/corrections/{one['id']}/reject")
    assert rejected.json()["state"] == "rejected"
    assert problem(await desk.post("/corrections/nothing-0/confirm")) == (404, "no_correction")
    assert problem(await desk.post("/corrections/nothing-0/reject")) == (404, "no_correction")


@pytest.mark.parametrize("by", ["message_id", "reply_id", "turn_id"])
async def test_the_staff_say_what_was_meant(desk: Desk, by: str) -> None:
    _, talked = await desk.talked()
    name = "turn_id" if by == "turn_id" else "message_id"
    said = await desk.post("/corrections", meant="return_shipping_cost", **{name: getattr(talked, by)})
    assert said.status_code == 201
    body = said.json()
    assert (body["state"], body["made_by"], body["staff_id"]) == ("confirmed", "staff", "lin")
    assert (body["text"], body["guessed"]) == ("退的时候邮费谁出", "return_policy")
    again = await desk.post("/corrections", meant="refund_shipping", turn_id=talked.turn_id)
    assert (again.json()["id"], again.json()["meant"]) == (body["id"], "refund_shipping")


async def test_what_cannot_be_corrected(desk: Desk) -> None:
    _, talked = await desk.talked()
    meant = "return_shipping_cost"
    for body in (
        {"turn_id": "gone"},
        {"message_id": "gone"},
        {"turn_id": talked.turn_id, "wish": 1},
    ):
        assert problem(await desk.post("/corrections", meant=meant, **body)) == (404, "no_turn")
    for body in (
        {},
        {"turn_id": talked.turn_id, "message_id": talked.reply_id},
        {"turn_id": talked.turn_id, "wish": -1},
        {"turn_id": talked.turn_id, "text": "x"},
    ):
        assert problem(await desk.post("/corrections", meant=meant, **body)) == (422, "invalid")
    unknown = await desk.post("/corrections", meant="nothing", turn_id=talked.turn_id)
    assert unknown.json()["errors"] == [{"field": "meant", "problem": "no_intent"}]


async def test_page_by_page(desk: Desk) -> None:
    for _ in range(3):
        await desk.thumb(-1)
    first = (await desk.get("/corrections", limit=2)).json()
    assert (len(first["corrections"]), first["more"]) == (2, True)
    rest = (await desk.get("/corrections", limit=2, after=first["corrections"][-1]["id"])).json()
    assert (len(rest["corrections"]), rest["more"]) == (1, False)
    ids = {c["id"] for page in (first, rest) for c in page["corrections"]}
    assert len(ids) == 3


async def test_train_and_take_back(desk: Desk) -> None:
    talked = await desk.thumb(-1)
    assert problem(await desk.post("/models/rollback")) == (409, "nothing_before")
    await desk.post("/corrections", meant="how_to_use", turn_id=talked.turn_id)
    accepted = await desk.post("/models/train")
    assert (accepted.status_code, accepted.json()) == (202, {"training": True})
    await desk.school.idle()
    told = (await desk.get("/models")).json()
    assert (told["training"], told["last"]["ended"]) == (False, "promoted")
    newest, base = told["models"]
    assert told["serving"] == newest["version"] == told["last"]["version"]
    assert (newest["state"], newest["made_by"], newest["learnt"]) == ("serving", "lin", 1)
    assert (base["version"], base["state"]) == ("small", "former")
    assert newest["report"]["languages"]["zh"]["after"]["accuracy"] > 0.5
    back = await desk.post("/models/rollback")
    assert (back.json()["version"], back.json()["state"]) == ("small", "serving")
    forward = await desk.post("/models/rollback", to=newest["version"])
    assert forward.json()["version"] == newest["version"]
    assert problem(await desk.post("/models/rollback", to="never")) == (404, "no_model")
    assert desk.school.model.guesses("退的时候邮费谁出", Language.ZH)[0].intent == "how_to_use"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/intents"),
        ("GET", "/corrections"),
        ("POST", "/corrections"),
        ("POST", "/corrections/a-0/confirm"),
        ("POST", "/corrections/a-0/reject"),
        ("GET", "/models"),
        ("POST", "/models/train"),
        ("POST", "/models/rollback"),
    ],
)
async def test_nobody_but_staff(desk: Desk, method: str, path: str) -> None:
    visitor = await desk.counter.visitor("mei")
    for token in (visitor.opened["token"], desk.counter.sign_in("mei"), "lin", ""):
        headers = {"Authorization": f"Bearer {token}"}
        body = {"meant": "other", "turn_id": "a"} if path == "/corrections" and method == "POST" else None
        answer = await desk.counter.http.request(method, f"/v1/staff{path}", json=body, headers=headers)
        assert problem(answer) == (401, "staff_token")
