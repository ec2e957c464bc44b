"""What an article must be before it is kept, and what it must be before it goes live."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from xiaoer.domain.knowledge import Article
from xiaoer.domain.words import Words
from xiaoer.knowledge.passages import passages

LONGEST_SLUG = 80
LONGEST_LINE = 200  # characters of a title or a question
MOST_QUESTIONS = 50
LARGEST_BODY = 64 * 1024  # bytes
SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
GROUP = r"^[a-z0-9-]{1,40}$"
REGION = r"^(?:[A-Z]{2})?$"
CHANNEL = r"^[a-z0-9_-]{0,20}$"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an article: in which field, which rule, and what to write."""

    field: str
    rule: str
    says: Words


_SAYS = {
    "slug": Words(
        f"用小写字母、数字和单个连字符，最多 {LONGEST_SLUG} 个字符，例如 shipping-fee",
        f"write small letters, digits and single hyphens, at most {LONGEST_SLUG} characters: shipping-fee",
    ),
    "line": Words(f"写一行，1 到 {LONGEST_LINE} 个字", f"write one line of 1 to {LONGEST_LINE} characters"),
    "group": Words(
        "写一个小写英文词，例如 delivery、returns", "write one word in small letters: delivery, returns"
    ),
    "many": Words(f"最多 {MOST_QUESTIONS} 个问法", f"at most {MOST_QUESTIONS} ways to ask"),
    "empty": Words("正文里要有能读的文字", "there must be text to read in it"),
    "large": Words(
        f"最多 {LARGEST_BODY // 1024} kB；一个问题一篇，请拆开",
        f"at most {LARGEST_BODY // 1024} kB: one question, one article; divide it",
    ),
    "region": Words(
        "写两个大写字母的国家代码，例如 DE；空着表示所有地区",
        "write a country in two letters, such as DE; empty: everywhere",
    ),
    "channel": Words(
        "写一个渠道，例如 web、email；空着表示所有渠道", "write a channel such as web or email; empty: all"
    ),
    "order": Words("要晚于 valid_from", "must be later than valid_from"),
    "past": Words(
        "这个时间已经过去：发布了也不会被说出来", "has passed already: published, it would never be said"
    ),
    "unstorable": Words(
        "含有不能保存的字符（空字符或半个字符）", "holds a character that cannot be kept (NUL or half of one)"
    ),
}


def faults(article: Article) -> tuple[Fault, ...]:
    """What is wrong with it as a text; empty: it may be kept."""
    return tuple(Fault(field, rule, _SAYS[rule]) for field, rule in _wrong(article))


def late_faults(article: Article, *, now: datetime) -> tuple[Fault, ...]:
    """Also of one that is fine as a draft: what keeps it from going live."""
    ended = article.valid_until is not None and article.valid_until <= now
    return (*faults(article), *((Fault("valid_until", "past", _SAYS["past"]),) if ended else ()))


def _wrong(article: Article) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(SLUG, article.slug) or len(article.slug) > LONGEST_SLUG:
        yield "slug", "slug"
    if not _is_line(article.title):
        yield "title", "line"
    if not re.fullmatch(GROUP, article.group):
        yield "group", "group"
    if len(article.questions) > MOST_QUESTIONS:
        yield "questions", "many"
    if not all(_is_line(question) for question in article.questions):
        yield "questions", "line"
    yield from _wrong_body(article.body)
    if not re.fullmatch(REGION, article.region):
        yield "region", "region"
    if not re.fullmatch(CHANNEL, article.channel):
        yield "channel", "channel"
    if article.valid_from and article.valid_until and article.valid_until <= article.valid_from:
        yield "valid_until", "order"


def _wrong_body(body: str) -> Iterator[tuple[str, str]]:
    if not _is_storable(body):
        yield "body", "unstorable"
    elif len(body.encode()) > LARGEST_BODY:
        yield "body", "large"
    elif not passages(body):
        yield "body", "empty"


def _is_line(text: str) -> bool:
    fits = 0 < len(text) <= LONGEST_LINE and text.strip() == text
    return fits and _is_storable(text) and len(text.splitlines()) == 1


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
