"""The phrase books: speak/phrases/{zh,en}.yaml. A test proves both hold the same keys and slots."""

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
    text = (files("xiaoer.speak") / "phrases" / f"{language.value}.yaml").read_text("utf-8")
    raw = own_yaml(text)
    phrases = {key: tuple([said] if isinstance(said, str) else said) for key, said in raw["phrases"].items()}
    return Book(phrases=phrases, terms=raw["terms"])


def term(key: str) -> Words:
    """The name of a thing in both languages, e.g. term("method.alipay"). KeyError if it has none."""
    return Words(book(Language.ZH).terms[key], book(Language.EN).terms[key])
