"""xiaoer promises and xiaoer jobs, as they are typed."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.conftest import Run
from tests.clock import NOON, Clock
from tests.turns.counter import Talk, named_orders

from xiaoer.app import open_app
from xiaoer.domain.job import JobState, NewJob
from xiaoer.settings import Settings


@pytest.fixture
def typed(typed_in: Callable[[Path], Run], data_dir: Path) -> Run:
    """In a shop where a parcel's day was told and a job was given up on."""
    asyncio.run(lived(data_dir))
    return typed_in(data_dir)


async def lived(folder: Path) -> None:
    clock = Clock()
    async with open_app(Settings(data_dir=folder, _env_file=None), clock=clock) as app:
        talk = await Talk.start(app, clock, email="mei.lin@example.com")
        await talk.says(f"订单 {named_orders(talk, '')['shipped']} 到哪了")
        books = app.clockwork.books
        job = NewJob(shop_id=books.shop_id, kind="settle_effect", key="k", run_at=NOON, payload={"no": "1"})
        await books.jobs.enqueue(job, now=NOON)
        await app.clockwork.worker.look()
        [dead] = await books.jobs.listed(books.shop_id, states=[JobState.DEAD], limit=9)
        assert dead.error.startswith("BadPayload")


def test_promises_are_listed_and_closed(typed: Run) -> None:
    [promise] = json.loads(typed("promises", "--json"))
    assert (promise["kind"], promise["state"]) == ("parcel_by", "open")
    assert "送达 parcel" in typed("promises")
    day = promise["due_at"][:10]
    before = str((NOON - timedelta(days=1)).date())
    assert len(json.loads(typed("promises", "--due-before", day, "--json"))) == 1
    assert json.loads(typed("promises", "--due-before", before, "--json")) == []
    assert "Write 2026-10-01" in typed("promises", "--due-before", "soon", fails=2)
    assert "没有 zz" in typed("promises", "close", "zz", "--why", "x", fails=2)
    typed("promises", "close", promise["id"][:8], fails=2)  # without a reason
    assert "已关闭 / Closed" in typed("promises", "close", promise["id"][:8], "--why", "电话里说好了")
    assert json.loads(typed("promises", "--json")) == []
    [closed] = json.loads(typed("promises", "--state", "cancelled", "--json"))
    assert closed["why"] == "电话里说好了"


def test_jobs_are_listed_and_tried_again(typed: Run) -> None:
    [dead] = json.loads(typed("jobs", "--state", "dead", "--json"))
    assert dead["error"].startswith("BadPayload")
    assert "已放弃 dead" in typed("jobs")
    assert "It is tried again" in typed("jobs", "retry", dead["id"][:8])
    [ready] = json.loads(typed("jobs", "--state", "ready", "--json"))
    assert (ready["id"], ready["tries"], ready["finished_at"]) == (dead["id"], 0, None)
    assert "There is no zz" in typed("jobs", "retry", "zz", fails=2)
