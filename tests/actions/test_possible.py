"""A change that is only asked about: what it would come to is told, and nothing is proposed."""

import pytest
from tests.actions.bench import MEI, WRITES, Bench, order_of
from tests.shops.worlds import NOW, world

from xiaoer.actions.run import CARD_LIVES, foreseen, run
from xiaoer.domain.conversation import Conversation, Memory, State, Turn
from xiaoer.domain.decision import Chosen, Do
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.order import OrderState
from xiaoer.domain.outcome import NeedsConfirm, Possible, Reason, Refused
from xiaoer.domain.understanding import Understanding
from xiaoer.domain.words import Language
from xiaoer.guard.outbound import found_in
from xiaoer.speak.voice import TemplateVoice

VOICE = TemplateVoice(card_lives=CARD_LIVES)
SEEDS = range(4)  # of the wording


def a_turn(language: Language, n: int) -> Turn:
    conversation = Conversation(
        id=ConversationId("here"),
        actor=MEI,
        state=State.BOT,
        language=language,
        time_zone="Asia/Shanghai",
        channel="web",
        created_at=NOW,
    )
    heard = Understanding(text="", language=language, wishes=())
    return Turn(
        id=TurnId(f"t{n}"),
        conversation=conversation,
        messages=(),
        understanding=heard,
        memory=Memory(),
        now=NOW,
    )


@pytest.mark.parametrize("action", WRITES)
async def test_what_a_change_would_come_to_may_be_said(action: str) -> None:
    bench = Bench()
    plan = (await bench.card(action)).plan
    asked = Do(action, plan.args, asks=True)
    for language in Language:
        for n in SEEDS:
            turn, chosen = a_turn(language, n), Chosen(asked, "model")
            ours = VOICE.say(chosen, Possible(plan), turn)
            assert not found_in(ours, turn, chosen, Possible(plan)), ours.text


@pytest.mark.parametrize("action", WRITES)
async def test_nothing_is_proposed_and_what_is_not_allowed_is_refused_the_same(action: str) -> None:
    bench = Bench()
    plan = (await bench.card(action)).plan
    cards = len(bench.ledger.rows)
    outcome = await run(Do(action, plan.args, asks=True), MEI, bench.reach())
    assert outcome == Possible(plan)
    assert len(bench.ledger.rows) == cards
    nothing: Facts = {"order_id": "M00000000"} if "order_id" in plan.args else {}
    refused = await run(Do(action, {**plan.args, **nothing}, asks=True), MEI, bench.reach())
    if nothing:
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.NO_SUCH_ORDER


PAID = order_of(MEI, OrderState.PAID).id
GONE = next(p for p in world().products if not any(v.stock for v in p.variants))


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("complaint", {"what": "没人管"}),
        ("call_back", {"phone": "13912345678"}),
        ("call_person", {}),
        ("request_erasure", {}),
        ("notify_restock", {"product": GONE.id}),
        ("urge_shipping", {"order_id": PAID}),
        ("prove_order", {"order_id": PAID, "contact": "0000"}),
        ("cancel_order", {"order_id": PAID}),
    ],
)
async def test_what_is_only_foreseen_is_not_done(action: str, args: Facts) -> None:
    """For who tries a model, or helps at the desk: nobody is called, nothing kept, no try of a proof used."""
    bench = Bench()
    for _ in range(3):
        outcome = await foreseen(Do(action, args), MEI, bench.reach())
        assert isinstance(outcome, NeedsConfirm), outcome
        assert not outcome.intent_id
    assert not bench.shop.writes
    assert not bench.ledger.rows
    assert not bench.tickets.open_ones
    assert not bench.restocks.rows
    assert (bench.house.called, bench.house.proofs, bench.house.tries) == ([], [], {})
