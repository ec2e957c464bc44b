"""Articles read with a cold eye: what is out of date, contradicts, is missing, or does not belong there."""

from collections.abc import Sequence
from datetime import datetime

from xiaoer.domain.knowledge import Article
from xiaoer.knowledge.lint.contradictions import between_articles, between_languages
from xiaoer.knowledge.lint.findings import ERRORS, SAYS, Finding, Kind, Ours, Severity
from xiaoer.knowledge.lint.foreign import hidden, orders, personal
from xiaoer.knowledge.lint.upkeep import links, same_questions, same_texts, texts, times, untranslated

__all__ = ["ERRORS", "SAYS", "Finding", "Kind", "Ours", "Severity", "lint"]

_NOTHING_OURS = Ours()


def lint(articles: Sequence[Article], *, now: datetime, ours: Ours = _NOTHING_OURS) -> list[Finding]:
    """All findings, errors first, then by article. `articles`: what is said, of both languages."""
    slugs = {article.slug for article in articles}
    found = [
        *between_languages(articles),
        *between_articles(articles),
        *untranslated(articles),
        *same_texts(articles),
        *same_questions(articles),
    ]
    for article in articles:
        found += [
            *times(article, now=now),
            *texts(article),
            *links(article, slugs),
            *personal(article, ours),
            *orders(article),
            *hidden(article),
        ]
    return sorted(found, key=lambda f: (f.severity is Severity.WARNING, f.name, f.kind, f.where))
