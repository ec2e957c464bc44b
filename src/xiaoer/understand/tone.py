"""The mood of a sentence without a word of feeling: counted over our own sentences, moods/{zh,en}.yaml.

Complement naive Bayes (Rennie et al., Tackling the Poor Assumptions of Naive Bayes Text Classifiers,
ICML 2003, section 3.1): each mood is known by what all the others say. Learned by counting in a twentieth
of a second, so that nothing is kept. Sentences of the intents' catalogue, which only ask for something,
teach what calm is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.text.words import HAN
from xiaoer.understand.catalogue import book
from xiaoer.understand.vocabulary import load

Weights: TypeAlias = NDArray[np.float64]
Lesson: TypeAlias = tuple[str, Mood]  # a cleaned sentence and how it is meant

_FOLDER = Path(__file__).parent / "moods"
_UNIT = re.compile(rf"[{HAN}]|[a-z]+(?:'[a-z]+)?|[?!.,]|[^\x00-\x7f\s]")
_LONGEST_RUN = 3  # words, or Chinese characters
_LETTERS = (4, 5)
_MOST_UNITS = 200  # of a flood the rest is not looked at
_SMOOTHING = 1.0
_MARGIN = 1.0  # how much likelier than calm a mood must be, in logarithms
_FEWEST = 3  # units; less says nothing of a mood
_CALM_LESSONS = 300  # of each language, from the catalogue
_NOT_CALM = frozenset(
    {"complaint", "person", "praise", "small_talk", "out_of_scope"}
)  # groups of the catalogue
_MOODS = tuple(Mood)


@dataclass(frozen=True, slots=True)
class Tone:
    columns: Mapping[str, int]  # feature -> column of weights
    weights: Weights  # (moods, features)

    def mood_of(self, text: str) -> Mood:
        """Of a cleaned text; calm where nothing speaks against it."""
        found = list(islice(_UNIT.findall(text), _MOST_UNITS))
        known = [self.columns[f] for f in set(_features(found)) if f in self.columns]
        if len(found) < _FEWEST or not known:
            return Mood.CALM
        scores = dict(zip(_MOODS, self.weights[:, known].sum(axis=1), strict=True))
        best = max(scores, key=lambda mood: scores[mood])
        return best if scores[best] - scores[Mood.CALM] > _MARGIN else Mood.CALM


@cache
def tone() -> Tone:
    """Learned at the first call. ValueError if a file names a mood that does not exist."""
    return learned([*_taught(), *_asked()])


def learned(lessons: Iterable[Lesson]) -> Tone:
    counts = {mood: Counter[str]() for mood in _MOODS}
    for text, mood in lessons:
        counts[mood].update(set(_features(_UNIT.findall(text))))
    columns = {f: i for i, f in enumerate(sorted(set().union(*counts.values())))}
    table = np.array([[counts[mood][f] for f in columns] for mood in _MOODS], dtype=np.float64)
    others = table.sum(axis=0) - table + _SMOOTHING
    return Tone(columns, -np.log(others / others.sum(axis=1, keepdims=True)))


def _taught() -> Iterator[Lesson]:
    for language in Language:
        for name, texts in load(_FOLDER / f"{language}.yaml").items():
            yield from ((clean(text), Mood(name)) for text in texts)


def _asked() -> Iterator[Lesson]:
    asking = [intent for intent, entry in book().entries.items() if entry.group not in _NOT_CALM]
    for language in Language:
        texts = [text for intent in asking for text in book().phrases[intent][language]]
        step = max(1, len(texts) // _CALM_LESSONS)
        yield from ((clean(text), Mood.CALM) for text in texts[::step])


def _features(found: list[str]) -> Iterator[str]:
    """Runs of words or characters, and the letters of longer Latin words."""
    framed = ["^", *found, "$"]
    for size in range(1, _LONGEST_RUN + 1):
        for start in range(len(framed) - size + 1):
            yield " ".join(framed[start : start + size])
    for word in found:
        if word.isascii() and len(word) >= _LETTERS[0]:
            for size in _LETTERS:
                yield from (f"<{word}>"[at : at + size] for at in range(len(word) + 3 - size))
