"""Words of Chinese and English, for search and for the classifier.

Chinese is cut into single characters and neighbouring pairs: two-character words (退款) are found without a
dictionary. English words lose their endings lightly: returns, returned and returning are one word.
"""

import re
from functools import lru_cache

from xiaoer.text.clean import clean

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECES = re.compile(rf"[{HAN}]+|\d+(?:\.\d+)?(?![a-z0-9])|[a-z0-9]+(?:['-][a-z0-9]+)*", re.ASCII)
_LONGEST_TEXT = 100_000
_SHORTEST_STEM = 3
_STEMS = 20_000  # kept: a shop's words come again and again
_SIBILANT = ("ses", "xes", "zes", "ches", "shes")


def tokens(text: str, *, limit: int = _LONGEST_TEXT) -> list[str]:
    """Words of a text in its order, normalised; a word as often as it stands. Numbers and sizes are kept."""
    return [token for piece in _PIECES.findall(clean(text, limit=limit)) for token in _cut(piece)]


@lru_cache(maxsize=_STEMS)
def stem(word: str) -> str:
    """An English word in lower case without s, es, ed, ing, final e and doubled last letter."""
    if not word.isalpha() or len(word) <= _SHORTEST_STEM:
        return word
    bare = _without_ing_ed(_without_s(word))
    if len(bare) > _SHORTEST_STEM and bare.endswith("e"):
        bare = bare[:-1]
    if len(bare) > _SHORTEST_STEM and bare[-1] == bare[-2]:
        bare = bare[:-1]
    return bare


def _cut(piece: str) -> list[str]:
    if not piece[0].isascii():
        return [*piece, *(piece[i : i + 2] for i in range(len(piece) - 1))]
    if "'" in piece:
        piece = piece.removesuffix("'s").replace("'", "")
    if "-" in piece:
        return [*(stem(p) for p in piece.split("-")), stem(piece.replace("-", ""))]
    return [stem(piece)]


def _without_s(word: str) -> str:
    if word.endswith("ies") and len(word) > len("ties"):
        return word[:-3] + "y"
    if word.endswith(_SIBILANT):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_ing_ed(word: str) -> str:
    for ending in ("ing", "ed"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= _SHORTEST_STEM and any(v in bare for v in "aeiouy"):
            return bare
    return word
