"""Cards, a person, proofs and thumbs, on both databases."""

import asyncio

import pytest
from tests.channels.counter import ORDER, TAIL, House
from tests.channels.test_bad_input import problem

from xiaoer.domain.ports import Busy


async def test_yes_is_done_once_and_told_twice(counter: House) -> None:
    visitor = await counter.visitor("mei")
    card = await counter.card(visitor)
    first, second = await asyncio.gather(*(visitor.post(f"/cards/{card}/confirm") for _ in range(2)))
    third = await visitor.post(f"/cards/{card}/confirm")
    assert {first.status_code, second.status_code, third.status_code} == {200}
    assert third.json() == {"intent_id": card, "state": "done"}
    assert [m["kind"] for m in await visitor.heard()] == ["card"]


async def test_no_after_yes_and_yes_after_no_are_refused(counter: House) -> None:
    visitor = await counter.visitor()
    done, declined = await counter.card(visitor), await counter.card(visitor)
    await visitor.post(f"/cards/{done}/confirm")
    assert (await visitor.post(f"/cards/{declined}/decline")).json()["state"] == "declined"
    assert (await visitor.post(f"/cards/{declined}/decline")).status_code == 200
    for late in (f"/cards/{done}/decline", f"/cards/{declined}/confirm"):
        assert problem(await visitor.post(late)) == (409, "card_answered")


async def test_another_ones_card_is_no_card(counter: House) -> None:
    mine, other = await counter.visitor(), await counter.visitor("mei")
    card = await counter.card(other)
    bodies = []
    for intent_id in (card, "unknown", "f" * 32):
        for answer in ("confirm", "decline"):
            said = await mine.post(f"/cards/{intent_id}/{answer}")
            assert problem(said) == (404, "no_card")
            bodies.append({**said.json(), "instance": ""})
    assert all(body == bodies[0] for body in bodies)
    assert (await other.post(f"/cards/{card}/confirm")).json()["state"] == "done"


@pytest.mark.parametrize("answer", ["confirm", "decline"])
async def test_a_card_past_its_time_does_nothing(counter: House, answer: str) -> None:
    visitor = await counter.visitor()
    card = await counter.card(visitor, minutes=30)
    counter.clock.forward(minutes=30)
    assert problem(await visitor.post(f"/cards/{card}/confirm")) == (410, "card_expired")
    assert problem(await visitor.post(f"/cards/{card}/{answer}")) == (410, "card_expired")


async def test_a_person_is_one_press_away(counter: House) -> None:
    first, second = await counter.visitor(), await counter.visitor()
    for visitor, place in ((first, 0), (second, 1)):
        answer = await visitor.post("/person")
        assert (answer.status_code, answer.json()) == (202, {"id": visitor.id, "state": "waiting"})
        heard = await visitor.heard()
        assert [m["kind"] for m in heard] == ["state", "message"]
        assert f"{place} 位" in heard[1]["text"]
        counter.clock.forward(seconds=1)
    assert (await first.get()).json()["state"] == "waiting"


async def test_a_press_during_a_turn_is_told_to_wait(counter: House) -> None:
    visitor = await counter.visitor()

    async def busy(*_, **__):
        raise Busy

    counter.clerk.call_person = busy  # type: ignore[method-assign]
    answer = await visitor.post("/person")
    assert problem(answer) == (503, "busy")
    assert answer.headers["retry-after"]


async def test_a_guest_proves_an_order(counter: House) -> None:
    visitor = await counter.visitor()
    right = await visitor.post("/proof", json={"order_id": f" {ORDER} ", "phone_tail": TAIL})
    assert (right.status_code, right.json()) == (200, {"proven": True})
    found = await counter.log.get(visitor.id)
    assert found is not None
    assert found.actor.proven_orders == {ORDER}


async def test_wrong_and_foreign_proofs_are_answered_alike(counter: House) -> None:
    visitor = await counter.visitor()
    bodies = set()
    for body in (
        {"order_id": ORDER, "phone_tail": "0000"},
        {"order_id": "M99999999", "phone_tail": TAIL},
        {"order_id": ORDER, "email": "bob@example.com"},
        {"order_id": "'; --", "email": "a@b"},
    ):
        answer = await visitor.post("/proof", json=body)
        assert problem(answer) == (403, "not_proven")
        bodies.add(answer.content)
    assert len(bodies) == 1


async def test_a_proof_that_is_none(counter: House) -> None:
    visitor = await counter.visitor()
    for body in (
        {},
        {"order_id": ORDER},
        {"order_id": ORDER, "phone_tail": "80"},
        {"order_id": ORDER, "phone_tail": "８０００"},
        {"order_id": ORDER, "email": "no at sign"},
        {"order_id": "x" * 65, "phone_tail": TAIL},
        {"order_id": "M\0", "phone_tail": TAIL},
        {"order_id": ORDER, "phone_tail": TAIL, "customer_id": "mei"},
    ):
        assert problem(await visitor.post("/proof", json=body)) == (422, "invalid"), body


async def test_a_thumb_can_change_its_mind(counter: House) -> None:
    visitor = await counter.visitor()
    await visitor.say("你好")
    await counter.quiet()
    said, reply = await visitor.heard()

    async def rate(message_id: str, **body: object):
        path = f"{visitor.path}/messages/{message_id}/feedback"
        return await counter.http.put(path, json=body, headers=visitor.bearer)

    assert (await rate(reply["id"], thumb=1)).status_code == 204
    assert (await rate(reply["id"], thumb=-1, text="答非所问 😕")).status_code == 204
    assert problem(await rate(said["id"], thumb=1)) == (404, "no_message")
    assert problem(await rate("unknown", thumb=1)) == (404, "no_message")
    for wrong in ({"thumb": 0}, {"thumb": 2}, {"thumb": "1"}, {}):
        assert problem(await rate(reply["id"], **wrong)) == (422, "invalid")
    assert problem(await rate(reply["id"], thumb=1, text="x" * 1_001)) == (422, "too_long")
    other = await counter.visitor()
    path = f"{other.path}/messages/{reply['id']}/feedback"
    foreign = await counter.http.put(path, json={"thumb": 1}, headers=other.bearer)
    assert problem(foreign) == (404, "no_message")
