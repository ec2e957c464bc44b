"""What the web channel itself says: problems, the machine notice, questions to try."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language
from xiaoer.text.own_yaml import own_yaml

_MOST_RANGES = 20  # of an Accept-Language that are looked at


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Words:
    notice: str
    for_guests: tuple[str, ...]
    for_customers: tuple[str, ...]
    problems: Mapping[str, Text]
    assist: Mapping[str, str]  # what became of a model's help: by assist.asking.Ready, and untranslated


@cache
def words(language: Language) -> Words:
    raw = own_yaml((files(__package__) / f"{language.value}.yaml").read_text("utf-8"))
    return Words(
        notice=raw["notice"],
        for_guests=tuple(raw["suggestions"]["guest"]),
        for_customers=tuple(raw["suggestions"]["customer"]),
        problems={key: Text(**text) for key, text in raw["problems"].items()},
        assist=raw["assist"],
    )


def preferred(accept_language: str, *, otherwise: Language = Language.ZH) -> Language:
    """The language of ours that an Accept-Language header (RFC 9110 12.5.4) likes best."""
    best, best_weight = otherwise, 0.0
    for item in accept_language.split(",")[:_MOST_RANGES]:
        tag, _, weight = item.partition(";")
        language = _ours(tag.strip().lower().partition("-")[0])
        if language is not None and _weight(weight) > best_weight:
            best, best_weight = language, _weight(weight)
    return best


def _ours(tag: str) -> Language | None:
    return Language(tag) if tag in set(Language) else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
