"""Facts: what a tool found or a rule computed; all a reply may say. They survive JSON (store/codec.py)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from xiaoer.domain.money import Money
from xiaoer.domain.words import Words

Fact: TypeAlias = (
    str
    | int
    | float
    | bool
    | None
    | Money
    | datetime
    | date
    | Words
    | tuple["Fact", ...]
    | Mapping[str, "Fact"]
)
Facts: TypeAlias = Mapping[str, Fact]
