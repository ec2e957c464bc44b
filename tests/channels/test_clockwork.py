"""Promises and jobs through the staff API."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.channels.counter import NOON, POLICY, STAFF, House
from tests.channels.test_bad_input import problem

from xiaoer.domain.conversation import Conversation
from xiaoer.domain.ids import ShopId
from xiaoer.domain.job import NewJob
from xiaoer.domain.promise import Promise, PromiseKind, PromiseState
from xiaoer.store import promise_rows
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.promises import SqlPromises

LIN = {"Authorization": f"Bearer {STAFF['lin']}"}


@pytest.fixture
def whole() -> bool:
    return True


async def promised(counter: House, about: str, days: int) -> Promise:
    visitor = await counter.visitor("mei")
    made_in = await counter.log.get(visitor.id)
    assert isinstance(made_in, Conversation)
    promise = Promise(
        id=f"p-{about}",
        shop_id=POLICY.shop_id,
        conversation_id=made_in.id,
        customer_id=made_in.actor.customer_id,
        kind=PromiseKind.REFUND_BY,
        about=about,
        due_at=NOON + timedelta(days=days),
        look_at=NOON,
        made_at=NOON,
        made_by="turn-1",
        subject={"order_id": about},
    )
    await counter.store.write("k", lambda conn: promise_rows.record(conn, [promise]))
    return promise


async def test_promises_are_listed_by_state_and_time(counter: House) -> None:
    first = await promised(counter, "M1", 1)
    for about, days in (("M3", 3), ("M2", 2)):
        await promised(counter, about, days)
    await SqlPromises(counter.store).close(first, PromiseState.MET, why="kept", now=NOON)

    async def told(**asked: str) -> list[str]:
        answer = await counter.http.get("/v1/staff/promises", headers=LIN, params=asked)
        assert answer.status_code == 200, answer.text
        return [promise["about"] for promise in answer.json()["promises"]]

    assert await told() == ["M2", "M3"]
    assert await told(state="met") == ["M1"]
    assert await told(due_before="2026-03-07T00:00:00Z") == ["M2"]
    assert await told(limit="1") == ["M2"]
    [met] = (await counter.http.get("/v1/staff/promises?state=met", headers=LIN)).json()["promises"]
    assert (met["kind"], met["customer_id"], met["closed_at"]) == ("refund_by", "mei", "2026-03-04T04:00:00Z")


async def test_jobs_are_listed_without_what_is_in_them(counter: House) -> None:
    job = NewJob(
        shop_id=POLICY.shop_id, kind="settle_effect", key="i1", run_at=NOON, payload={"intent_id": "secret"}
    )
    for one in (job, replace(job, shop_id=ShopId("other"), key="i2")):
        await SqlJobs(counter.store).enqueue(one, now=NOON)
    answer = await counter.http.get("/v1/staff/jobs", headers=LIN)
    [shown] = answer.json()["jobs"]
    assert (shown["kind"], shown["key"], shown["state"], shown["tries"]) == (
        "settle_effect",
        "i1",
        "ready",
        0,
    )
    assert "secret" not in answer.text
    assert (await counter.http.get("/v1/staff/jobs?state=dead", headers=LIN)).json() == {"jobs": []}


async def test_both_are_the_staffs(counter: House) -> None:
    for path in ("promises", "jobs"):
        assert problem(await counter.http.get(f"/v1/staff/{path}")) == (401, "staff_token")
        bad = await counter.http.get(f"/v1/staff/{path}?state=nonsense", headers=LIN)
        assert problem(bad) == (422, "invalid")
