"""The tantivy index of one language's articles: which of them share words with a question, best first.

It is derived from the articles and never the truth: it is thrown away and built again when they change.
"""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tantivy import Document, Index, Occur, Query, Schema, SchemaBuilder, Searcher

from xiaoer.knowledge.terms import Bag

_ASKED_BOOST = 2.0  # title and listed questions are written in customers' words, the body in the shop's
_HEAP_BYTES = 15_000_000  # the least tantivy takes
_NAME = "index"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article's terms, joined by spaces: they were cut by our own tokenizer already."""

    asked: str
    told: str


class TermIndex:
    """Searchable from any thread; it never changes once built."""

    def __init__(self, index: Index, size: int) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._numbers = _numbers(self._searcher, size)

    @classmethod
    def build(cls, entries: Iterable[Entry], size: int, folder: Path | None = None) -> "TermIndex":
        """Of `size` entries. In memory, or in `folder`, whose name must be new for new entries.

        A folder that is there is opened as it is, and no entry is asked for.

        OSError if the folder cannot be written.
        """
        if folder is None:
            return cls(_fill(Index(_schema()), entries), size)
        return cls(_opened(folder) or _made(folder, entries), size)

    def nearest(self, terms: Bag, *, limit: int) -> list[int]:
        """Numbers (places in `entries`) of at most `limit` articles by weighted BM25, best first.

        The query is put together from terms, so that nothing a customer writes can be query syntax.
        """
        wanted = [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, field, term), weight * boost))
            for term, weight in terms.items()
            for field, boost in (("asked", _ASKED_BOOST), ("told", 1.0))
        ]
        found = self._searcher.search(Query.boolean_query(wanted), limit=limit, count=False)
        return [self._numbers[address.segment_ord, address.doc] for _, address in found.hits]


def _numbers(searcher: Searcher, size: int) -> dict[tuple[int, int], int]:
    """Looked up once: reading a stored number costs as much as a tenth of a search."""
    if not size:
        return {}
    found = searcher.search(Query.all_query(), limit=size, count=False)
    return {
        (address.segment_ord, address.doc): int(searcher.doc(address)["number"][0])
        for _, address in found.hits
    }


def _schema() -> Schema:
    schema = SchemaBuilder().add_unsigned_field("number", stored=True)
    for field in ("asked", "told"):
        schema.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return schema.build()


def _fill(index: Index, entries: Iterable[Entry]) -> Index:
    writer = index.writer(_HEAP_BYTES, num_threads=1)
    for number, entry in enumerate(entries):
        writer.add_document(Document(number=number, asked=entry.asked, told=entry.told))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _opened(folder: Path) -> Index | None:
    try:
        return Index.open(str(folder))
    except ValueError:  # not there, or not whole
        return None


def _made(folder: Path, entries: Iterable[Entry]) -> Index:
    """Built beside its place and moved there whole: another process never opens half an index."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as beside:
        fresh = Path(beside) / _NAME
        fresh.mkdir()
        _fill(Index(_schema(), path=str(fresh)), entries)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            fresh.replace(folder)
        except OSError:
            if not folder.is_dir():  # else another process has just put the same index there
                raise
    return Index.open(str(folder))
