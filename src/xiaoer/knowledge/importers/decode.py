"""Bytes of an unknown encoding -> text, and how sure that is: a wrong guess must never pass in silence."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from charset_normalizer import from_bytes

from xiaoer.knowledge.importers.base import Finding, Note, Reading, Told, Unreadable, Why

_BOMS = (  # the longer ones first: the mark of UTF-32 LE begins like that of UTF-16 LE
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a page may say of itself. Only these: Python's codecs also hold some that run escapes or unpack.
_DECLARED = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "x-gbk"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be"), "utf-16"),
}
_CHINESE = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
_WESTERN = "cp1252"  # what Excel writes as CSV west of China; the others are too like it to be told apart
_NAMES = {"gb18030": "GBK/GB18030", "big5hkscs": "Big5", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}

_SAMPLE_CHARS = 20_000
_SAMPLE_BYTES = 64 * 1024
_SURE, _PLAUSIBLE, _APART = 0.85, 0.75, 0.15  # shares of characters that people write; see _likeness
_MOST_BAD = 0.002  # of characters: beyond, a file is not damaged UTF-8 but something else
_NULS, _MOST_NULS = 0.2, 0.05  # shares: of UTF-16 of Western text at least, of UTF-8 with slips at most
_ASCII, _MOST_ACCENTS = 127, 0.3  # beyond that share of bytes it is no language of Western letters
# Among every hundred characters of a shop's text several of these stand, in either script.
_FREQUENT = frozenset(
    "的一是不了在有我他这为之大来以个中上们到说时要就出会可也你对生能而子那得于着下自年发后作里用道行所然家多经无去成"
    "请问吗怎么什可以退货款单订快递地址客服收到商品天内支付优惠发票尺码换申运费"
    "這為來個們說時會對於著發後裡經無請問嗎麼貨單訂遞貼換運費優惠開與還過應該點選"
)
_MARKS = frozenset("，。？！：；、“”‘’（）《》【】「」『』…—·￥～％＋－　")
_CONTROLS = re.compile(r"[\0-\x08\x0e-\x1f]")  # in no text; half a character of UTF-16


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str  # as merchants know it; empty for UTF-8, of which nothing need be said
    sure: bool = True
    bad_bytes: int = 0  # that could not be read, each a U+FFFD in the text


def decoded(data: bytes, reading: Reading, *, declared: str = "") -> tuple[str, list[Finding]]:
    """The text, and what the merchant should know of its encoding. Unreadable if none fits."""
    found = decode(data, declared=declared or reading.hints.charset or "")
    told: list[Finding] = []
    if found.bad_bytes:
        told.append(Note(reading.name, Told.BAD_BYTES, {"count": found.bad_bytes}))
    if found.encoding:
        what = Told.ENCODING if found.sure else Told.ENCODING_GUESSED
        told.append(Note(reading.name, what, {"encoding": found.encoding}))
    return found.text, told


def decode(data: bytes, *, declared: str = "") -> Decoded:
    """By its mark, as UTF-8, as declared, or as the Chinese encoding in which it reads like Chinese."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _marked(data, name)
    text = _strict(data, "utf-8")
    if text is not None and not _CONTROLS.search(text):
        return Decoded(text, "")
    own = _DECLARED.get(declared.strip().strip("\"'").lower(), "")
    if (
        own not in ("", "utf-8")
        and (text := _strict(data, own)) is not None
        and _likeness(text) >= _PLAUSIBLE
    ):
        return Decoded(text, _NAMES.get(own, own.upper()))
    return _chinese(data) or _utf8(text) or _other(data)


def _utf8(text: str | None) -> Decoded | None:
    """With controls in it, but no UTF-16 either."""
    return None if text is None or text.count("\0") > _MOST_NULS * len(text) else Decoded(text, "")


def _other(data: bytes) -> Decoded:
    return _damaged_utf8(data) or _western(data)


def _marked(data: bytes, name: str) -> Decoded:
    text = _strict(data, name)
    label = "" if name == "utf-8-sig" else name.upper()
    if text is not None:
        return Decoded(text, label)
    text = data.decode(name, "replace")
    return Decoded(text, label, bad_bytes=text.count("\ufffd"))


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _chinese(data: bytes) -> Decoded | None:
    ranked = sorted(_candidates(data), key=lambda found: found[0], reverse=True)
    if not ranked or ranked[0][0] < _PLAUSIBLE:
        return None
    best, text, name = ranked[0]
    apart = best - (ranked[1][0] if len(ranked) > 1 else 0.0)
    return Decoded(text, _NAMES[name], sure=best >= _SURE and apart >= _APART)


def _candidates(data: bytes) -> Iterator[tuple[float, str, str]]:
    nuls = data[:_SAMPLE_BYTES].count(0) / max(1, len(data[:_SAMPLE_BYTES]))
    for name in _CHINESE:
        wide = name.startswith("utf-16")
        if wide and len(data) % 2 or not wide and nuls:
            continue
        text = _strict(data, name)
        if text is not None:
            yield _likeness(text, ascii_counts=wide and nuls > _NULS), text, name


def _likeness(text: str, *, ascii_counts: bool = False) -> float:
    """The share of characters that people write (0..1), frequent ones weighing more.

    ASCII tells nothing between encodings that share it; in UTF-16 it is as good a sign as any.
    """
    sample = [c for c in text[:_SAMPLE_CHARS] if ascii_counts or not c.isascii()]
    if not sample:
        return 0.0
    common = _common()
    score = sum(
        1.0 if c in common or c.isascii() and c != "\0" else -0.5 if _is_odd(c) else 0.0 for c in sample
    )
    han = [c for c in sample if c not in _MARKS and not c.isascii()]
    frequent = sum(c in _FREQUENT for c in han) / len(han) if han else 0.2
    return max(0.0, min(1.0, score / len(sample) * 0.8 + min(frequent, 0.2)))


def _is_odd(char: str) -> bool:
    """Private use, or of a script that no Chinese shop writes: what wrongly read bytes turn into."""
    return "\ue000" <= char <= "\uf8ff" or "\u0080" <= char <= "\u024f" or "\u0370" <= char <= "\u0fff"


@cache
def _common() -> frozenset[str]:
    """The 3,755 simplified and 5,401 traditional characters that GB 2312 and Big5 put first, and marks."""
    first = {"gb2312": (range(0xB0, 0xD8), range(0xA1, 0xFF)), "big5": (range(0xA4, 0xC7), range(0x40, 0xFF))}
    chars = (
        bytes((lead, trail)).decode(name, "ignore")
        for name, (leads, trails) in first.items()
        for lead in leads
        for trail in trails
    )
    return frozenset(char for char in chars if len(char) == 1 and not char.isascii()) | _MARKS


def _damaged_utf8(data: bytes) -> Decoded | None:
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    others = sum(not c.isascii() for c in text) - bad
    if "\0" in text or bad > max(1.0, len(text) * _MOST_BAD) or bad > others:
        return None
    return Decoded(text, "UTF-8", sure=False, bad_bytes=bad)


def _western(data: bytes) -> Decoded:
    sample = data[:_SAMPLE_BYTES]
    if b"\0" not in sample and sum(byte > _ASCII for byte in sample) <= _MOST_ACCENTS * len(sample):
        best = from_bytes(sample, cp_isolation=[_WESTERN]).best()
        if best is not None and (text := _strict(data, _WESTERN)) is not None:
            return Decoded(text, "Windows-1252", sure=False)
    raise Unreadable(Why.ENCODING)
