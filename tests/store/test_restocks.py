"""Wishes for what is sold out, on both databases; the memory of tests/actions keeps the same promises."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from tests.actions.bench import MemoryRestocks
from tests.store.samples import NOW, SHOP, customer, opened

from xiaoer.domain.ids import ConversationId, CustomerId, ProductId, ShopId
from xiaoer.domain.restock import Restocks, Wished, WishEnd
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.privacy import Person, erase, export
from xiaoer.store.restocks import SqlRestocks
from xiaoer.store.retention import expire

LIN = CustomerId("c-lin")


async def wished(store: Store) -> Wished:
    conversation = await opened(SqlConversations(store), customer())
    return wish_in(conversation.id)


def wish_in(conversation_id: ConversationId) -> Wished:
    return Wished(
        shop_id=SHOP, conversation_id=conversation_id, customer_id=LIN, product_id=ProductId("p1"), size="42"
    )


async def kept(restocks: Restocks, one: Wished) -> None:
    first = await restocks.add(one, now=NOW)
    assert (first.wished, first.made_at) == (one, NOW)
    assert await restocks.add(one, now=NOW + timedelta(hours=1)) == first
    other = await restocks.add(replace(one, size="43"), now=NOW + timedelta(hours=1))
    assert await restocks.open_of(SHOP, LIN) == [first, other]
    assert await restocks.open_of(ShopId("other"), LIN) == []
    assert await restocks.open_of(SHOP, CustomerId("c-wang")) == []
    by_id = sorted([first, other], key=lambda wish: wish.id)
    assert await restocks.due(SHOP, after="", limit=1) == by_id[:1]
    assert await restocks.due(SHOP, after=by_id[0].id, limit=9) == by_id[1:]
    assert await restocks.close(first.id, WishEnd.TOLD, now=NOW)
    assert not await restocks.close(first.id, WishEnd.TOLD, now=NOW)
    assert not await restocks.close("none", WishEnd.TOLD, now=NOW)
    assert await restocks.open_of(SHOP, LIN) == [other]
    again = await restocks.add(one, now=NOW + timedelta(days=1))
    assert again.id != first.id


async def test_one_open_wish_of_a_thing(store: Store) -> None:
    await kept(SqlRestocks(store), await wished(store))


async def test_one_open_wish_of_a_thing_in_memory() -> None:
    await kept(MemoryRestocks(), wish_in(ConversationId("c1")))


async def test_twenty_at_once_make_one(store: Store, database_url: str) -> None:
    one = await wished(store)
    async with await Store.open(database_url) as other:
        both = [SqlRestocks(store), SqlRestocks(other)]
        made = await asyncio.gather(*(both[n % 2].add(one, now=NOW) for n in range(20)))
    assert len({wish.id for wish in made}) == 1


async def test_a_wish_is_handed_out_erased_and_goes_with_time(store: Store) -> None:
    person = Person(shop_id=SHOP, customer_id=LIN)
    await SqlRestocks(store).add(await wished(store), now=NOW)
    (told,) = (await export(store, person))["restock_wishes"]
    assert (told["product_id"], told["size"]) == ("p1", "42")
    assert (await erase(store, person))["restock_wishes"] == 1
    await SqlRestocks(store).add(await wished(store), now=NOW)
    assert (await expire(store, NOW + timedelta(days=180)))["restock_wishes"] == 0
    assert (await expire(store, NOW + timedelta(days=180, seconds=1)))["restock_wishes"] == 1
