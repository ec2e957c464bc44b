"""A text file -> pieces, by its questions."""

from collections.abc import Iterator
from pathlib import PurePath

from xiaoer.knowledge.importers.base import Finding, Reading
from xiaoer.knowledge.importers.decode import decoded
from xiaoer.knowledge.importers.prose import markdown_of_lines
from xiaoer.knowledge.importers.sections import pieces_of


def read_plain(data: bytes, reading: Reading) -> Iterator[Finding]:
    text, told = decoded(data, reading)
    yield from told
    title = PurePath(reading.name).stem
    yield from pieces_of(markdown_of_lines(text.splitlines()), title, source=reading.name, reading=reading)
