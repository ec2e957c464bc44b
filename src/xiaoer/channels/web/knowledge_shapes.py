"""The JSON of articles, their versions, answers and imports, as OpenAPI tells it."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from xiaoer.channels.web.said import Storable
from xiaoer.channels.web.shapes import In, Out
from xiaoer.domain.knowledge import Article, ArticleState, ImportState, Shift
from xiaoer.domain.words import Language
from xiaoer.knowledge.sound import (
    CHANNEL,
    GROUP,
    LARGEST_BODY,
    LONGEST_LINE,
    LONGEST_SLUG,
    MOST_QUESTIONS,
    REGION,
    SLUG,
)

LONGEST_ADDRESS = 2_000
MOST_AT_ONCE = 5_000  # versions published together: as many as one import makes
HIGHEST = 1_000_000  # number of a version
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
Slug = Annotated[str, Field(pattern=SLUG, max_length=LONGEST_SLUG, examples=["shipping-fee"])]
Line = Annotated[str, Field(min_length=1, max_length=LONGEST_LINE), Storable]
Number = Annotated[int, Field(ge=1, le=HIGHEST)]


class Text(In):
    """What an article says, when and where. What it must be beyond this is told in `errors`."""

    title: Annotated[Line, Field(examples=["运费多少？"])]
    group: Annotated[str, Field(pattern=GROUP, examples=["delivery"])]
    questions: Annotated[list[Line], Field(max_length=MOST_QUESTIONS)] = Field(
        default_factory=list, description="Ways customers ask it."
    )
    body: Annotated[str, Field(min_length=1, max_length=LARGEST_BODY), Storable] = Field(
        description="Markdown. Its first paragraph answers directly.", examples=["订单满 ¥99 免运费。"]
    )
    valid_from: Moment | None = Field(default=None, description="Null: from its publication.")
    valid_until: Moment | None = Field(default=None, description="From this moment on it is not said.")
    region: Annotated[str, Field(pattern=REGION)] = Field(
        default="", description="A country (ISO 3166); empty: everywhere.", examples=["DE"]
    )
    channel: Annotated[str, Field(pattern=CHANNEL)] = Field(
        default="", description="web, email ...; empty: all.", examples=["web"]
    )

    def article(self, slug: str, language: Language, now: datetime) -> Article:
        return Article(
            slug=slug,
            language=language,
            title=self.title,
            group=self.group,
            questions=tuple(self.questions),
            body=self.body,
            updated_at=now,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            region=self.region,
            channel=self.channel,
        )


class Drafting(Text):
    """A new version: the first of its slug and language, or the next."""

    slug: Slug
    language: Language


class Restoring(In):
    publish: bool = Field(default=False, description="Live at once; else a draft.")


class RefIn(In):
    slug: Slug
    language: Language
    number: Number


class Publishing(In):
    versions: Annotated[list[RefIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Fetching(In):
    """A page, or a sitemap whose pages are taken."""

    url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s]+$", max_length=LONGEST_ADDRESS, examples=["https://shop.example/faq"]
        ),
        Storable,
    ]
    language: Language | None = Field(default=None, description="Null: each text tells by itself.")
    publish: bool = Field(
        default=False, description="Live at once, as far as no person must look; else drafts."
    )


# --- out ----------------------------------------------------------------------------------------


class RefOut(Out):
    slug: str
    language: Language
    number: int


class VersionOut(RefOut):
    state: ArticleState
    said: bool = Field(description="Customers hear it now (in its region and channel).")
    title: str
    group: str
    questions: list[str]
    body: str
    valid_from: datetime | None
    valid_until: datetime | None
    region: str
    channel: str
    author: str
    source: str
    created_at: datetime
    published_at: datetime | None
    archived_at: datetime | None = Field(
        description="May lie ahead: until then it is said, then what follows it begins."
    )


class VersionsOut(Out):
    versions: list[VersionOut] = Field(description="By slug, language and number.")
    next: str | None = Field(description="There are more: ask again with `after` this.")


class FindingOut(Out):
    rule: str
    blocks: bool
    slug: str | None
    language: Language | None
    zh: str
    en: str


class SaidOut(Out):
    slug: str
    text: str


class ChangedOut(Out):
    """An answer that changes; what a customer asked is masked."""

    question: str
    language: Language
    pinned: bool
    times: int = Field(description="How often it was asked, among those replayed.")
    shift: Shift
    before: SaidOut | None
    after: SaidOut | None


class GateOut(Out):
    blocked: bool
    findings: list[FindingOut]
    replayed: int = Field(description="Questions that were asked of the knowledge before and after.")
    changed: list[ChangedOut] = Field(description="The pinned first, then the most asked; at most 200.")


class PublishedOut(Out):
    versions: list[VersionOut]
    gate: GateOut = Field(description="What was only remarked; what blocks answers 409.")


class CitedOut(RefOut):
    title: str
    text: str
    score: float = Field(description="The chance that it answers the question, 0 to 1.")


class AnsweredOut(Out):
    moment: datetime
    knowledge: str = Field(description="Version of all that was said then, as turn records name it.")
    cited: list[CitedOut] = Field(description="Best first; empty: no answer.")


class AskedOut(Out):
    now: AnsweredOut
    then: AnsweredOut | None = Field(description="On the day that was asked for.")


class RemarkOut(Out):
    where: str
    zh: str
    en: str


class ReportOut(Out):
    drafts: list[RefOut] = Field(description="Made anew.")
    same: list[RefOut] = Field(description="Said just this already.")
    to_check: list[RefOut] = Field(description="Put together from tickets: a person must look at them.")
    skipped: list[RemarkOut]
    notes: list[RemarkOut]
    published: bool
    gate: GateOut | None


class ImportOut(Out):
    id: str
    source: str
    state: ImportState
    done: int
    total: int | None = Field(description="Null: not known yet.")
    author: str
    at: datetime
    finished_at: datetime | None
    report: ReportOut


class ImportsOut(Out):
    imports: list[ImportOut] = Field(description="Newest first.")
