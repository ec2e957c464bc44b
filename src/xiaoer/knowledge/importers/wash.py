"""HTML from anywhere -> plain, balanced HTML of the few elements that carry text.

One pass that never looks back, as the tokenizer of the HTML standard (13.2.5): Python's own parser takes a
minute for 50 kB of `<a <a <a `. What comes out has no script, style, form, frame, comment, event handler or
attribute but those below, every element is closed, and none lies deeper than DEEPEST.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from xiaoer.knowledge.importers.base import Unreadable, Why

DEEPEST = 80  # elements in each other; what reads the result is recursive
_MOST_TOKENS = 60_000  # tags and texts between them, and signs that must be escaped
_LONGEST_VALUE = 2_000


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_RAW = _names("script style textarea title xmp iframe noembed noframes noscript template svg math")
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_DROPPED = _names(  # with all that is in them
    "nav form button select option datalist label object applet audio video canvas dialog map menu footer "
    "aside"
)
_KEPT_ATTRIBUTES = _names("href role hidden aria-hidden style id class")
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
# What a start tag closes, if it is the innermost open element (13.1.2.4, optional tags).
_BLOCKS = _HEADINGS | _names(
    "address article blockquote details div dl fieldset figure header hr main ol p pre section table ul "
    "summary"
)
_CLOSES = {
    **dict.fromkeys(_BLOCKS, frozenset({"p"})),
    "li": frozenset({"li", "p"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd", "p"})),
    "tr": frozenset({"tr", "td", "th", "p"}),
    **dict.fromkeys(("td", "th"), frozenset({"td", "th", "p"})),
    **dict.fromkeys(
        ("tbody", "thead", "tfoot"), frozenset({"tbody", "thead", "tfoot", "tr", "td", "th", "p"})
    ),
}
_BLANKS = re.compile(r"\s+")
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]*")
_ATTRIBUTE = re.compile(
    r"[\s/]*(?P<name>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'|(?P<u>[^\s>]*)))?"
)
_TAG_END = re.compile(r"[\s/]*>")
_JSON_LD = "application/ld+json"


@dataclass(slots=True)
class Washed:
    """`markup` is safe to parse; `json_ld` is what search engines are told, as it stands."""

    markup: str = ""
    title: str = ""
    json_ld: list[str] = field(default_factory=list)


def wash(text: str, *, forms: bool = False) -> Washed:
    """Unreadable(TOO_INTRICATE) for more elements than any page that people read. `forms` keeps those."""
    washed = Washed()
    basin = _Basin(_DROPPED - {"form"} if forms else _DROPPED)
    for count, token in enumerate(_tokens(text)):
        if count > _MOST_TOKENS:
            raise Unreadable(Why.TOO_INTRICATE, limit=_MOST_TOKENS)
        if token.kind == "raw":
            _keep_aside(token, washed)
        else:
            basin.take(token)
    washed.markup = basin.emptied()
    if washed.markup.count("&") > _MOST_TOKENS:
        raise Unreadable(Why.TOO_INTRICATE, limit=_MOST_TOKENS)
    return washed


def _keep_aside(token: "_Token", washed: Washed) -> None:
    if token.name == "title" and not washed.title:
        washed.title = " ".join(_unescaped(token.text).split())
    elif token.name == "script" and token.attributes.get("type", "").strip().lower() == _JSON_LD:
        washed.json_ld.append(token.text)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # text, start, end, raw
    name: str = ""
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


class _Basin:
    """Writes balanced markup."""

    def __init__(self, dropped: frozenset[str]) -> None:
        self._dropped = dropped
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropping = 0  # how many of the open elements lie in one that is dropped

    def take(self, token: _Token) -> None:
        match token.kind:
            case "text":
                self._text(_unescaped(token.text))
            case "start":
                self._start(token)
            case "end":
                self._end(token.name)

    def emptied(self) -> str:
        while self._open:
            self._close()
        return "".join(self._out)

    def _text(self, text: str) -> None:
        """Blanks become one here already: where Markdown is made, a run of them takes its square in time."""
        as_typed = "pre" in self._open
        lines = [_BLANKS.sub(" ", line) for line in (text.split("\n") if as_typed else [text])]
        if self._out and self._out[-1].endswith(" "):
            lines[0] = lines[0].lstrip(" ")
        self._write("<br>".join(html.escape(line, quote=False) for line in lines))

    def _start(self, token: _Token) -> None:
        closes = _CLOSES.get(token.name, frozenset())
        while self._open and self._open[-1] in closes:
            self._close()
        if token.name in _VOID:
            self._write(_tag(token) if token.name in ("br", "hr") else "")
            return
        if len(self._open) >= DEEPEST:
            return  # its text stands in the element around it
        self._dropping += bool(self._dropping) or token.name in self._dropped
        self._write(_tag(token))
        self._open.append(token.name)

    def _end(self, name: str) -> None:
        if name in _HEADINGS:  # <h2>...</h3>, as people write it, ends the heading
            name = next((n for n in reversed(self._open) if n in _HEADINGS), name)
        if name not in self._open:
            return
        while self._close() != name:
            pass

    def _close(self) -> str:
        name = self._open.pop()
        self._write(f"</{_shown(name)}>")
        self._dropping -= bool(self._dropping)
        return name

    def _write(self, markup: str) -> None:
        if markup and not self._dropping:
            self._out.append(markup)


def _tag(token: _Token) -> str:
    kept = (
        f' {name}="{html.escape(value[:_LONGEST_VALUE])}"'
        for name, value in token.attributes.items()
        if name in _KEPT_ATTRIBUTES
    )
    return f"<{_shown(token.name)}{''.join(kept)}>"


def _shown(name: str) -> str:
    """The lines of a <pre> are kept by <br>; for the rest it is a text like any other."""
    return "div" if name == "pre" else name


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # &#999... of thousands of digits
        return text


# --- tokens ------------------------------------------------------------------------------------


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            yield _Token("text", text=text[at:])
            return
        if start > at:
            yield _Token("text", text=text[at:start])
        token, at = _markup(text, start)
        if token is not None:
            yield token


def _markup(text: str, start: int) -> tuple[_Token | None, int]:
    """What begins with the `<` at `start`, and where it ends."""
    if text.startswith("<!--", start):
        return None, _after(text, "-->", start + 2)
    if text.startswith(("<!", "<?"), start):
        return None, _after(text, ">", start)
    is_end = text.startswith("</", start)
    named = _NAME.match(text, start + 2 if is_end else start + 1)
    if named is None:
        return (None, _after(text, ">", start)) if is_end else (_Token("text", text="<"), start + 1)
    attributes, end = _attributes(text, named.end())
    name = named[0].lower()
    if is_end:
        return _Token("end", name), end
    if name in _RAW:
        return _raw(text, name, attributes, end)
    return _Token("start", name, attributes=attributes), end


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    """A tag without an end takes the rest of the text with it, as in a browser."""
    found: dict[str, str] = {}
    while (end := _TAG_END.match(text, at)) is None:
        attribute = _ATTRIBUTE.match(text, at)
        if attribute is None:
            return found, len(text)
        value = attribute["d"] or attribute["s"] or attribute["u"] or ""
        found.setdefault(attribute["name"].lower(), _unescaped(value))
        at = attribute.end()
    return found, end.end()


def _raw(text: str, name: str, attributes: dict[str, str], at: int) -> tuple[_Token, int]:
    ending = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
    inside = text[at : ending.start() if ending else len(text)]
    return _Token("raw", name, inside, attributes), _after(text, ">", ending.end()) if ending else len(text)
