"""What a reply template is, and what it says, whoever runs it."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xiaoer.domain.facts import Fact
from xiaoer.domain.templates import Finding
from xiaoer.domain.words import Words
from xiaoer.speak.render import Renderer

LONGEST = 2_000  # characters of a template: more nobody reads in a chat
LONGEST_SAID = 4_000  # characters of a reply; one that would be longer is not said
_PLAIN = frozenset("\n\t")  # control characters that may stand in a text


@dataclass(frozen=True, slots=True)
class Said:
    """`used`: the fields in it, as they were written; `values`: those, and the numbers the merchant wrote.

    `words`: the merchant's own text.
    """

    text: str
    used: Mapping[str, str]
    values: tuple[str, ...]
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A template that may be said. `needs` must be there; `fields` may."""

    fields: frozenset[str]
    needs: frozenset[str]
    numbers: tuple[str, ...]  # pieces of its own text with numbers in them: a person answers for these
    _run: Callable[[Mapping[str, Fact], Renderer], Said | None]

    def say(self, values: Mapping[str, Fact], renderer: Renderer) -> Said | None:
        """None if a field is missing that it needs, or nothing or too much would be said."""
        return self._run(values, renderer) if self.needs <= values.keys() else None


def of_text(text: str) -> Finding | None:
    """What is wrong with it before it is read as a template."""
    if not text.strip():
        zh, en = "模板是空的，请写上要说的话。", "The template is empty; write what is to be said."
        return Finding("empty", Words(zh, en), blocks=True)
    if (length := len(text)) > LONGEST:
        zh, en = (
            f"模板最多 {LONGEST} 个字，现在有 {length} 个。",
            f"At most {LONGEST} characters; it has {length}.",
        )
        return Finding("too_long", Words(zh, en), blocks=True)
    return control(text)


def control(text: str) -> Finding | None:
    """What a database cannot hold, or a screen not show."""
    if not any(unicodedata.category(c) in ("Cc", "Cs") and c not in _PLAIN for c in text):
        return None
    zh, en = (
        "模板里有看不见的控制字符，请删掉。",
        "It holds control characters that cannot be seen; remove them.",
    )
    return Finding("control", Words(zh, en), blocks=True)
