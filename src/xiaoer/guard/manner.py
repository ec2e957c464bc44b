"""How a reply speaks: the customer's language, no blame, never as a person, its mark, its length."""

import re
import unicodedata
from collections.abc import Iterator

from xiaoer.domain.reply import Origin, Reply, TextPart
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Found, Kind, Why, normal
from xiaoer.guard.sayings import lexicon
from xiaoer.text.clean import clean
from xiaoer.text.language import is_foreign
from xiaoer.text.words import HAN

LONGEST_PART = 4_000  # characters of one text: more nobody reads in a chat
_MACHINE = frozenset({Origin.AI, Origin.TEMPLATE, Origin.FLOW})
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[a-z]{2,}")
_FEW = 3  # words of the other language: a name, a brand
_KANA = re.compile("[\u3041-\u30ff]")
_LATIN = re.compile(r"[a-zà-öø-ÿ']+")
# Of neither language: an accent is in a name, a brand.
_STRANGE = re.compile(f"[^\x00-\x7féèêëáàâäóòôöúùûüíìîïñçß{HAN}]")
_TELLING = 9  # words from which the language of a text can be told
_ONE_IN = 14  # words of an English text is one of these, which its neighbours do not have
_SMALL = frozenset(
    word
    for some in (
        "about and any are as at be been before by can could did for from had has have help here how if is",
        "it just let like my need not now of or our out please sorry than thank that the their them then",
        "there these they this to until up us we what when where which while who will with would yes yet",
        "you your i'd i'll i'm i've isn't it's that's you'd you'll you're you've we'll we're don't can't",
    )
    for word in some.split()
)  # fmt: skip


def manner(reply: Reply, language: Language) -> Iterator[Found]:
    if reply.origin not in _MACHINE:
        yield Found(Kind.MARK, reply.origin.value, Why.NOT_ALLOWED)
    if any(isinstance(part, TextPart) and len(part.text) > LONGEST_PART for part in reply.parts):
        yield Found(Kind.LENGTH, "", Why.TOO_LONG)
    stranger = reply.origin is Origin.AI and _is_of_no_language_we_read(_own(reply), reply.language)
    if reply.language is not language or _speaks_other(reply) or stranger:
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
    own = _own(reply)
    han, words = len(_HAN.findall(own)), len(_WORD.findall(own.lower()))
    if reply.language is Language.ZH:
        return words > _FEW and han * 2 < words
    return han > _FEW and words * 2 < han


def _own(reply: Reply) -> str:
    """Its words without what was filled in, in one width."""
    own = reply.text
    values = {value for receipt in reply.receipts for value in receipt.values if len(value) > 1}
    for value in sorted(values, key=len, reverse=True):
        own = own.replace(value, " ")
    return unicodedata.normalize("NFKC", own)


def _is_of_no_language_we_read(text: str, language: Language) -> bool:
    """What is worded in a language that is not read here is proven by nothing: no promise in it is found.

    Told by its letters, and among those written as English is by the small words English does not do without.
    """
    letters = sum(map(str.isalpha, text))
    strange = sum(char.isalpha() for char in _STRANGE.findall(text))
    if strange * 5 > letters or _KANA.search(text) or is_foreign(clean(text), text):
        return True
    words = _LATIN.findall(text.lower())
    if language is Language.ZH or len(words) < _TELLING:
        return False
    return sum(word in _SMALL for word in words) * _ONE_IN < len(words)
