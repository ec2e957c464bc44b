"""The lists of words that claim, against the catalogue of what can be done."""

import pytest

import xiaoer.actions  # noqa: F401 - fills the catalogue
from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.domain.words import Language
from xiaoer.guard.sayings import lexicon


@pytest.mark.parametrize("language", Language)
def test_that_it_is_dealt_with_may_be_said_after_whatever_was_done(language: Language) -> None:
    effects = {action.name for action in CATALOGUE.values() if action.risk >= Risk.WRITE}
    assert effects <= set(lexicon(language).actions["all"])


@pytest.mark.parametrize("language", Language)
def test_words_ask_for_actions_there_are(language: Language) -> None:
    named = {action for actions in lexicon(language).actions.values() for action in actions}
    assert named <= CATALOGUE.keys() | {"refund"}
