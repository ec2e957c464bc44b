"""What time and neglect do to articles: dates that pass, links that lead nowhere, translations that lack."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from itertools import combinations
from urllib.parse import unquote, urlsplit
from zlib import crc32

from markdown_it import MarkdownIt

from xiaoer.domain.knowledge import Article, Name
from xiaoer.domain.words import Language
from xiaoer.knowledge.lint.findings import Finding, Kind
from xiaoer.knowledge.lint.places import places
from xiaoer.knowledge.passages import LONGEST, passages
from xiaoer.text.words import tokens

SOON = timedelta(days=14)  # time enough to write what follows
_LONGEST_BODY = 4_000  # characters: more is several articles
_SHORTEST_TEXT = 4  # characters

# --- dates -------------------------------------------------------------------------------------

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>20\d\d)\s*(?:年|-|/|\.)\s*(?P<month>\d{1,2})\s*(?:月|-|/|\.)\s*(?P<day>\d{1,2})(?!\d)",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>20\d\d)\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>20\d\d)\b",
    )
)


def times(article: Article, *, now: datetime) -> Iterator[Finding]:
    """Its end, and whole dates in its text that have passed; a day without a year comes again."""
    if article.valid_until is not None and article.valid_until <= now + SOON:
        kind = Kind.EXPIRED if article.valid_until <= now else Kind.EXPIRES_SOON
        detail = article.valid_until.date().isoformat()
        yield Finding(kind=kind, name=article.name, where="valid_until", detail=detail)
    for place in places(article):
        for found in sorted(day for day in _dates(place.text) if day < now.date()):
            yield Finding(kind=Kind.PAST_DATE, name=article.name, where=place.where, detail=found.isoformat())


def _dates(text: str) -> Iterator[date]:
    for found in (match for pattern in _DATES for match in pattern.finditer(text)):
        named = found.groupdict()
        month = _MONTHS.index(named["name"].lower()) + 1 if named.get("name") else int(named["month"])
        try:
            yield date(int(named["year"]), month, int(named["day"]))
        except ValueError:  # 2025-13-45: no date
            continue


# --- text --------------------------------------------------------------------------------------


def texts(article: Article) -> Iterator[Finding]:
    """Empty, or longer than is said or found."""
    told = passages(article.body)
    if sum(map(len, told)) < _SHORTEST_TEXT:
        yield Finding(kind=Kind.EMPTY, name=article.name, where="body", detail=article.body.strip()[:40])
    for place in places(article):
        if place.where.startswith("paragraph") and len(place.text) > LONGEST:
            yield Finding(
                kind=Kind.TOO_LONG, name=article.name, where=place.where, detail=str(len(place.text))
            )
    if len(article.body) > _LONGEST_BODY:
        yield Finding(kind=Kind.TOO_LONG, name=article.name, where="body", detail=str(len(article.body)))


def untranslated(articles: Iterable[Article]) -> Iterator[Finding]:
    there: dict[str, set[Language]] = defaultdict(set)
    for article in articles:
        there[article.slug].add(article.language)
    for slug, languages in there.items():
        for language in set(Language) - languages:
            [own] = languages
            yield Finding(
                kind=Kind.UNTRANSLATED, name=Name(slug, own), where="article", detail=f"-> {language.value}"
            )


# --- duplicates --------------------------------------------------------------------------------

_ALIKE = 0.8  # of their neighbouring words, shared: Jaccard
_SKETCH = 12  # least hashes kept of each text; nearly equal texts share some (Broder 1997)
_MOST_TOGETHER = 50  # texts with one hash in common that are compared


def same_texts(articles: Iterable[Article]) -> Iterator[Finding]:
    """Bodies of one language that share four fifths of their neighbouring words."""
    shingles = {article.name: _shingles(article.body) for article in articles}
    for one, other in sorted(_near(shingles)):
        shared = len(shingles[one] & shingles[other]) / max(1, len(shingles[one] | shingles[other]))
        if shared >= _ALIKE:
            yield Finding(kind=Kind.SAME_TEXT, name=other, where="body", detail=f"{one.slug} ({shared:.0%})")


def _near(shingles: Mapping[Name, Set[int]]) -> set[tuple[Name, Name]]:
    together: dict[tuple[Language, int], list[Name]] = defaultdict(list)
    for name, hashes in sorted(shingles.items()):
        for least in sorted(hashes)[:_SKETCH]:
            together[name.language, least].append(name)
    return {pair for names in together.values() for pair in combinations(names[:_MOST_TOGETHER], 2)}


def _shingles(text: str) -> frozenset[int]:
    words = [word for word in tokens(text) if word.isascii() or len(word) == 1]
    return frozenset(crc32(" ".join(words[at : at + 3]).encode()) for at in range(max(1, len(words) - 2)))


def same_questions(articles: Iterable[Article]) -> Iterator[Finding]:
    """Titles and listed questions that stand in two articles of one language, whatever their punctuation."""
    first: dict[tuple[Language, tuple[str, ...]], str] = {}
    for article in articles:
        for where, text in _asked(article):
            key = (article.language, tuple(tokens(text)))
            owner = first.setdefault(key, article.slug)
            if owner != article.slug and key[1]:
                yield Finding(
                    kind=Kind.SAME_QUESTION, name=article.name, where=where, detail=f"{text} ({owner})"
                )


def _asked(article: Article) -> Sequence[tuple[str, str]]:
    listed = ((f"question {n}", question) for n, question in enumerate(article.questions, start=1))
    return (("title", article.title), *listed)


# --- links -------------------------------------------------------------------------------------

_MARKDOWN = MarkdownIt("commonmark", {"html": True})
_WIKI = re.compile(r"\[\[([^\]|\n]{1,80})(?:\|[^\]\n]*)?\]\]")
_HREF = re.compile(r"<a\b[^>]*\bhref\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_REFUSED = re.compile(
    r"\]\(\s*((?:javascript|vbscript|file|data):[^)]*)\)", re.IGNORECASE
)  # no link to Markdown
_SCHEMES = ("http", "https")
_OTHER_SCHEMES = ("mailto", "tel")


def links(article: Article, slugs: Set[str]) -> Iterator[Finding]:
    """`slugs`: of all articles, in whatever language."""
    for target in _targets(article.body):
        kind = _wrong(target, slugs)
        if kind is not None:
            yield Finding(kind=kind, name=article.name, where="body", detail=target[:80])


def _targets(body: str) -> Iterator[str]:
    for token in _MARKDOWN.parse(body):
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs.get("href", ""))
    yield from (found[1] for found in (*_HREF.finditer(body), *_REFUSED.finditer(body)))
    yield from (found[1].strip() for found in _WIKI.finditer(body))


def _wrong(target: str, slugs: Set[str]) -> Kind | None:
    try:
        parts = urlsplit(unquote(target))
        host = parts.hostname or ""
    except ValueError:  # http://[::1
        return Kind.BAD_LINK
    if parts.scheme in _OTHER_SCHEMES:
        return None if parts.path else Kind.BAD_LINK
    if parts.scheme or parts.netloc:
        is_whole = parts.scheme in _SCHEMES and "." in host.strip(".") and " " not in target
        return None if is_whole else Kind.BAD_LINK
    if not parts.path:
        return None if parts.fragment else Kind.BAD_LINK  # a place on this page
    if parts.path.startswith("www."):
        return Kind.BAD_LINK
    slug = parts.path.rstrip("/").rsplit("/", 1)[-1].removesuffix(".md")
    return None if slug in slugs else Kind.ORPHAN_LINK
