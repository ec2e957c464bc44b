"""The gate before publication: pinned and recent questions, asked before and after a change."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import anyio.to_thread

from xiaoer.domain.ids import ShopId
from xiaoer.domain.knowledge import Article, Changed, Finding, GateReport, Name, Passage, Shift
from xiaoer.domain.learning import Asked, Pinned, Question
from xiaoer.domain.ports import Library
from xiaoer.domain.question_ports import Pins, Questions, WantedQuestions
from xiaoer.domain.words import Language, Words
from xiaoer.knowledge.library import TantivyLibrary
from xiaoer.text.clean import clean
from xiaoer.text.mask import masked

RECENT = 500  # questions of customers that are asked again: a second or two
MOST_PINS = 1_000
# What an action, a word or a person served, an article does not change.
REPLAYED = (Asked.ANSWERED, Asked.NOT_WRITTEN, Asked.UNSURE, Asked.LOST)
Progress = Callable[[int, int], None]  # questions asked, of how many


def _unwatched(done: int, total: int) -> None:
    """Nobody looks."""


class Replays(Protocol):
    """Asks the counter's mind a question over other libraries than its own (decide.replay)."""

    def answers(
        self, question: str, language: Language, libraries: Sequence[Library]
    ) -> Sequence[Passage | None]: ...


class Fault(StrEnum):
    """What is wrong with the answer to a pinned question."""

    NO_ANSWER = "no_answer"
    OTHER_ARTICLE = "other_article"
    OTHER_WORDS = "other_words"
    ANSWERED = "answered"  # where no article may


def fault_of(pinned: Pinned, answer: Passage | None) -> Fault | None:
    """None if the answer is as the pin wants it."""
    if not pinned.slug:
        return Fault.ANSWERED if answer is not None else None
    if answer is None:
        return Fault.NO_ANSWER
    if answer.slug != pinned.slug:
        return Fault.OTHER_ARTICLE
    return None if _letters(pinned.says) in _letters(answer.text) else Fault.OTHER_WORDS


def _letters(text: str) -> str:
    """Without case, width and spaces: 7天 is 7 天."""
    return "".join(clean(text).split())


class QuestionGate:
    """A domain.knowledge_ports.Gate. A pin that held before a change and does not after it blocks the change.

    One that did not hold before is only told of: what mends something else must be able to go live.
    """

    def __init__(
        self,
        *,
        shop_id: ShopId,
        pins: Pins,
        questions: Questions,
        replays: Callable[[], Awaitable[Replays]],
    ) -> None:
        """`replays` is asked for at each check: it may load a model, and the model may change."""
        self._shop_id, self._pins, self._questions = shop_id, pins, questions
        self._replays = replays
        self._progress: Progress = _unwatched

    def watch(self, progress: Progress) -> None:
        """From now on `progress` is told how far a check is."""
        self._progress = progress

    async def check(self, before: Sequence[Article], after: Sequence[Article]) -> GateReport:
        pins = (await self._pins.pins(self._shop_id))[:MOST_PINS]
        wanted = WantedQuestions(results=REPLAYED)
        recent = await self._questions.recent(self._shop_id, wanted, limit=RECENT)
        both = tuple(map(_begun, before)), tuple(map(_begun, after))
        replays = await self._replays()
        return await anyio.to_thread.run_sync(lambda: self._compare(both, replays, pins, recent))

    def _compare(
        self,
        both: tuple[Sequence[Article], ...],
        replays: Replays,
        pins: Sequence[Pinned],
        recent: Sequence[Question],
    ) -> GateReport:
        libraries = [TantivyLibrary.build(articles) for articles in both]
        times = Counter((question.text, question.language) for question in recent)
        total = len(pins) + len(times)
        findings, changed = list[Finding](), list[Changed]()
        for done, pinned in enumerate(pins, 1):
            pair = _Pair(*replays.answers(pinned.question, pinned.language, libraries))
            findings += _findings(pinned, pair)
            changed += _changed(pinned.question, pinned.language, pair, pinned=True)
            self._progress(done, total)
        for done, ((text, language), count) in enumerate(times.most_common(), len(pins) + 1):
            pair = _Pair(*replays.answers(text, language, libraries))
            changed += _changed(masked(text), language, pair, times=count)
            self._progress(done, total)
        return GateReport(
            findings=(*findings, *_remarks(pins, changed)), changed=tuple(changed), replayed=total
        )


@dataclass(frozen=True, slots=True)
class _Pair:
    before: Passage | None
    after: Passage | None

    @property
    def same(self) -> bool:
        one, other = self.before, self.after
        return (one and (one.slug, one.text)) == (other and (other.slug, other.text))


def _begun(article: Article) -> Article:
    """As if its time had come: the gate looks at what is said then."""
    return replace(article, valid_from=None, valid_until=None)


def _changed(
    question: str, language: Language, pair: _Pair, *, pinned: bool = False, times: int = 1
) -> Iterator[Changed]:
    if not pair.same:
        yield Changed(
            question=question,
            language=language,
            before=pair.before,
            after=pair.after,
            pinned=pinned,
            times=times,
        )


# --- what the staff is told ----------------------------------------------------------------------


def _findings(pinned: Pinned, pair: _Pair) -> Iterator[Finding]:
    if (fault := fault_of(pinned, pair.after)) is None:
        return
    breaks = fault_of(pinned, pair.before) is None
    says = told(pinned, fault, pair.after)
    if not breaks:
        says = Words(f"{says.zh}（改动之前就已如此）", f"{says.en} (as it was before this change)")
    yield Finding(
        rule="pinned_question" if breaks else "pinned_question_before",
        says=says,
        blocks=breaks,
        name=Name(pinned.slug, pinned.language) if pinned.slug else None,
    )


def told(pinned: Pinned, fault: Fault, answer: Passage | None) -> Words:
    """What is wrong with the answer to a pinned question, for the staff."""
    question, slug, other = pinned.question, pinned.slug, answer.slug if answer else ""
    match fault:
        case Fault.NO_ANSWER:
            zh, en = f"没有答案，应由 {slug} 回答", f"has no answer; {slug} should answer"
        case Fault.OTHER_ARTICLE:
            zh, en = f"由 {other} 回答，应由 {slug} 回答", f"is answered by {other}; {slug} should answer"
        case Fault.OTHER_WORDS:
            zh, en = (
                f"{slug} 的回答里没有“{pinned.says}”",
                f"is answered by {slug} without “{pinned.says}”",
            )
        case Fault.ANSWERED:
            zh, en = f"由 {other} 回答，本不该有文章回答", f"is answered by {other}; no article should"
    return Words(f"钉住的问题“{question}”{zh}", f"The pinned question “{question}” {en}")


def _remarks(pins: Sequence[Pinned], changed: Sequence[Changed]) -> Iterator[Finding]:
    if not pins:
        says = Words(
            "没有钉住的问题，改动无从检验。把最要紧的问题钉住：xiaoer kb pin",
            "No question is pinned, so nothing holds the answers. Pin those that matter: xiaoer kb pin",
        )
        yield Finding(rule="no_pinned_questions", says=says, blocks=False)
    counts = Counter[Shift]()
    for change in changed:
        if not change.pinned:
            counts[change.shift] += change.times
    if counts:
        yield Finding(rule="answers_change", says=_counted(counts), blocks=False)


_SHIFTS = {
    Shift.GAINED: Words("有了答案", "gain an answer"),
    Shift.LOST: Words("失去答案", "lose theirs"),
    Shift.MOVED: Words("改由别的文章回答", "are answered by another article"),
    Shift.REWORDED: Words("换了说法", "are answered in other words"),
}


def _counted(counts: Counter[Shift]) -> Words:
    zh = "，".join(f"{counts[shift]} 个{said.zh}" for shift, said in _SHIFTS.items() if counts[shift])
    en = ", ".join(f"{counts[shift]} {said.en}" for shift, said in _SHIFTS.items() if counts[shift])
    return Words(f"顾客最近问过的问题里，{zh}", f"Of the questions customers asked lately, {en}")
