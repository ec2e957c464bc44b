"""The log of what was said: idempotent, ordered, one turn at a time; on both databases."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from operator import methodcaller

import pytest
from tests.store.samples import GUEST, NOW, SHOP, customer, opened, reply, said, turn

from xiaoer.domain.conversation import Inbound, Memory
from xiaoer.domain.decision import Task
from xiaoer.domain.ids import ConversationId, CustomerId, MessageId, OrderId, StaffId
from xiaoer.domain.people import Actor, Proof, Role
from xiaoer.domain.ports import Busy, DifferentBody, Feedback
from xiaoer.domain.reply import NOTHING, Origin, TextPart
from xiaoer.domain.words import Language
from xiaoer.store import tables
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store

LATER = NOW + timedelta(seconds=31)


async def test_a_message_is_stored_as_it_was_sent(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    text = "  我的订单 \u202eM2026\u202c\r\n什么时候发货？👩‍👩‍👧 𠮷 e\u0301 \u200b"
    message = await said(log, conversation.id, text)
    assert message.text == text
    assert await log.after(conversation.id, 0, limit=10) == [message]
    assert await log.message(conversation.id, message.id) == message


async def test_a_conversation_comes_back_as_it_was_opened(store: Store) -> None:
    log = SqlConversations(store)
    proven = replace(GUEST, proof=Proof.ORDER, proven_orders=frozenset({OrderId("M1"), OrderId("M2")}))
    for actor in (GUEST, customer(), proven):
        conversation = await opened(log, actor)
        assert await log.get(conversation.id) == conversation


async def test_staff_open_no_conversation(store: Store) -> None:
    with pytest.raises(ValueError, match="customer"):
        await opened(SqlConversations(store), Actor(shop_id=SHOP, role=Role.STAFF))


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    log, nowhere = SqlConversations(store), ConversationId("nowhere")
    assert await log.get(nowhere) is None
    assert await log.message(nowhere, MessageId("m")) is None
    assert await log.after(nowhere, 0, limit=10) == []
    with pytest.raises(LookupError):
        await said(log, nowhere, "在吗")
    with pytest.raises(LookupError):
        await log.pending(nowhere)
    with pytest.raises(LookupError):
        async with log.lease(nowhere, now=NOW):
            pass


async def test_a_repeat_is_the_same_message(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    inbound = Inbound(conversation_id=conversation.id, client_id="c1", text="在吗")
    first, new = await log.receive(inbound, now=NOW)
    again, new_again = await log.receive(inbound, now=LATER)
    assert (new, new_again, again) == (True, False, first)
    assert await log.after(conversation.id, 0, limit=10) == [first]
    kept = await log.get(conversation.id)
    assert kept is not None
    assert kept.last_seq == 1


async def test_a_repeat_with_another_text_is_refused(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    await said(log, conversation.id, "退货", client_id="c1")
    with pytest.raises(DifferentBody):
        await said(log, conversation.id, "换货", client_id="c1")
    assert len(await log.after(conversation.id, 0, limit=10)) == 1


async def test_a_persons_message_is_received_once_and_asks_nothing(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    inbound = Inbound(
        conversation_id=conversation.id, client_id="d1", text="您好，我是小林。", staff_id=StaffId("s1")
    )
    message, new = await log.receive(inbound, now=NOW)
    assert (new, message.origin, message.staff_id) == (True, Origin.HUMAN, "s1")
    assert await log.receive(inbound, now=NOW) == (message, False)
    assert (await log.pending(conversation.id))[1] == []
    assert await log.unanswered(SHOP, limit=10) == []


async def test_messages_without_a_client_id_are_never_repeats(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    inbound = Inbound(conversation_id=conversation.id, client_id="", text="在吗")
    assert [(await log.receive(inbound, now=NOW))[1] for _ in range(2)] == [True, True]


async def test_twenty_repeats_at_once_are_one_message(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        logs = [SqlConversations(store), SqlConversations(other)]
        conversation = await opened(logs[0])
        inbound = Inbound(conversation_id=conversation.id, client_id="c1", text="在吗")
        results = await asyncio.gather(*(logs[n % 2].receive(inbound, now=NOW) for n in range(20)))
    assert Counter(new for _, new in results) == {True: 1, False: 19}
    assert len({message.id for message, _ in results}) == 1


async def test_seq_grows_by_one_in_the_order_of_commits(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        logs = [SqlConversations(store), SqlConversations(other)]
        conversation = await opened(logs[0])
        seen: list[int] = []

        async def tail() -> None:
            while len(seen) < 40:
                seen.extend(
                    m.seq for m in await logs[0].after(conversation.id, seen[-1] if seen else 0, limit=7)
                )

        async with asyncio.timeout(30):
            await asyncio.gather(tail(), *(said(logs[n % 2], conversation.id, f"{n}") for n in range(40)))
    assert seen == list(range(1, 41))


async def test_two_leases_at_once_are_one(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        here, there = SqlConversations(store), SqlConversations(other)
        conversation = await opened(here)
        async with here.lease(conversation.id, now=NOW):
            for log in (here, there):
                with pytest.raises(Busy):
                    async with log.lease(conversation.id, now=NOW + timedelta(seconds=29)):
                        pass
        async with there.lease(conversation.id, now=NOW):
            pass


async def test_of_twenty_who_want_the_lease_one_gets_it(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        logs = [SqlConversations(store), SqlConversations(other)]
        conversation = await opened(logs[0])
        everyone_asked = asyncio.Barrier(20)

        async def wants(log: SqlConversations) -> bool:
            try:
                async with log.lease(conversation.id, now=NOW):
                    await everyone_asked.wait()
                    return True
            except Busy:
                await everyone_asked.wait()
                return False

        got = await asyncio.gather(*(wants(logs[n % 2]) for n in range(20)))
    assert got.count(True) == 1


async def test_a_lease_runs_out_after_a_crash(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    crashed = log.lease(conversation.id, now=NOW)  # kept: thrown away, it would be given back
    await crashed.__aenter__()
    with pytest.raises(Busy):
        async with log.lease(conversation.id, now=NOW + timedelta(seconds=29)):
            pass
    async with log.lease(conversation.id, now=LATER):
        pass


async def test_a_turn_ends_in_one_piece(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log, customer())
    await said(log, conversation.id, "到哪了")
    async with log.lease(conversation.id, now=NOW):
        record = await turn(log, conversation.id)
        message = await log.finish_turn(record, now=NOW)
    assert message is not None
    assert (message.seq, message.origin, message.text) == (2, Origin.TEMPLATE, "已经在路上了。")
    assert (message.parts, message.turn_id) == (record.reply.parts, record.turn.id)
    after, pending = await log.pending(conversation.id)
    assert pending == []
    assert (after.answered_seq, after.last_seq, after.language) == (1, 2, Language.EN)
    assert after.memory == record.turn.memory
    row = await store.read(lambda conn: conn.execute(tables.turns.select()).mappings().one())
    assert (row["id"], row["reply_id"]) == (record.turn.id, message.id)
    assert "local:0.93" in row["steps"]


async def test_a_burst_is_answered_at_once_and_what_came_meanwhile_stays(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    burst = [await said(log, conversation.id, text) for text in ("在吗", "我的订单", "M1 到哪了")]
    async with log.lease(conversation.id, now=NOW):
        record = await turn(log, conversation.id)
        assert list(record.turn.messages) == burst
        late = await said(log, conversation.id, "快点")
        await log.finish_turn(record, now=NOW)
    assert (await log.pending(conversation.id))[1] == [late]


async def test_a_turn_that_says_nothing_answers_all_the_same(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    await said(log, conversation.id, "在吗")
    async with log.lease(conversation.id, now=NOW):
        assert await log.finish_turn(await turn(log, conversation.id, NOTHING), now=NOW) is None
    kept, pending = await log.pending(conversation.id)
    assert (kept.last_seq, pending) == (1, [])


async def test_a_card_press_answers_no_message(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    async with log.lease(conversation.id, now=NOW):
        pressed = await turn(log, conversation.id)
        late = await said(log, conversation.id, "等等")
        await log.finish_turn(pressed, now=NOW)
    kept, pending = await log.pending(conversation.id)
    assert (kept.answered_seq, kept.language, pending) == (0, Language.ZH, [late])


async def test_who_outlived_the_lease_does_not_finish(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        for second in (SqlConversations(store), SqlConversations(other)):
            first = SqlConversations(store)
            conversation = await opened(first)
            await said(first, conversation.id, "在吗")
            async with first.lease(conversation.id, now=NOW):
                slow, silent = [await turn(first, conversation.id, answer) for answer in (reply(), NOTHING)]
                async with second.lease(conversation.id, now=LATER):
                    for record in (slow, silent):
                        with pytest.raises(Busy):
                            await first.finish_turn(record, now=LATER)
                    assert (
                        await second.finish_turn(await turn(second, conversation.id), now=LATER) is not None
                    )
                with pytest.raises(Busy):
                    await first.finish_turn(slow, now=LATER)
            assert [m.seq for m in await first.after(conversation.id, 0, limit=10)] == [1, 2]
            turns = await store.read(lambda conn: conn.execute(tables.turns.select()).all())
            assert len([row for row in turns if row.conversation_id == conversation.id]) == 1


async def test_the_same_repository_tells_its_tasks_apart(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    await said(log, conversation.id, "在吗")
    holds, taken_over, tried = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        try:
            async with log.lease(conversation.id, now=NOW):
                record = await turn(log, conversation.id, reply("慢"))
                holds.set()
                await taken_over.wait()
                await log.finish_turn(record, now=LATER)
        finally:
            tried.set()

    async def quick() -> None:
        await holds.wait()
        async with log.lease(conversation.id, now=LATER):
            taken_over.set()
            await tried.wait()
            await log.finish_turn(await turn(log, conversation.id, reply("快")), now=LATER)

    async with asyncio.timeout(20):
        results = await asyncio.gather(slow(), quick(), return_exceptions=True)
    assert [type(result) for result in results] == [Busy, type(None)]
    assert [m.text for m in await log.after(conversation.id, 1, limit=10)] == ["快"]


async def test_nobody_finishes_without_a_lease(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    await said(log, conversation.id, "在吗")
    with pytest.raises(Busy):
        await log.finish_turn(await turn(log, conversation.id), now=NOW)


async def test_what_a_crash_left_behind_is_found(store: Store) -> None:
    now = NOW
    log = SqlConversations(store, clock=lambda: now)
    answered, crashed, busy = [await opened(log) for _ in range(3)]
    for conversation in (answered, crashed, busy):
        await said(log, conversation.id, "在吗")
    async with log.lease(answered.id, now=NOW):
        await log.finish_turn(await turn(log, answered.id), now=NOW)
    working = log.lease(busy.id, now=NOW)  # kept: thrown away, it would be given back
    await working.__aenter__()
    assert await log.unanswered(SHOP, limit=10) == [crashed.id]
    now = LATER
    assert set(await log.unanswered(SHOP, limit=10)) == {crashed.id, busy.id}
    assert len(await log.unanswered(SHOP, limit=1)) == 1


async def test_say_appends_with_its_origin(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    parts = (TextPart(text="您好，我是小林。"),)
    message = await log.say(
        conversation.id, "您好，我是小林。", parts, Origin.HUMAN, now=NOW, staff_id=StaffId("s1")
    )
    assert await log.after(conversation.id, 0, limit=10) == [message]
    assert (message.origin, message.staff_id, message.parts) == (Origin.HUMAN, "s1", parts)
    with pytest.raises(LookupError):
        await log.say(ConversationId("nowhere"), "", (), Origin.HUMAN, now=NOW)


async def test_a_guest_proves_orders_and_stays_a_guest(store: Store) -> None:
    log = SqlConversations(store)
    guest, signed_in = await opened(log), await opened(log, customer())
    for order in ("M1", "M1", "M2"):
        await log.prove(guest.id, OrderId(order))
    await log.prove(signed_in.id, OrderId("M1"))
    kept, same = await log.get(guest.id), await log.get(signed_in.id)
    assert kept is not None
    assert kept.actor == replace(
        GUEST, proof=Proof.ORDER, proven_orders=frozenset({OrderId("M1"), OrderId("M2")})
    )
    assert same == signed_in


async def test_the_latest_open_conversation_of_a_customer(store: Store) -> None:
    log = SqlConversations(store)
    await opened(log, customer())
    second = await opened(log, customer(), now=LATER)
    await opened(log, customer("c-wang"), now=LATER)
    assert await log.latest_of(SHOP, CustomerId("c-lin")) == second
    assert await log.latest_of(SHOP, CustomerId("c-nobody")) is None


async def test_feedback_is_replaced_and_belongs_to_its_conversation(store: Store) -> None:
    log = SqlConversations(store)
    conversation, other = await opened(log), await opened(log)
    message = await log.say(conversation.id, "好", (), Origin.TEMPLATE, now=NOW)
    for thumb, text in ((1, ""), (-1, "答非所问")):
        given = Feedback(conversation_id=conversation.id, message_id=message.id, thumb=thumb, text=text)
        await log.feedback(given, now=NOW)
    rows = await store.read(lambda conn: conn.execute(tables.feedback.select()).all())
    assert [(row.thumb, row.text, row.shop_id) for row in rows] == [(-1, "答非所问", SHOP)]
    with pytest.raises(LookupError):
        await log.feedback(Feedback(conversation_id=other.id, message_id=message.id, thumb=1), now=NOW)


async def test_memory_is_kept(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    memory = Memory(task=Task(action="cancel_order", args={"order_id": "M1"}, asked="reason"), lost=1)
    await log.remember(conversation.id, memory)
    kept = await log.get(conversation.id)
    assert kept == replace(conversation, memory=memory)


async def test_listeners_hear_of_each_event_after_its_commit(store: Store) -> None:
    heard: list[ConversationId] = []
    log = SqlConversations(store, heard.append)
    conversation = await opened(log)
    assert heard == []
    await said(log, conversation.id, "在吗", client_id="c1")
    await said(log, conversation.id, "在吗", client_id="c1")
    assert len(heard) == 1
    async with log.lease(conversation.id, now=NOW):
        await log.finish_turn(await turn(log, conversation.id), now=NOW)
    await log.say(conversation.id, "好", (), Origin.HUMAN, now=NOW)
    assert heard == [conversation.id] * 3


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
async def test_a_text_that_cannot_be_stored_hurts_nobody_else(store: Store, text: str) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    results = await asyncio.gather(
        *(said(log, conversation.id, words) for words in ("一", text, "二")), return_exceptions=True
    )
    assert isinstance(results[1], ValueError)
    assert sorted(m.text for m in await log.after(conversation.id, 0, limit=10)) == ["一", "二"]


async def test_no_message_without_a_known_origin(store: Store) -> None:
    log = SqlConversations(store)
    conversation = await opened(log)
    await said(log, conversation.id, "在吗")
    for origin in ("robot", None):
        change = tables.messages.update().values(origin=origin)
        with pytest.raises(Exception, match="(?i)check|not.null"):
            await store.write("test", methodcaller("execute", change))
