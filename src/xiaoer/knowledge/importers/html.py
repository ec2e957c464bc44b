"""A page as HTML -> pieces: its questions if it is a FAQ, else its article."""

import re
from collections.abc import Iterator

from bs4 import Tag

from xiaoer.knowledge.importers.base import Finding, Note, Piece, Reading, Told, Unreadable, Why
from xiaoer.knowledge.importers.decode import decoded
from xiaoer.knowledge.importers.faq import Answered, folded, soup_of, told_to_search_engines
from xiaoer.knowledge.importers.sections import pieces_of
from xiaoer.knowledge.importers.to_markdown import markdown
from xiaoer.knowledge.importers.wash import Washed, wash

_META_BYTES = 2_048  # in which a page must say its encoding (HTML standard: the first 1024)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([a-z0-9_-]{2,20})", re.IGNORECASE)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:cookies?|breadcrumbs?|navbar|sidebar|site-?header|site-?footer)(?:$|[\s_-])", re.I
)
_SITE = re.compile(r"\s+[|–—·-]\s+|_")  # between a page's title and the shop's name
_LEAST_TEXT = 2  # letters; less is no page
_LEAST_BESIDE = 80  # characters beside marked questions that may be an article
_SHOWN = 60
_MOST_OF_PAGE = 0.3  # of the text that <main> or <article> must hold to be all that matters


def read_html(data: bytes, reading: Reading) -> Iterator[Finding]:
    """`reading.name` is the page's address, by which its links are completed."""
    meta = _META.search(data[:_META_BYTES])
    text, told = decoded(data, reading, declared=reading.hints.charset or (meta[1].decode() if meta else ""))
    yield from told
    yield from pieces_of_html(text, reading)


def pieces_of_html(text: str, reading: Reading, *, title: str = "") -> Iterator[Finding]:
    """Unreadable(NO_TEXT) for a page without text. `title` is for one that has none itself."""
    for forms in (False, True):  # some systems put the whole page into one <form>
        washed = wash(text, forms=forms)
        found = list(_pieces(washed, reading, title))
        if any(isinstance(finding, Piece) for finding in found):
            yield from found
            return
    raise Unreadable(Why.NO_TEXT)


def _pieces(washed: Washed, reading: Reading, title: str) -> Iterator[Finding]:
    base = reading.name
    page = soup_of(washed.markup)
    _drop_unseen(page)
    named = _title(page, washed.title) or title
    main = _main(page)
    answered = told_to_search_engines(washed.json_ld, base)
    visible = folded(main, base)
    if not answered:
        answered = visible
    yield from (_piece(pair, reading.name) for pair in answered)
    rest = markdown(main, base)
    if answered:
        yield from _beside(rest, answered, named, reading)
    elif sum(c.isalnum() for c in rest) >= _LEAST_TEXT:
        yield from pieces_of(rest, named, source=reading.name, reading=reading)


def _piece(pair: Answered, source: str) -> Piece:
    return Piece(title=pair[0], body=pair[1], source=source)


def _beside(rest: str, answered: list[Answered], title: str, reading: Reading) -> Iterator[Finding]:
    """What the page says beside its marked questions, which may well stand there as plain headings too."""
    known = {_key(text) for pair in answered for text in pair}
    for finding in pieces_of(rest, title, source=reading.name, reading=reading):
        if not isinstance(finding, Piece):
            yield finding
        elif known & {_key(text) for text in (finding.title, *finding.body.split("\n"))}:
            continue
        elif len(finding.body) < _LEAST_BESIDE:
            yield Note(reading.name, Told.LEFT_OUT, {"text": finding.body[:_SHOWN]})
        else:
            yield finding


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())[:_SHOWN]


def _drop_unseen(page: Tag) -> None:
    for element in page.find_all(True):
        if not element.decomposed and _is_unseen(element):
            element.decompose()


def _is_unseen(element: Tag) -> bool:
    hidden = element.get("hidden")
    names = f"{element.get('id') or ''} {' '.join(element.get_attribute_list('class'))}"
    return (
        hidden is not None
        and hidden != "until-found"
        or element.get("aria-hidden") == "true"
        or element.get("role") in ("navigation", "search", "dialog", "alertdialog", "menu", "menubar")
        or bool(_UNSEEN.search(str(element.get("style") or "")))
        or bool(_AROUND.search(names))
    )


def _title(page: Tag, told: str) -> str:
    headings = page.find_all("h1")
    if len(headings) == 1 and (text := " ".join(headings[0].get_text(" ").split())):
        return text
    return _SITE.split(told)[0].strip() or told


def _main(page: Tag) -> Tag:
    """The part that is the page itself, if it marks one."""
    whole = len(page.get_text())
    for found in (page.find_all("main"), page.find_all(role="main"), page.find_all("article")):
        if len(found) == 1 and len(found[0].get_text()) >= _MOST_OF_PAGE * whole:
            return found[0]
    for header in page.find_all("header"):
        if not header.decomposed and header.find("h1") is None:
            header.decompose()
    return page
