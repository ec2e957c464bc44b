"""What every place that keeps corrections and models must do. Subclass, and give the fixtures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tests.store.samples import NOW, SHOP, reply, said, turn

from xiaoer.domain.ids import ConversationId, MessageId, ShopId, StaffId, TurnId
from xiaoer.domain.learning import (
    By,
    Correction,
    CorrectionState,
    ModelRow,
    ModelState,
    Verdict,
    correction_id,
)
from xiaoer.domain.learning_ports import Corrections, Models
from xiaoer.domain.understanding import Guess, Intent, Understanding, Wish
from xiaoer.domain.words import Language
from xiaoer.store.conversations import SqlConversations
from xiaoer.store.engine import Store

OPEN, CONFIRMED, REJECTED = CorrectionState
LIN, WANG = StaffId("lin"), StaffId("wang")
FEE, POLICY, TRACK = Intent("return_shipping_cost"), Intent("return_policy"), Intent("track_parcel")
OTHER_SHOP = ShopId("other")


@dataclass(frozen=True)
class Talked:
    """A turn that is in the record: what it answered, and its reply."""

    conversation_id: ConversationId
    turn_id: TurnId
    message_id: MessageId
    reply_id: MessageId


async def talked_in(store: Store, conversation_id: ConversationId) -> Talked:
    """A customer says something and is answered; kept as the clerk keeps it."""
    log = SqlConversations(store)
    message = await said(log, conversation_id, "退的时候邮费谁出")
    async with log.lease(conversation_id, now=NOW):
        record = await turn(log, conversation_id, reply())
        done = replace(record.turn, understanding=HEARD)
        answer = await log.finish_turn(replace(record, turn=done), now=NOW)
    assert answer is not None
    return Talked(conversation_id, done.id, message.id, answer.id)


Talk = Callable[..., Awaitable[Talked]]  # a customer says something and is answered


def correction(talked: Talked, **changes: object) -> Correction:
    """Somebody's thumb down for the first wish of a turn."""
    made = Correction(
        id=correction_id(talked.turn_id, 0),
        shop_id=SHOP,
        conversation_id=talked.conversation_id,
        turn_id=talked.turn_id,
        text="退的时候邮费谁出",
        language=Language.ZH,
        guessed=POLICY,
        meant=None,
        made_by=By.THUMB,
        state=OPEN,
        model="m1",
        at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def verdict(state: CorrectionState = CONFIRMED, **changes: object) -> Verdict:
    return replace(Verdict(state=state, staff_id=LIN, at=NOW + timedelta(hours=1)), **changes)  # type: ignore[arg-type]


HEARD = Understanding(
    text="退的时候邮费谁出",
    language=Language.ZH,
    wishes=(Wish(text="退的时候邮费谁出", guesses=(Guess(POLICY, 0.6), Guess(FEE, 0.3))),),
    model="m1",
)


class CorrectionsContract:
    async def test_one_comes_back_as_it_was_said(self, corrections: Corrections, talk: Talk):
        said = correction(await talk(), meant=FEE, made_by=By.CUSTOMER)
        assert await corrections.add(said) == said
        assert await corrections.get(SHOP, said.id) == said
        assert await corrections.get(OTHER_SHOP, said.id) is None
        assert await corrections.get(SHOP, "nothing-0") is None

    async def test_a_wish_has_one_whoever_speaks_of_it(self, corrections: Corrections, talk: Talk):
        talked = await talk()
        thumb = await corrections.add(correction(talked))
        choice = correction(talked, meant=FEE, made_by=By.CUSTOMER, at=NOW + timedelta(minutes=1))
        assert await corrections.add(choice) == replace(thumb, meant=FEE, made_by=By.CUSTOMER)
        assert await corrections.add(correction(talked)) == replace(thumb, meant=FEE, made_by=By.CUSTOMER)
        assert len(await corrections.listed(SHOP, OPEN, limit=9)) == 1

    async def test_what_the_staff_decided_only_they_change(self, corrections: Corrections, talk: Talk):
        talked = await talk()
        await corrections.add(correction(talked, meant=FEE))
        decided = await corrections.decide(SHOP, correction_id(talked.turn_id, 0), verdict(REJECTED))
        for again in (correction(talked), correction(talked, meant=TRACK, made_by=By.CUSTOMER)):
            assert await corrections.add(again) == decided
        said = correction(talked, meant=TRACK, made_by=By.STAFF, state=CONFIRMED, staff_id=WANG)
        after = await corrections.add(said)
        assert (after.meant, after.state, after.staff_id) == (TRACK, CONFIRMED, WANG)

    async def test_a_conversation_that_is_not_there(self, corrections: Corrections, talk: Talk):
        talked = await talk()
        for wrong in ({"conversation_id": ConversationId("gone")}, {"shop_id": OTHER_SHOP}):
            with pytest.raises(LookupError):
                await corrections.add(correction(talked, **wrong))

    async def test_a_thumb_turned_up_takes_back_only_a_thumb(self, corrections: Corrections, talk: Talk):
        thumb = await corrections.add(correction(await talk()))
        choice = await corrections.add(correction(await talk(), meant=FEE, made_by=By.CUSTOMER))
        judged = await corrections.add(correction(await talk()))
        await corrections.decide(SHOP, judged.id, verdict(REJECTED))
        for one in (thumb, choice, judged):
            await corrections.take_back(OTHER_SHOP, one.id)
            await corrections.take_back(SHOP, one.id)
        kept = [await corrections.get(SHOP, one.id) is not None for one in (thumb, choice, judged)]
        assert kept == [False, True, True]

    async def test_confirming_needs_a_meaning(self, corrections: Corrections, talk: Talk):
        made = await corrections.add(correction(await talk()))
        assert await corrections.decide(SHOP, made.id, verdict()) is None
        assert await corrections.get(SHOP, made.id) == made
        assert await corrections.decide(SHOP, "nothing-0", verdict()) is None
        assert await corrections.decide(OTHER_SHOP, made.id, verdict(meant=FEE)) is None
        done = await corrections.decide(SHOP, made.id, verdict(meant=FEE))
        assert done is not None
        assert (done.meant, done.state, done.staff_id, done.decided_at) == (
            FEE,
            CONFIRMED,
            LIN,
            NOW + timedelta(hours=1),
        )
        again = await corrections.decide(SHOP, made.id, verdict())
        assert again == done

    async def test_the_newest_first_page_by_page(self, corrections: Corrections, talk: Talk):
        made = [
            await corrections.add(correction(await talk(), at=NOW + timedelta(hours=hour)))
            for hour in (2, 1, 3, 1)
        ]
        order = sorted(made, key=lambda c: (-c.at.timestamp(), c.id))
        assert await corrections.listed(SHOP, OPEN, limit=9) == order
        assert await corrections.listed(SHOP, OPEN, limit=2) == order[:2]
        assert await corrections.listed(SHOP, OPEN, limit=2, after=order[1].id) == order[2:]
        assert await corrections.listed(SHOP, CONFIRMED, limit=9) == []
        assert await corrections.listed(OTHER_SHOP, OPEN, limit=9) == []

    async def test_only_what_is_confirmed_may_be_learnt(self, corrections: Corrections, talk: Talk):
        made = [await corrections.add(correction(await talk(), meant=FEE)) for _ in range(4)]
        for hour, one in enumerate(made[:3]):
            await corrections.decide(SHOP, one.id, verdict(at=NOW + timedelta(hours=hour)))
        await corrections.decide(SHOP, made[1].id, verdict(REJECTED))
        found = await corrections.confirmed(SHOP, limit=9)
        assert [one.id for one in found] == [made[2].id, made[0].id]
        assert [one.id for one in await corrections.confirmed(SHOP, limit=1)] == [made[2].id]
        assert await corrections.confirmed(OTHER_SHOP, limit=9) == []

    async def test_the_turn_a_message_belongs_to(self, corrections: Corrections, talk: Talk):
        one, other = await talk(), await talk()
        found = await corrections.turns(SHOP, [one.turn_id, TurnId("gone")])
        assert {turn_id: turn.understanding for turn_id, turn in found.items()} == {one.turn_id: HEARD}
        for message_id in (other.message_id, other.reply_id):
            turn = await corrections.turn_of(SHOP, message_id)
            assert turn is not None
            assert (turn.id, turn.conversation_id) == (other.turn_id, other.conversation_id)
            assert await corrections.turn_of(OTHER_SHOP, message_id) is None
        assert await corrections.turn_of(SHOP, MessageId("gone")) is None
        assert await corrections.turns(OTHER_SHOP, [one.turn_id]) == {}
        assert await corrections.turns(SHOP, []) == {}


def model(version: str, **changes: object) -> ModelRow:
    row = ModelRow(
        version=version,
        state=ModelState.READY,
        before="",
        correction_ids=("t1-0", "t2-0"),
        report={"base": "b", "worse": [], "languages": {"zh": {"before": {"accuracy": 0.5}}}},
        made_by="lin",
        made_at=NOW,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


class ModelsContract:
    async def test_none_serves_until_one_is_made_to(self, models: Models):
        await models.put(SHOP, model("a"))
        assert await models.serving(SHOP) is None
        assert await models.serve(SHOP, "a", instead_of="", now=NOW)
        serving = await models.serving(SHOP)
        assert serving == model("a", state=ModelState.SERVING, served_from=NOW)
        assert await models.serving(OTHER_SHOP) is None
        assert await models.get(OTHER_SHOP, "a") is None

    async def test_one_serves_at_a_time_and_its_time_is_kept(self, models: Models):
        later = NOW + timedelta(days=1)
        for version in ("a", "b"):
            await models.put(SHOP, model(version, made_at=NOW if version == "a" else later))
        await models.serve(SHOP, "a", instead_of="", now=NOW)
        assert await models.serve(SHOP, "b", instead_of="a", now=later)
        newest, former = await models.history(SHOP, limit=9)
        assert (newest.version, newest.state, newest.served_from) == ("b", ModelState.SERVING, later)
        assert (former.version, former.state) == ("a", ModelState.FORMER)
        assert (former.served_from, former.served_until) == (NOW, later)
        assert [row.version for row in await models.history(SHOP, limit=1)] == ["b"]

    async def test_who_comes_second_changes_nothing(self, models: Models):
        for version in ("a", "b", "c"):
            await models.put(SHOP, model(version))
        await models.serve(SHOP, "a", instead_of="", now=NOW)
        await models.serve(SHOP, "b", instead_of="a", now=NOW)
        assert not await models.serve(SHOP, "c", instead_of="a", now=NOW)
        assert not await models.serve(SHOP, "c", instead_of="", now=NOW)
        serving = await models.serving(SHOP)
        assert serving is not None
        assert serving.version == "b"

    async def test_what_does_not_exist_does_not_serve(self, models: Models):
        await models.put(SHOP, model("a"))
        await models.serve(SHOP, "a", instead_of="", now=NOW)
        with pytest.raises(LookupError):
            await models.serve(SHOP, "gone", instead_of="a", now=NOW)
        serving = await models.serving(SHOP)
        assert serving is not None
        assert serving.version == "a"

    async def test_made_again_it_has_the_new_figures_but_for_the_one_that_serves(self, models: Models):
        await models.put(SHOP, model("a", state=ModelState.REFUSED))
        await models.put(SHOP, model("a", report={"base": "c"}))
        assert await models.get(SHOP, "a") == model("a", report={"base": "c"})
        await models.serve(SHOP, "a", instead_of="", now=NOW)
        await models.put(SHOP, model("a", report={}, state=ModelState.REFUSED))
        assert await models.get(SHOP, "a") == await models.serving(SHOP)
        with pytest.raises(ValueError, match="serve"):
            await models.put(SHOP, model("b", state=ModelState.SERVING))
