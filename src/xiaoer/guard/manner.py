"""How a reply speaks: the customer's language, no blame, never as a person, its mark, its length."""

import re
from collections.abc import Iterator

from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found, Kind, Why, normal
from xiaoer.guard.sayings import lexicon
from xiaoer.text.words import HAN

LONGEST_PART = 4_000  # characters of one text: more nobody reads in a chat
_MACHINE = frozenset({Origin.AI, Origin.TEMPLATE, Origin.FLOW})
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[a-z]{2,}")
_FEW = 3  # words of the other language: a name, a brand


def manner(reply: Reply, language: Language) -> Iterator[Found]:
    if reply.origin not in _MACHINE:
        yield Found(Kind.MARK, reply.origin.value, Why.NOT_ALLOWED)
    if any(isinstance(part, TextPart) and len(part.text) > LONGEST_PART for part in reply.parts):
        yield Found(Kind.LENGTH, "", Why.TOO_LONG)
    if reply.language is not language or _speaks_other(reply):
        yield Found(Kind.LANGUAGE, reply.language.value, Why.WRONG_LANGUAGE)
    text = normal(reply.text)
    for lexed in (lexicon(one) for one in Language):
        if found := lexed.human.search(text):
            yield Found(Kind.HUMAN, found.group(), Why.NOT_ALLOWED)
        if (found := lexed.tone.search(text)) and not _is_quoted(found.group(), reply):
            yield Found(Kind.TONE, found.group(), Why.NOT_ALLOWED)


def _is_quoted(said: str, reply: Reply) -> bool:
    """What the merchant's own articles and templates say is the merchant's manner."""
    return any(
        said in normal(value) for receipt in reply.receipts for value in (*receipt.values, receipt.words)
    )


def _speaks_other(reply: Reply) -> bool:
    """Whether its own words, without what was filled in, are of the other language."""
    own = reply.text
    values = {value for receipt in reply.receipts for value in receipt.values if len(value) > 1}
    for value in sorted(values, key=len, reverse=True):
        own = own.replace(value, " ")
    han, words = len(_HAN.findall(own)), len(_WORD.findall(own.lower()))
    if reply.language is Language.ZH:
        return words > _FEW and han * 2 < words
    return han > _FEW and words * 2 < han
