"""What the staff read of a conversation: names of rows, moods, promises, and of what is waited for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language
from xiaoer.speak.book import book
from xiaoer.text.own_yaml import own_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffWords:
    rows: Mapping[str, str]
    says: str
    back: str
    until: str
    after: str
    moods: Mapping[str, str]
    upset_turns: str
    promises: Mapping[str, str]
    tickets: Mapping[str, str]
    waits: Mapping[str, str]
    handed: Mapping[str, str]
    actions: Mapping[str, str]


@cache
def staff_words(language: Language) -> StaffWords:
    return StaffWords(**own_yaml((files(__package__) / f"{language.value}.yaml").read_text("utf-8")))


def action_name(action: str, language: Language) -> str:
    """As its card is headed, or its button says; its own name if it has neither."""
    terms, own = book(language).terms, staff_words(language).actions
    return terms.get(f"card.{action}") or own.get(action) or terms.get(f"try.{action}") or action
