"""The phrase books: both languages say the same things, with the same facts, and no number of their own."""

import re

import pytest

from xiaoer.actions.base import CATALOGUE, Risk
from xiaoer.domain.intents import ToAction, ToArticle, ToSaying
from xiaoer.domain.order import CaseReason, ParcelState, PayMethod
from xiaoer.domain.outcome import Reason
from xiaoer.domain.understanding import Mood
from xiaoer.domain.words import Language
from xiaoer.speak.book import book
from xiaoer.speak.cards import ROWS
from xiaoer.understand.catalogue import catalogue

_FIELD = re.compile(r"{(\w+(?::[\w.]+)?)}")


def fields(language: Language, key: str) -> set[str]:
    return {field for way in book(language).phrases[key] for field in _FIELD.findall(way)}


def test_both_books_hold_the_same_keys() -> None:
    zh, en = book(Language.ZH), book(Language.EN)
    assert set(zh.phrases) == set(en.phrases)
    assert set(zh.terms) == set(en.terms)


@pytest.mark.parametrize("key", sorted(book(Language.ZH).phrases))
def test_a_phrase_takes_the_same_facts_in_both_languages(key: str) -> None:
    assert fields(Language.ZH, key) == fields(Language.EN, key)


@pytest.mark.parametrize("language", list(Language))
def test_phrases_hold_no_number_of_their_own(language: Language) -> None:
    """Numbers come from facts alone: that is what the last look at a reply relies on."""
    for key, ways in book(language).phrases.items():
        for way in ways:
            assert not re.search(r"\d", _FIELD.sub("", way)), (key, way)


def test_every_reason_mood_and_name_has_words() -> None:
    phrases, terms = book(Language.ZH).phrases, book(Language.ZH).terms
    assert {f"refused.{reason.value}" for reason in Reason} <= set(phrases)
    assert {f"mood.{mood.value}" for mood in (Mood.WORRIED, Mood.UPSET, Mood.ANGRY)} <= set(phrases)
    names = [f"method.{m.value}" for m in PayMethod] + [f"reason.{r.value}" for r in CaseReason]
    names += [f"parcel.{state.value}" for state in ParcelState]
    assert set(names) <= set(terms)


def test_what_serves_an_intent_has_words() -> None:
    phrases, terms = book(Language.ZH).phrases, book(Language.ZH).terms
    for entry in catalogue().values():
        match entry.serves:
            case ToSaying(key):
                assert f"say.{key}" in phrases, entry.name
            case ToArticle(_, offer) if offer:
                assert f"instead.{offer}" in phrases, entry.name
                assert f"try.{offer}" in terms, entry.name
            case ToAction(action):
                assert action in CATALOGUE, entry.name


WRITES = sorted(action.name for action in CATALOGUE.values() if action.risk >= Risk.WRITE)


@pytest.mark.parametrize("action", WRITES)
def test_what_changes_the_shop_has_a_card_and_words_for_all_that_may_become_of_it(action: str) -> None:
    phrases, terms = book(Language.ZH).phrases, book(Language.ZH).terms
    needed = {f"card.{action}", f"yes.{action}", f"try.{action}"} - terms.keys()
    needed |= {f"drop.{action}", f"done.{action}.looked_up"} - phrases.keys()
    needed |= {f"instead.{action}"} - phrases.keys()  # asked about, it is offered behind the article
    needed |= {
        key
        for key in (f"confirm.{action}", f"done.{action}")
        if key not in phrases and not any(told.startswith(f"{key}.") for told in phrases)  # by situation
    }
    assert not needed, f"speak/phrases/*/*.yaml: write {', '.join(sorted(needed))}"
    assert action in ROWS, f"speak/cards.py: say in ROWS what the card of {action} reads out"
    missing = {f"row.{name}" for name, _ in ROWS[action]} - terms.keys()
    assert not missing, f"speak/phrases/*/*.yaml: write {', '.join(sorted(missing))}"
