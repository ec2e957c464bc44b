"""What importers say to merchants, in both languages (reasons/{zh,en}.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers.base import Note, Skipped
from xiaoer.text.own_yaml import own_yaml


@dataclass(frozen=True, slots=True)
class Book:
    skipped: Mapping[str, str]
    notes: Mapping[str, str]
    masks: Mapping[str, str]
    unanswered: str


@cache
def book(language: Language) -> Book:
    raw = own_yaml((files(__package__) / "reasons" / f"{language.value}.yaml").read_text("utf-8"))
    return Book(raw["skipped"], raw["notes"], raw["masks"], raw["unanswered"])


def said(remark: Skipped | Note, language: Language) -> str:
    """One line: where, what, and what to do."""
    words = book(language)
    phrase = words.skipped[remark.why] if isinstance(remark, Skipped) else words.notes[remark.what]
    return f"{remark.where}: {phrase.format_map(remark.facts)}"


def mask_word(kind: str, language: Language) -> str:
    """What stands for a phone, an e-mail and so on in a past ticket."""
    return book(language).masks[kind]


def unanswered(language: Language) -> str:
    """The body of a draft whose answer is still to be written."""
    return book(language).unanswered
