"""A shop of three wishes and made-up words, and an embedding that knows what they mean."""

from collections.abc import Sequence
from random import Random

import numpy as np
from typing_extensions import override

from xiaoer.domain.ports import Embedder, EmbedderDown
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.understand.lessons import Lesson

TOPICS = ("track_parcel", "refund_time", "invoice")
FRAMES = {
    Language.EN: (
        "where is my {} ?",
        "can i ask for the {}",
        "what about the {} please",
        "tell me of my {} now",
    ),
    Language.ZH: ("我的{}在哪", "{}怎么还没有", "问一下{}", "请看{}"),
}
_TAUGHT, _UNHEARD = 60, 5  # words of a topic


def _made_up(language: Language, dice: Random) -> str:
    if language is Language.EN:
        return "".join(dice.choice("bcdfgklmnprstvz") + dice.choice("aeiou") for _ in range(3))
    return "".join(chr(dice.randrange(0x5000, 0x9000)) for _ in range(2))


def _words() -> dict[tuple[Language, str], list[str]]:
    """Words that mean a topic by nothing but being of its list: only the embedding knows the whole list."""
    dice = Random(7)
    return {
        (language, topic): [_made_up(language, dice) for _ in range(_TAUGHT + _UNHEARD)]
        for language in Language
        for topic in TOPICS
    }


WORDS = _words()


class Knowing(Embedder):
    """A direction a topic, and a little of the text's own."""

    def __init__(self, name: str = "knowing") -> None:
        self.name, self.down, self.asked = name, False, list[list[str]]()

    @property
    @override
    def dimensions(self) -> int:
        return 8

    @override
    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        if self.down:
            raise EmbedderDown("asleep")
        self.asked.append(list(texts))
        return [self._point(text) for text in texts]

    def _point(self, text: str) -> list[float]:
        meant = [any(w in text for each in Language for w in WORDS[each, topic]) for topic in TOPICS]
        point = np.array([*map(float, meant), 0.0, 0.0, 0.0, 0.0, 0.0])
        point[3 + sum(map(ord, text)) % 5] = 0.3
        return [float(x) for x in point / np.linalg.norm(point)]


def taught() -> list[Lesson]:
    """A word is taught once: those that are left out to calibrate on were never heard."""
    return [
        Lesson(FRAMES[language][place % 4].format(word), Intent(topic), language)
        for (language, topic), words in WORDS.items()
        for place, word in enumerate(words[:_TAUGHT])
    ]
