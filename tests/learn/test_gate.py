"""The gate: what a change does to pinned and recent questions, and what it keeps from going live."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learn.replays import Search
from tests.store.questions_contract import PIANO, RETURNS
from tests.store.samples import NOW, SHOP

from xiaoer.domain.ids import TurnId
from xiaoer.domain.knowledge import Article, By, Passage, Shift
from xiaoer.domain.learning import Asked, Pinned
from xiaoer.domain.words import Language
from xiaoer.knowledge.editor import Blocked, Editor, Published
from xiaoer.knowledge.memory import MemoryArticles
from xiaoer.knowledge.wire import MOST_CHANGED, gate_json
from xiaoer.learn.gate import RECENT, Fault, QuestionGate, fault_of
from xiaoer.learn.question_memory import MemoryPins, MemoryQuestions

ZH, EN = Language.ZH, Language.EN
WINDOW = Article(
    slug="return-window",
    language=ZH,
    title="几天内可以退货？",
    group="returns",
    questions=("退货期限", "多久之内能退"),
    body="签收后 7 天内可以退货。",
    updated_at=NOW,
)
FEE = replace(WINDOW, slug="shipping-fee", title="运费多少？", questions=("邮费怎么算",), body="运费 8 元。")
RENT = replace(WINDOW, slug="rent", title="可以租相机吗？", questions=("租相机多少钱",), body="不出租。")
PIN = replace(RETURNS, question="几天内可以退货？", says="7 天")


class House:
    """A shop with a gate before its articles."""

    def __init__(self) -> None:
        self.pins, self.questions, self.search = MemoryPins(), MemoryQuestions(), Search()
        self.gate = QuestionGate(
            shop_id=SHOP, pins=self.pins, questions=self.questions, replays=self._replays
        )
        self.articles = MemoryArticles()
        self.editor = Editor(self.articles, SHOP, gate=self.gate)

    async def _replays(self) -> Search:
        return self.search

    async def pin(self, *pins: Pinned) -> None:
        for pinned in pins:
            await self.pins.pin(SHOP, pinned, now=NOW)

    def asks(self, *texts: str, result: Asked = Asked.NOT_WRITTEN) -> None:
        for text in texts:
            kept = self.questions.asked.setdefault(SHOP, [])
            kept.append(replace(PIANO, turn_id=TurnId(f"t{len(kept)}"), text=text, result=result))


@pytest.fixture
def house() -> House:
    return House()


def rules(report) -> list[tuple[str, bool]]:
    return [(finding.rule, finding.blocks) for finding in report.findings]


async def test_a_change_that_changes_nothing_passes_silently(house: House) -> None:
    await house.pin(PIN)
    house.asks("邮费怎么算", "可以租相机吗")
    report = await house.gate.check([WINDOW, FEE], [FEE, replace(WINDOW, group="service")])
    assert (report.findings, report.changed, report.replayed) == ((), (), 3)


async def test_each_way_an_answer_changes_is_told(house: House) -> None:
    await house.pin(PIN)
    house.asks("可以租相机吗", "邮费怎么算", "邮费怎么算", "退货期限", "运费多少")
    moved = replace(FEE, slug="fees", questions=("邮费怎么算", "运费多少"))
    after = [RENT, moved, replace(WINDOW, body="签收后 7 天内都可以退货。")]
    report = await house.gate.check([WINDOW, FEE], after)
    assert [(c.question, c.shift, c.pinned, c.times) for c in report.changed] == [
        ("几天内可以退货？", Shift.REWORDED, True, 1),
        ("邮费怎么算", Shift.MOVED, False, 2),
        ("可以租相机吗", Shift.GAINED, False, 1),
        ("退货期限", Shift.REWORDED, False, 1),
        ("运费多少", Shift.MOVED, False, 1),
    ]
    fee = report.changed[1]
    assert fee.before is not None
    assert fee.after is not None
    assert (fee.before.slug, fee.before.text, fee.after.slug) == ("shipping-fee", "运费 8 元。", "fees")
    [finding] = report.findings
    assert (finding.rule, finding.blocks) == ("answers_change", False)
    assert finding.says.zh.endswith("1 个有了答案，3 个改由别的文章回答，1 个换了说法")
    lost = await house.gate.check([WINDOW, FEE], [WINDOW])
    assert [c.shift for c in lost.changed] == [Shift.LOST, Shift.LOST]


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([FEE], "没有答案，应由 return-window 回答"),
        ([FEE, replace(WINDOW, body="签收后 15 天内可以退货。")], "的回答里没有“7 天”"),
        ([FEE, replace(WINDOW, slug="returns")], "由 returns 回答，应由 return-window 回答"),
    ],
    ids=["lost", "other words", "other article"],
)
async def test_a_pin_that_breaks_blocks_with_the_reason(house: House, after: list[Article], why: str) -> None:
    await house.pin(PIN)
    report = await house.gate.check([WINDOW, FEE], after)
    assert rules(report) == [("pinned_question", True)]
    assert report.blocked
    assert "几天内可以退货？" in report.findings[0].says.zh
    assert report.findings[0].says.zh.endswith(why)
    assert "return-window" in report.findings[0].says.en


async def test_a_question_that_no_article_may_answer(house: House) -> None:
    await house.pin(replace(PIN, question="可以租相机吗", slug="", says=""))
    report = await house.gate.check([WINDOW], [WINDOW, RENT])
    assert rules(report) == [("pinned_question", True)]
    assert "由 rent 回答" in report.findings[0].says.zh


async def test_what_was_broken_before_does_not_keep_other_things_from_being_mended(house: House) -> None:
    await house.pin(replace(PIN, says="15 天"))
    report = await house.gate.check([WINDOW], [WINDOW, FEE])
    assert rules(report) == [("pinned_question_before", False)]
    assert (await house.gate.check([WINDOW], [replace(WINDOW, body="15 天内。")])).findings == ()


async def test_a_pin_that_was_taken_off_holds_nothing(house: House) -> None:
    await house.pin(PIN)
    await house.pins.unpin(SHOP, PIN.id)
    assert rules(await house.gate.check([WINDOW], [])) == [("no_pinned_questions", False)]


async def test_a_text_that_begins_later_is_looked_at_as_if_it_had(house: House) -> None:
    await house.pin(PIN)
    later = replace(WINDOW, body="10 天。", valid_from=NOW + timedelta(days=30))
    assert (await house.gate.check([WINDOW], [later])).blocked
    ends = replace(WINDOW, valid_until=NOW - timedelta(days=1))
    assert not (await house.gate.check([ends], [ends])).findings


async def test_only_what_an_article_could_answer_is_asked_again_the_newest_first(house: House) -> None:
    house.asks("帮我取消订单", "转人工", result=Asked.SERVED)
    old = [
        replace(PIANO, turn_id=TurnId(f"o{n}"), text="旧问题", at=NOW - timedelta(1)) for n in range(RECENT)
    ]
    house.questions.asked[SHOP] += old
    house.asks(*(f"问题{n}" for n in range(RECENT)))
    await house.gate.check([], [])
    assert sorted(house.search.asked) == sorted(f"问题{n}" for n in range(RECENT))


async def test_progress_is_told_question_by_question(house: House) -> None:
    await house.pin(PIN)
    house.asks("运费多少", "退货期限", "运费多少")
    told: list[tuple[int, int]] = []
    house.gate.watch(lambda done, total: told.append((done, total)))
    await house.gate.check([], [])
    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_customers_are_masked_and_leave_no_words_in_what_is_kept(house: House) -> None:
    await house.pin(PIN)
    house.asks("我叫王小明，电话13800138000，可以租相机吗")
    report = await house.gate.check([WINDOW], [replace(WINDOW, body="7 天内。"), RENT])
    assert [change.pinned for change in report.changed] == [True, False]
    assert "13800138000" not in repr(report)
    assert "王小明" not in repr(report)
    kept = report.without_words
    assert [change.question for change in kept.changed] == [PIN.question]
    assert (kept.findings, kept.blocked) == (report.findings, report.blocked)


async def test_the_report_as_json_is_bounded(house: House) -> None:
    house.asks(*(f"可以租相机吗{n}" for n in range(MOST_CHANGED + 50)))
    told = gate_json(await house.gate.check([], [RENT]))
    assert (told["blocked"], told["replayed"], len(told["changed"])) == (False, 250, MOST_CHANGED)
    first = told["changed"][0]
    assert (first["shift"], first["before"], first["after"]) == (
        "gained",
        None,
        {"slug": "rent", "text": "不出租。"},
    )


# --- before the editor --------------------------------------------------------------------------------


async def test_nothing_is_published_that_breaks_a_pin(house: House) -> None:
    assert isinstance(await house.editor.issue(WINDOW, by=By("lin"), now=NOW), Published)
    await house.pin(PIN)
    mark = await house.articles.changed(SHOP)
    worse = await house.editor.draft(replace(WINDOW, body="3 天。"), by=By("lin"), now=NOW)
    done = await house.editor.publish([worse.ref], now=NOW)  # type: ignore[union-attr]
    assert isinstance(done, Blocked)
    assert rules(done.report) == [("pinned_question", True)]
    assert await house.articles.changed(SHOP) == mark
    better = await house.editor.draft(replace(WINDOW, body="签收后 7 天。"), by=By("lin"), now=NOW)
    assert isinstance(await house.editor.publish([better.ref], now=NOW), Published)  # type: ignore[union-attr]


# --- rules ----------------------------------------------------------------------------------------------

_SLUGS, _LETTERS = st.sampled_from(["a", "b"]), "ab7天 "
_PASSAGES = st.builds(
    Passage,
    slug=_SLUGS,
    language=st.just(ZH),
    title=st.just(""),
    text=st.text(_LETTERS, max_size=9),
    score=st.just(1.0),
)


@given(st.sampled_from(["", "a", "b"]), st.text(_LETTERS, max_size=2), st.none() | _PASSAGES)
@settings(max_examples=200)
def test_a_pin_holds_or_says_what_is_wrong(slug: str, says: str, answer: Passage | None) -> None:
    fault = fault_of(replace(PIN, slug=slug, says=says), answer)
    if not slug:
        assert fault == (Fault.ANSWERED if answer else None)
    elif answer is None or answer.slug != slug:
        assert fault == (Fault.OTHER_ARTICLE if answer else Fault.NO_ANSWER)
    elif says in answer.text:
        assert fault is None


def test_the_words_may_be_written_in_another_width_case_or_script() -> None:
    answer = Passage(slug="a", language=ZH, title="", text="滿 ¥99 免運費，PayPal 5 天", score=1.0)
    for says in ("满¥99", "免运费", "paypal 5天", "ＰａｙＰａｌ", ""):
        assert fault_of(replace(PIN, slug="a", says=says), answer) is None
    assert fault_of(replace(PIN, slug="a", says="¥88"), answer) is Fault.OTHER_WORDS
