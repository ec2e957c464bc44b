""" "That is not what I meant": said of the reply before, and what else is said with it."""

import re
from functools import cache

from xiaoer.understand.patterns import consumed
from xiaoer.understand.vocabulary import Pattern, vocabulary

_ZH = (
    r"(?:我(?:的|说的|问的|要的|想问的)?)?(?:真的|根本|完全|并|可)?不是(?:这个|那个|这|那|我(?:要|想)?(?:说|问)?的?)意思"
    r"|我的意思(?:根本|并)?不是(?:这个|这样|这)"
    r"|(?:你|您)?(?:这|的)?(?:回答|回复)?(?:完全|简直|真是)?答非所问|[驴牛][唇头]不对马嘴|文不对题"
    r"|你?们?(?:又|都|是)?(?:理解错|会错意|误会我|误解我|听错我|搞错我的|弄错我的)(?:的)?(?:意思|话)?了?"
    r"|你?(?:根本|完全|又|都)?没有?(?:听懂|看懂|听明白|明白|弄懂|理解|懂)我(?:的意思|的问题|的话|说的|问的|在说什么|在问什么)"
    r"|我(?:想)?问的(?:根本|压根|完全|又|并)?不是(?:这|那)(?:个|些)?"
    r"|我(?:又)?不是(?:在|要|想)?问(?:你|您)?(?:这|那)(?:个|些)?|我?(?:又)?没(?:有)?问(?:你|您)?(?:这|那)(?:个|些)"
    r"|谁问(?:你|您)(?:这|那)个了?"
    r"|(?:你|您)?(?:这)?(?:回答|答|说)的?(?:根本|完全)?不是我(?:要|想)?(?:问|知道)的|不是我(?:要|想)(?:问|知道|了解)的"
    r"|(?:你|您)?(?:回答|答)(?:得|的)?(?:错了|不对)"
)
_ASKED = r"(?:meant|mean|asked|ask|said|was asking|am asking|was after|want(?:ed)? to (?:know|ask))"
_ABOUT = r"(?: for| about| you)?"
_EN = (
    rf"\b(?:(?:that|this|it)(?:'?s| is| was) )?not (?:at all )?what i {_ASKED}{_ABOUT}\b"
    rf"|\b(?:that|this|it) (?:wasn'?t|was not|isn'?t|is not) (?:what i {_ASKED}{_ABOUT}|my question)\b"
    r"|\b(?:(?:that|this)'?s )?not my question\b|\bwrong answer\b|\byou(?:'ve)? got me wrong\b"
    r"|\byou(?:'ve| have)? (?:misunderstood|misunderstand|misread)(?: me| my question| that)?\b"
    r"|\byou (?:didn'?t|did not|don'?t|do not) (?:understand|get) "
    rf"(?:me|my question|what i {_ASKED})\b"
    r"|\b(?:that|this|it|you) (?:doesn'?t|does not|didn'?t|did not|haven'?t|have not) "
    r"answer(?:ed)? my question\b"
    rf"|\bi (?:didn'?t|did not) (?:ask|mean){_ABOUT} (?:that|this)\b"
)
_MISTAKEN = re.compile(f"{_ZH}|{_EN}")
_BEFORE, _AFTER = " ,.!?~;:\n。、…啊呀吧呢嘛哦喂", " ,.~;:\n。、…"  # a question keeps its mark
_FEW = 2  # letters that are no message


def is_mistaken(text: str) -> bool:
    """Whether a cleaned text says that the reply before missed what was meant."""
    return bool(_MISTAKEN.search(text))


def said_besides(tidied: str, text: str) -> str:
    """A tidied text without those words, and without the no and the please beside them; may be empty.

    `text` is the same one, folded: each character stands in the same place.
    """
    pieces, at = list[str](), 0
    for found in _MISTAKEN.finditer(text):
        pieces.append(tidied[at : found.start()])
        at = found.end()
    kept = [piece.lstrip(_BEFORE).rstrip(_AFTER) for piece in (*pieces, tidied[at:])]
    return ", ".join(piece for piece in kept if not _says_nothing(piece.lower()))


def _says_nothing(piece: str) -> bool:
    return len(piece) < _FEW or consumed(piece, _fillers())


@cache
def _fillers() -> Pattern:
    words = vocabulary()
    others = "不对|我说|还是|依然|又|都|也|就|但是?|可是?|sorry|hey|but|wait|oh|still|again|and"
    return re.compile(f"{words.no.pattern}|{words.polite.pattern}|{others}")
