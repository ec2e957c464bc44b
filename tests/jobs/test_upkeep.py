"""What each process looks after by itself: who was left without an answer; what breaks stops nothing else."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from tests.clock import NOON, Clock
from tests.turns.counter import Talk
from tests.turns.house import HouseUrl, Opened
from typing_extensions import override

from xiaoer.domain.conversation import Inbound, TurnRecord
from xiaoer.domain.ids import ConversationId, ShopId
from xiaoer.domain.reply import Origin
from xiaoer.jobs import Upkeep
from xiaoer.turn import Clerk

SOON = NOON + timedelta(seconds=3)
MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"


class Stumbling(Clerk):
    """Breaks over some conversations."""

    poison: ConversationId | None = None

    @override
    async def answer(self, conversation_id: ConversationId) -> tuple[TurnRecord, ...]:
        if conversation_id == self.poison:
            raise KeyError("a bug")
        return await super().answer(conversation_id)


def stumbling(clerk: Clerk, over: ConversationId) -> Clerk:
    kind = type("OverOne", (Stumbling,), {"poison": over})
    made = kind(**{f.name: getattr(clerk, f.name) for f in fields(clerk)})
    assert isinstance(made, Clerk)
    return made


async def writes(talk: Talk, text: str = "你好") -> None:
    inbound = Inbound(conversation_id=talk.conversation_id, client_id=text, text=text)
    await talk.app.house.conversations.receive(inbound, now=talk.clock())


async def replies(talk: Talk) -> int:
    found = await talk.app.house.conversations.after(talk.conversation_id, 0, limit=100)
    return len([m for m in found if m.kind == "message" and m.origin is not Origin.CUSTOMER])


async def test_who_was_left_without_an_answer_gets_one(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talks = [await Talk.start(app, Clock(), email=email) for email in (MEI, ALEX)]
        for talk in talks:
            await writes(talk)
        upkeep = Upkeep(clerk=app.clerk)
        await upkeep.look(NOON + timedelta(seconds=2))  # they may still be writing
        assert [await replies(talk) for talk in talks] == [0, 0]
        for _ in range(3):
            await upkeep.look(SOON)
        assert [await replies(talk) for talk in talks] == [1, 1]


async def test_a_conversation_of_another_shop_in_the_same_database_is_left_to_that_shop(
    opened: Opened, house_url: HouseUrl
) -> None:
    """Its orders, its rules and its words are not ours: a customer of theirs may have an id of ours."""
    for database in ("sqlite", "postgresql"):
        async with opened(Clock(), database_url=house_url(database)) as (app, _):
            talk = await Talk.start(app, Clock(), email=MEI)
            await writes(talk)
            policy = replace(app.house.policy, shop_id=ShopId("another"))
            next_door = replace(app.clerk, house=replace(app.house, policy=policy))
            await Upkeep(clerk=next_door).look(SOON)
            assert await replies(talk) == 0
            await Upkeep(clerk=app.clerk).look(SOON)
            assert await replies(talk) == 1


async def test_a_conversation_that_breaks_keeps_no_other_waiting(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        talks = [await Talk.start(app, Clock(), email=email) for email in (MEI, ALEX)]
        for talk in talks:
            await writes(talk)
        looked: list[datetime] = []

        async def broken(now: datetime) -> None:
            raise KeyError("a bug")

        async def look(now: datetime) -> None:
            looked.append(now)

        clerk = stumbling(app.clerk, talks[0].conversation_id)
        await Upkeep(clerk=clerk, looks={"broken": broken, "sound": look}).look(SOON)
        assert [await replies(talk) for talk in talks] == [0, 1]
        assert looked == [SOON]
