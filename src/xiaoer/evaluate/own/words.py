"""How customers who are played speak: wording.yaml, typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from xiaoer.domain.words import Language, Words
from xiaoer.evaluate.own.errands import Errand, Kind
from xiaoer.text.own_yaml import own_yaml

FRAUDSTER = "fraudster"
PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """Of one persona in one language."""

    opens: Sequence[str]
    answers: Sequence[str]
    yes: str
    no: str
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    name: str
    about: Words  # told to a model that plays it
    manner: Mapping[Language, Manner]
    style: str = PLAIN  # of wishes
    before: Words | None = None
    no_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Of one kind of errand."""

    plain: Mapping[Language, Mapping[str, str]]  # by style
    means: re.Pattern[str]  # the quick reply that stands for it
    goal: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    personas: Mapping[str, Persona]
    wishes: Mapping[Kind, Wish]
    asks: Mapping[str, re.Pattern[str]]  # what is asked for -> how that sounds
    answers: Mapping[str, Words]
    said: Mapping[str, Sequence[str]]

    def wish(self, errand: Errand, language: Language, *, style: str = PLAIN) -> str:
        ways = self.wishes[errand.kind].plain[language]
        return ways.get(style, ways[PLAIN]).format(**spoken(errand.facts, language))

    def goal(self, errand: Errand, language: Language) -> str:
        return self.wishes[errand.kind].goal.in_(language).format_map(_Spoken(errand.facts, language))


def spoken(facts: Mapping[str, Words], language: Language) -> dict[str, str]:
    return {name: words.in_(language) for name, words in facts.items()}


class _Spoken(dict[str, str]):
    """What is not known of an errand is left out."""

    def __init__(self, facts: Mapping[str, Words], language: Language) -> None:
        super().__init__(spoken(facts, language))

    def __missing__(self, name: str) -> str:
        return ""


@cache
def wording() -> Wording:
    raw = own_yaml((files("xiaoer.evaluate.own") / "wording.yaml").read_text("utf-8"))
    return Wording(
        personas={name: _persona(name, one, raw["no"]) for name, one in raw["personas"].items()},
        wishes={Kind(name): _wish(one) for name, one in raw["wishes"].items()},
        asks={name: re.compile(form, re.IGNORECASE) for name, form in raw["asks"].items()},
        answers={name: Words(**one) for name, one in raw["answers"].items()},
        said={name: tuple(words) for name, words in raw["said"].items()},
    )


def _persona(name: str, raw: Mapping[str, Any], no: Mapping[str, str]) -> Persona:
    ways = {language: {"no": no[language.value], **raw[language.value]} for language in Language}
    return Persona(
        name=name,
        about=Words(**raw["manner"]),
        manner={language: Manner(**way) for language, way in ways.items()},
        style=raw.get("style", PLAIN),
        before=Words(**raw["before"]) if "before" in raw else None,
        no_first=raw.get("no_first", False),
    )


def _wish(raw: Mapping[str, Any]) -> Wish:
    return Wish(
        plain={language: raw[language.value] for language in Language},
        means=re.compile(raw["means"], re.IGNORECASE),
        goal=Words(**raw["goal"]),
    )
