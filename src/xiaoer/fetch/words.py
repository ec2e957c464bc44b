"""Why a page was not fetched, said to merchants in both languages (reasons/{zh,en}.yaml)."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from xiaoer.domain.words import Language
from xiaoer.fetch.pages import Refusal
from xiaoer.text.own_yaml import own_yaml


@cache
def book(language: Language) -> Mapping[str, str]:
    raw: Mapping[str, str] = own_yaml(
        (files(__package__) / "reasons" / f"{language.value}.yaml").read_text("utf-8")
    )
    return raw


def said(refusal: Refusal, language: Language) -> str:
    """One line: the address, why, and what to do."""
    told = book(language)[refusal.reason]
    return f"{refusal.url}: {told}" + (f" ({refusal.detail})" if refusal.detail else "")
