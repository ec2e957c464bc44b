"""The editor of reply templates over the demo shop: what is let through, tried, said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.clock import Clock
from tests.turns.counter import Talk, named_orders
from tests.turns.house import HouseUrl, Opened

from xiaoer.app import App
from xiaoer.domain.ids import TemplateId
from xiaoer.domain.order import OrderState
from xiaoer.domain.ports import Feedback, ShopError
from xiaoer.domain.shares import wilson
from xiaoer.domain.templates import Finding, Tally, Template, TemplateState, WantedTemplates, Way
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language
from xiaoer.store.templates import SqlTemplates
from xiaoer.templates.editor import ANY, Declined, Kept, No, Preview, Refused
from xiaoer.templates.trial import On, Why

MEI, ALEX = "mei.lin@example.com", "alex.morgan@example.com"
ZH, EN = Language.ZH, Language.EN
PARCEL = Way(intent=Intent("track_parcel"), language=ZH)
THANKS = Way(intent=Intent("thanks"), language=ZH)
FEE = Way(intent=Intent("shipping_fee"), language=ZH)
NO_ONE = TemplateId("nobody")


class Merchant:
    """Somebody of the staff at the editor of an open house."""

    def __init__(self, app: App) -> None:
        self.app, self.editor = app, app.own_words.editor

    async def writes(self, text: str, way: Way = PARCEL) -> Kept | Refused:
        return await self.editor.write(way, text, author="lin", now=self.app.clerk.clock())

    async def drafts(self, text: str, way: Way = PARCEL) -> Template:
        kept = await self.writes(text, way)
        assert isinstance(kept, Kept), kept
        return kept.template

    async def publishes(self, text: str, way: Way = PARCEL) -> Kept | Refused | Declined:
        draft = await self.drafts(text, way)
        return await self.editor.publish(draft.id, now=self.app.clerk.clock())

    async def live(self, text: str, way: Way = PARCEL) -> Template:
        kept = await self.publishes(text, way)
        assert isinstance(kept, Kept), kept
        return kept.template

    async def tries(self, text: str, on: On = ANY, way: Way = PARCEL) -> list[Preview]:
        found = await self.editor.preview(way, text, on)
        assert isinstance(found, list), found
        return found

    async def try_one(self, text: str, on: On = ANY, way: Way = PARCEL) -> Any:
        [one] = await self.tries(text, on, way)
        assert one.tried is not None, one.findings
        return one.tried


def rules(found: Any) -> list[str]:
    assert isinstance(found, Kept | Refused), found
    return [finding.rule for finding in found.findings]


def blocking(found: Any) -> list[Finding]:
    assert isinstance(found, Refused), found
    return [finding for finding in found.findings if finding.blocks]


async def test_what_nobody_could_say_is_not_even_kept(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        merchant = Merchant(app)
        for way, rule in (
            (replace(PARCEL, intent=Intent("no_such")), "intent"),
            (replace(PARCEL, intent=Intent("cancel_order")), "house_words"),
            (replace(PARCEL, intent=Intent("call_person")), "house_words"),
            (replace(PARCEL, intent=Intent("find_product")), "house_words"),
            (replace(PARCEL, variant="Ä b"), "variant"),
        ):
            assert rules(await merchant.writes("好的", way)) == [rule]
        for text, rule in (("  ", "empty"), ("x" * 2_001, "too_long"), ("好\x00", "control")):
            assert rules(await merchant.writes(text)) == [rule]
        assert list(await merchant.editor.templates(WantedTemplates())) == []


async def test_a_draft_may_have_faults_but_what_is_published_has_none(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        merchant = Merchant(app)
        kept = await merchant.writes("{{ order.parcel.etaa }} {{ order.id|day }}")
        assert rules(kept) == ["unknown_field", "filter"]
        assert isinstance(kept, Kept)
        assert kept.template.state is TemplateState.DRAFT
        refused = await merchant.editor.publish(kept.template.id, now=app.clerk.clock())
        assert [finding.rule for finding in blocking(refused)] == ["unknown_field", "filter"]
        assert await merchant.editor.template(kept.template.id) == kept.template


async def test_a_person_is_told_what_to_think_of_and_may_publish_all_the_same(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        merchant = Merchant(app)
        assert rules(await merchant.publishes("保证 48 小时发货，免费退")) == [
            "promise",
            "number",
            "any_state",
            "one_language",
        ]
        english = replace(PARCEL, language=EN)
        assert rules(await merchant.publishes("We guarantee a FREE return of {{ order.id }}.", english)) == [
            "promise",
            "any_state",
        ]
        assert rules(await merchant.publishes("{{ order.state }}，签收于{{ order.delivered_at }}")) == [
            "seldom_said"
        ]
        assert rules(await merchant.publishes("客气啦", THANKS)) == ["one_language"]


@pytest.mark.parametrize(
    ("text", "way", "rule", "hint"),
    [
        ("{{ order.ship_by }}前发出{{ order.delivered_at }}", PARCEL, "never_said", "order.ship_by"),
        ("{{ shop.phone }}", THANKS, "never_said", "shop.phone"),
        ("{{ policy.return_days }}{{ policy.exchange_days }}天", THANKS, "numbers_touch", "1515"),
        ("{{ policy.return_days }}5 天", THANKS, "numbers_touch", "155"),
        ("{{ article.text }}", replace(FEE, intent=Intent("origin")), "never_said", "article.text"),
    ],
)
async def test_what_could_never_be_said_is_refused_with_its_reason(
    opened: Opened, text: str, way: Way, rule: str, hint: str
) -> None:
    async with opened(Clock()) as (app, _):
        [finding] = blocking(await Merchant(app).publishes(text, way))
        assert finding.rule == rule
        assert hint in finding.says.zh
        assert hint in finding.says.en


async def test_orders_that_cannot_be_read_publish_nothing(opened: Opened) -> None:
    async with opened(Clock()) as (app, shop):
        merchant = Merchant(app)
        draft = await merchant.drafts("{{ order.state }}")
        shop.mode = "down"
        with pytest.raises(ShopError):
            await merchant.editor.publish(draft.id, now=app.clerk.clock())
        assert await merchant.editor.template(draft.id) == draft


async def test_published_archived_and_taken_up_again(opened: Opened) -> None:
    """Each is heard by the very next message."""
    clock = Clock()
    async with opened(clock) as (app, _):
        merchant, editor = Merchant(app), app.own_words.editor
        talk = await Talk.start(app, clock, email=MEI)
        house = (await talk.says("运费怎么收"))["text"]
        first = await merchant.live("老话：{{ article.text }}", FEE)
        assert (await talk.says("运费怎么收"))["text"].startswith("老话：")
        await merchant.drafts("还没好", FEE)
        second = await merchant.live("新话：{{ article.text }}", FEE)
        assert (await talk.says("运费怎么收"))["text"].startswith("新话：")
        again = await editor.roll_back(first.id, author="wang", now=clock())
        assert isinstance(again, Kept)
        assert (again.template.text, again.template.author, again.template.number) == (first.text, "wang", 4)
        assert (await talk.says("运费怎么收"))["text"].startswith("老话：")
        states = [(one.number, one.state.value) for one in await editor.history(FEE)]
        assert states == [(1, "archived"), (2, "draft"), (3, "archived"), (4, "published")]
        gone = await editor.archive(again.template.id, now=clock())
        assert isinstance(gone, Template)
        assert (await talk.says("运费怎么收"))["text"] == house
        assert second.number == 3


async def test_what_cannot_be_done_is_told_by_name(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        merchant, editor, now = Merchant(app), app.own_words.editor, app.clerk.clock()
        live = await merchant.live("客气啦", THANKS)
        assert await editor.publish(NO_ONE, now=now) == Declined(No.NO_TEMPLATE)
        assert await editor.publish(live.id, now=now) == Declined(No.NOT_A_DRAFT)
        assert await editor.roll_back(live.id, author="x", now=now) == Declined(No.ALREADY_SAID)
        assert await editor.roll_back(NO_ONE, author="x", now=now) == Declined(No.NO_TEMPLATE)
        await editor.archive(live.id, now=now)
        assert await editor.archive(live.id, now=now) == Declined(No.NOTHING_TO_ARCHIVE)
        assert await editor.archive(NO_ONE, now=now) == Declined(No.NO_TEMPLATE)
        draft = await merchant.drafts("好嘞", THANKS)
        assert isinstance(
            await editor.roll_back(draft.id, author="x", now=now), Kept
        )  # it is simply published
        faulty = await merchant.drafts("{{ no.such }}", THANKS)
        await editor.archive(faulty.id, now=now)
        assert isinstance(await editor.roll_back(faulty.id, author="x", now=now), Refused)
        assert len(await editor.history(THANKS)) == 3


# --- previews ----------------------------------------------------------------------------------------


async def test_a_preview_reads_as_the_customer_would_in_each_language(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        merchant, talk = Merchant(app), await Talk.start(app, clock, email=MEI)
        order_id = named_orders(talk, "")["shipped"]
        text = "{{ customer.first_name }}：{{ order.id }}，{{ order.parcel.eta }}，{{ order.total }}"
        await merchant.drafts("{{ order.id }} arrives {{ order.parcel.eta }}", replace(PARCEL, language=EN))
        zh, en = await merchant.tries(text, On(order_id=order_id))
        assert zh.tried is not None
        assert en.tried is not None
        order = await talk.order(order_id)
        assert zh.tried.text.startswith(f"林梅：{order_id}，")
        assert list(zh.tried.used) == ["customer.first_name", "order.id", "order.parcel.eta", "order.total"]
        assert zh.tried.used["order.total"] == f"¥{order.total.minor / 100:,.2f}"
        assert en.tried.text == f"{order_id} arrives {en.tried.used['order.parcel.eta']}"
        await merchant.live(text)
        assert (await talk.says(f"快递到哪了 {order_id}"))["text"].startswith(zh.tried.text)


async def test_a_preview_finds_what_it_is_tried_on(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        merchant, talk = Merchant(app), await Talk.start(app, clock, email=MEI)
        names = named_orders(talk, "")
        text = "{{ order.id }}：{{ order.parcel.eta }}"
        of_mei = await merchant.try_one(text, On(email=MEI))
        assert of_mei.sample.order_id in {order.id for order in talk.orders}
        for state in (OrderState.SHIPPED, OrderState.DELIVERED):
            some = await merchant.try_one("{{ order.state }}", On(state=state))
            order = await app.house.shop.order(some.sample.order_id)
            assert order is not None
            assert order.state is state
        late = await merchant.try_one(text, On(order_id=names["late"]))
        assert (late.text, late.why) == ("", Why.PROBLEM)
        arrived = await merchant.try_one(text, On(order_id=names["returnable"]))
        assert (arrived.text, arrived.why, arrived.missing) == ("", Why.MISSING, ("order.parcel.eta",))
        unsent = await merchant.try_one(text, On(order_id=names["paid"]))
        assert (unsent.text, unsent.why) == ("", Why.REFUSED)
        for nothing in (On(order_id="M1"), On(email="x@example.com")):
            assert await merchant.editor.preview(PARCEL, text, nothing) == Declined(No.NOTHING_TO_TRY_ON)


async def test_what_needs_no_order_is_tried_on_customers_and_articles(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        merchant = Merchant(app)
        fee = await merchant.try_one("{{ article.title }}：{{ article.text }}", way=FEE)
        assert "¥99" in fee.text
        named = await merchant.try_one("{{ customer.first_name }}好", On(email=ALEX), THANKS)
        assert named.text == "Alex好"
        [faulty] = await merchant.tries("{{ order.id }}", way=THANKS)
        assert faulty.tried is None
        assert [finding.rule for finding in faulty.findings] == ["not_known"]
        refused = await merchant.editor.preview(replace(THANKS, intent=Intent("cancel_order")), "x")
        assert rules(refused) == ["house_words"]


async def test_the_fields_of_an_intent_are_those_its_templates_may_name(opened: Opened) -> None:
    async with opened(Clock()) as (app, _):
        editor = app.own_words.editor
        fields = editor.fields(Intent("refund_status"))
        assert not isinstance(fields, Finding)
        assert {"refund.amount", "order.id", "shop.name"} <= set(fields)
        assert "order.parcel.eta" not in fields
        assert isinstance(editor.fields(Intent("request_return")), Finding)


# --- other processes, and the last look ----------------------------------------------------------------


async def test_what_another_process_publishes_is_said_after_the_next_look(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk, elsewhere = await Talk.start(app, clock, email=MEI), SqlTemplates(app.store)
        draft = await elsewhere.draft(app.policy.shop_id, THANKS, "客气啦", author="lin", now=clock())
        await elsewhere.publish(app.policy.shop_id, draft.id, now=clock())
        assert (await talk.says("谢谢"))["text"] != "客气啦"
        await app.clockwork.upkeep.look(clock())
        assert (await talk.says("谢谢"))["text"] == "客气啦"


async def test_a_number_nobody_answers_for_is_not_said_whoever_published_it(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock) as (app, _):
        talk, past_the_checks = await Talk.start(app, clock, email=MEI), SqlTemplates(app.store)
        house = await talk.says("谢谢")
        text = "{{ policy.return_days }}{{ policy.dispatch_hours }}"
        draft = await past_the_checks.draft(app.policy.shop_id, THANKS, text, author="lin", now=clock())
        await past_the_checks.publish(app.policy.shop_id, draft.id, now=clock())
        await app.own_words.wording.refresh()
        reply = await talk.says("谢谢")
        assert "1548" not in reply["text"]
        assert reply["decision"] == house["decision"] == "say"
        assert talk.records[-1].reply.templates == ()


# --- measured --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_what_came_of_it_is_told_with_how_sure_that_is(
    opened: Opened, database: str, house_url: HouseUrl
) -> None:
    clock = Clock()
    url = house_url(database)
    async with opened(clock, 20.0, url) as (app, _):
        merchant = Merchant(app)
        used = await merchant.live("客气啦", THANKS)
        unused = await merchant.live("别生气", replace(THANKS, mood=Mood.ANGRY))
        talks = [await Talk.start(app, clock, email=MEI) for _ in range(3)]
        for talk, thumb in zip(talks, (1, 1, -1), strict=True):
            assert (await talk.says("谢谢"))["text"] == "客气啦"
            messages = await app.house.conversations.after(talk.conversation_id, 0, limit=9)
            about = Feedback(conversation_id=talk.conversation_id, message_id=messages[-1].id, thumb=thumb)
            await app.house.conversations.feedback(about, now=clock())
        await talks[0].says("转人工")
        rows = {row.template.id: row for row in await merchant.editor.report(clock() - timedelta(days=1))}
        assert rows[used.id].tally == Tally(uses=3, up=2, down=1, handed_off=1)
        assert rows[used.id].liked == wilson(2, 3)
        assert rows[used.id].handed_off == wilson(1, 3)
        assert (rows[unused.id].tally.uses, rows[unused.id].liked) == (0, None)
        later = await merchant.editor.report(clock() + timedelta(days=1))
        assert [row.tally.uses for row in later] == [0, 0]
