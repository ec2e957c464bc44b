"""The phrase books: speak/phrases/{zh,en}/*.yaml. A test proves both hold the same keys and slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language, Words
from xiaoer.text.own_yaml import own_yaml


@dataclass(frozen=True, slots=True)
class Book:
    phrases: Mapping[str, tuple[str, ...]]  # several ways to say the same
    terms: Mapping[str, str]  # names of states, methods, buttons


@cache
def book(language: Language) -> Book:
    """All files of the language as one. ValueError for a key that two of them have."""
    phrases: dict[str, tuple[str, ...]] = {}
    terms: dict[str, str] = {}
    folder = files("xiaoer.speak") / "phrases" / language.value
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        raw = own_yaml(file.read_text("utf-8"))
        said = {
            key: (ways,) if isinstance(ways, str) else tuple(ways) for key, ways in raw["phrases"].items()
        }
        if twice := (phrases.keys() & said.keys()) | (terms.keys() & raw["terms"].keys()):
            raise ValueError(f"{file.name}: stands in another file too: {', '.join(sorted(twice))}")
        phrases |= said
        terms |= raw["terms"]
    return Book(phrases=phrases, terms=terms)


def term(key: str) -> Words:
    """The name of a thing in both languages, e.g. term("method.alipay"). KeyError if it has none."""
    return Words(book(Language.ZH).terms[key], book(Language.EN).terms[key])
