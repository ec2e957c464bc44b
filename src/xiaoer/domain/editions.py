"""The life of an article's versions, as pure rules: what changes when one is published or withdrawn.

At any moment at most one version of an article holds. What has held is never changed; what lies ahead may be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from xiaoer.domain.knowledge import ArticleState, Version


def published(versions: Sequence[Version], number: int, *, now: datetime) -> list[Version]:
    """The versions of one article that change when draft `number` goes live, as they are afterwards.

    Its predecessor is said until the very moment it begins: a text that is valid from January leaves no gap
    in December. What had not begun by then never will. Those it archives come first.
    """
    draft = _of(versions, number)
    made = replace(draft, state=ArticleState.PUBLISHED, published_at=now, archived_at=None)
    begins = made.begins or now
    return [*(_ended(other, begins, now) for other in _ahead(versions, now)), made]


def withdrawn(versions: Sequence[Version], number: int, *, now: datetime) -> list[Version]:
    """The versions that change when `number` is archived; none if that has happened.

    A draft is dropped; a text that is said is said no more; of one that was still to come, its predecessor
    goes on instead.
    """
    this = _of(versions, number)
    if this.state is not ArticleState.DRAFT and this not in _ahead(versions, now):
        return []
    gone = replace(this, state=ArticleState.ARCHIVED, archived_at=now)
    begins = this.begins
    if this.state is not ArticleState.PUBLISHED or begins is None or begins <= now:
        return [gone]
    waits = [v for v in _ahead(versions, now) if v.archived_at == begins and v.number != number]
    return [gone, *(replace(v, state=ArticleState.PUBLISHED, archived_at=None) for v in waits)]


def _ended(version: Version, successor_begins: datetime, now: datetime) -> Version:
    never_begins = version.begins is not None and version.begins >= successor_begins
    end = now if never_begins else successor_begins
    return replace(version, state=ArticleState.ARCHIVED, archived_at=min(end, version.archived_at or end))


def _ahead(versions: Iterable[Version], now: datetime) -> list[Version]:
    """Published ones whose end has not come: those that are said, and those that will be."""
    return [v for v in versions if v.published_at and (v.archived_at is None or v.archived_at > now)]


def _of(versions: Iterable[Version], number: int) -> Version:
    return next(version for version in versions if version.number == number)
