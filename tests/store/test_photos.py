"""Photos, on both databases; the memory of tests/actions keeps the same promises."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.actions.bench import MemoryPhotos
from tests.store.samples import NOW, opened

from xiaoer.domain.ids import ConversationId, OrderId, PhotoId
from xiaoer.domain.photos import FRESH, MOST_KEPT, Image, Photos, TooManyPhotos, evidence
from xiaoer.domain.ports import DifferentBody
from xiaoer.store import tables
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.photos import SqlPhotos
from xiaoer.store.retention import expire

IMAGE = Image(b"\xff\xd8one", 4, 3)
LATER = NOW + timedelta(minutes=5)


async def kept(photos: Photos, here: ConversationId, there: ConversationId) -> None:
    first = await photos.add(here, "a", "d1", IMAGE, now=NOW)
    assert (first.conversation_id, first.width, first.height, first.at) == (here, 4, 3, NOW)
    assert await photos.add(here, "a", "d1", IMAGE, now=LATER) == first
    with pytest.raises(DifferentBody):
        await photos.add(here, "a", "d2", IMAGE, now=LATER)
    second = await photos.add(here, "b", "d1", Image(b"\xff\xd8two", 4, 3), now=LATER)
    assert await photos.of(here) == [second, first]
    assert await photos.image(here, second.id) == b"\xff\xd8two"
    assert await photos.image(there, second.id) is None
    assert await photos.image(here, PhotoId("none")) is None
    await photos.tie(there, [first.id], order_id="M9")  # another's conversation: nothing happens
    await photos.tie(here, [first.id], order_id="M1", number="C1")
    tied = (await photos.of(here))[1]
    assert (tied.order_id, tied.number) == ("M1", "C1")
    for n in range(MOST_KEPT - 2):
        await photos.add(here, f"n{n}", "d", IMAGE, now=LATER)
    with pytest.raises(TooManyPhotos):
        await photos.add(here, "more", "d", IMAGE, now=LATER)
    assert await photos.add(here, "a", "d1", IMAGE, now=LATER) == tied
    await photos.add(there, "more", "d", IMAGE, now=LATER)


async def test_photos_of_a_conversation(store: Store) -> None:
    log = SqlConversations(store)
    await kept(SqlPhotos(store), (await opened(log)).id, (await opened(log)).id)
    with pytest.raises(LookupError):
        await SqlPhotos(store).add(ConversationId("none"), "a", "d", IMAGE, now=NOW)


async def test_photos_of_a_conversation_in_memory() -> None:
    await kept(MemoryPhotos(), ConversationId("here"), ConversationId("there"))


async def test_twenty_at_once_are_one(store: Store, database_url: str) -> None:
    here = (await opened(SqlConversations(store))).id
    async with await Store.open(database_url) as other:
        both = [SqlPhotos(store), SqlPhotos(other)]
        made = await asyncio.gather(*(both[n % 2].add(here, "a", "d", IMAGE, now=NOW) for n in range(20)))
    assert len({photo.id for photo in made}) == 1
    assert len(await SqlPhotos(store).of(here)) == 1


async def test_a_photo_goes_half_a_year_after_it_came(store: Store) -> None:
    here = (await opened(SqlConversations(store), now=NOW + timedelta(days=170))).id
    await SqlPhotos(store).add(here, "a", "d", IMAGE, now=NOW)
    assert (await expire(store, NOW + timedelta(days=180)))["photos"] == 0
    assert (await expire(store, NOW + timedelta(days=180, seconds=1)))["photos"] == 1
    assert await store.read(lambda conn: conn.execute(select(tables.photos)).all()) == []


async def test_a_photo_speaks_for_one_order_and_for_an_hour() -> None:
    photos, here, none = MemoryPhotos(), ConversationId("here"), timedelta(0)
    old = await photos.add(here, "a", "d", IMAGE, now=NOW - FRESH - timedelta(seconds=1))
    new = await photos.add(here, "b", "d", IMAGE, now=NOW - FRESH)
    assert evidence(await photos.of(here), "M1", NOW, longer=none) == [new]
    assert evidence(await photos.of(here), "M1", NOW, longer=timedelta(minutes=30)) == [new, old]
    await photos.tie(here, [old.id, new.id], order_id=OrderId("M1"))
    assert len(evidence(await photos.of(here), "M1", NOW + timedelta(days=9), longer=none)) == 2
    assert evidence(await photos.of(here), "M2", NOW, longer=none) == []
