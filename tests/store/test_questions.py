"""What was asked, and what is pinned: every place that keeps them keeps the contract."""

from dataclasses import replace

import pytest
from tests.store.questions_contract import EVERY, PIANO, Ask, PinsContract, QuestionsContract
from tests.store.samples import NOW, SHOP, customer, opened, said, turn

from xiaoer.domain.ids import ShopId
from xiaoer.domain.learning import Question
from xiaoer.domain.ports import Feedback
from xiaoer.learn.question_memory import MemoryPins, MemoryQuestions
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.questions import SqlPins, SqlQuestions


class TestMemoryQuestions(QuestionsContract):
    @pytest.fixture
    def questions(self) -> MemoryQuestions:
        return MemoryQuestions()

    @pytest.fixture
    def ask(self, questions: MemoryQuestions) -> Ask:
        async def ask(question: Question, shop_id: ShopId = SHOP) -> Question:
            questions.asked.setdefault(shop_id, []).append(question)
            return question

        return ask


class TestSqlQuestions(QuestionsContract):
    @pytest.fixture
    def questions(self, store: Store) -> SqlQuestions:
        return SqlQuestions(store)

    @pytest.fixture
    def ask(self, store: Store) -> Ask:
        async def ask(question: Question, shop_id: ShopId = SHOP) -> Question:
            [kept] = await asked_in_a_turn(store, question, shop_id=shop_id)
            return kept

        return ask


class TestMemoryPins(PinsContract):
    @pytest.fixture
    def pins(self) -> MemoryPins:
        return MemoryPins()


class TestSqlPins(PinsContract):
    @pytest.fixture
    def pins(self, store: Store) -> SqlPins:
        return SqlPins(store)


async def asked_in_a_turn(store: Store, *questions: Question, shop_id: ShopId = SHOP) -> list[Question]:
    """Written as the clerk does, and then given the thumb of the first one."""
    log = SqlConversations(store)
    conversation = await opened(log, customer(shop_id=shop_id))
    await said(log, conversation.id, questions[0].text)
    async with log.lease(conversation.id, now=NOW):
        record = await turn(log, conversation.id)
        kept = [
            replace(q, turn_id=record.turn.id, place=n, conversation_id=conversation.id)
            for n, q in enumerate(questions)
        ]
        message = await log.finish_turn(replace(record, questions=tuple(kept)), now=NOW)
    if thumb := questions[0].thumb:
        assert message is not None
        await log.feedback(
            Feedback(conversation_id=conversation.id, message_id=message.id, thumb=thumb), now=NOW
        )
    return kept


async def test_a_thumb_speaks_of_all_that_the_reply_answered(store: Store) -> None:
    other = replace(PIANO, text="运费多少", thumb=-1)
    await asked_in_a_turn(store, replace(PIANO, thumb=-1), other)
    found = await SqlQuestions(store).recent(SHOP, EVERY, limit=9)
    assert [(q.place, q.text, q.thumb) for q in found] == [(0, PIANO.text, -1), (1, "运费多少", -1)]
