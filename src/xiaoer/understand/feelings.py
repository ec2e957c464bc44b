"""Words of feeling, haste and danger, from vocabulary/feelings.{zh,en}.yaml: both languages at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xiaoer.domain.understanding import Mood, Risk
from xiaoer.domain.words import Language
from xiaoer.understand.patterns import one_of
from xiaoer.understand.vocabulary import Pattern, load

_FOLDER = Path(__file__).parent / "vocabulary"
_PLAIN = ("good", "bad", "fault", "asking", "no_feeling", "urgent", "now", "not_urgent", "harmless")
_FELT = (Mood.HAPPY, Mood.WORRIED, Mood.UPSET, Mood.ANGRY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feelings:
    moods: Mapping[Mood, Pattern]
    good: Pattern  # of goods and service; with no feeling of their own
    bad: Pattern
    fault: Pattern  # of goods, as somebody calm would state it too
    asking: Pattern
    no_feeling: Pattern
    urgent: Pattern
    now: Pattern
    not_urgent: Pattern
    risks: Mapping[Risk, Pattern]
    harmless: Pattern


@cache
def feelings() -> Feelings:
    """Read once. KeyError if a file lacks a group, ValueError if it names a risk that does not exist."""
    files = [load(_FOLDER / f"feelings.{language}.yaml") for language in Language]
    risks = {name for file in files for name in file["risks"]}
    return Feelings(
        moods={mood: one_of(word for file in files for word in file[mood.value]) for mood in _FELT},
        risks={
            Risk(name): one_of(word for file in files for word in file["risks"].get(name, ()))
            for name in risks
        },
        **{name: one_of(word for file in files for word in file[name]) for name in _PLAIN},
    )
