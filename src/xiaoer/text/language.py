"""Chinese or English. The scripts tell; of a mixed sentence, which of them carries the grammar.

A message in another language, or in none, keeps the language of the conversation. Pinyin is Chinese. Measured
against py3langid restricted to the two (our set, tests/understand/sets/language.jsonl): docs/measure.md.
"""

import re

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
_FRAME_ZH = frozenset("的了吗呢吧啊呀么我你您是有没不在这那哪什怎要想能会把给和到就还都几多请帮")
_FRAME, _OTHER = 1.0, 0.5  # what a word, or a Chinese character (half a word), says of the language


def language_of(text: str, before: Language) -> Language:
    """Of a cleaned text. `before`, the conversation's, where it does not tell: a number, an emoji, French."""
    if len(_FOREIGN.findall(text)) > len(_HAN.findall(text)) // 3:
        return before
    plain = " ".join(piece for piece in _PIECES.findall(text) if not _CODE.search(piece))
    words = [word for word in _LATIN.findall(plain) if not _NEUTRAL.fullmatch(word)]
    chinese = sum(_FRAME if c in _FRAME_ZH else _OTHER for c in _HAN.findall(text))
    if not chinese and is_pinyin(words):
        return Language.ZH
    if not chinese and is_of_others(words):
        return before
    english = sum(_FRAME if FRAME_EN.fullmatch(word) else _OTHER for word in words)
    if english == chinese:
        return before
    return Language.EN if english > chinese else Language.ZH
