"""Words with a fixed meaning, from vocabulary/{zh,en}.yaml. Both languages at once: customers mix them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from xiaoer.domain.order import CaseReason
from xiaoer.domain.words import Language
from xiaoer.text.own_yaml import own_yaml
from xiaoer.understand.patterns import one_of

_FOLDER = Path(__file__).parent / "vocabulary"
Pattern: TypeAlias = re.Pattern[str]
Groups: TypeAlias = Mapping[str, list[str]]
Words: TypeAlias = Mapping[str, list[str] | Groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    yes: Pattern
    no: Pattern
    polite: Pattern
    stop: Pattern
    colours: Mapping[str, str]  # word -> key
    colour: Pattern
    reasons: tuple[tuple[CaseReason, Pattern], ...]  # the first that matches
    unopened: Pattern
    opened: Pattern
    that: Pattern
    other: Pattern
    latest: Pattern
    size_words: Mapping[str, str]  # word -> size
    noise: Pattern  # no part of a product's name, and so for single characters at either end of it
    noise_before: frozenset[str]
    noise_after: frozenset[str]
    short_names: frozenset[str]  # names of goods that are one character


@cache
def vocabulary() -> Vocabulary:
    """Read once. ValueError or KeyError if a file names a reason that does not exist."""
    files = [_read(language) for language in Language]
    plain = {name: one_of(_all(files, name)) for name in _PLAIN}
    colours = _shaded(_by_word(_grouped(files, "colours")))
    return Vocabulary(
        colours=colours,
        colour=_colour(colours),
        reasons=tuple(
            (CaseReason(name), one_of(words)) for name, words in _grouped(files, "reasons").items()
        ),
        size_words=_by_word(_grouped(files, "size_words")),
        noise_before=frozenset(_all(files, "noise_before")),
        noise_after=frozenset(_all(files, "noise_after")),
        short_names=frozenset(_all(files, "short_names")),
        **plain,
    )


_PLAIN = (
    "yes", "no", "polite", "stop", "unopened", "opened", "that", "other", "latest", "noise",
)  # fmt: skip
_SHADES = "深浅淡亮暗嫩"
# 黑 is a colour in 黑的 and 换成黑, not in 黑店; 白 not in 明白, 空白, 白天.
_ONE_CHARACTER = (
    r"(?<![明空坦表独蛋牛发])(?!红包(?!包))(?:{})(?=色|的|款|鞋|包|裤|衣|还|有|吗|[,.?!\s]|$)(?!的?[人话])"
)


def _shaded(colours: Mapping[str, str]) -> dict[str, str]:
    """With 深, 浅 and the like before each colour of one character, where that is no colour of its own."""
    plain = {word: key for word, key in colours.items() if len(word) == 1}
    shades = {
        f"{shade}{word}{end}": key for word, key in plain.items() for shade in _SHADES for end in ("", "色")
    }
    return {**shades, **colours}


def _colour(colours: Mapping[str, str]) -> Pattern:
    long, short = [w for w in colours if len(w) > 1], [w for w in colours if len(w) == 1]
    return re.compile(f"{one_of(long).pattern}|{_ONE_CHARACTER.format('|'.join(short))}")


def _read(language: Language) -> Words:
    words: Words = load(_FOLDER / f"{language.value}.yaml")
    return words


def load(path: Path) -> dict[str, Any]:
    """A YAML file of ours."""
    read: dict[str, Any] = own_yaml(path.read_text(encoding="utf-8"))
    return read


def _all(files: Iterable[Words], name: str) -> list[str]:
    return [word for file in files for word in file[name]]


def _grouped(files: Iterable[Words], name: str) -> dict[str, list[str]]:
    """The groups of all files under one name, in the order of the first."""
    merged: dict[str, list[str]] = {}
    for file in files:
        groups = file[name]
        if isinstance(groups, Mapping):
            for group, words in groups.items():
                merged.setdefault(group, []).extend(words)
    return merged


def _by_word(groups: Mapping[str, list[str]]) -> dict[str, str]:
    return {word: key for key, words in groups.items() for word in words}
