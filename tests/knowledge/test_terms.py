import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaoer.domain.words import Language
from xiaoer.knowledge.terms import Synonyms, house_synonyms, read_list

bag = house_synonyms().bag


def meanings(text: str) -> set[str]:
    return {term for term in bag(text) if term.startswith("=")}


def test_one_meaning_is_one_term_in_both_languages():
    assert meanings("邮费") == meanings("运费") == meanings("postage") == {"=shipping-fee"}


def test_endings_do_not_matter():
    assert meanings("refunded") == meanings("refunds") == {"=refund"}


def test_the_longest_phrase_is_taken():
    assert meanings("退款") == {"=refund"}
    assert meanings("退货") == {"=return"}
    assert meanings("gift card") == {"=gift-card"}


def test_a_phrase_may_have_two_meanings():
    assert meanings("包邮") == {"=shipping-fee", "=free-of-charge"}


def test_a_word_that_carries_nothing_weighs_least():
    weights = bag("请问 帐篷 the tent")
    assert weights["~请问"] < weights["帐"] < weights["帐篷"] < weights["tent"]


def test_traditional_characters_are_found():
    assert meanings("運費") == {"=shipping-fee"}


def test_both_lists_know_the_same_meanings():
    zh, en = read_list(Language.ZH), read_list(Language.EN)
    assert zh.concepts.keys() == en.concepts.keys()
    assert zh.things.keys() == en.things.keys()


@pytest.mark.parametrize("language", Language)
def test_no_phrase_stands_twice_in_a_list(language):
    listed = read_list(language)
    groups = [*listed.concepts.values(), *listed.things.values(), listed.elsewhere, listed.fillers]
    phrases = [phrase for group in groups for phrase in group]
    assert sorted(phrases) == sorted(set(phrases))


def test_a_phrase_with_two_owners_is_refused():
    with pytest.raises(ValueError, match="stands for"):
        Synonyms({"returns": {"=return": 1.0}, "returned": {"=back": 1.0}})


def test_a_phrase_without_a_word_is_refused():
    with pytest.raises(ValueError, match="has no word"):
        Synonyms({"?!": {"=what": 1.0}})


@given(st.text(max_size=500))
def test_any_text_has_terms_that_an_index_can_hold(text):
    assert all(term and " " not in term and len(term) < 200 and 0 < w <= 5 for term, w in bag(text).items())
