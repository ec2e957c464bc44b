"""How something of a person is told by its looks: a pattern, and where looks deceive, a second look."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from xiaoer.text.words import HAN


class Sign(StrEnum):
    """What a text must hold for some forms to be in it at all, as a pattern: most texts lack one or two."""

    DIGIT = "[0-9]"
    HAN = f"[{HAN}]"
    LATIN = "[a-zA-Z]"
    UPPER = "[A-Z\u00c0-\u00de\u0100-\u017f]"


def _always(_: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Form:
    """A group "kept" at the beginning of the pattern says that the rest is somebody's, and is not itself.

    `things`: may also be the number of a thing, which stays.
    """

    pattern: str
    flags: re.RegexFlag = re.NOFLAG
    right: Callable[[re.Match[str]], bool] = _always
    things: bool = False
