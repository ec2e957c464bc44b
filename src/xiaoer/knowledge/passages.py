"""An article's body -> passages: plain texts that can be quoted alone."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

LONGEST = 1_000  # characters of one passage; a longer one is cut at a sentence
_MARKDOWN = MarkdownIt("commonmark")
_ENDS = "。！？!?.；;\n"


def passages(body: str) -> tuple[str, ...]:
    """Paragraphs of a Markdown text in their order, as plain text.

    A heading goes with what follows it and a list with what it follows. Tags of HTML are left out; a block of
    HTML goes as a whole. Empty for a body without any text.
    """
    found: list[str] = []
    heading = ""
    for kind, text in _blocks(_MARKDOWN.parse(body)):
        if kind == "heading":
            heading = f"{heading}{text}\n"
        elif kind == "item" and found and not heading:
            found[-1] = f"{found[-1]}\n- {text}"
        else:
            found.append(heading + text)
            heading = ""
    if heading:
        found.append(heading.rstrip())
    return tuple(_cut(text) for text in found)


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """(heading | item | paragraph, text) of each block that holds text."""
    inside = ""
    for token in tokens:
        if token.type in ("heading_open", "list_item_open"):
            inside = "heading" if token.type == "heading_open" else "item"
        elif token.type in ("heading_close", "list_item_close"):
            inside = ""
        text = _plain(token.children or ()) if token.type == "inline" else ""
        if token.type in ("fence", "code_block"):
            text = token.content.strip()
        if text:
            yield inside or "paragraph", text


def _plain(inline: Sequence[Token]) -> str:
    breaks = {"softbreak": " ", "hardbreak": "\n"}
    kept = (
        breaks.get(t.type, t.content if t.type in ("text", "code_inline", "image") else "") for t in inline
    )
    return "".join(kept).strip()


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    end = max(text.rfind(mark, 0, LONGEST) for mark in _ENDS)
    return text[: end + 1].rstrip() if end > 0 else text[:LONGEST]
