"""Articles, their versions, and the passages that answer."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.words import Language, Words


class ArticleState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"  # at most one version of an article in one language
    ARCHIVED = "archived"  # its archived_at may still lie ahead: until its successor begins, it is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """When and where something is asked: what does not hold there is not said."""

    now: datetime
    region: str = ""  # ISO 3166 country; empty: not known, and only what holds everywhere is said
    channel: str = ""  # web, email ...; empty: not known, likewise


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """An article in one language."""

    slug: str
    language: Language


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """One version of an article in one language."""

    slug: str
    language: Language
    number: int  # 1, 2, 3 ... of its slug and language

    @property
    def name(self) -> Name:
        return Name(self.slug, self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article in one language; the same slug in another language is its translation."""

    slug: str
    language: Language
    title: str
    group: str
    questions: tuple[str, ...]  # ways customers ask it
    body: str  # Markdown paragraphs
    updated_at: datetime
    valid_from: datetime | None = None  # none: from its publication
    valid_until: datetime | None = None  # from this moment on it is not said
    region: str = ""  # ISO 3166 country; empty: everywhere
    channel: str = ""  # web, email ...; empty: all

    @property
    def name(self) -> Name:
        return Name(self.slug, self.language)

    @property
    def bounded(self) -> bool:
        """Whether there is a time or place at which it may not be said."""
        return any((self.valid_from, self.valid_until, self.region, self.channel))

    def fits(self, scope: Scope) -> bool:
        """Whether it may be said to who asks there and then."""
        begun = self.valid_from is None or self.valid_from <= scope.now
        ended = self.valid_until is not None and self.valid_until <= scope.now
        here = self.region in ("", scope.region) and self.channel in ("", scope.channel)
        return begun and not ended and here

    def says_the_same(self, other: "Article") -> bool:
        """Equal but for when it was written."""
        return replace(self, updated_at=other.updated_at) == other


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an article: who wrote it, from what, and the life it has had."""

    article: Article  # its updated_at is when this version was made
    number: int
    state: ArticleState
    author: str = ""
    source: str = ""  # file or address it came from
    published_at: datetime | None = None
    archived_at: datetime | None = None

    @property
    def ref(self) -> Ref:
        return Ref(self.article.slug, self.article.language, self.number)

    @property
    def begins(self) -> datetime | None:
        """The first moment it is said; None for what was never published."""
        if self.published_at is None:
            return None
        return max(self.published_at, self.article.valid_from or self.published_at)

    @property
    def ends(self) -> datetime | None:
        """The first moment it is not said any more; None: for good."""
        return min(filter(None, (self.archived_at, self.article.valid_until)), default=None)

    def holds(self, moment: datetime) -> bool:
        """Whether it was said at `moment`: published by then, not yet replaced, inside its dates."""
        begins, ends = self.begins, self.ends
        return begins is not None and begins <= moment and (ends is None or moment < ends)

    def said(self) -> Article:
        """The article, for a library of what holds: it ends when this version does."""
        return replace(self.article, valid_until=self.ends)


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a version, from what."""

    author: str  # of the staff, or the name of an import
    source: str = ""  # file or address


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of an article that can stand alone, with its score for a question (0..1)."""

    slug: str
    language: Language
    title: str
    text: str
    score: float


# --- before it is published ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to be said of an article, or of the knowledge as a whole, before it is published."""

    rule: str  # which check: pinned_question, contradicts_policy ...
    says: Words  # what is wrong and what to do, for the staff
    blocks: bool
    name: Name | None = None  # None: of no one article


class Shift(StrEnum):
    """How an answer changes."""

    GAINED = "gained"  # there was none
    LOST = "lost"  # there is none any more
    MOVED = "moved"  # another article answers
    REWORDED = "reworded"  # the same article, in other words


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A question that is answered otherwise after a change than before it."""

    question: str
    language: Language
    before: Passage | None
    after: Passage | None
    pinned: bool = False  # else a customer asked it; personal data masked
    times: int = 1  # how often it was asked, among those replayed

    @property
    def shift(self) -> Shift:
        if self.before is None:
            return Shift.GAINED
        if self.after is None:
            return Shift.LOST
        return Shift.REWORDED if self.before.slug == self.after.slug else Shift.MOVED


@dataclass(frozen=True, slots=True)
class GateReport:
    """What a gate found between the knowledge before and after; what blocks keeps it from going live."""

    findings: tuple[Finding, ...] = ()
    changed: tuple[Changed, ...] = ()  # the pinned first, then the most asked
    replayed: int = 0  # questions that were answered with both

    @property
    def blocked(self) -> bool:
        return any(finding.blocks for finding in self.findings)

    @property
    def without_words(self) -> "GateReport":
        """For what is kept for good: nothing a customer asked is in it."""
        return replace(self, changed=tuple(change for change in self.changed if change.pinned))


# --- imports -------------------------------------------------------------------------------------


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Remark:
    """What was not taken, or what a person should know of what was."""

    where: str  # file, row, page, address
    says: Words  # for the staff; `where` stands in it


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    drafts: tuple[Ref, ...] = ()  # made anew
    same: tuple[Ref, ...] = ()  # versions that say just this already: nothing was made
    to_check: tuple[Ref, ...] = ()  # of both, those a person must look at: put together from tickets
    skipped: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    published: bool = False  # the drafts went live at once
    gate: GateReport | None = None  # what the gate said, if they should: it may have blocked them


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A source that was, or is being, turned into drafts."""

    id: str
    source: str  # file name or address
    state: ImportState
    done: int  # rows, pages or files
    total: int | None  # None: not known yet
    report: ImportReport
    author: str
    at: datetime
    finished_at: datetime | None = None
