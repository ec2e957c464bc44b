"""FAQ tables, pages, documents, old tickets -> drafts of articles, and what was not taken and why.

    found = read_source(Path("faq.xlsx"))
    found.drafts                                   # for a person to look at; nothing is published here
    [said(remark, Language.EN) for remark in found.skipped]

Pure: bytes and files in, values out. Pages are fetched by xiaoer.fetch.
"""

from xiaoer.knowledge.importers.base import (
    Draft,
    Hints,
    Imported,
    Limits,
    Note,
    Progress,
    Skipped,
    Told,
    Why,
)
from xiaoer.knowledge.importers.source import read_source
from xiaoer.knowledge.importers.words import said

__all__ = [
    "Draft",
    "Hints",
    "Imported",
    "Limits",
    "Note",
    "Progress",
    "Skipped",
    "Told",
    "Why",
    "read_source",
    "said",
]
