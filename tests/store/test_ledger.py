"""Effects: proposed, taken at most once, finished, told; on both databases."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.store.samples import GUEST, NOW, SHOP, customer, opened

from xiaoer.domain.ids import ConversationId, IntentId, OrderId, ShopId, StaffId
from xiaoer.domain.job import JobState
from xiaoer.domain.money import Money
from xiaoer.domain.outcome import Done, Outcome, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Proof
from xiaoer.domain.ports import ProposalState
from xiaoer.domain.reply import ConfirmCard, Origin
from xiaoer.domain.words import Words
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store
from xiaoer.store.jobs import SqlJobs
from xiaoer.store.ledger import SqlLedger

LATER = NOW + timedelta(minutes=15)
PLAN = Plan(
    "cancel_order",
    {"order_id": "M1", "lines": ("l1", "l2")},
    {"refund": Money(129900, "CNY"), "by": datetime(2026, 3, 9, tzinfo=UTC), "title": Words("跑鞋", "shoes")},
)


async def proposed(ledger: SqlLedger, conversation_id: ConversationId) -> IntentId:
    return await ledger.propose(PLAN, customer(), conversation_id, now=NOW, expires_at=LATER)


async def test_a_proposal_comes_back_as_it_was_made(store: Store) -> None:
    ledger, conversation = SqlLedger(store), await opened(SqlConversations(store))
    proven = replace(GUEST, proof=Proof.ORDER, proven_orders=frozenset({OrderId("M1"), OrderId("M2")}))
    for actor in (customer(), proven):
        intent_id = await ledger.propose(PLAN, actor, conversation.id, now=NOW, expires_at=LATER)
        found = await ledger.proposal(intent_id)
        assert found is not None
        assert (found.id, found.actor, found.plan) == (intent_id, actor, PLAN)
        assert (found.conversation_id, found.state) == (conversation.id, ProposalState.OPEN)
        assert (found.created_at, found.expires_at, found.outcome) == (NOW, LATER, None)
    assert await ledger.proposal(IntentId("nothing")) is None


async def test_of_twenty_who_take_it_one_gets_it(store: Store, database_url: str) -> None:
    async with await Store.open(database_url) as other:
        ledgers = [SqlLedger(store), SqlLedger(other)]
        intent_id = await proposed(ledgers[0], (await opened(SqlConversations(store))).id)
        took = await asyncio.gather(*(ledgers[n % 2].take(intent_id, now=NOW) for n in range(20)))
    assert took.count(True) == 1
    assert not await SqlLedger(store).take(intent_id, now=NOW)


async def test_an_expired_card_cannot_be_taken(store: Store) -> None:
    ledger = SqlLedger(store)
    intent_id = await proposed(ledger, (await opened(SqlConversations(store))).id)
    assert not await ledger.take(intent_id, now=LATER)
    assert await ledger.take(intent_id, now=LATER - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("state", "outcome", "card"),
    [
        (ProposalState.DONE, Done("cancel_order", {"refund": Money(129900, "CNY")}), "done"),
        (ProposalState.REFUSED, Refused(Reason.ALREADY_SHIPPED, {"order_id": "M1"}), "failed"),
        (ProposalState.UNCLEAR, None, "failed"),
        (ProposalState.DECLINED, None, "declined"),
        (ProposalState.EXPIRED, None, "expired"),
    ],
)
async def test_the_end_is_recorded_and_told(
    store: Store, state: ProposalState, outcome: Outcome | None, card: str
) -> None:
    heard: list[ConversationId] = []
    log, ledger = SqlConversations(store), SqlLedger(store, heard.append)
    conversation = await opened(log)
    intent_id = await proposed(ledger, conversation.id)
    await ledger.finish(intent_id, state, outcome, now=NOW)
    found = await ledger.proposal(intent_id)
    assert found is not None
    assert (found.state, found.outcome) == (state, outcome)
    [event] = await log.after(conversation.id, 0, limit=10)
    assert (event.kind, event.origin, event.seq) == ("card", Origin.FLOW, 1)
    [part] = event.parts
    assert isinstance(part, ConfirmCard)
    assert (part.intent_id, part.state, part.action) == (intent_id, card, "cancel_order")
    assert heard == [conversation.id]


async def test_it_ends_once(store: Store) -> None:
    log, ledger = SqlConversations(store), SqlLedger(store)
    conversation = await opened(log)
    intent_id = await proposed(ledger, conversation.id)
    assert await ledger.take(intent_id, now=NOW)
    ends = [ProposalState.DONE, ProposalState.DECLINED] * 5
    await asyncio.gather(*(ledger.finish(intent_id, state, None, now=NOW) for state in ends))
    assert len(await log.after(conversation.id, 0, limit=20)) == 1
    assert not await ledger.take(intent_id, now=NOW)


async def test_open_and_taken_are_no_ends(store: Store) -> None:
    ledger = SqlLedger(store)
    for state in (ProposalState.OPEN, ProposalState.TAKEN):
        with pytest.raises(ValueError, match="does not end"):
            await ledger.finish(IntentId("i"), state, None, now=NOW)


async def test_with_an_effect_that_is_taken_stands_the_job_that_settles_it(store: Store) -> None:
    ledger, jobs = SqlLedger(store), SqlJobs(store)
    conversation = await opened(SqlConversations(store))
    taken, finished, lost, _ = [await proposed(ledger, conversation.id) for _ in range(4)]
    for intent_id in (taken, finished, lost):
        await ledger.take(intent_id, now=NOW)
    await ledger.finish(finished, ProposalState.DONE, None, now=NOW)
    await ledger.finish(lost, ProposalState.UNCLEAR, None, now=NOW)
    waiting = await jobs.listed(SHOP, states=[JobState.READY], limit=9)
    assert {job.key: job.run_at - NOW for job in waiting} == {
        taken: timedelta(seconds=30),
        finished: timedelta(seconds=30),  # until a turn is kept that says so
        lost: timedelta(seconds=5),
    }


async def test_a_colleague_s_yes_is_settled_though_a_look_from_before_it_is_still_under_way(
    store: Store,
) -> None:
    """A slow turn: its effect was looked up before the limits had held it."""
    ledger, jobs, late = SqlLedger(store), SqlJobs(store), NOW + timedelta(seconds=31)
    intent_id = await proposed(ledger, (await opened(SqlConversations(store))).id)
    assert await ledger.take(intent_id, now=NOW)
    [before] = await jobs.take(SHOP, now=late, until=LATER, kinds=["settle_effect"], limit=9)
    await ledger.hold(intent_id, Reason.ABOVE_LIMIT, "limits.per_order", now=late)
    assert await ledger.agree(intent_id, StaffId("lin"), now=late)
    assert not await jobs.done(before, now=late)
    [after] = await jobs.listed(SHOP, states=[JobState.READY], limit=9)
    assert (after.key, after.run_at - late) == (intent_id, timedelta(seconds=30))


@pytest.mark.parametrize("state", [ProposalState.DECLINED, ProposalState.EXPIRED])
async def test_what_was_sent_can_neither_be_taken_back_nor_run_out(
    store: Store, state: ProposalState
) -> None:
    ledger = SqlLedger(store)
    intent_id = await proposed(ledger, (await opened(SqlConversations(store))).id)
    assert await ledger.take(intent_id, now=NOW)
    await ledger.finish(intent_id, state, None, now=NOW)
    found = await ledger.proposal(intent_id)
    assert found is not None
    assert found.state is ProposalState.TAKEN


async def test_a_colleague_sees_what_waits_in_their_own_shop(store: Store) -> None:
    ledger, conversation = SqlLedger(store), await opened(SqlConversations(store))
    for actor in (customer(), customer(shop_id=ShopId("another"))):
        intent_id = await ledger.propose(PLAN, actor, conversation.id, now=NOW, expires_at=LATER)
        assert await ledger.take(intent_id, now=NOW)
        await ledger.hold(intent_id, Reason.ABOVE_LIMIT, "limits.per_order", now=NOW)
    assert [effect.actor.shop_id for effect in await ledger.held(SHOP, limit=9)] == [SHOP]


async def test_what_was_unclear_may_be_found_out(store: Store) -> None:
    ledger = SqlLedger(store)
    intent_id = await proposed(ledger, (await opened(SqlConversations(store))).id)
    for state in (ProposalState.UNCLEAR, ProposalState.EXPIRED, ProposalState.DONE, ProposalState.UNCLEAR):
        await ledger.finish(intent_id, state, None, now=NOW)
    found = await ledger.proposal(intent_id)
    assert found is not None
    assert found.state is ProposalState.DONE


async def test_it_ends_even_if_the_conversation_is_gone(store: Store) -> None:
    heard: list[ConversationId] = []
    ledger = SqlLedger(store, heard.append)
    intent_id = await proposed(ledger, ConversationId("erased"))
    await ledger.finish(intent_id, ProposalState.DONE, None, now=NOW)
    found = await ledger.proposal(intent_id)
    assert found is not None
    assert (found.state, heard) == (ProposalState.DONE, [])


@dataclass(frozen=True, kw_only=True)
class Given:
    """An effect beside the one that is asked about. 10 yuan went back."""

    order: str = "M1"
    actor: Actor = field(default_factory=customer)
    state: ProposalState = ProposalState.DONE
    agreed: bool = False
    at: datetime = NOW


YESTERDAY = NOW - timedelta(days=1)
PROVEN = replace(GUEST, proof=Proof.ORDER, proven_orders=frozenset({OrderId("M2")}))


@pytest.mark.parametrize(
    ("given", "spent"),
    [
        (Given(), (1_000, 1_000, 1_000)),
        (Given(state=ProposalState.TAKEN), (1_000, 1_000, 1_000)),  # it may happen yet
        (Given(state=ProposalState.UNCLEAR), (1_000, 1_000, 1_000)),  # or have happened
        (Given(state=ProposalState.REFUSED), (0, 0, 0)),
        (Given(state=ProposalState.OPEN), (0, 0, 0)),
        (Given(agreed=True), (0, 0, 0)),
        (Given(at=YESTERDAY), (1_000, 0, 0)),
        (Given(order="M3"), (0, 1_000, 1_000)),
        (Given(order="M2", actor=PROVEN), (0, 1_000, 1_000)),  # asked for as a guest: it is theirs
        (Given(order="M9", actor=customer("c-wu")), (0, 0, 1_000)),
        (Given(actor=customer(shop_id=ShopId("another"))), (0, 0, 0)),
    ],
)
async def test_what_went_back_counts_where_it_belongs(
    store: Store, given: Given, spent: tuple[int, int, int]
) -> None:
    ledger, talk = SqlLedger(store), (await opened(SqlConversations(store))).id

    async def of(order: str, actor: Actor) -> IntentId:
        plan = Plan("cancel_order", {"order_id": order}, {"order_id": order, "refund": Money(1_000, "CNY")})
        return await ledger.propose(plan, actor, talk, now=given.at, expires_at=LATER)

    other = await of(given.order, given.actor)
    if given.state is not ProposalState.OPEN:
        assert await ledger.take(other, now=given.at)
    if given.agreed:
        await ledger.hold(other, Reason.ABOVE_LIMIT, "limits.per_order", now=given.at)
        assert await ledger.agree(other, StaffId("lin"), now=given.at)
    if given.state not in (ProposalState.OPEN, ProposalState.TAKEN):
        await ledger.finish(other, given.state, None, now=given.at)
    mine = await ledger.proposal(await of("M1", customer()))
    assert mine is not None
    assert await ledger.take(mine.id, now=NOW)
    theirs = [OrderId("M1"), OrderId("M2"), OrderId("M3")]
    found = await ledger.spent(
        mine, since=NOW - timedelta(hours=5), owner=mine.actor.customer_id, orders=theirs
    )
    assert (found.order, found.customer_today, found.shop_today) == spent
