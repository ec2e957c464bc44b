"""The editor and his gate; the library that follows; the questions to the past."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.knowledge.articles import FEE, FEE_ZH, LOCKER_ZH, WASH

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, ArticleState, By, Finding, GateReport, Ref, Scope, Version
from xiaoer.domain.knowledge_ports import WantedVersions
from xiaoer.domain.words import Language, Words
from xiaoer.knowledge.current import Current
from xiaoer.knowledge.editor import Blocked, Declined, Editor, No, Published, Unsound
from xiaoer.knowledge.hindsight import Hindsight
from xiaoer.knowledge.memory import MemoryArticles

SHOP, LIN = ShopId("mugua"), By("lin")
NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEAR = replace(FEE, body="Delivery costs ¥9.")
ASKED = "how much is postage"


@dataclass
class Gate:
    """Remembers what it was shown; may block, and may be slow enough for others to come in between."""

    blocks: bool = False
    meanwhile: Callable[[], object] | None = None
    seen: list[tuple[list[Article], list[Article]]] = field(default_factory=list)

    async def check(self, before: Sequence[Article], after: Sequence[Article]) -> GateReport:
        self.seen.append((list(before), list(after)))
        if self.meanwhile is not None:
            await self.meanwhile()  # type: ignore[misc]
        says = Words("不行", "no")
        return GateReport((Finding(rule="test", says=says, blocks=self.blocks),))


@dataclass
class Desk:
    articles: MemoryArticles = field(default_factory=MemoryArticles)
    gate: Gate = field(default_factory=Gate)

    def __post_init__(self) -> None:
        self.current = Current(self.articles, SHOP)
        self.editor = Editor(self.articles, SHOP, gate=self.gate, changed=self.current.refresh)
        self.hindsight = Hindsight(self.articles, SHOP, self.current)

    async def live(self, article: Article, now: datetime = NOON) -> Version:
        done = await self.editor.issue(article, by=LIN, now=now)
        assert isinstance(done, Published)
        return done.versions[0]

    async def elsewhere(self, article: Article, now: datetime = NOON) -> None:
        """Another process publishes."""
        seen = await self.articles.changed(SHOP)
        assert await self.articles.issue(SHOP, [article], by=LIN, now=now, seen=seen)

    def said(self, now: datetime = NOON) -> list[str]:
        found = self.current.library.search(ASKED, Language.EN, limit=1, scope=Scope(now=now))
        return [passage.text for passage in found]


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- the gate --------------------------------------------------------------------------------------


async def test_the_gate_sees_what_is_said_and_what_will_be(desk: Desk) -> None:
    await desk.live(FEE)
    await desk.live(WASH)
    coming = replace(DEAR, valid_from=NOON + HOUR)
    draft = await desk.editor.draft(coming, by=LIN, now=NOON)
    assert isinstance(draft, Version)
    done = await desk.editor.publish([draft.ref], now=NOON)
    assert isinstance(done, Published)
    before, after = desk.gate.seen[-1]
    assert [a.body for a in before] == [FEE.body, WASH.body]
    assert [a.body for a in after] == [DEAR.body, WASH.body]
    assert [finding.says.en for finding in done.report.findings] == ["no"]  # only remarked


async def test_what_is_blocked_changes_nothing(desk: Desk) -> None:
    await desk.live(FEE)
    draft = await desk.editor.draft(DEAR, by=LIN, now=NOON)
    assert isinstance(draft, Version)
    desk.gate.blocks = True
    assert isinstance(await desk.editor.publish([draft.ref], now=NOON), Blocked)
    assert isinstance(await desk.editor.issue(DEAR, by=LIN, now=NOON), Blocked)
    kept = await desk.editor.versions(WantedVersions())
    assert [version.state for version in kept] == [ArticleState.PUBLISHED, ArticleState.DRAFT]
    assert desk.said() == ["Delivery costs ¥8."]


async def test_who_publishes_meanwhile_is_looked_at_again(desk: Desk) -> None:
    async def once() -> None:
        desk.gate.meanwhile = None
        await desk.elsewhere(WASH)

    desk.gate.meanwhile = once
    await desk.live(FEE)
    assert [len(before) for before, _ in desk.gate.seen] == [0, 1]


async def test_who_never_gets_his_turn_is_told_so(desk: Desk) -> None:
    desk.gate.meanwhile = lambda: desk.elsewhere(WASH)
    draft = await desk.editor.draft(FEE, by=LIN, now=NOON)
    assert isinstance(draft, Version)
    assert await desk.editor.publish([draft.ref], now=NOON) == Declined(No.BUSY)
    assert await desk.editor.issue(FEE, by=LIN, now=NOON) == Declined(No.BUSY)


async def test_a_draft_rewritten_while_the_gate_looks_is_looked_at_again(desk: Desk) -> None:
    draft = await desk.editor.draft(FEE, by=LIN, now=NOON)
    assert isinstance(draft, Version)

    async def rewrite() -> None:
        desk.gate.meanwhile = None
        await desk.editor.edit(draft.ref, DEAR, by=LIN, now=NOON)

    desk.gate.meanwhile = rewrite
    assert isinstance(await desk.editor.publish([draft.ref], now=NOON), Published)
    assert [after[0].body for _, after in desk.gate.seen] == [FEE.body, DEAR.body]


# --- refusals --------------------------------------------------------------------------------------


async def test_a_no_is_told(desk: Desk) -> None:
    live = await desk.live(FEE)
    none = Ref("unheard-of", Language.EN, 1)
    editor = desk.editor
    assert await editor.publish([live.ref], now=NOON) == Declined(No.NOT_A_DRAFT, live.ref)
    assert await editor.publish([none], now=NOON) == Declined(No.NO_VERSION, none)
    assert await editor.edit(live.ref, DEAR, by=LIN, now=NOON) == Declined(No.NOT_A_DRAFT, live.ref)
    assert await editor.archive(none, now=NOON) == Declined(No.NO_VERSION, none)
    assert await editor.restore(none, by=LIN, now=NOON, publish=False) == Declined(No.NO_VERSION, none)
    assert isinstance(await editor.archive(live.ref, now=NOON), Version)
    assert await editor.archive(live.ref, now=NOON) == Declined(No.NOTHING_TO_ARCHIVE, live.ref)
    assert isinstance(await editor.draft(replace(FEE, slug="Fee!"), by=LIN, now=NOON), Unsound)
    over = replace(FEE, valid_until=NOON)
    assert isinstance(await editor.issue(over, by=LIN, now=NOON), Unsound)


async def test_ready_are_the_newest_drafts_that_nothing_newer_was_published_of(desk: Desk) -> None:
    for article in (FEE, FEE, WASH):
        await desk.editor.draft(article, by=LIN, now=NOON)
    assert await desk.editor.ready() == [
        Ref("shipping-fee", Language.EN, 2),
        Ref("wash-down", Language.EN, 1),
    ]
    await desk.live(WASH)
    assert await desk.editor.ready() == [Ref("shipping-fee", Language.EN, 2)]


async def test_a_text_that_ran_out_is_restored_to_be_said(desk: Desk) -> None:
    holiday = replace(DEAR, valid_from=NOON, valid_until=NOON + HOUR)
    version = await desk.live(holiday)
    later = NOON + 2 * HOUR
    done = await desk.editor.restore(version.ref, by=LIN, now=later, publish=True)
    assert isinstance(done, Published)
    assert done.versions[0].holds(later)
    assert done.versions[0].article.valid_until is None


# --- the library follows -----------------------------------------------------------------------------


async def test_what_another_process_publishes_is_noticed_once(desk: Desk) -> None:
    await desk.live(FEE)
    assert desk.said() == ["Delivery costs ¥8."]
    await desk.elsewhere(DEAR)
    assert desk.said() == ["Delivery costs ¥8."]
    assert [await desk.current.refresh(NOON) for _ in range(2)] == [True, False]
    assert desk.said() == ["Delivery costs ¥9."]
    assert desk.current.numbers == {FEE.name: 2}


async def test_drafts_are_no_news(desk: Desk) -> None:
    await desk.live(FEE)
    await desk.editor.draft(DEAR, by=LIN, now=NOON)
    assert not await desk.current.refresh(NOON)


async def test_what_begins_and_ends_by_its_dates_is_taken_in_by_the_clock(desk: Desk) -> None:
    await desk.live(FEE)
    await desk.live(replace(DEAR, valid_from=NOON + HOUR, valid_until=NOON + 3 * HOUR))
    moments = [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR, NOON + 4 * HOUR]
    news, said = [], []
    for moment in moments:
        news.append(await desk.current.refresh(moment))
        said.append(desk.said(moment))
    assert news == [False, True, False, True, False]
    assert said == [["Delivery costs ¥8."], ["Delivery costs ¥9."], ["Delivery costs ¥9."], [], []]


async def test_what_has_ended_is_not_said_even_before_the_clock_looks(desk: Desk) -> None:
    await desk.live(replace(FEE, valid_until=NOON + HOUR))
    assert desk.said(NOON + HOUR - timedelta(seconds=1)) == ["Delivery costs ¥8."]
    assert desk.said(NOON + HOUR) == []


async def test_search_goes_on_while_articles_are_published(desk: Desk) -> None:
    await desk.live(FEE)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(desk.said) for _ in range(100)]
        for turn in range(10):
            await desk.live(FEE if turn % 2 else DEAR, NOON + turn * timedelta(seconds=1))
        said = {future.result()[0] for future in asked}
    assert said <= {"Delivery costs ¥8.", "Delivery costs ¥9."}


async def test_ten_looks_at_once_build_once(desk: Desk) -> None:
    await desk.elsewhere(FEE)
    looks = await asyncio.gather(*(desk.current.refresh(NOON) for _ in range(10)))
    assert looks.count(True) == 1


def test_a_library_that_was_never_filled_says_so(desk: Desk) -> None:
    with pytest.raises(RuntimeError, match="refresh"):
        _ = desk.current.library


# --- where it holds -----------------------------------------------------------------------------------


async def test_a_translation_that_does_not_hold_is_not_given(desk: Desk) -> None:
    await desk.live(replace(FEE, channel="email"))
    await desk.live(FEE_ZH)
    await desk.live(LOCKER_ZH)
    library = desk.current.library
    by_web, by_email = (Scope(now=NOON, channel=channel) for channel in ("web", "email"))
    [passage] = library.search("邮费多少钱", Language.EN, limit=1, scope=by_web)
    assert (passage.language, passage.text) == (Language.ZH, "运费 ¥8。")
    assert library.article("shipping-fee", "", Language.EN, scope=by_email).language is Language.EN  # type: ignore[union-attr]
    assert library.article("shipping-fee", "", Language.EN, scope=by_web).language is Language.ZH  # type: ignore[union-attr]


async def test_articles_of_other_countries_crowd_nothing_out(desk: Desk) -> None:
    for number in range(40):
        await desk.articles.issue(
            SHOP,
            [replace(FEE, slug=f"fee-{number}", region="DE")],
            by=LIN,
            now=NOON,
            seen=await desk.articles.changed(SHOP),
        )
    await desk.live(DEAR)
    assert desk.said() == ["Delivery costs ¥9."]


# --- what was said ------------------------------------------------------------------------------------


async def test_what_was_answered_is_answered_again_with_its_version(desk: Desk) -> None:
    await desk.live(FEE)
    first = desk.current.library.version
    await desk.live(DEAR, NOON + 10 * HOUR)
    now = Scope(now=NOON + 20 * HOUR)
    for hours, text, number in ((5, "Delivery costs ¥8.", 1), (10, "Delivery costs ¥9.", 2)):
        then = await desk.hindsight.then(ASKED, Language.EN, replace(now, now=NOON + hours * HOUR))
        assert [(cited.passage.text, cited.number) for cited in then.cited] == [(text, number)]
    before = await desk.hindsight.then(ASKED, Language.EN, replace(now, now=NOON - HOUR))
    assert before.cited == ()
    past = await desk.hindsight.then(ASKED, Language.EN, replace(now, now=NOON))
    assert past.knowledge == first
    today = await desk.hindsight.now(ASKED, Language.EN, now)
    assert (today.cited[0].number, today.knowledge) == (2, desk.current.library.version)
