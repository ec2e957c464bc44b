"""Where a reply points: only at hosts that are allowed, or where an article or a template of this turn does.

The text is parsed as Markdown (CommonMark), so that no way of writing a link or a tag is overlooked; pieces
that look like an address by themselves are taken apart as addresses. A fact is no permission: carriers and
customers write those.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from xiaoer.domain.reply import Receipt, Reply
from xiaoer.guard.claims import Found, Kind, Why
from xiaoer.text.words import HAN

_MAY_POINT = re.compile(r"[<\[:@\\&]|\w\.\w|www|[\u3002\uff0e\uff61]\w")  # else there is nothing to parse
_PIECES = re.compile(rf"[^\s{HAN}，。、；：！？（）《》「」『』“”\"'<>()\[\]{{}}|*`]+")
_SCHEMES = frozenset(
    {"javascript", "data", "vbscript", "file", "mailto", "tel", "sms", "ftp", "blob", "intent"}
)
_ENDS = frozenset({  # of bare names; any other is taken for one with a path behind it
    "com", "net", "org", "cn", "io", "co", "shop", "store", "info", "biz", "xyz", "top", "site", "online",
    "app", "dev", "me", "cc", "tv", "hk", "tw", "us", "uk", "de", "fr", "eu", "jp", "kr", "ru", "in", "ly",
    "link", "click", "live", "vip", "club", "ai", "gl", "to", "gg", "page", "example", "test", "invalid",
    "localhost",
})  # fmt: skip
_IPV4 = 4  # numbers of an address
_QUOTED = "article:"  # whatever stands in it
_WRITTEN = ("template:", "reply:")  # its own words; what was filled in are facts
_MARKDOWN = MarkdownIt("commonmark")


def links(reply: Reply, hosts: frozenset[str]) -> Iterator[Found]:
    text = reply.text
    if not _MAY_POINT.search(text):
        return
    trusted = "\n".join(_trusted(reply.receipts))
    given = "\n".join(value for r in reply.receipts for value in r.values).lower()
    for kind, target in _targets(text):
        if kind is Kind.LINK and (
            _host(target) in hosts or target in trusted or _is_given_mail(target, given)
        ):
            continue
        if kind is Kind.MARKUP and target in trusted:
            continue
        yield Found(kind, target, Why.NOT_ALLOWED)


def _trusted(receipts: Iterable[Receipt]) -> Iterator[str]:
    for receipt in receipts:
        if receipt.source.startswith(_QUOTED):
            yield from receipt.values
        if receipt.source.startswith((_QUOTED, *_WRITTEN)):
            yield receipt.words


def _targets(text: str) -> Iterator[tuple[Kind, str]]:
    seen = set[str]()
    for token in _MARKDOWN.parse(text):
        for one in (token, *(token.children or ())):
            yield from _of_token(one, seen)
    for piece in _PIECES.findall(text):
        target = piece.strip(".,;:!?…~")
        if target not in seen and _is_address(target):
            yield Kind.LINK, target


def _of_token(token: Token, seen: set[str]) -> Iterator[tuple[Kind, str]]:
    if token.type in ("html_inline", "html_block"):
        yield Kind.MARKUP, token.content.strip()
    target = (
        token.attrGet("href")
        if token.type == "link_open"
        else token.attrGet("src")
        if token.type == "image"
        else None
    )
    if target is not None:
        seen.add(str(target))
        yield Kind.LINK, str(target)


def _is_address(piece: str) -> bool:
    scheme, colon, rest = piece.partition(":")
    if colon and (rest.startswith(("//", "\\\\")) or scheme.lower() in _SCHEMES):
        return True
    if piece.startswith("//"):
        return True
    host, slash, _ = piece.replace("\\", "/").partition("/")
    name = host.rpartition("@")[2].partition(":")[0].replace("。", ".").replace("．", ".").rstrip(".")
    labels = name.lower().split(".")
    if len(labels) == 1 or not all(label.replace("-", "").isalnum() for label in labels):
        return False
    last = labels[-1]
    if all(label.isdecimal() for label in labels):
        return len(labels) == _IPV4 and bool(slash)
    return last.isalpha() and (
        last in _ENDS or "@" in host or labels[0] == "www" or (bool(slash) and len(last) > 1)
    )


def _host(target: str) -> str:
    try:
        parts = urlsplit(target if "//" in target else f"//{target}")
        return (parts.hostname or "") if parts.scheme in ("", "https") and not parts.username else ""
    except ValueError:
        return ""


def _is_given_mail(target: str, given: str) -> bool:
    """An e-mail address that a fact of this turn names: the customer's own, or the shop's."""
    return "@" in target and "/" not in target and target.removeprefix("mailto:").lower() in given
