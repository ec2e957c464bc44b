"""Chinese or English. The two scripts tell: for mixed sentences, which of them carries the grammar."""

import re

from xiaoer.domain.words import Language
from xiaoer.text.words import HAN

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?", re.ASCII)
_CODE = re.compile(r"\S*\d\S*|\S+@\S+|\bhttps?://\S+", re.ASCII)  # order numbers, pages, mail
_NEUTRAL = re.compile(  # said in both languages, or by themselves no sign of either
    r"ok|okay|okk|k|yes|no|y|n|bye|lol|haha|hmm|em|emm|x{0,3}[sl]|m|vip|app|id|sf|usb|eu|uk|us|kg|cm|ml|pro|max"
)
_FRAME_EN = re.compile(
    r"i|me|my|you|your|we|our|it|its|the|an?|this|that|is|are|was|were|be|been|am|do|does|did|have|has|had|can|could|"
    r"will|would|should|what|where|when|how|why|who|which|in|on|at|to|for|of|with|from|and|or|but|not|don't|please|"
    r"thanks?|hi|hello|want|need|there|here|any|some"
)
_FRAME_ZH = frozenset("的了吗呢吧啊呀么我你您是有没不在这那哪什怎要想能会把给和到就还都几多请帮")
_FRAME, _OTHER = 1.0, 0.5  # what a word, or a Chinese character (half a word), says of the language


def language_of(text: str, before: Language) -> Language:
    """Of a cleaned text; `before`, the conversation's, where it does not tell (M20260001, ok, an emoji)."""
    words = [word for word in _LATIN.findall(_CODE.sub(" ", text)) if not _NEUTRAL.fullmatch(word)]
    english = sum(_FRAME if _FRAME_EN.fullmatch(word) else _OTHER for word in words)
    chinese = sum(_FRAME if c in _FRAME_ZH else _OTHER for c in _HAN.findall(text))
    if english == chinese:
        return before
    return Language.EN if english > chinese else Language.ZH
