"""English: has been shipped is a fact, hasn't been its contrary; will be, once and a question are open."""

import re

from typing_extensions import override

from xiaoer.guard.frame import Frame
from xiaoer.guard.moments import clause

_GROUP, _BARE, _BEEN = 42, 24, 16  # characters: of a verb group, before a bare past, between has and been
_AUX = re.compile(
    r"\b(?:has|have|had|was|were|is|are|isn|hasn|haven|wasn|weren|aren|it's|that's|i've|we've|been)\b|'s |n't"
)
_HAS = re.compile(r"\bha(?:s|ve|d)")
_OPEN = re.compile(
    r"\b(?:will|won|would|can|cannot|could|couldn|may|might|should|must|shall|to|be|if|once|when|whenever|until"
    r"|unless|after|before|as soon as|whether|expected|let me|in case"
    r"|any|anything|every|everything|all)\b|'ll\b"
)
_IF = re.compile(
    r"\b(?:if|once|when|whenever|until|till|unless|after|before|as soon as|whether|in case|while|every"
    r"|any|anything|whatever|each)\b"
)
_NOT = re.compile(r"n't\b|\bnot\b|\bnever\b|\bno longer\b|\byet to\b|\bneither\b|\bnone\b")
_NOTHING = re.compile(
    r"\b(?:nothing|nobody|none(?: of \w+)?|no (?:money|refund|payment|parcel|order|item)s?)(?: of \w+)?"
    r"(?: has| have| had| was| were| is|'s)\b"
)
_STOPS = re.compile(r"[.?!\n]")
_ASKS = re.compile(
    r"[ ,]*(?:and |or |but |so )?(?:has|have|is|are|was|were|did|does|do|shall|should|can|could|may|would"
    r"|which|what|when|who|how)\b"
)
_GOODS = re.compile(
    r" (?:orders?|items?|goods|products?|parcels?|packages?|by the customer|within"
    r"|back to us)\b"
)
_ADVERB = r"have|had|now|just|already|also|gone|ahead|and|then|successfully|personally|been|both|went"
_AGENT = re.compile(  # nothing but adverbs, or a verb and "and", between us and the verb
    rf"\b(?:i|we)(?:'ve|'d)?(?: (?:{_ADVERB}))* $"
    r"|\b(?:i|we)(?:'ve| have)? [\w' ]{1,30} and (?:have |also |already )?$"
)
_WOULD = re.compile(r"\b(?:can|could|will|would|to|shall|may|might|cannot|be) (?:\w+ )?$|'ll $")
_PASSIVE = re.compile(
    r"\b(?:has been|have been|is now|was|'s been|are now|is|are)(?: now| just| already| successfully)* $"
)
_IS_DONE = re.compile(r"has been|is set|is now|was|have been|is |'s been|'s ")
_OURS = re.compile(  # what only the house does something to
    r"\byour (?:case|request|complaint|ticket|return|exchange|address|invoice|account|coupon|discount)\b"
    r"|replacement|voucher|coupon|discount"
)
_OWN = frozenset({"address", "return", "exchange"})  # done by saying so: your return is set up
_NO = re.compile(r"(?:n't|\bnot|\bcannot|\bnever|\bno|\bunable to|\bwithout)(?: \w+){0,3} $")


class English(Frame):
    refund = re.compile(r"\brefund|\bmoney\b|¥|\$|£|€")

    @override
    def stands(self, text: str, found: re.Match[str], *, whole: bool) -> bool | None:
        _, low, _ = clause(text, found.start())
        if _IF.search(text, low, found.start()) or _is_asked(text, low, found.end()):
            return None
        group = _verb_group(text, low, found.start())
        if "yet to " in group:
            return False
        if _OPEN.search(group) or (not whole and _GOODS.match(text, found.end())):
            return None
        return _NOT.search(group) is None and not _NOTHING.search(text, low, found.start())

    @override
    def did(self, text: str, found: re.Match[str]) -> bool:
        _, low, high = clause(text, found.start())
        before = text[low : found.start()]
        if text.startswith("?", high) or _IF.search(before):
            return False
        if _NOT.search(before[-_BARE:]) or _WOULD.search(before):
            return False
        if _AGENT.search(before):
            return True
        lemma = found.lastgroup
        if lemma in _OWN:
            return _IS_DONE.search(found.group()) is not None or before.strip() in ("", "done")
        if lemma == "all":
            return True
        return lemma == "other" and _PASSIVE.search(before) is not None and _OURS.search(before) is not None

    @override
    def denied(self, text: str, start: int) -> bool:
        return _NO.search(text, max(0, start - _BARE), start) is not None


def _verb_group(text: str, low: int, start: int) -> str:
    """From the auxiliary to the verb; a few words before it if it has none."""
    begin = max(low, start - _GROUP)
    last = None
    for aux in _AUX.finditer(text, begin, start):
        last = aux
    if last is None:
        return text[max(begin, start - _BARE) : start]
    at = last.start()
    if last.group() == "n't":
        return text[max(begin, at - len("couldn")) : start]
    if last.group() == "been":
        has = _HAS.search(text, max(begin, at - _BEEN), at)
        return text[has.start() if has else max(begin, at - _BEEN) : start]
    return text[at:start]


def _is_asked(text: str, low: int, end: int) -> bool:
    """Has it been delivered, or are you still waiting?"""
    stop = _STOPS.search(text, end, end + 3 * _GROUP)
    return stop is not None and stop.group() == "?" and _ASKS.match(text, low) is not None
