"""What every place that keeps articles must do. Subclass it and give it a fixture `articles`, empty."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, Ref, Version
from xiaoer.domain.knowledge_ports import Articles, WantedVersions
from xiaoer.domain.words import Language

ZH, EN = Language.ZH, Language.EN
HOUR = timedelta(hours=1)
LIN = By("lin", "faq.csv:2")
EVERY = WantedVersions()
RETURNS = Article(
    slug="returns",
    language=ZH,
    title="多久可以退货",
    group="returns",
    questions=("几天内可以退", "退货期限"),
    body="签收后七天内。\n\n未拆封。",
    updated_at=NOW,
)
FEE = replace(RETURNS, slug="fee", title="运费", questions=(), body="运费 8 元。")


async def go_live(
    articles: Articles, article: Article, now: datetime = NOW, shop_id: ShopId = SHOP
) -> Version:
    seen = await articles.changed(shop_id)
    issued = await articles.issue(shop_id, [article], by=LIN, now=now, seen=seen)
    assert issued is not None
    return issued[0]


async def held(articles: Articles, moment: datetime) -> list[tuple[str, int]]:
    return [(version.article.slug, version.number) for version in await articles.holding(SHOP, moment)]


class ArticlesContract:
    async def test_a_version_comes_back_as_it_was_written(self, articles: Articles):
        bounded = replace(
            RETURNS, valid_from=NOW + HOUR, valid_until=NOW + 9 * HOUR, region="DE", channel="email"
        )
        made = await articles.draft(SHOP, bounded, by=LIN, now=NOW + HOUR)
        assert made.article == replace(bounded, updated_at=NOW + HOUR)
        assert (made.number, made.state, made.author, made.source) == (
            1,
            ArticleState.DRAFT,
            "lin",
            "faq.csv:2",
        )
        assert await articles.version(SHOP, made.ref) == made
        assert await articles.version(ShopId("other"), made.ref) is None
        assert await articles.version(SHOP, Ref("returns", ZH, 2)) is None

    async def test_numbers_grow_by_one_for_each_article_and_language(self, articles: Articles):
        texts = [RETURNS, RETURNS, replace(RETURNS, language=EN), FEE, RETURNS]
        made = [await articles.draft(SHOP, text, by=LIN, now=NOW) for text in texts]
        assert [version.number for version in made] == [1, 2, 1, 1, 3]
        assert (await articles.draft(ShopId("other"), RETURNS, by=LIN, now=NOW)).number == 1

    async def test_ten_who_write_at_once_get_ten_numbers(self, articles: Articles):
        made = await asyncio.gather(*(articles.draft(SHOP, RETURNS, by=LIN, now=NOW) for _ in range(10)))
        assert sorted(version.number for version in made) == list(range(1, 11))

    async def test_versions_are_listed_by_what_is_asked_for_page_by_page(self, articles: Articles):
        for text in (RETURNS, replace(RETURNS, language=EN), FEE):
            await go_live(articles, text)
        await articles.draft(SHOP, RETURNS, by=LIN, now=NOW)
        every = await articles.versions(SHOP, EVERY, limit=9)
        assert [(v.article.slug, v.article.language, v.number) for v in every] == [
            ("fee", ZH, 1),
            ("returns", EN, 1),
            ("returns", ZH, 1),
            ("returns", ZH, 2),
        ]
        first = await articles.versions(SHOP, EVERY, limit=3)
        assert [*first, *await articles.versions(SHOP, EVERY, limit=3, after=first[-1].ref)] == every
        drafts = await articles.versions(SHOP, WantedVersions(states=[ArticleState.DRAFT]), limit=9)
        assert [v.ref for v in drafts] == [Ref("returns", ZH, 2)]
        english = await articles.versions(SHOP, WantedVersions(slug="returns", language=EN), limit=9)
        assert [v.ref for v in english] == [Ref("returns", EN, 1)]
        assert await articles.versions(ShopId("other"), EVERY, limit=9) == []

    async def test_a_draft_can_be_rewritten_and_nothing_else_can(self, articles: Articles):
        made = await articles.draft(SHOP, RETURNS, by=LIN, now=NOW)
        other = replace(RETURNS, title="退货期限")
        assert await articles.edit(SHOP, made.ref, other, by=By("wang"), now=NOW + HOUR)
        edited = await articles.version(SHOP, made.ref)
        assert edited is not None
        assert (edited.article.title, edited.author, edited.article.updated_at) == (
            "退货期限",
            "wang",
            NOW + HOUR,
        )
        assert not await articles.edit(SHOP, Ref("returns", ZH, 2), other, by=LIN, now=NOW)
        live = await go_live(articles, RETURNS)
        assert not await articles.edit(SHOP, live.ref, other, by=LIN, now=NOW)
        with pytest.raises(ValueError, match="keeps its slug"):
            await articles.edit(SHOP, made.ref, FEE, by=LIN, now=NOW)

    async def test_a_version_takes_the_place_of_the_one_before(self, articles: Articles):
        first = await go_live(articles, RETURNS)
        second = await go_live(articles, RETURNS, NOW + HOUR)
        former = await articles.version(SHOP, first.ref)
        assert former == replace(first, state=ArticleState.ARCHIVED, archived_at=NOW + HOUR)
        assert (second.state, second.published_at) == (ArticleState.PUBLISHED, NOW + HOUR)
        moments = [NOW - HOUR, NOW, NOW + HOUR - timedelta(microseconds=1), NOW + HOUR]
        assert [await held(articles, at) for at in moments] == [
            [],
            [("returns", 1)],
            [("returns", 1)],
            [("returns", 2)],
        ]

    async def test_several_go_live_together_or_not_at_all(self, articles: Articles):
        drafts = [await articles.draft(SHOP, text, by=LIN, now=NOW) for text in (RETURNS, FEE)]
        seen = await articles.changed(SHOP)
        rewritten = replace(FEE, body="运费 9 元。")
        assert await articles.edit(SHOP, drafts[1].ref, rewritten, by=LIN, now=NOW)
        assert await articles.publish(SHOP, drafts, now=NOW, seen=seen) is None
        assert await held(articles, NOW) == []
        again = await articles.version(SHOP, drafts[1].ref)
        assert again is not None
        live = await articles.publish(SHOP, [drafts[0], again], now=NOW, seen=seen)
        assert live is not None
        assert {version.ref for version in live} == {draft.ref for draft in drafts}
        assert await held(articles, NOW) == [("fee", 1), ("returns", 1)]
        seen = await articles.changed(SHOP)
        assert await articles.publish(SHOP, live, now=NOW, seen=seen) is None  # no drafts any more
        with pytest.raises(ValueError, match="two versions"):
            await articles.publish(SHOP, [drafts[0], drafts[0]], now=NOW, seen=seen)
        with pytest.raises(ValueError, match="two versions"):
            await articles.issue(SHOP, [FEE, FEE], by=LIN, now=NOW, seen=seen)

    async def test_what_was_not_seen_is_not_published_over(self, articles: Articles):
        seen = await articles.changed(SHOP)
        await go_live(articles, FEE)
        draft = await articles.draft(SHOP, RETURNS, by=LIN, now=NOW)
        assert await articles.publish(SHOP, [draft], now=NOW, seen=seen) is None
        assert await articles.issue(SHOP, [RETURNS], by=LIN, now=NOW, seen=seen) is None
        assert len(await articles.versions(SHOP, EVERY, limit=9)) == 2

    async def test_of_two_who_publish_at_once_one_looks_again(self, articles: Articles):
        seen = await articles.changed(SHOP)
        issued = await asyncio.gather(
            *(articles.issue(SHOP, [RETURNS], by=LIN, now=NOW, seen=seen) for _ in range(4))
        )
        assert sum(live is None for live in issued) == 3
        assert await held(articles, NOW) == [("returns", 1)]

    async def test_each_change_of_what_is_said_is_seen_and_no_other(self, articles: Articles):
        marks = [await articles.changed(SHOP)]
        await articles.draft(SHOP, FEE, by=LIN, now=NOW)
        assert [await articles.changed(SHOP)] == marks
        live = await go_live(articles, RETURNS)
        marks.append(await articles.changed(SHOP))
        later = await go_live(articles, replace(RETURNS, valid_from=NOW + 9 * HOUR), NOW + HOUR)
        marks.append(await articles.changed(SHOP))
        assert await articles.archive(SHOP, later.ref, now=NOW + 2 * HOUR)  # `live` goes on
        marks.append(await articles.changed(SHOP))
        assert await articles.archive(SHOP, live.ref, now=NOW + 3 * HOUR)
        marks.append(await articles.changed(SHOP))
        assert len(set(marks)) == 5
        await go_live(articles, RETURNS, shop_id=ShopId("other"))
        assert len({*marks, await articles.changed(ShopId("other"))}) >= 5

    async def test_a_text_that_is_to_come_leaves_no_gap(self, articles: Articles):
        await go_live(articles, RETURNS)
        coming = replace(RETURNS, body="十四天内。", valid_from=NOW + 9 * HOUR, valid_until=NOW + 20 * HOUR)
        await go_live(articles, coming, NOW + HOUR)
        assert [await held(articles, NOW + n * HOUR) for n in (8, 9, 19, 20)] == [
            [("returns", 1)],
            [("returns", 2)],
            [("returns", 2)],
            [],
        ]
        assert await articles.next_change(SHOP, NOW + HOUR) == NOW + 9 * HOUR
        assert await articles.next_change(SHOP, NOW + 9 * HOUR) == NOW + 20 * HOUR
        assert await articles.next_change(SHOP, NOW + 20 * HOUR) is None
        assert await articles.next_change(ShopId("other"), NOW) is None

    async def test_archived_is_not_said_and_a_draft_is_dropped(self, articles: Articles):
        live = await go_live(articles, RETURNS)
        draft = await articles.draft(SHOP, RETURNS, by=LIN, now=NOW)
        for ref in (live.ref, draft.ref):
            assert await articles.archive(SHOP, ref, now=NOW + HOUR)
            assert not await articles.archive(SHOP, ref, now=NOW + 2 * HOUR)
            kept = await articles.version(SHOP, ref)
            assert kept is not None
            assert (kept.state, kept.archived_at) == (ArticleState.ARCHIVED, NOW + HOUR)
        assert [await held(articles, NOW + n * HOUR) for n in (0, 1)] == [[("returns", 1)], []]
        assert not await articles.archive(SHOP, Ref("returns", ZH, 3), now=NOW)
        assert not await articles.archive(ShopId("other"), live.ref, now=NOW)
