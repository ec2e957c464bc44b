"""Sentences that no model ever learns from: each new one is measured on them. All are our own."""

import json
from functools import cache
from importlib.resources import files

from xiaoer.domain.understanding import Intent
from xiaoer.domain.words import Language
from xiaoer.text.clean import clean
from xiaoer.understand.lessons import Lesson


@cache
def frozen(language: Language) -> tuple[Lesson, ...]:
    """At least three of every intent; more of those that lead to a write, or to a person."""
    lines = (files(__package__) / f"{language.value}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple(Lesson(clean(row["text"]), Intent(row["intent"]), language) for row in rows)
