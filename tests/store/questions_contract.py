"""What every place that keeps questions and pins must do. Subclass, and give the fixtures they ask for."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import ConversationId, ShopId, TurnId
from xiaoer.domain.learning import Asked, Pinned, Question
from xiaoer.domain.question_ports import Pins, Questions, WantedQuestions
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language

ZH, EN = Language.ZH, Language.EN
EVERY = WantedQuestions()
GAPS = WantedQuestions(results=[Asked.NOT_WRITTEN, Asked.UNSURE, Asked.LOST], or_disliked=True)
PIANO = Question(
    turn_id=TurnId("t1"),
    place=0,
    conversation_id=ConversationId("c1"),
    text="能开钢琴发票吗",
    language=ZH,
    intent=Intent("ask_invoice"),
    confidence=0.625,
    result=Asked.NOT_WRITTEN,
    slug="",
    at=NOW,
)
RETURNS = Pinned(
    id="p1", question="几天内可以退货？", language=ZH, slug="return-window", says="7 天", author="lin"
)
Ask = Callable[..., Awaitable[Question]]  # keep it, of a shop; gives it as it is kept


async def texts(questions: Questions, wanted: WantedQuestions = EVERY, limit: int = 99) -> list[str]:
    return [question.text for question in await questions.recent(SHOP, wanted, limit=limit)]


class QuestionsContract:
    async def test_a_question_comes_back_as_it_was_asked(self, questions: Questions, ask: Ask):
        kept = await ask(PIANO)
        assert await questions.recent(SHOP, EVERY, limit=9) == [kept]
        assert replace(kept, turn_id=PIANO.turn_id, conversation_id=PIANO.conversation_id) == PIANO

    async def test_each_shop_has_its_own(self, questions: Questions, ask: Ask):
        await ask(PIANO, shop_id=ShopId("other"))
        assert await texts(questions) == []
        assert len(await questions.recent(ShopId("other"), EVERY, limit=9)) == 1

    async def test_the_newest_come_first_and_no_more_than_asked_for(self, questions: Questions, ask: Ask):
        for hour in (3, 1, 4, 2):
            await ask(replace(PIANO, text=str(hour), at=NOW + timedelta(hours=hour)))
        assert await texts(questions) == ["4", "3", "2", "1"]
        assert await texts(questions, limit=2) == ["4", "3"]

    async def test_by_result_language_and_time(self, questions: Questions, ask: Ask):
        for result in Asked:
            await ask(replace(PIANO, text=result.value, result=result))
        await ask(replace(PIANO, text="english", language=EN, result=Asked.LOST))
        await ask(replace(PIANO, text="old", at=NOW - timedelta(seconds=1), result=Asked.LOST))
        lost = WantedQuestions(results=[Asked.LOST])
        assert sorted(await texts(questions, lost)) == ["english", "lost", "old"]
        assert sorted(await texts(questions, replace(lost, since=NOW))) == ["english", "lost"]
        assert await texts(questions, replace(lost, since=NOW, language=ZH)) == ["lost"]
        assert (
            await texts(questions, replace(lost, results=[Asked.SERVED, Asked.ANSWERED], language=EN)) == []
        )

    async def test_what_was_disliked_is_a_gap_whatever_it_was(self, questions: Questions, ask: Ask):
        await ask(replace(PIANO, text="bad", result=Asked.ANSWERED, slug="e-invoice", thumb=-1))
        await ask(replace(PIANO, text="good", result=Asked.ANSWERED, thumb=1))
        await ask(replace(PIANO, text="silent", result=Asked.ANSWERED))
        await ask(replace(PIANO, text="none", at=NOW - timedelta(1)))
        assert await texts(questions, GAPS) == ["bad", "none"]
        assert await texts(questions, WantedQuestions(or_disliked=True)) == ["bad"]
        thumbs = {q.text: q.thumb for q in await questions.recent(SHOP, EVERY, limit=9)}
        assert thumbs == {"bad": -1, "good": 1, "silent": 0, "none": 0}


class PinsContract:
    async def test_a_pin_comes_back_as_it_was_set(self, pins: Pins):
        assert await pins.pin(SHOP, RETURNS, now=NOW)
        assert await pins.pins(SHOP) == [RETURNS]
        assert await pins.pins(ShopId("other")) == []

    async def test_a_pin_is_changed_by_its_id(self, pins: Pins):
        await pins.pin(SHOP, RETURNS, now=NOW)
        changed = replace(RETURNS, slug="", says="", author="wang")
        assert await pins.pin(SHOP, changed, now=NOW)
        assert await pins.pins(SHOP) == [changed]

    async def test_they_come_by_language_and_question(self, pins: Pins):
        for number, (language, question) in enumerate([(ZH, "b"), (EN, "c"), (ZH, "a")]):
            await pins.pin(
                SHOP, replace(RETURNS, id=str(number), language=language, question=question), now=NOW
            )
        assert [pinned.question for pinned in await pins.pins(SHOP)] == ["c", "a", "b"]

    async def test_one_that_is_taken_off_stays_inactive_until_it_is_set_again(self, pins: Pins):
        await pins.pin(SHOP, RETURNS, now=NOW)
        assert await pins.unpin(SHOP, "p1")
        assert not await pins.unpin(SHOP, "p1")
        assert await pins.pins(SHOP) == []
        assert await pins.pins(SHOP, every=True) == [replace(RETURNS, active=False)]
        assert await pins.pin(SHOP, RETURNS, now=NOW)
        assert await pins.pins(SHOP) == [RETURNS]

    async def test_another_shops_pin_is_not_touched(self, pins: Pins):
        await pins.pin(SHOP, RETURNS, now=NOW)
        other = ShopId("other")
        assert not await pins.pin(other, replace(RETURNS, slug="theirs"), now=NOW)
        assert not await pins.unpin(other, "p1")
        assert not await pins.unpin(SHOP, "p2")
        assert await pins.pins(SHOP) == [RETURNS]
        assert await pins.pins(other, every=True) == []
