"""What every place that keeps reply templates must do. Subclass it; give it a fixture `templates`, empty."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import ShopId, TemplateId
from xiaoer.domain.template_ports import Templates
from xiaoer.domain.templates import Template, TemplateState, WantedTemplates, Way
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language

ZH, EN = Language.ZH, Language.EN
HOUR = timedelta(hours=1)
EVERY = WantedTemplates()
LIVE = WantedTemplates(states=(TemplateState.PUBLISHED,))
PARCEL = Way(intent=Intent("track_parcel"), language=ZH)
ANGRY = replace(PARCEL, mood=Mood.ANGRY)
OTHER = ShopId("other")


async def drafted(templates: Templates, way: Way = PARCEL, text: str = "您的包裹") -> Template:
    return await templates.draft(SHOP, way, text, author="lin", now=NOW)


async def went_live(templates: Templates, way: Way = PARCEL, text: str = "您的包裹") -> Template:
    live = await templates.publish(SHOP, (await drafted(templates, way, text)).id, now=NOW)
    assert live is not None
    return live


async def said(templates: Templates) -> list[str]:
    return [one.text for one in await templates.templates(SHOP, LIVE, limit=99)]


class TemplatesContract:
    async def test_a_draft_comes_back_as_it_was_written(self, templates: Templates):
        made = await drafted(templates, ANGRY, "抱歉，{{ order.id }} 在路上。")
        assert (made.way, made.number, made.text) == (ANGRY, 1, "抱歉，{{ order.id }} 在路上。")
        assert (made.state, made.author, made.created_at) == (TemplateState.DRAFT, "lin", NOW)
        assert await templates.template(SHOP, made.id) == made
        assert await templates.template(OTHER, made.id) is None
        assert await templates.template(SHOP, TemplateId("none")) is None
        assert await said(templates) == []

    async def test_numbers_grow_by_one_for_each_way(self, templates: Templates):
        ways = [PARCEL, PARCEL, ANGRY, replace(PARCEL, language=EN), replace(PARCEL, variant="b"), PARCEL]
        made = [await drafted(templates, way) for way in ways]
        assert [one.number for one in made] == [1, 2, 1, 1, 1, 3]
        assert (await templates.draft(OTHER, PARCEL, "x", author="wang", now=NOW)).number == 1

    async def test_ten_who_write_at_once_get_ten_numbers(self, templates: Templates):
        made = await asyncio.gather(*(drafted(templates) for _ in range(10)))
        assert sorted(one.number for one in made) == list(range(1, 11))
        assert len({one.id for one in made}) == 10

    async def test_a_version_takes_the_place_of_the_one_before(self, templates: Templates):
        first = await went_live(templates, text="一")
        draft = await drafted(templates, text="二")
        second = await templates.publish(SHOP, draft.id, now=NOW + HOUR)
        assert second == replace(draft, state=TemplateState.PUBLISHED, published_at=NOW + HOUR)
        former = await templates.template(SHOP, first.id)
        assert former == replace(first, state=TemplateState.ARCHIVED, archived_at=NOW + HOUR)
        await went_live(templates, ANGRY, "三")
        assert await said(templates) == ["二", "三"]

    async def test_only_a_draft_of_this_shop_is_published(self, templates: Templates):
        live = await went_live(templates)
        draft = await drafted(templates)
        assert await templates.publish(SHOP, live.id, now=NOW) is None
        assert await templates.publish(OTHER, draft.id, now=NOW) is None
        assert await templates.publish(SHOP, TemplateId("none"), now=NOW) is None
        assert [one.id for one in await templates.templates(SHOP, LIVE, limit=9)] == [live.id]

    async def test_of_those_who_publish_at_once_one_is_said(self, templates: Templates):
        drafts = [await drafted(templates, text=str(n)) for n in range(4)]
        await asyncio.gather(*(templates.publish(SHOP, one.id, now=NOW) for one in drafts))
        assert len(await said(templates)) == 1
        states = [one.state for one in await templates.templates(SHOP, EVERY, limit=9)]
        assert sorted(states) == [TemplateState.ARCHIVED] * 3 + [TemplateState.PUBLISHED]

    async def test_what_is_archived_is_said_no_more_and_a_draft_is_dropped(self, templates: Templates):
        live, draft = await went_live(templates), await drafted(templates, ANGRY)
        for one in (live, draft):
            assert await templates.archive(OTHER, one.id, now=NOW) is None
            gone = await templates.archive(SHOP, one.id, now=NOW + HOUR)
            assert gone == replace(one, state=TemplateState.ARCHIVED, archived_at=NOW + HOUR)
            assert await templates.archive(SHOP, one.id, now=NOW + HOUR) is None
        assert await said(templates) == []
        assert (await drafted(templates)).number == 2

    async def test_templates_are_listed_by_what_is_asked_for_page_by_page(self, templates: Templates):
        thanks = Way(intent=Intent("thanks"), language=EN)
        for way in (thanks, ANGRY, PARCEL, replace(PARCEL, variant="b"), PARCEL):
            await drafted(templates, way)
        await went_live(templates, replace(PARCEL, language=EN))
        every = list(await templates.templates(SHOP, EVERY, limit=99))
        assert [(x.way.intent, x.way.language, x.way.mood, x.way.variant, x.number) for x in every] == [
            ("thanks", EN, None, "a", 1),
            ("track_parcel", EN, None, "a", 1),
            ("track_parcel", ZH, None, "a", 1),
            ("track_parcel", ZH, None, "a", 2),
            ("track_parcel", ZH, None, "b", 1),
            ("track_parcel", ZH, Mood.ANGRY, "a", 1),
        ]
        first = list(await templates.templates(SHOP, EVERY, limit=4))
        assert [*first, *await templates.templates(SHOP, EVERY, limit=99, after=first[-1].id)] == every

        async def found(wanted: WantedTemplates) -> list[int]:
            return [every.index(one) for one in await templates.templates(SHOP, wanted, limit=99)]

        assert await found(WantedTemplates(intent=Intent("thanks"))) == [0]
        assert await found(WantedTemplates(language=EN)) == [0, 1]
        assert await found(WantedTemplates(way=PARCEL)) == [2, 3]
        assert await found(WantedTemplates(states=(TemplateState.DRAFT,), language=EN)) == [0]
        assert list(await templates.templates(OTHER, EVERY, limit=9)) == []

    async def test_each_change_of_what_is_said_is_seen_and_no_other(self, templates: Templates):
        marks = [await templates.changed(SHOP)]
        draft = await drafted(templates)
        await templates.archive(SHOP, (await drafted(templates, ANGRY)).id, now=NOW)
        assert await templates.changed(SHOP) == marks[0]
        await templates.publish(SHOP, draft.id, now=NOW)
        marks.append(await templates.changed(SHOP))
        second = await went_live(templates)
        marks.append(await templates.changed(SHOP))
        await templates.archive(SHOP, second.id, now=NOW)
        marks.append(await templates.changed(SHOP))
        await went_live(templates)
        marks.append(await templates.changed(SHOP))
        assert len(set(marks)) == 5

    async def test_what_nobody_heard_has_no_tally(self, templates: Templates):
        await went_live(templates)
        assert dict(await templates.tallies(SHOP)) == {}
