"""Articles and the passages that answer."""

from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.words import Language


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
class Passage:
    """A part of an article that can stand alone, with its score for a question (0..1)."""

    slug: str
    language: Language
    title: str
    text: str
    score: float
