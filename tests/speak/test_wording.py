"""The merchant's own words: said where they may be, as often as each other, with nothing else lost."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.speak.samples import NOW, POLICY, shipped

from xiaoer.actions.views import order_facts
from xiaoer.domain.conversation import Conversation, State, Step, Turn
from xiaoer.domain.decision import Answer, Ask, Chosen, Decision, Do, HandOff, Say, Task
from xiaoer.domain.facts import Facts
from xiaoer.domain.ids import ConversationId, CustomerId, IntentId, TurnId
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.outcome import Done, Failed, NeedsConfirm, Outcome, Plan, Reason, Refused
from xiaoer.domain.people import Actor, Customer, Proof, Role, Tier
from xiaoer.domain.policy import Policy
from xiaoer.domain.ports import ShopUnreachable
from xiaoer.domain.reply import Citation, OrderCard, Reply, TextPart
from xiaoer.domain.templates import Way
from xiaoer.domain.understanding import Intent, Mood, Understanding
from xiaoer.domain.words import Language
from xiaoer.guard.evidence import Evidence
from xiaoer.guard.outbound import unproven
from xiaoer.speak.voice import TemplateVoice
from xiaoer.speak.wording import Wording
from xiaoer.templates.memory import MemoryTemplates
from xiaoer.understand.catalogue import catalogue

ZH, EN = Language.ZH, Language.EN
VOICE = TemplateVoice(card_lives=timedelta(minutes=30))
MEI = Customer(
    id=CustomerId("mei"),
    name="林美",
    email="mei@example.com",
    phone="+8613800138000",
    language=ZH,
    time_zone="Asia/Shanghai",
    tier=Tier.GOLD,
)


class Desk:
    """A shop's templates, and turns they may be said in."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.templates, self.asked = MemoryTemplates(), 0
        self.down = False
        self.wording = Wording(self.templates, policy, catalogue=catalogue(), customer=self._customer)

    async def _customer(self, customer_id: CustomerId) -> Customer | None:
        self.asked += 1
        if self.down:
            raise ShopUnreachable
        return MEI if customer_id == MEI.id else None

    async def publishes(self, text: str, intent: str = "track_parcel", **way: Any) -> str:
        made = Way(**{"intent": Intent(intent), "language": ZH, **way})
        draft = await self.templates.draft(POLICY.shop_id, made, text, author="lin", now=NOW)
        await self.templates.publish(POLICY.shop_id, draft.id, now=NOW)
        await self.wording.refresh()
        return draft.id

    async def says(
        self, chosen: Chosen | None = None, outcome: Outcome | None = None, turn: Turn | None = None
    ) -> Reply | None:
        """What is said instead of the house's words for this step."""
        outcome = DONE if chosen is None else outcome
        chosen, turn = TRACKED if chosen is None else chosen, turn or asks()
        return await self.wording.instead(VOICE.say(chosen, outcome, turn), chosen, outcome, turn)

    async def text(self, *step: Any, **more: Any) -> str | None:
        reply = await self.says(*step, **more)
        return reply.text if reply else None


def asks(turn_id: str = "t1", **changes: Any) -> Turn:
    mei = Actor(shop_id=POLICY.shop_id, role=Role.CUSTOMER, proof=Proof.SIGNED_IN, customer_id=MEI.id)
    conversation = Conversation(
        id=ConversationId("c1"),
        actor=changes.pop("actor", mei),
        state=State.BOT,
        language=ZH,
        time_zone="Asia/Shanghai",
        channel="web",
        created_at=NOW,
    )
    heard = Understanding(text="快递到哪了", **{"language": ZH, "wishes": (), **changes})
    return Turn(
        id=TurnId(turn_id),
        conversation=conversation,
        messages=(),
        understanding=heard,
        memory=conversation.memory,
        now=NOW,
    )


def served(intent: str, decision: Decision) -> Chosen:
    return Chosen(decision, "local", 0, Intent(intent))


FACTS: Facts = order_facts(shipped(), NOW)
TRACKED = served("track_parcel", Do("track_parcel", {"order_id": "M1"}))
DONE = Done("track_parcel", FACTS)
FEE = Passage(slug="shipping-fee", language=ZH, title="运费", text="满 99 元免运费。", score=0.9)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_house_speaks_until_something_is_published(desk: Desk) -> None:
    assert await desk.says() is None
    template_id = await desk.publishes("{{ order.id }}：{{ order.parcel.eta }}到")
    assert await desk.text() == "M20260001：明天（11月25日 周三）到"
    await desk.templates.archive(POLICY.shop_id, template_id, now=NOW)  # type: ignore[arg-type]
    assert await desk.wording.refresh()
    assert not await desk.wording.refresh()
    assert await desk.says() is None


async def test_cards_stay_and_what_was_said_is_proven(desk: Desk) -> None:
    template_id = await desk.publishes(
        "客服 9 点上班。{{ order.id }} 由{{ order.parcel.carrier }}派送，{{ order.total }}"
    )
    reply = await desk.says()
    assert reply is not None
    house = VOICE.say(TRACKED, DONE, asks())
    assert (
        [type(part) for part in reply.parts] == [type(part) for part in house.parts] == [TextPart, OrderCard]
    )
    assert reply.parts[1:] == house.parts[1:]
    own, looked_up = reply.receipts
    assert (own.source, looked_up.source) == (f"reply:{template_id}", "action:track_parcel")
    assert own.values == ("客服 9 点上班。", "M20260001", "顺丰速运", "¥1,299.00")
    assert not unproven(reply, Evidence(now=NOW, time_zone="Asia/Shanghai"))
    assert [used.template_id for used in reply.templates] == [template_id]


async def test_other_intents_languages_and_unsure_wishes_are_the_houses(desk: Desk) -> None:
    await desk.publishes("在路上")
    assert await desk.text() == "在路上"
    assert await desk.text(replace(TRACKED, intent=None), DONE) is None
    assert await desk.text(replace(TRACKED, intent=Intent("order_status")), DONE) is None
    assert await desk.text(turn=asks(language=EN)) is None


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [
        (Do("track_parcel"), Refused(Reason.NOT_SHIPPED_YET, FACTS)),
        (Do("track_parcel"), Failed("track_parcel", Reason.SHOP_UNREACHABLE)),
        (
            Do("cancel_order"),
            NeedsConfirm(IntentId("i"), Plan("cancel_order", {}, {"order_id": "M1", "situation": "paid"})),
        ),
        (Ask(Task(action="track_parcel", asked="order_id")), None),
        (
            HandOff("asked"),
            Done("call_person", {"why": "asked", "situation": "here"}),
        ),
    ],
)
async def test_what_has_to_be_said_exactly_is_the_houses(
    desk: Desk, decision: Decision, outcome: Outcome | None
) -> None:
    await desk.publishes("在路上")
    chosen = served("track_parcel", decision)
    assert await desk.wording.instead(VOICE.say(chosen, outcome, asks()), chosen, outcome, asks()) is None


async def test_a_missing_field_gives_way_to_the_next_variant_then_to_the_house(desk: Desk) -> None:
    await desk.publishes("{{ order.delivered_at }}签收", variant="a")
    assert await desk.says() is None
    await desk.publishes("{{ order.state }}", variant="b")
    assert {await desk.text(turn=asks(f"t{n}")) for n in range(20)} == {"运输中"}


async def test_an_order_in_trouble_hears_only_what_was_written_for_it(desk: Desk) -> None:
    late = order_facts(shipped(eta=NOW - timedelta(days=1)), NOW)
    assert late["situation"] == "shipped_late"
    await desk.publishes("一切顺利：{{ order.state }}", variant="a")
    assert await desk.text(TRACKED, Done("track_parcel", late)) is None
    await desk.publishes(
        "{% if order.problem %}抱歉，{{ order.problem }}{% else %}好{% endif %}", variant="b"
    )
    said = {await desk.text(TRACKED, Done("track_parcel", late), turn=asks(f"t{n}")) for n in range(20)}
    assert said == {"抱歉，运输延迟"}


async def test_a_day_that_is_past_is_promised_no_more(desk: Desk) -> None:
    await desk.publishes("预计{{ order.parcel.eta }}")
    for situation, told in (("shipped", True), ("delivered", False), ("lost", False), ("cancelled", False)):
        facts = {**FACTS, "situation": situation}
        assert (await desk.text(TRACKED, Done("track_parcel", facts)) is not None) is told, situation
    gone = {**FACTS, "eta": NOW - timedelta(hours=1)}
    assert await desk.text(TRACKED, Done("track_parcel", gone)) is None


async def test_the_mood_it_was_written_for_comes_first_then_any(desk: Desk) -> None:
    await desk.publishes("在路上")
    await desk.publishes("别生气，在路上", mood=Mood.ANGRY)
    await desk.publishes("您签收了：{{ order.delivered_at }}", mood=Mood.WORRIED)
    told = {mood: await desk.text(turn=asks(mood=mood)) for mood in Mood}
    assert told.pop(Mood.ANGRY) == "别生气，在路上"
    assert set(told.values()) == {"在路上"}


async def test_words_for_a_mood_need_no_opening_and_others_keep_it(desk: Desk) -> None:
    await desk.publishes("别生气", mood=Mood.ANGRY)
    await desk.publishes("在路上")
    for mood, openings in ((Mood.ANGRY, 0), (Mood.UPSET, 1), (Mood.CALM, 0)):
        turn = asks(mood=mood)
        reply = await desk.says(turn=turn)
        assert reply is not None
        whole = VOICE.together(replace(turn, steps=(Step(chosen=TRACKED, outcome=DONE, reply=reply),)))
        texts = [part for part in whole.parts if isinstance(part, TextPart)]
        assert len(texts) == 1 + openings, mood
        assert whole.templates == reply.templates


# --- who is spoken to ------------------------------------------------------------------------------


async def test_a_customer_is_looked_up_only_for_words_that_name_them(desk: Desk) -> None:
    await desk.publishes("在路上", variant="a")
    await desk.says()
    assert desk.asked == 0
    await desk.publishes("{{ customer.first_name }}好", mood=Mood.HAPPY)
    assert await desk.text(turn=asks(mood=Mood.HAPPY)) == "林美好"
    assert desk.asked == 1


async def test_a_guest_has_no_name_and_a_shop_that_is_down_takes_no_words_away(desk: Desk) -> None:
    await desk.publishes("{{ customer.first_name }}好")
    guest = Actor(shop_id=POLICY.shop_id, role=Role.CUSTOMER, proof=Proof.ORDER)
    assert await desk.text(turn=asks(actor=guest)) is None
    assert desk.asked == 0
    desk.down = True
    assert await desk.text() is None
    desk.down = False
    assert await desk.text() == "林美好"


# --- articles, words, colleagues ---------------------------------------------------------------------


async def test_an_article_that_is_spoken_of_is_cited_and_no_other(desk: Desk) -> None:
    await desk.publishes("运费：{{ article.text }}", "shipping_fee")
    own = await desk.says(served("shipping_fee", Answer((FEE,))))
    assert own is not None
    assert own.text == "运费：满 99 元免运费。"
    assert [receipt.source.partition(":")[0] for receipt in own.receipts] == ["reply", "article"]
    assert any(isinstance(part, Citation) for part in own.parts)
    other = replace(FEE, slug="care", score=0.2)
    await desk.publishes("写在标签上", "material")
    label = await desk.says(served("material", Answer((other,))))
    assert label is not None
    assert not any(isinstance(part, Citation) for part in label.parts)
    assert [receipt.source.partition(":")[0] for receipt in label.receipts] == ["reply"]


async def test_an_article_in_another_language_is_the_houses_to_introduce(desk: Desk) -> None:
    await desk.publishes("运费：{{ article.text }}", "shipping_fee")
    english = replace(FEE, language=EN, text="Free from 99.")
    assert await desk.says(served("shipping_fee", Answer((english,)))) is None


async def test_what_is_offered_besides_stays(desk: Desk) -> None:
    await desk.publishes("七天内可以退", "return_policy")
    answer = served("return_policy", Answer((replace(FEE, slug="return-window"),), "request_return"))
    own = await desk.says(answer)
    house = VOICE.say(answer, None, asks())
    assert own is not None
    assert own.parts[1:] == house.parts[1:]
    await desk.publishes("这要同事来定，帮您转吗？", "ask_compensation")
    colleague = served("ask_compensation", Say("needs_colleague"))
    own = await desk.says(colleague)
    assert own is not None
    assert own.parts[1:] == VOICE.say(colleague, None, asks()).parts[1:]


# --- as often as each other --------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 5])
async def test_variants_are_said_evenly(desk: Desk, count: int) -> None:
    for n in range(count):
        await desk.publishes(f"第{'一二三四五'[n]}种", variant=f"v{n}")
    said = Counter([await desk.text(turn=asks(f"turn-{n}")) for n in range(3_000)])
    assert len(said) == count
    assert all(abs(uses / 3_000 - 1 / count) < 0.03 for uses in said.values()), said


async def test_the_same_turn_says_the_same_and_another_variant_takes_its_share_from_all(desk: Desk) -> None:
    for n in range(2):
        await desk.publishes(f"第{'一二'[n]}种", variant=f"v{n}")
    turns = [asks(f"turn-{n}") for n in range(1_500)]
    before = [await desk.text(turn=turn) for turn in turns]
    assert before == [await desk.text(turn=turn) for turn in turns]
    await desk.publishes("第三种", variant="v2")
    after = [await desk.text(turn=turn) for turn in turns]
    assert all(new in (old, "第三种") for old, new in zip(before, after, strict=True))
    lost = Counter(old for old, new in zip(before, after, strict=True) if new == "第三种")
    assert all(abs(lost[old] / 1_500 - 1 / 6) < 0.04 for old in set(before)), lost


async def test_a_variant_that_cannot_be_said_leaves_its_share_to_the_others_alike(desk: Desk) -> None:
    await desk.publishes("{{ order.delivered_at }}", variant="v0")
    for n in (1, 2):
        await desk.publishes(f"第{'零一二'[n]}种", variant=f"v{n}")
    said = Counter([await desk.text(turn=asks(f"turn-{n}")) for n in range(3_000)])
    assert set(said) == {"第一种", "第二种"}
    assert abs(said["第一种"] / 3_000 - 0.5) < 0.04


# --- what is kept ------------------------------------------------------------------------------------


async def test_what_this_house_does_not_understand_is_not_said_and_breaks_nothing(desk: Desk) -> None:
    """An older version of the house may have let it through; its intent may be gone."""
    await desk.publishes("{{ order.weather }}", variant="a")
    await desk.publishes("在", "no_such_intent")
    assert await desk.says() is None
    await desk.publishes("在路上", variant="b")
    assert await desk.text() == "在路上"
