"""The catalogue of intents and how customers say each, from intents/<group>.yaml: all phrases are our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from xiaoer.domain.intents import (
    Catalogue,
    Entry,
    Serves,
    ToAction,
    ToArticle,
    ToColleague,
    ToPerson,
    ToSaying,
    ToSearch,
)
from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language, Words
from xiaoer.text.own_yaml import own_yaml

_Phrases = Annotated[list[str], Field(min_length=1)]


class _Serves(BaseModel):
    """One of them, by the name of its key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    action: str = ""
    article: str = ""
    offer: str = ""
    say: str = ""
    search: bool = False
    person: bool = False
    colleague: bool = False


class _Means(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    zh: str
    en: str


class _Intent(BaseModel):
    """As it stands in a file. Strict: YAML reads an unquoted `no` as false."""

    model_config = ConfigDict(extra="forbid", strict=True)

    means: _Means
    serves: _Serves
    zh: _Phrases
    en: _Phrases


@dataclass(frozen=True, slots=True)
class Book:
    """The catalogue, with the phrases its classifier is taught."""

    entries: Catalogue
    phrases: Mapping[Intent, Mapping[Language, tuple[str, ...]]]


def catalogue() -> Catalogue:
    return book().entries


@cache
def book() -> Book:
    """Read once. ValidationError or ValueError if a file is not of this form, or names an intent twice."""
    entries: dict[Intent, Entry] = {}
    phrases: dict[Intent, Mapping[Language, tuple[str, ...]]] = {}
    for file in _files():
        group = file.name.removesuffix(".yaml")
        for name, raw in own_yaml(file.read_bytes()).items():
            if name in entries:
                raise ValueError(f"{file.name}: {name} stands in {entries[name].group}.yaml already")
            read = _Intent.model_validate(raw)
            entries[Intent(name)] = _entry(Intent(name), group, read)
            phrases[Intent(name)] = {Language.ZH: tuple(read.zh), Language.EN: tuple(read.en)}
    return Book(entries, phrases)


def fingerprint() -> str:
    """Changes with every change of the files."""
    return sha256(b"".join(file.read_bytes() for file in _files())).hexdigest()


def _files() -> list[Traversable]:
    folder = files("xiaoer.understand") / "intents"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


def _entry(name: Intent, group: str, read: _Intent) -> Entry:
    return Entry(
        name=name,
        group=group,
        means=Words(read.means.zh, read.means.en),
        asks=Words(read.zh[0], read.en[0]),
        serves=_serves(read.serves),
    )


def _serves(said: _Serves) -> Serves:
    if said.action:
        return ToAction(said.action)
    if said.article:
        return ToArticle(said.article, said.offer)
    if said.say:
        return ToSaying(said.say)
    if said.person:
        return ToPerson()
    return ToColleague() if said.colleague else ToSearch()
