"""An article that would fill a gap, drafted from what is known: for a person to read, mend and save.

What customers asked and what colleagues answered is masked before anybody sees it. Nothing is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from xiaoer.assist.asking import Asking, Ready, Wanted, Worded, beside, standing
from xiaoer.assist.founded import Founded, Sentence
from xiaoer.decide.briefing import language_name, quiet
from xiaoer.domain.conversation import Conversation
from xiaoer.domain.knowledge import Passage, Scope
from xiaoer.domain.ports import Conversations, Library, ShopError
from xiaoer.domain.reply import Origin
from xiaoer.domain.words import Language
from xiaoer.guard.pseudonyms import PSEUDONYM, Pseudonyms
from xiaoer.learn.gaps import MOST_GAPS, Gap, Place
from xiaoer.learn.survey import Survey
from xiaoer.text.clean import clean
from xiaoer.text.language import language_of
from xiaoer.text.mask import masked

MOST_PASSAGES = 4
MOST_ANSWERS = 6
MOST_OF_ONE = 3  # answers of one conversation
LATER = 200  # events of a conversation that are read
LONGEST_ANSWER = 600  # characters
_LONGEST_TITLE = 200
_log = structlog.get_logger(__name__)


class From(StrEnum):
    QUESTION = "question"  # of customers
    ANSWER = "answer"  # of a colleague
    ARTICLE = "article"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a draft is made from. A question proves nothing."""

    kind: From
    text: str
    language: Language
    slug: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """As the knowledge endpoint takes it. `sentences` are the body's, in their order."""

    state: Ready
    slug: str
    language: Language
    title: str
    group: str
    questions: tuple[str, ...]
    sentences: tuple[Sentence, ...] = ()

    @property
    def body(self) -> str:
        return "".join(sentence.text for sentence in self.sentences).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDraft:
    gap: Gap
    drafts: tuple[ArticleDraft, ...]  # one a language
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDrafts:
    """`library` is asked for what is published at the moment."""

    asking: Asking
    survey: Survey
    conversations: Conversations
    library: Callable[[], Library]

    async def of(
        self, gap_id: str, *, now: datetime, since: datetime | None = None, language: Language | None = None
    ) -> GapDraft | None:
        """None if there is no such gap; `since` and `language` as it was listed with."""
        gaps = await self.survey.gaps(now=now, since=since, language=language, limit=MOST_GAPS)
        gap = next((one for one in gaps if one.id == gap_id), None)
        return None if gap is None else await self._drafted(gap, now)

    async def _drafted(self, gap: Gap, now: datetime) -> GapDraft:
        talks = [(place, found) for place in gap.places if (found := await self._talk(place)) is not None]
        answers = [one for place, talk in talks for one in await self._answers(place, talk, now)]
        sources = [
            *(Source(kind=From.QUESTION, text=text, language=gap.language) for text in gap.examples),
            *answers[:MOST_ANSWERS],
            *self._articles(gap, now),
        ]
        drafts = [await self._article(gap, one, sources, talks, now) for one in self._languages(gap, sources)]
        return GapDraft(gap=gap, drafts=tuple(drafts), sources=tuple(sources))

    def _languages(self, gap: Gap, sources: Sequence[Source]) -> list[Language]:
        """Both with a model; without one those there are words of."""
        asked = {suggestion.language for suggestion in gap.suggestions}
        told = {source.language for source in sources if source.kind is From.ANSWER}
        return [one for one in Language if self.asking.at_hand is not None or one in asked | told]

    async def _talk(self, place: Place) -> Conversation | None:
        return await self.conversations.get(place.conversation_id)

    async def _answers(self, place: Place, talk: Conversation, now: datetime) -> list[Source]:
        """What colleagues said there after it was asked, without anybody's data."""
        events = await self.conversations.after(talk.id, max(0, talk.last_seq - LATER), limit=LATER)
        said = [one.text for one in events if one.origin is Origin.HUMAN and one.at >= place.at and one.text]
        if not said:
            return []
        try:
            names = await self.asking.names(beside(talk, now=now))
        except ShopError as error:  # what would have to be masked is not known
            _log.warning("shop_error", error=type(error).__name__)
            return []
        hidden = [_nobodys(names.hide(text))[:LONGEST_ANSWER] for text in said[:MOST_OF_ONE]]
        return [
            Source(kind=From.ANSWER, text=text, language=language_of(clean(text), talk.language))
            for text in hidden
        ]

    def _articles(self, gap: Gap, now: datetime) -> list[Source]:
        """The nearest, first of all the one the gap is told with."""
        found: list[Passage] = [gap.nearest] if gap.nearest else []
        for suggestion in gap.suggestions:
            found += self.library().search(
                suggestion.title, suggestion.language, limit=MOST_PASSAGES, scope=Scope(now=now)
            )
        known = {(one.slug, one.text): one for one in found}
        return [
            Source(kind=From.ARTICLE, text=f"{one.title}\n{one.text}", language=one.language, slug=one.slug)
            for one in [*known.values()][:MOST_PASSAGES]
        ]

    async def _article(
        self,
        gap: Gap,
        language: Language,
        sources: Sequence[Source],
        talks: Sequence[tuple[Place, Conversation]],
        now: datetime,
    ) -> ArticleDraft:
        founded = Founded(
            [(one.text, one.language) for one in sources if one.kind is not From.QUESTION],
            now=now,
            time_zone=self.asking.policy.time_zone,
        )
        answers = [one.text for one in sources if one.kind is From.ANSWER and one.language is language]
        own = next((one for one in gap.suggestions if one.language is language), None)
        title, body = own.title if own else "", "\n\n".join(answers)
        worded = await self._worded(language, sources, talks, now)
        if worded.state is Ready.READY:
            first, _, rest = worded.text.partition("\n")
            body = rest.strip() or worded.text  # one line alone is no title
            title = first.strip("# *")[:_LONGEST_TITLE] if rest else title
        return ArticleDraft(
            state=worded.state,
            slug=gap.suggestions[0].slug,
            language=language,
            title=title or gap.title,
            group=gap.suggestions[0].group,
            questions=own.questions if own else (),
            sentences=founded.sentences(body, language),
        )

    async def _worded(
        self,
        language: Language,
        sources: Sequence[Source],
        talks: Sequence[tuple[Place, Conversation]],
        now: datetime,
    ) -> Worded:
        """The ledger has the call with the latest conversation that asked."""
        if not talks:
            return Worded(Ready.NO_MODEL if self.asking.at_hand is None else Ready.NOTHING)
        rules = standing("article").format(
            shop=self.asking.policy.shop_name.in_(language), language=language_name(language)
        )

        def wanted(names: Pseudonyms) -> Wanted:
            told = names.hide(_told(sources))
            return Wanted(
                standing=rules,
                told=told,
                hidden=names.hidden,
                show=_nobodys,
                faults=lambda text: (),
                length=1_500,
            )

        return await self.asking.worded(beside(talks[0][1], now=now), wanted)


def _told(sources: Sequence[Source]) -> str:
    def of(kind: From) -> list[str]:
        return [" ".join(source.text.split()) for source in sources if source.kind is kind]

    parts = [
        ("questions", quiet("\n".join(of(From.QUESTION)))),
        ("answers", quiet("\n".join(of(From.ANSWER)))),
        ("articles", "\n".join(of(From.ARTICLE))),
    ]
    return "\n".join(f"<{name}>\n{text or '-'}\n</{name}>" for name, text in parts)


def _nobodys(text: str) -> str:
    """Of what is of somebody only its kind: also of what the records knew."""
    return masked(PSEUDONYM.sub(lambda found: f"[{found[0].partition('-')[0].lower()}]", text))
