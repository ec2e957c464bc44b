"""How a customer feels, how much it presses, what must not be left to a machine: by words and marks alone."""

import re

from xiaoer.domain.understanding import Mood, Risk
from xiaoer.understand.vocabulary import Pattern, vocabulary

_WORST_FIRST = (Mood.ANGRY, Mood.UPSET, Mood.WORRIED)
_DENIED = re.compile(
    r"(?:不|没|没有|别|不是|不太|不怎么|不会|毫不)$"
    r"|\b(?:not|no|never|isn't|aren't|wasn't|don't|doesn't|didn't|can't|without|hardly)(?: \w+){0,2} ?$"
)
_LOUD = re.compile(r"[!?]{3}|(?:!\s?){2}")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_SHOUTS = 3  # words in capitals; fewer may be sizes, codes and names
_DENIAL_REACH = 24  # characters before a word in which "not" speaks to it
# A joke, an advert word or an idiom that only looks like a risk.
_HARMLESS = re.compile(
    r"想死(?=你|我了|这|那)|笑死|bath bombs?|court shoes?|tennis court|basketball court|courtside"
)


def mood_of(tidied: str, text: str) -> Mood:
    """The strongest feeling named in a text. `tidied` still has its capitals, `text` is the folded copy."""
    named = [mood for mood in _WORST_FIRST if _is_meant(vocabulary().moods[mood], text)]
    happy, denied = _happy(text)
    if denied:
        named.append(Mood.UPSET)
    if not named:
        return Mood.HAPPY if happy else Mood.CALM
    worst = min(named, key=_WORST_FIRST.index)
    return Mood.ANGRY if worst is Mood.UPSET and _is_loud(tidied) else worst


def is_urgent(text: str) -> bool:
    words = vocabulary()
    return bool(words.urgent.search(words.not_urgent.sub(" ", text)))


def risks_in(text: str) -> tuple[Risk, ...]:
    """What a person must look at, in the order of domain.understanding.Risk."""
    serious = _HARMLESS.sub(" ", text)
    return tuple(risk for risk in Risk if vocabulary().risks[risk].search(serious))


def _is_meant(pattern: Pattern, text: str) -> bool:
    return any(not _is_denied(text, found.start()) for found in pattern.finditer(text))


def _happy(text: str) -> tuple[bool, bool]:
    """Whether something pleases, and whether it says that something does not."""
    denied = [_is_denied(text, found.start()) for found in vocabulary().moods[Mood.HAPPY].finditer(text)]
    return not all(denied), any(denied)


def _is_denied(text: str, at: int) -> bool:
    return bool(_DENIED.search(text[max(0, at - _DENIAL_REACH) : at]))


def _is_loud(tidied: str) -> bool:
    return bool(_LOUD.search(tidied)) or len(_SHOUTED.findall(tidied)) >= _SHOUTS
