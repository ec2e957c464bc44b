"""What a card's state is called: a row says it, not a deed of this turn, so it must claim no deed."""

import pytest

from xiaoer.domain.ports import ProposalState
from xiaoer.domain.words import Language
from xiaoer.guard.claims import normal
from xiaoer.guard.sayings import sayings
from xiaoer.speak.book import book


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("state", list(ProposalState))
def test_every_state_has_words_the_last_look_lets_through(language: Language, state: ProposalState) -> None:
    for way in book(language).phrases[f"done.card_status.{state.value}"]:
        assert [claim.said for claim in sayings(normal(way))] == []
