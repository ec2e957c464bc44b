"""Reply templates: how the merchant words an answer, in versions; what was found in them; how they did."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from xiaoer.domain.ids import TemplateId
from xiaoer.domain.knowledge import ArticleState
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language, Words

TemplateState = ArticleState  # draft, published, archived: the same life as an article's


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of saying one thing. Its versions follow each other; at most one of them is said."""

    intent: Intent
    language: Language
    mood: Mood | None = None  # None: whatever the mood
    variant: str = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One version of a way. Its text never changes: another text is another version."""

    id: TemplateId
    way: Way
    number: int  # 1, 2, 3 ... of its way
    text: str
    state: TemplateState
    author: str
    created_at: datetime
    published_at: datetime | None = None
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTemplates:
    """Which versions are looked for; what is empty asks for nothing."""

    states: tuple[TemplateState, ...] = ()
    intent: Intent | None = None
    language: Language | None = None
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said of a template before it is published; what blocks keeps it from being said."""

    rule: str  # unknown_field, promise, never_renders ...
    says: Words  # what is wrong and what to do, for the staff
    blocks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of the replies one version was said in."""

    uses: int
    up: int  # thumbs
    down: int
    handed_off: int  # a person had to take over within the three turns that followed


# --- the life of a version -------------------------------------------------------------------------


def published(draft: Template, before: Sequence[Template], *, now: datetime) -> list[Template]:
    """The versions that change when `draft` goes live in the place of those `before` it, in this order."""
    ended = [archived(other, now=now) for other in before]
    return [*ended, replace(draft, state=TemplateState.PUBLISHED, published_at=now)]


def archived(template: Template, *, now: datetime) -> Template:
    return replace(template, state=TemplateState.ARCHIVED, archived_at=now)
