""".xlsx and .docx are zip files of XML: unpacked here within bounds, and handed on without what may harm.

What their readers get is packed anew, not compressed, of parts whose size was counted while they were read.
So neither a false size in the directory nor a reader that unpacks in one go can take all memory.
"""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from xiaoer.knowledge.importers.base import Limits, Unreadable, Why

_MOST_PARTS = 2_000
_PART_ENDS = (".xml", ".rels")
_CHUNK = 64 * 1024
DEEPEST = 120  # elements in each other; a table within a table of a text box has some 40
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


def names_in(data: bytes) -> frozenset[str]:
    """Of the parts of a zip file; empty if it is none that can be read."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return frozenset(archive.namelist()[:_MOST_PARTS])
    except _BROKEN:
        return frozenset()


def repacked(data: bytes, limits: Limits) -> BytesIO:
    """The XML parts of a zip file as a zip file; no pictures, macros or objects.

    Unreadable: ZIP_BOMB beyond the limits, HOSTILE_XML for entities, TOO_INTRICATE, DAMAGED.
    """
    clean = BytesIO()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(clean, "w") as kept:
            _refuse_bomb(archive, limits)
            for name, part in _parts(archive, limits):
                kept.writestr(zipfile.ZipInfo(name), part)
    except _BROKEN as error:
        raise Unreadable(Why.DAMAGED) from error
    clean.seek(0)
    return clean


def _refuse_bomb(archive: zipfile.ZipFile, limits: Limits) -> None:
    """By what the directory says: before a single part is unpacked."""
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise Unreadable(Why.ZIP_BOMB, limit_mb=limits.unpacked_bytes // 1_000_000)


def _parts(archive: zipfile.ZipFile, limits: Limits) -> Iterator[tuple[str, bytes]]:
    left = limits.xml_bytes
    for info in archive.infolist():
        if not info.filename.lower().endswith(_PART_ENDS):
            continue
        part = _read(archive, info, left)
        if len(part) > left:
            raise Unreadable(Why.ZIP_BOMB, limit_mb=limits.xml_bytes // 1_000_000)
        left -= len(part)
        _refuse_hostile(part)
        yield info.filename, part


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """At most `most` bytes and a little more, in bites: zipfile unpacks at a time what is asked for."""
    whole = bytearray()
    with archive.open(info) as part:
        while len(whole) <= most and (chunk := part.read(_CHUNK)):
            whole += chunk
    return bytes(whole)


def _refuse_hostile(part: bytes) -> None:
    """Entities that grow or read files, and elements so deep that a recursive reader falls over them."""
    depth = 0
    try:
        for event, element in iterparse(BytesIO(part), ("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                raise Unreadable(Why.TOO_INTRICATE, limit=DEEPEST)
            if event == "end":
                element.clear()
    except DefusedXmlException as error:
        raise Unreadable(Why.HOSTILE_XML) from error
    except ParseError as error:
        raise Unreadable(Why.DAMAGED) from error
