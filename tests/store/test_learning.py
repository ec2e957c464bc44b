"""Corrections and models: every place that keeps them keeps the contract."""

import asyncio
from itertools import count

import pytest
from tests.store.learning_contract import (
    FEE,
    HEARD,
    CorrectionsContract,
    ModelsContract,
    Talk,
    Talked,
    correction,
    model,
    talked_in,
)
from tests.store.samples import NOW, SHOP, customer, opened

from xiaoer.domain.ids import ConversationId, CustomerId, MessageId, TurnId
from xiaoer.domain.learning import By, CorrectionState, PastTurn
from xiaoer.learn.memory import MemoryCorrections, MemoryModels
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.corrections import SqlCorrections
from xiaoer.store.engine import Store
from xiaoer.store.models import SqlModels
from xiaoer.store.privacy import Person, erase


class TestMemoryCorrections(CorrectionsContract):
    @pytest.fixture
    def corrections(self) -> MemoryCorrections:
        return MemoryCorrections()

    @pytest.fixture
    def talk(self, corrections: MemoryCorrections) -> Talk:
        numbers = count(1)

        async def talk() -> Talked:
            n = next(numbers)
            talked = Talked(ConversationId(f"c{n}"), TurnId(f"t{n}"), MessageId(f"m{n}"), MessageId(f"r{n}"))
            corrections.conversations[talked.conversation_id] = SHOP
            corrections.past[talked.turn_id] = PastTurn(
                id=talked.turn_id, conversation_id=talked.conversation_id, understanding=HEARD
            )
            corrections.said |= {talked.message_id: talked.turn_id, talked.reply_id: talked.turn_id}
            return talked

        return talk


class TestSqlCorrections(CorrectionsContract):
    @pytest.fixture
    def corrections(self, store: Store) -> SqlCorrections:
        return SqlCorrections(store)

    @pytest.fixture
    def talk(self, store: Store) -> Talk:
        async def talk() -> Talked:
            return await talked(store)

        return talk


class TestMemoryModels(ModelsContract):
    @pytest.fixture
    def models(self) -> MemoryModels:
        return MemoryModels()


class TestSqlModels(ModelsContract):
    @pytest.fixture
    def models(self, store: Store) -> SqlModels:
        return SqlModels(store)

    async def test_of_ten_at_once_one_is_made_to_serve(self, store: Store, database_url: str) -> None:
        versions = [f"v{n}" for n in range(10)]
        async with await Store.open(database_url) as other:
            both = [SqlModels(store), SqlModels(other)]
            for version in versions:
                await both[0].put(SHOP, model(version))
            served = await asyncio.gather(
                *(
                    both[n % 2].serve(SHOP, version, instead_of="", now=NOW)
                    for n, version in enumerate(versions)
                )
            )
        assert served.count(True) == 1


async def test_what_two_say_at_once_is_one_correction(store: Store, database_url: str) -> None:
    one = await talked(store)
    async with await Store.open(database_url) as other:
        both = [SqlCorrections(store), SqlCorrections(other)]
        said_by = [By.THUMB, By.CUSTOMER] * 5
        await asyncio.gather(
            *(
                both[n % 2].add(correction(one, made_by=by, meant=FEE if by is By.CUSTOMER else None))
                for n, by in enumerate(said_by)
            )
        )
    [kept] = await both[0].listed(SHOP, CorrectionState.OPEN, limit=9)
    assert (kept.meant, kept.made_by) == (FEE, By.CUSTOMER)


async def test_an_erased_customers_corrections_are_gone(store: Store) -> None:
    corrections = SqlCorrections(store)
    lin, wang = await talked(store, "c-lin"), await talked(store, "c-wang")
    for one in (lin, wang):
        await corrections.add(correction(one, meant=FEE, made_by=By.STAFF, state=CorrectionState.CONFIRMED))
    await erase(store, Person(shop_id=SHOP, customer_id=CustomerId("c-lin")))
    left = await corrections.confirmed(SHOP, limit=9)
    assert [one.conversation_id for one in left] == [wang.conversation_id]


async def talked(store: Store, name: str = "c-lin") -> Talked:
    conversation = await opened(SqlConversations(store), customer(name))
    return await talked_in(store, conversation.id)
