"""What the house knows to be wanted, and what serves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Words


@dataclass(frozen=True, slots=True)
class ToAction:
    """Carried out by an action; a question about it is answered, and the action offered."""

    action: str


@dataclass(frozen=True, slots=True)
class ToArticle:
    """Answered by an article, if the shop has it; `offer` names an action that may follow."""

    slug: str
    offer: str = ""


@dataclass(frozen=True, slots=True)
class ToSaying:
    """Answered by a phrase: `say.<key>` of the phrase book."""

    key: str


@dataclass(frozen=True, slots=True)
class ToSearch:
    """Answered by whatever article fits the words."""


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A person, at once."""


@dataclass(frozen=True, slots=True)
class ToColleague:
    """Nothing a machine may do: a person is offered."""


Serves: TypeAlias = ToAction | ToArticle | ToSaying | ToSearch | ToPerson | ToColleague


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One intent. `asks` is how a customer says it in short: what its button says and sends."""

    name: Intent
    group: str
    means: Words
    asks: Words
    serves: Serves


Catalogue: TypeAlias = Mapping[Intent, Entry]


def action_of(catalogue: Catalogue, intent: Intent) -> str:
    """The action that carries it out; empty if none does."""
    entry = catalogue.get(intent)
    return entry.serves.action if entry and isinstance(entry.serves, ToAction) else ""
