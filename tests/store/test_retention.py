"""What has had its time goes; on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from tests.store.samples import NOW, SHOP, customer, opened, said

from xiaoer.domain.ids import ConversationId, IntentId
from xiaoer.domain.job import NewJob
from xiaoer.domain.outcome import Done, Plan
from xiaoer.domain.ports import ProposalState
from xiaoer.store import tables
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.ledger import SqlLedger
from xiaoer.store.retention import AT_ONCE, expire
from xiaoer.store.tries import SqlTries

SECOND = timedelta(seconds=1)


def days(number: int) -> timedelta:
    return timedelta(days=number)


async def test_a_conversation_goes_a_year_after_its_last_word(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log, now=NOW - days(100))
    await said(log, conversation.id, "在吗")
    assert (await expire(store, NOW + days(365)))["conversations"] == 0
    assert await log.get(conversation.id) is not None
    assert (await expire(store, NOW + days(365) + SECOND))["conversations"] == 1
    assert await log.get(conversation.id) is None
    assert await store.read(lambda conn: conn.execute(select(tables.messages)).all()) == []


async def test_an_effect_stays_and_its_facts_go_after_three_years(store: Store) -> None:
    ledger = SqlLedger(store)
    plan = Plan("cancel_order", {"order_id": "M1"}, {"name": "林"})
    intent_id = IntentId(
        await ledger.propose(plan, customer(), ConversationId("c"), now=NOW, expires_at=NOW + days(1))
    )
    await ledger.finish(intent_id, ProposalState.DONE, Done("cancel_order", {"name": "林"}), now=NOW)
    assert (await expire(store, NOW + days(1096)))["intents"] == 0
    assert (await expire(store, NOW + days(1096) + SECOND))["intents"] == 1
    assert (await expire(store, NOW + days(1096) + SECOND))["intents"] == 0
    left = await ledger.proposal(intent_id)
    assert left is not None
    assert (left.plan, left.outcome, left.state) == (Plan("cancel_order", {}, {}), None, ProposalState.DONE)


async def test_tries_go_after_two_days(store: Store) -> None:
    tries = SqlTries(store, secret=b"s")
    await tries.allow("key", limit=1, window_s=60, now=NOW)
    assert (await expire(store, NOW + days(2)))["tries"] == 0
    assert (await expire(store, NOW + days(2) + SECOND))["tries"] == 1


async def test_a_job_goes_ninety_days_after_its_end_and_a_schedule_never(store: Store) -> None:
    queue = SqlJobs(store)
    once = NewJob(shop_id=SHOP, kind="note", key="a", run_at=NOW)
    for job in (once, replace(once, key="b"), replace(once, key="schedule", every=days(1))):
        await queue.enqueue(job, now=NOW)
    for taken in await queue.take(SHOP, now=NOW, until=NOW + days(1), kinds=["note"], limit=9):
        if taken.key != "b":
            await queue.done(taken, now=NOW)
    assert (await expire(store, NOW + days(90)))["jobs"] == 0
    assert (await expire(store, NOW + days(90) + SECOND))["jobs"] == 1
    await expire(store, NOW + days(3_000))
    assert {job.key for job in await queue.listed(SHOP, states=(), limit=9)} == {"b", "schedule"}


async def test_more_than_one_round(store: Store) -> None:
    tries = SqlTries(store, secret=b"s")
    await tries.allow("key", limit=1, window_s=60, now=NOW)
    rows = [{"key_hash": f"{number}", "at": "[]", "last_at": NOW} for number in range(2 * AT_ONCE)]
    await store.write("k", lambda conn: conn.execute(tables.tries.insert(), rows))
    assert (await expire(store, NOW + days(3)))["tries"] == 2 * AT_ONCE + 1
