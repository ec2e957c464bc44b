"""A Word document -> pieces, by way of HTML."""

from collections.abc import Iterator
from pathlib import PurePath

import mammoth

from xiaoer.knowledge.importers.archive import DEEPEST, repacked
from xiaoer.knowledge.importers.base import Finding, Reading, Unreadable, Why
from xiaoer.knowledge.importers.html import pieces_of_html


def read_docx(data: bytes, reading: Reading) -> Iterator[Finding]:
    clean = repacked(data, reading.limits)
    try:
        # Neither a style map of the document's own, which names elements as it likes, nor files it links to.
        told = mammoth.convert_to_html(clean, include_embedded_style_map=False, external_file_access=False)
    except RecursionError as error:
        raise Unreadable(Why.TOO_INTRICATE, limit=DEEPEST) from error
    except Exception as error:  # mammoth breaks in its own ways on what is no real document
        raise Unreadable(Why.DAMAGED) from error
    yield from pieces_of_html(str(told.value), reading, title=PurePath(reading.name).stem)
