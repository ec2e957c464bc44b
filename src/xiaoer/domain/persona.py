"""How a shop's attendant speaks where a language model words it: name, manner, words liked and avoided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Words


class Manner(StrEnum):
    FRIENDLY = "friendly"
    FORMAL = "formal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """`avoid` are never said, whoever words it; `moods`: a line on how to meet a mood."""

    name: Words = Words("小二", "Xiaoer")
    manner: Manner = Manner.FRIENDLY
    emoji: bool = False
    likes: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    moods: Mapping[Mood, str] = field(default_factory=dict)
