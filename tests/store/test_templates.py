"""Reply templates: every place that keeps them keeps the contract; what came of them is counted."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from tests.store.samples import NOW, SHOP, opened, reply, said, turn
from tests.store.templates_contract import PARCEL, TemplatesContract, went_live

from xiaoer.domain.conversation import Conversation, Message, State
from xiaoer.domain.ids import ShopId, StaffId, TemplateId
from xiaoer.domain.ports import Feedback
from xiaoer.domain.reply import Reply, Used
from xiaoer.domain.templates import Tally
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.desk import SqlDesk
from xiaoer.store.engine import Store
from xiaoer.store.tables import reply_templates, template_uses
from xiaoer.store.templates import SqlTemplates
from xiaoer.templates.memory import MemoryTemplates

T1, T2 = TemplateId("t1"), TemplateId("t2")


class TestMemoryTemplates(TemplatesContract):
    @pytest.fixture
    def templates(self) -> MemoryTemplates:
        return MemoryTemplates()


class TestSqlTemplates(TemplatesContract):
    @pytest.fixture
    def templates(self, store: Store) -> SqlTemplates:
        return SqlTemplates(store)


async def test_processes_that_write_at_once_get_one_row_of_numbers(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        both = [SqlTemplates(store), SqlTemplates(other)]
        made = await asyncio.gather(
            *(both[n % 2].draft(SHOP, PARCEL, str(n), author="lin", now=NOW) for n in range(20))
        )
        await asyncio.gather(*(both[n % 2].publish(SHOP, one.id, now=NOW) for n, one in enumerate(made)))
        assert await both[0].changed(SHOP) == await both[1].changed(SHOP) == "20-1"
    assert sorted(one.number for one in made) == list(range(1, 21))


async def test_the_database_itself_refuses_a_second_published_version(store: Store) -> None:
    templates = SqlTemplates(store)
    await went_live(templates)

    async def copy(**changes: object) -> None:
        row = await store.read(lambda conn: conn.execute(select(reply_templates)).mappings().first())
        assert row is not None
        await store.write("k", lambda conn: conn.execute(insert(reply_templates), {**row, **changes}))

    with pytest.raises(IntegrityError):
        await copy(id="x", number=2)
    with pytest.raises(IntegrityError):
        await copy(id="x", state="archived")
    await copy(id="x", number=2, state="archived")


# --- what came of a use ----------------------------------------------------------------------------


class Counter:
    """Turns that are answered one after another, with or without templates."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.log, self.desk, self.templates = SqlConversations(store), SqlDesk(store), SqlTemplates(store)

    async def visitor(self) -> Conversation:
        return await opened(self.log)

    async def answers(self, talk: Conversation, *used: TemplateId, hand_off: bool = False) -> Message:
        """One turn, all at the very same moment: only the order of the events tells what came first."""
        await said(self.log, talk.id, "在吗")
        spoken: Reply = replace(reply(), templates=tuple(map(Used, used)))
        async with self.log.lease(talk.id, now=NOW):
            if hand_off:
                await self.desk.queue(talk.id, "asked", now=NOW)
            message = await self.log.finish_turn(await turn(self.log, talk.id, spoken), now=NOW)
        assert message is not None
        return message

    async def tally(self, template_id: TemplateId = T1) -> Tally:
        return (await self.templates.tallies(SHOP))[template_id]


@pytest.fixture
async def counter(store: Store) -> Counter:
    return Counter(store)


async def test_a_use_is_kept_with_its_turn_and_goes_with_its_conversation(counter: Counter) -> None:
    talk = await counter.visitor()
    message = await counter.answers(talk, T1, T2, T1)
    await counter.answers(talk)
    rows = await counter.store.read(
        lambda conn: (
            conn.execute(select(template_uses).order_by(template_uses.c.template_id)).mappings().all()
        )
    )
    assert [(row["template_id"], row["message_id"], row["at"]) for row in rows] == [
        ("t1", message.id, NOW),
        ("t2", message.id, NOW),
    ]
    assert {row["turn_id"] for row in rows} == {message.turn_id}


async def test_uses_and_thumbs_are_counted(counter: Counter) -> None:
    messages = []
    for thumb in (1, 1, -1, 0):
        talk = await counter.visitor()
        messages.append(await counter.answers(talk, T1))
        if thumb:
            about = Feedback(conversation_id=talk.id, message_id=messages[-1].id, thumb=thumb)
            await counter.log.feedback(about, now=NOW)
    assert await counter.tally() == Tally(uses=4, up=2, down=1, handed_off=0)
    assert dict(await counter.templates.tallies(ShopId("other"))) == {}
    assert dict(await counter.templates.tallies(SHOP, since=NOW + timedelta(seconds=1))) == {}
    assert set(await counter.templates.tallies(SHOP, since=NOW)) == {T1}


@pytest.mark.parametrize(("after", "counted"), [(1, 1), (2, 1), (3, 1), (4, 0)])
async def test_a_hand_off_counts_within_three_turns(counter: Counter, after: int, counted: int) -> None:
    talk = await counter.visitor()
    await counter.answers(talk, T1)
    for n in range(1, after + 1):
        await counter.answers(talk, hand_off=n == after)
    assert (await counter.tally()).handed_off == counted


async def test_a_hand_off_before_the_use_or_in_another_talk_is_none_of_it(counter: Counter) -> None:
    talk, other = await counter.visitor(), await counter.visitor()
    await counter.answers(talk, hand_off=True)
    await counter.desk.take(talk.id, StaffId("wang"), now=NOW)
    await counter.desk.close(talk.id, now=NOW, to=State.BOT)
    await counter.answers(talk, T1)
    await counter.answers(other, hand_off=True)
    assert await counter.tally() == Tally(uses=1, up=0, down=0, handed_off=0)


async def test_two_uses_before_one_hand_off_are_both_counted(counter: Counter) -> None:
    talk = await counter.visitor()
    await counter.answers(talk, T1)
    await counter.answers(talk, T1, T2)
    await counter.answers(talk, hand_off=True)
    assert (await counter.tally()).handed_off == 2
    assert (await counter.tally(T2)).handed_off == 1
