"""What customers ask that is not answered well: questions gathered into gaps, for a person to fill."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from xiaoer.domain.ids import ConversationId
from xiaoer.domain.knowledge import Passage
from xiaoer.domain.learning import Asked, Question
from xiaoer.domain.understanding import OTHER, Intent
from xiaoer.domain.words import Language
from xiaoer.knowledge.library import LINE
from xiaoer.learn.clusters import clusters
from xiaoer.learn.translations import pairs
from xiaoer.text.mask import masked
from xiaoer.understand.catalogue import catalogue

MOST_QUESTIONS = 5_000  # looked at; a busy shop's month. The newest count
MOST_GAPS = 200  # of one answer
MISSED = (Asked.NOT_WRITTEN, Asked.UNSURE, Asked.LOST)
WEEK = timedelta(days=7)
_SURE = 0.4  # mean confidence from which an intent says what a gap is about
_EXAMPLES = 5
_PLACES = 10  # where it was asked, the latest
_WAYS = 10  # to ask, in a suggested draft
_LONGEST_TITLE = 200  # characters: what an article may have
_ELSEWHERE = "service"  # group of an article on what the catalogue has no intent for

Nearest = Callable[[str, Language], Passage | None]  # the article nearest to a question, whatever its score


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An article that would fill the gap, but for what it says: that only the shop knows."""

    slug: str
    language: Language
    title: str
    group: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a question was asked: somebody may have answered it there."""

    conversation_id: ConversationId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions that ask the same and were not answered well. Every text is masked."""

    title: str  # the most central question
    language: Language  # of the title
    intent: Intent  # what they were understood as; other: nothing surely
    count: int
    conversations: int  # how many customers it concerned
    languages: Mapping[Language, int]
    results: Mapping[Asked, int]
    disliked: int  # answers with a thumb down
    this_week: int
    week_before: int
    last_at: datetime
    examples: tuple[str, ...]
    nearest: Passage | None  # an article that could be extended, with its score
    suggestions: tuple[Suggestion, ...]  # one for each language it was asked in
    places: tuple[Place, ...] = ()  # where it was asked first in a conversation, the latest of them first

    @property
    def id(self) -> str:
        """As long as its most central question is the same."""
        return sha256(f"{self.language.value}:{self.title}".encode()).hexdigest()[:16]

    @property
    def filled(self) -> bool:
        """Whether an article answers it by now; never where answers were disliked: there it did already."""
        return not self.disliked and self.nearest is not None and self.nearest.score >= LINE


def gaps_of(
    questions: Sequence[Question], nearest: Nearest, *, now: datetime, limit: int = MOST_GAPS
) -> tuple[Gap, ...]:
    """The most asked, at most `limit`: those still open first, then the most asked first.

    The order of `questions` changes nothing.
    """
    groups = _together([group for language in Language for group in _groups(questions, language)])
    ranked = sorted(groups, key=lambda group: (-group.count, -group.conversations, group.title))
    gaps = [_gap(group, nearest, now) for group in ranked[:limit]]
    return tuple(sorted(gaps, key=lambda gap: gap.filled))


@dataclass(frozen=True, slots=True)
class _Group:
    """`texts`, the most central first, and all questions that ask one of them."""

    language: Language
    texts: tuple[str, ...]
    questions: tuple[Question, ...]
    translated: "_Group | None" = None

    @property
    def every(self) -> tuple[Question, ...]:
        return self.questions + (self.translated.questions if self.translated else ())

    @property
    def count(self) -> int:
        return len(self.every)

    @property
    def conversations(self) -> int:
        return len({question.conversation_id for question in self.every})

    @property
    def title(self) -> str:
        return self.texts[0]

    @property
    def intent(self) -> Intent:
        return _understood_as(self.every)


def _groups(questions: Sequence[Question], language: Language) -> list[_Group]:
    by_text: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda q: (q.at, q.turn_id, q.place)):
        if question.language is language:
            by_text.setdefault(question.text, []).append(question)
    return [
        _Group(language, found.texts, tuple(q for text in found.texts for q in by_text[text]))
        for found in clusters(list(by_text), language)
    ]


def _together(groups: Sequence[_Group]) -> list[_Group]:
    """Groups of two languages that ask the same are one; the larger gives the title."""
    told = {n: (group.language, group.intent, group.texts) for n, group in enumerate(groups)}
    joined = dict(pairs(told))
    whole = [group for n, group in enumerate(groups) if n not in joined and n not in joined.values()]
    for one, other in joined.items():
        smaller, larger = sorted((groups[one], groups[other]), key=lambda group: (group.count, group.title))
        whole.append(_Group(larger.language, larger.texts, larger.questions, smaller))
    return whole


def _gap(group: _Group, nearest: Nearest, now: datetime) -> Gap:
    asked = group.every
    parts = [group, group.translated] if group.translated else [group]
    return Gap(
        title=_line(group.title),
        language=group.language,
        intent=group.intent,
        count=group.count,
        conversations=group.conversations,
        languages={part.language: len(part.questions) for part in parts},
        results=dict(Counter(question.result for question in asked)),
        disliked=sum(question.thumb < 0 for question in asked),
        this_week=sum(now - WEEK < question.at for question in asked),
        week_before=sum(now - 2 * WEEK < question.at <= now - WEEK for question in asked),
        last_at=max(question.at for question in asked),
        examples=_different(_in_turn([part.texts for part in parts]), _EXAMPLES),
        nearest=nearest(group.title, group.language),
        suggestions=tuple(_suggestion(part, group.intent) for part in parts),
        places=_places(asked),
    )


def _places(asked: Sequence[Question]) -> tuple[Place, ...]:
    first: dict[ConversationId, Place] = {}
    for question in sorted(asked, key=lambda one: (one.at, one.turn_id)):
        first.setdefault(question.conversation_id, Place(question.conversation_id, question.at))
    return tuple(reversed(first.values()))[:_PLACES]


def _suggestion(part: _Group, intent: Intent) -> Suggestion:
    entry = catalogue().get(intent)
    known = entry is not None and intent != OTHER
    mark = sha256(part.title.encode()).hexdigest()[:6]
    return Suggestion(
        slug=f"{intent.replace('_', '-') if known else 'new'}-{mark}",
        language=part.language,
        title=_line(part.title),
        group=entry.group.replace("_", "-") if entry and known else _ELSEWHERE,
        questions=_different(part.texts[1:], _WAYS),
    )


def _line(text: str) -> str:
    return " ".join(masked(text).split())[:_LONGEST_TITLE].rstrip()


def _different(texts: Iterable[str], most: int) -> tuple[str, ...]:
    """Masked, some of them are the same."""
    found: dict[str, None] = {}
    for text in texts:
        if len(found) == most:
            break
        found.setdefault(_line(text))
    return tuple(found)


def _in_turn(lists: Sequence[Sequence[str]]) -> list[str]:
    """One of each, then the second of each ..."""
    longest = max(map(len, lists))
    return [texts[n] for n in range(longest) for texts in lists if n < len(texts)]


def _understood_as(questions: Sequence[Question]) -> Intent:
    sure: dict[Intent, float] = defaultdict(float)
    for question in questions:
        sure[question.intent] += question.confidence
    best = min(sure, key=lambda intent: (-round(sure[intent], 9), intent))
    return best if sure[best] >= _SURE * len(questions) else OTHER
