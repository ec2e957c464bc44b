"""Chinese or English. The scripts tell; of a mixed sentence, which of them carries the grammar.

A message in another language, or in none, keeps the language of the conversation. Pinyin is Chinese. Measured
against py3langid restricted to the two (our set, tests/understand/sets/language.jsonl): docs/measure.md.
"""

import re
from dataclasses import dataclass

from xiaoer.domain.words import Language
from xiaoer.text.foreign import FRAME_EN, is_of_others, is_pinyin
from xiaoer.text.words import HAN

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?", re.ASCII)
_PIECES = re.compile(r"[^\s$£€¥]+")
_CODE = re.compile(r"[\d@]|^https?:", re.ASCII)  # in an order number, a page, a mail address
# Letters of neither language: kana, hangul, Cyrillic, Greek, Arabic, Hebrew, Indian scripts, Thai.
_FOREIGN = re.compile("[\u3041-\u30ff\u1100-\u11ff\uac00-\ud7af\u0370-\u052f\u0590-\u06ff\u0900-\u0e7f]")
_NEUTRAL = re.compile(  # said in both languages, or by themselves no sign of either
    r"ok|okay|okk|k|yes|no|y|n|bye|lol|haha|hmm|em|emm|x{0,3}[sl]|m|vip|app|id|sf|usb|eu|uk|us|kg|cm|"
    r"ml|pro|max"
)
_ACCENTED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u01a0-\u01b0\u1ea0-\u1ef9]")  # Latin letters
_FRAME_ZH = frozenset("的了吗呢吧啊呀么我你您是有没不在这那哪什怎要想能会把给和到就还都几多请帮")
_FRAME, _OTHER = 1.0, 0.5  # what a word, or a Chinese character (half a word), says of the language


def language_of(text: str, before: Language) -> Language:
    """Of a cleaned text. `before`, the conversation's, where it does not tell: a number, an emoji, French."""
    signs = _signs(text)
    if signs.foreign or signs.english == signs.chinese:
        return before
    return Language.EN if signs.english > signs.chinese else Language.ZH


def is_foreign(text: str, written: str) -> bool | None:
    """Whether a text is in neither language: cleaned, and as it was `written`, with its accents.

    None where it does not tell: oui, a name, a number.
    """
    signs = _signs(text)
    if signs.foreign:
        return True
    if signs.chinese or signs.frame:
        return False
    return True if _ACCENTED.search(written) else None


@dataclass(frozen=True, slots=True)
class _Signs:
    foreign: bool = False
    chinese: float = 0.0
    english: float = 0.0
    frame: bool = False  # of English: small words, not only some in its letters


def _signs(text: str) -> _Signs:
    if len(_FOREIGN.findall(text)) > len(_HAN.findall(text)) // 3:
        return _Signs(foreign=True)
    plain = " ".join(piece for piece in _PIECES.findall(text) if not _CODE.search(piece))
    words = [word for word in _LATIN.findall(plain) if not _NEUTRAL.fullmatch(word)]
    chinese = sum(_FRAME if c in _FRAME_ZH else _OTHER for c in _HAN.findall(text))
    if not chinese and is_pinyin(words):
        return _Signs(chinese=_FRAME)
    if not chinese and is_of_others(words):
        return _Signs(foreign=True)
    framed = [bool(FRAME_EN.fullmatch(word)) for word in words]
    english = sum(_FRAME if frame else _OTHER for frame in framed)
    return _Signs(chinese=chinese, english=english, frame=any(framed))
