"""Articles and the passages that answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xiaoer.domain.words import Language


class ArticleState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"  # at most one version of an article in one language
    ARCHIVED = "archived"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an article: who wrote it, from where, when and for whom it holds."""

    article: Article  # its updated_at is when this version was made
    number: int  # 1, 2, 3 ... of its slug and language
    state: ArticleState
    valid_from: datetime | None = None
    valid_until: datetime | None = None  # from this moment on it is not said
    region: str = ""  # ISO 3166 country; empty: everywhere
    channel: str = ""  # web, email ...; empty: all
    author: str = ""
    source: str = ""
    published_at: datetime | None = None
    archived_at: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether it was said at `moment`: published by then, not yet replaced, inside its dates."""
        begun = self.published_at is not None and max(self.published_at, self.valid_from or self.published_at)
        ended = [end for end in (self.archived_at, self.valid_until) if end is not None]
        return bool(begun) and begun <= moment and all(moment < end for end in ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A part of an article that can stand alone, with its score for a question (0..1)."""

    slug: str
    language: Language
    title: str
    text: str
    score: float
