"""Washed HTML, or plain text -> Markdown in which nothing is markup that was not markup before."""

import re
from urllib.parse import quote, urljoin, urlsplit

from bs4 import Tag
from markdownify import ATX, MarkdownConverter

_SPECIAL = re.compile(r"[\\`*\[<]|~(?=~)|&(?=[#a-zA-Z])|(?<![^\W_])_|_(?![^\W_])")
_LINE_START = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|>|[-=]{3,}[ \t]*$|[-+](?=[ \t]*$))", re.MULTILINE)
_LINKED = ("http", "https", "mailto", "tel")
_URL_SAFE = "/:?#[]@!$&'*+,;=%~"
_LONGEST_URL = 2_000


def escaped(text: str) -> str:
    """A text as Markdown that shows just this text."""
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))


def markdown(element: Tag, base: str) -> str:
    """Links stay if they lead to a page, a mailbox or a telephone; `base` completes relative ones."""
    return re.sub(r"\n{3,}", "\n\n", str(_Converter(base).convert_soup(element))).strip()


class _Converter(MarkdownConverter):
    def __init__(self, base: str) -> None:
        super().__init__(heading_style=ATX, bullets="-", autolinks=False)
        self._base = base

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return escaped(text) if text else ""

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        link, shown = self._link(str(el.get("href") or "")), text.strip()
        return f"[{shown}]({link})" if link and shown and "\n" not in shown else text

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return escaped(text)

    convert_kbd = convert_samp = convert_code

    def _link(self, href: str) -> str:
        try:
            url = urljoin(self._base, href.strip())
            parts = urlsplit(url)
        except ValueError:
            return ""
        outward = parts.scheme in ("mailto", "tel") or bool(parts.hostname) and "@" not in parts.netloc
        if parts.scheme not in _LINKED or not outward or len(url) > _LONGEST_URL:
            return ""
        return quote(url, safe=_URL_SAFE)
