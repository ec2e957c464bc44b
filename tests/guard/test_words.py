"""The lists of words that claim, against the catalogue of what can be done."""

from datetime import date

import pytest

import xiaoer.actions  # noqa: F401 - fills the catalogue
from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.domain.words import Language
from xiaoer.guard.claims import Kind
from xiaoer.guard.evidence import read
from xiaoer.guard.sayings import lexicon
from xiaoer.speak.book import book


@pytest.mark.parametrize("language", Language)
def test_that_it_is_dealt_with_may_be_said_after_whatever_was_done(language: Language) -> None:
    effects = {action.name for action in CATALOGUE.values() if action.risk >= Risk.WRITE}
    lacking = effects - set(lexicon(language).actions["all"])
    assert not lacking, f"name {lacking} in src/xiaoer/guard/words/{language}.yaml, all: or no done is said"


@pytest.mark.parametrize("language", Language)
def test_words_ask_for_actions_there_are(language: Language) -> None:
    named = {action for actions in lexicon(language).actions.values() for action in actions}
    assert named <= CATALOGUE.keys() | {"refund"}


@pytest.mark.parametrize("language", Language)
def test_a_refund_is_told_in_words_that_a_refund_proves(language: Language) -> None:
    """What is on its way is a parcel."""
    said = [
        way
        for key, ways in book(language).phrases.items()
        if key.startswith("done.refund_status")
        for way in ways
    ]
    claimed = [
        claim.said
        for way in said
        for claim in read(way, date(2026, 11, 27)).claims
        if claim.kind is Kind.STATE
    ]
    assert said
    assert not [words for words in claimed if words in ("on its way", "on the way", "在路上", "已发出")]
