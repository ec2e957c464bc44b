"""Files for tests, made here: nothing binary lies in the repository."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from openpyxl import Workbook

# --- Word --------------------------------------------------------------------------------------

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="word/document.xml" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_STYLES = (
    f"<w:styles {_W}>"
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="h{n}"><w:name w:val="heading {n}"/></w:style>'
        for n in (1, 2, 3)
    )
    + "</w:styles>"
)


def paragraph(text: str, *, heading: int = 0, bold: bool = False) -> str:
    style = f'<w:pPr><w:pStyle w:val="h{heading}"/></w:pPr>' if heading else ""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p>{style}<w:r>{weight}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def docx(*paragraphs: str, parts: Mapping[str, bytes] | None = None, head: str = "") -> bytes:
    """`head` comes before the document's root, `parts` beside the usual ones."""
    document = f"{head}<w:document {_W} {_R}><w:body>{''.join(paragraphs)}</w:body></w:document>"
    return zipped(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _RELATIONS.encode(),
            "word/document.xml": document.encode(),
            "word/styles.xml": _STYLES.encode(),
            **(parts or {}),
        }
    )


def zipped(parts: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return whole.getvalue()


def bomb(
    name: str, size: int, *, parts: Mapping[str, bytes] | None = None, claims: int | None = None
) -> bytes:
    """A zip file in which `name` unpacks to `size` zeros, in tens of millions; its directory says `claims`.

    One block is packed and laid down again and again: nothing of that size is ever held.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(10_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = block * (size // 10_000_000) + packer.flush()
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for other, part in (parts or {}).items():
            archive.writestr(other, part)
        archive.writestr(name, packed)
        laid = archive.filelist[-1]
        laid.compress_type, laid.file_size = zipfile.ZIP_DEFLATED, claims or size
        laid.CRC = zlib.crc32(bytes(claims or 0))
    return whole.getvalue()


# --- Excel -------------------------------------------------------------------------------------


def xlsx(*sheets: Sequence[Sequence[object]], names: Sequence[str] = ()) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"Sheet{number + 1}")
        for row in rows:
            sheet.append(list(row))
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


# --- PDF ---------------------------------------------------------------------------------------


def pdf(*pages: Sequence[str], extra: Sequence[bytes] = (), trailer: bytes = b"") -> bytes:
    """Lines of text on pages, in any script: each character is a glyph of one font, named by a ToUnicode map.

    `extra` are further objects, numbered from 4 + 2 * pages on.
    """
    chars = sorted({char for page in pages for line in page for char in line})
    number = {char: place + 1 for place, char in enumerate(chars)}
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        _tree(len(pages)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts"
        b" [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /DW 1000 /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>]"
        b" /ToUnicode %d 0 R >>" % (4 + 2 * len(pages)),
    ]
    for place, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * place)
        )
        objects.append(_stream(_content(page, number)))
    return _file([*objects, _stream(_to_unicode(number)), *extra], trailer)


def _tree(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(count))
    return b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids)


def _content(lines: Sequence[str], number: Mapping[str, int]) -> bytes:
    shown = (
        "BT /F1 12 Tf 50 {} Td <{}> Tj ET".format(760 - 16 * place, "".join(f"{number[c]:04x}" for c in line))
        for place, line in enumerate(lines)
        if line
    )
    return "\n".join(shown).encode()


def _to_unicode(number: Mapping[str, int]) -> bytes:
    pairs = [f"<{place:04x}> <{char.encode('utf-16-be').hex()}>" for char, place in number.items()]
    blocks = (pairs[at : at + 100] for at in range(0, len(pairs), 100))
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin begincmap\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{mapped}\nendcmap end"
    ).encode()


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    whole, places = bytearray(b"%PDF-1.7\n"), []
    for place, inside in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (place, inside)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    whole += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(whole + b"startxref\n%d\n%%%%EOF" % start)
