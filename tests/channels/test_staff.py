"""The desk's side of the API."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.channels.counter import STAFF, House, Visitor
from tests.channels.test_bad_input import problem


class Person:
    """Somebody at the desk."""

    def __init__(self, counter: House, name: str) -> None:
        self._http = counter.http
        self.bearer = {"Authorization": f"Bearer {STAFF[name]}"}

    async def queue(self) -> list[dict[str, Any]]:
        answer = await self._http.get("/v1/staff/queue", headers=self.bearer)
        return list(answer.json()["waiting"])

    async def read(self, visitor: Visitor) -> list[dict[str, Any]]:
        answer = await self._http.get(f"/v1/staff{visitor.path[3:]}/messages", headers=self.bearer)
        return list(answer.json()["messages"])

    async def post(self, visitor: Visitor, rest: str, **body: Any) -> httpx.Response:
        path = f"/v1/staff{visitor.path[3:]}/{rest}"
        return await self._http.post(path, json=body or None, headers=self.bearer)


async def test_from_the_queue_to_the_end(counter: House) -> None:
    visitor, lin = await counter.visitor(), Person(counter, "lin")
    await visitor.say("我要投诉")
    await counter.quiet()
    await visitor.post("/person")
    [waiting] = await lin.queue()
    assert (waiting["conversation_id"], waiting["why"]) == (visitor.id, "asked")
    assert (waiting["state"], waiting["staff_id"], waiting["last_text"]) == ("waiting", None, "我要投诉")
    assert (await lin.post(visitor, "take")).json() == {"id": visitor.id, "state": "human"}
    assert (await lin.post(visitor, "take")).status_code == 200
    said = await lin.post(visitor, "messages", client_id="s1", text="您好，我是小林")
    assert (said.status_code, said.json()["author"], said.json()["machine"]) == (202, "staff", False)
    again = await lin.post(visitor, "messages", client_id="s1", text="您好，我是小林")
    assert (again.status_code, again.json()) == (200, said.json())
    other = await lin.post(visitor, "messages", client_id="s1", text="您好")
    assert problem(other) == (409, "different_body")
    assert (await visitor.heard())[-1] == said.json()
    assert [m["seq"] for m in await lin.read(visitor)] == [m["seq"] for m in await visitor.heard()]
    assert (await lin.post(visitor, "close", to="bot")).json()["state"] == "bot"
    assert await lin.queue() == []
    assert problem(await lin.post(visitor, "messages", client_id="s2", text="还有一句")) == (409, "not_taken")


async def test_one_conversation_one_person(counter: House) -> None:
    visitor, lin, wang = await counter.visitor(), Person(counter, "lin"), Person(counter, "wang")
    await visitor.post("/person")
    answers = await asyncio.gather(lin.post(visitor, "take"), wang.post(visitor, "take"))
    assert sorted(a.status_code for a in answers) == [200, 409]
    late = wang if answers[0].status_code == 200 else lin
    assert problem(await late.post(visitor, "take")) == (409, "taken")
    assert problem(await late.post(visitor, "messages", client_id="s", text="我来")) == (409, "not_taken")
    assert problem(await late.post(visitor, "close", to="closed")) == (409, "not_taken")


async def test_a_closed_conversation_takes_nothing_more(counter: House) -> None:
    visitor, lin = await counter.visitor("mei"), Person(counter, "lin")
    await visitor.post("/person")
    await lin.post(visitor, "take")
    assert (await lin.post(visitor, "close", to="closed")).json()["state"] == "closed"
    assert (await lin.post(visitor, "close", to="closed")).status_code == 200
    assert problem(await visitor.say("还在吗")) == (409, "closed")
    assert problem(await visitor.post("/person")) == (409, "closed")
    assert problem(await lin.post(visitor, "take")) == (409, "closed")
    assert (await counter.visitor("mei", resume=True)).id != visitor.id


@pytest.mark.parametrize("rest", ["take", "messages", "close"])
async def test_nobody_but_staff(counter: House, rest: str) -> None:
    visitor = await counter.visitor("mei")
    for token in (visitor.opened["token"], counter.sign_in("mei"), "lin", STAFF["lin"][:-1], ""):
        headers = {"Authorization": f"Bearer {token}"}
        body = {"client_id": "a", "text": "x", "to": "bot"}
        answer = await counter.http.post(f"/v1/staff{visitor.path[3:]}/{rest}", json=body, headers=headers)
        assert answer.status_code in (401, 422)
        unknown = await counter.http.post(f"/v1/staff/conversations/x/{rest}", json=body, headers=headers)
        assert unknown.status_code == answer.status_code
    assert problem(await counter.http.get("/v1/staff/queue")) == (401, "staff_token")


async def test_staff_tokens_open_no_customers_side(counter: House) -> None:
    visitor, lin = await counter.visitor(), Person(counter, "lin")
    answer = await counter.http.get(visitor.path, headers=lin.bearer)
    assert problem(answer) == (401, "token")
