"""Tries, and following others' changes; on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.store.samples import NOW, opened, said

from xiaoer.domain.ids import ConversationId
from xiaoer.store import tables
from xiaoer.store.changes import MOST_IDS, changed_since
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.tries import SqlTries


async def test_so_many_tries_in_a_window_that_slides(store: Store) -> None:
    tries = SqlTries(store, secret=b"s")

    async def allowed(second: int, key: str = "order:M1") -> bool:
        return await tries.allow(key, limit=2, window_s=60, now=NOW + timedelta(seconds=second))

    assert [await allowed(second) for second in (0, 30, 31, 59)] == [True, True, False, False]
    assert await allowed(59, "order:M2")
    assert [await allowed(second) for second in (60, 61, 90)] == [True, False, True]


async def test_twenty_tries_at_once_are_counted_one_by_one(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        both = [SqlTries(store, secret=b"s"), SqlTries(other, secret=b"s")]
        allowed = await asyncio.gather(
            *(both[n % 2].allow("key", limit=5, window_s=60, now=NOW) for n in range(20))
        )
    assert allowed.count(True) == 5


async def test_keys_of_tries_cannot_be_read(store: Store) -> None:
    for secret in (b"one", b"two"):
        await SqlTries(store, secret=secret).allow("phone:1234", limit=5, window_s=60, now=NOW)
    hashes = await store.read(lambda conn: list(conn.scalars(select(tables.tries.c.key_hash))))
    assert len(set(hashes)) == 2
    assert not any("1234" in hashed for hashed in hashes)


async def test_what_others_wrote_is_found(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        log = SqlConversations(other)
        old, quiet, busy, strange = [await opened(log, now=NOW - timedelta(days=1)) for _ in range(4)]
        for conversation in (busy, busy, strange):
            await said(log, conversation.id, "在吗")
    watched = {old.id, quiet.id, busy.id}
    assert await changed_since(store, NOW, watched, limit=10) == [(busy.id, 2)]
    assert await changed_since(store, NOW + timedelta(seconds=1), watched, limit=10) == []
    assert len(await changed_since(store, NOW - timedelta(days=2), watched, limit=2)) == 2
    assert await changed_since(store, NOW, [], limit=10) == []
    too_many = [ConversationId(str(number)) for number in range(MOST_IDS + 1)]
    with pytest.raises(ValueError, match="more than"):
        await changed_since(store, NOW, too_many, limit=10)
    assert await changed_since(store, NOW, too_many[1:], limit=10) == []
