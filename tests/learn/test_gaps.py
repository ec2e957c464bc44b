"""Gaps: what is counted, what is shown, and that nothing personal is."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.questions_contract import PIANO
from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import ConversationId, TurnId
from xiaoer.domain.knowledge import Article, By, Passage
from xiaoer.domain.learning import Asked, Question
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.knowledge.memory import MemoryArticles
from xiaoer.knowledge.sound import faults
from xiaoer.learn.gap_wire import gap_json
from xiaoer.learn.gaps import Gap, gaps_of
from xiaoer.learn.question_memory import MemoryQuestions
from xiaoer.learn.survey import BACK, Survey

ZH, EN = Language.ZH, Language.EN
DAY = timedelta(days=1)
GROUP = ("可以拼团吗", "拼团几个人成团", "怎么拼团")
NEAR = Passage(slug="wholesale", language=ZH, title="团购", text="", score=0.31)


def asked(number: int, text: str, **changes) -> Question:
    """Each in a conversation of its own, an hour after the one before."""
    made = replace(
        PIANO,
        turn_id=TurnId(f"t{number:03}"),
        conversation_id=ConversationId(f"c{number}"),
        text=text,
        at=NOW - timedelta(hours=number),
        intent=Intent("promotions"),
    )
    return replace(made, **changes)


def nowhere(text: str, language: Language) -> Passage | None:
    return None


def gaps(*questions: Question, now: datetime = NOW, limit: int = 99, nearest=nowhere) -> tuple[Gap, ...]:
    return gaps_of(questions, nearest, now=now, limit=limit)


def test_questions_that_ask_the_same_are_one_gap_with_its_counts() -> None:
    found = gaps(
        *(asked(n, text) for n, text in enumerate([*GROUP, GROUP[0]])),
        asked(9, "有没有学生优惠", conversation_id=ConversationId("c0")),
        asked(10, GROUP[1], conversation_id=ConversationId("c0"), result=Asked.LOST),
        asked(11, GROUP[2], result=Asked.ANSWERED, slug="wholesale", thumb=-1),
    )
    assert [(gap.count, gap.conversations) for gap in found] == [(6, 5), (1, 1)]
    group = found[0]
    assert (group.title in GROUP, set(group.examples)) == (True, set(GROUP))
    assert group.results == {Asked.NOT_WRITTEN: 4, Asked.LOST: 1, Asked.ANSWERED: 1}
    assert (group.disliked, group.last_at, group.language) == (1, NOW, ZH)
    assert group.languages == {ZH: 6}


def test_the_trend_compares_two_weeks() -> None:
    days = [0, 1, 6.9, 7, 8, 13.9, 14, 20]
    [gap] = gaps(*(asked(n, GROUP[0], at=NOW - day * DAY) for n, day in enumerate(days)))
    assert (gap.this_week, gap.week_before, gap.count) == (3, 3, 8)


def test_two_languages_that_ask_the_same_are_one_gap() -> None:
    found = gaps(
        asked(1, "能用比特币付款吗", intent=Intent("payment_methods")),
        asked(2, "收不收比特币付款", intent=Intent("payment_methods")),
        asked(3, "can i pay with bitcoin", language=EN, intent=Intent("payment_methods")),
        asked(4, "do you have an app", language=EN, intent=Intent("website_problem")),
    )
    assert [(gap.count, gap.language, gap.languages) for gap in found] == [
        (3, ZH, {ZH: 2, EN: 1}),
        (1, EN, {EN: 1}),
    ]
    assert "can i pay with bitcoin" in found[0].examples[:2]
    assert [suggestion.language for suggestion in found[0].suggestions] == [ZH, EN]


def test_one_meaning_in_common_joins_nothing_that_was_understood_otherwise() -> None:
    found = gaps(
        asked(1, "能用比特币付款吗", intent=Intent("payment_methods")),
        asked(2, "can i pay with bitcoin", language=EN, intent=Intent("other")),
    )
    assert len(found) == 2


def test_whose_and_which_is_masked_everywhere() -> None:
    told = "我叫王小明，电话13800138000，邮箱 wang@example.com，订单M20260001能拼团吗"
    found = gaps(asked(1, told), asked(2, "订单M20260002可以拼团吗"), asked(3, "拼团"))
    shown = json.dumps([gap_json(gap) for gap in found], ensure_ascii=False)
    assert "拼团" in shown
    for secret in ("王小明", "13800138000", "wang@", "20260001", "20260002"):
        assert secret not in shown


def test_a_suggested_article_needs_only_its_text() -> None:
    questions = [asked(n, text) for n, text in enumerate(GROUP)]
    [gap] = gaps(*questions)
    [suggestion] = gap.suggestions
    assert {suggestion.title, *suggestion.questions} == set(GROUP)
    assert (suggestion.group, suggestion.slug[:11]) == ("promotion", "promotions-")
    article = Article(
        slug=suggestion.slug,
        language=suggestion.language,
        title=suggestion.title,
        group=suggestion.group,
        questions=suggestion.questions,
        body="三人成团。",
        updated_at=NOW,
    )
    assert faults(article) == ()


def test_what_was_not_surely_understood_names_no_intent() -> None:
    [gap] = gaps(*(asked(n, text, confidence=0.2) for n, text in enumerate(GROUP)))
    assert (gap.intent, gap.suggestions[0].group) == ("other", "service")
    assert gap.suggestions[0].slug.startswith("new-")


def test_the_nearest_article_is_named_and_what_is_filled_comes_last() -> None:
    def nearest(text: str, language: Language) -> Passage | None:
        return replace(NEAR, score=0.9 if "拼团" in text else 0.3)

    group = [asked(n, text) for n, text in enumerate(GROUP)]
    found = gaps(*group, asked(9, "有没有学生优惠"), nearest=nearest)
    assert [(gap.count, gap.filled) for gap in found] == [(1, False), (3, True)]
    assert found[0].nearest == replace(NEAR, score=0.3)
    disliked = gaps(*(replace(q, thumb=-1) for q in group), nearest=nearest)
    assert [gap.filled for gap in disliked] == [False]


def test_no_more_than_asked_for() -> None:
    texts = ["可以拼团吗", "有没有学生优惠", "能租吗", "旧手机换新"]
    assert len(gaps(*(asked(n, text) for n, text in enumerate(texts)), limit=2)) == 2
    assert gaps() == ()


_TEXTS = st.sampled_from(
    [*GROUP, "有没有学生优惠", "学生证打折吗", "？", "group buying", "do you have group buying"]
)


@given(st.lists(st.tuples(_TEXTS, st.sampled_from(Language), st.integers(0, 500)), max_size=30), st.randoms())
@settings(deadline=None, max_examples=40)
def test_each_question_counts_once_whatever_their_order(said: list, random) -> None:
    questions = [
        asked(n, text, language=language, at=NOW - timedelta(hours=hours))
        for n, (text, language, hours) in enumerate(said)
    ]
    found = gaps(*questions)
    assert sum(gap.count for gap in found) == len(questions)
    assert sum(gap.conversations for gap in found) == len(questions)
    random.shuffle(questions)
    assert gaps(*questions) == found


# --- of a shop --------------------------------------------------------------------------------------


@pytest.fixture
async def articles() -> MemoryArticles:
    kept = MemoryArticles()
    article = Article(
        slug="group-buying",
        language=ZH,
        title="可以拼团吗",
        group="price",
        questions=("怎么拼团",),
        body="三个人成团。",
        updated_at=NOW,
    )
    await kept.issue(SHOP, [article], by=By("lin"), now=NOW, seen=await kept.changed(SHOP))
    return kept


async def test_a_shops_gaps_are_what_it_missed_lately(articles: MemoryArticles) -> None:
    questions = MemoryQuestions()
    questions.asked[SHOP] = [
        asked(1, "可以租相机吗"),
        asked(2, "怎么租相机", at=NOW - BACK - DAY),
        asked(3, "运费多少", result=Asked.ANSWERED, slug="shipping-fee"),
        asked(4, "好难用", result=Asked.SERVED),
        asked(5, "shipping fee", language=EN, result=Asked.ANSWERED, thumb=-1),
        asked(6, "拼团怎么弄", result=Asked.UNSURE),
    ]
    survey = Survey(questions, articles, SHOP)
    found = await survey.gaps(now=NOW, limit=9)
    assert [gap.title for gap in found] == ["shipping fee", "可以租相机吗", "拼团怎么弄"]
    assert found[-1].nearest is not None
    assert (found[-1].nearest.slug, found[-1].filled) == ("group-buying", True)
    assert [gap.title for gap in await survey.gaps(now=NOW, language=EN, limit=9)] == ["shipping fee"]
    assert sum(gap.count for gap in await survey.gaps(now=NOW, since=NOW - 60 * DAY, limit=9)) == 4
    assert len(await survey.gaps(now=NOW, limit=1)) == 1
