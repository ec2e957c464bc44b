"""Before words leave the house: what belongs to a person is taken out of them, and little else is."""

from collections import Counter

import pytest
from tests.guard.marked import (
    PARTS,
    STRUCTURED,
    Found,
    Kind,
    Row,
    left_alone,
    look,
    precision,
    recall,
    rows,
)

from xiaoer.domain.words import Language
from xiaoer.guard.pseudonyms import Known, Of, Pseudonyms
from xiaoer.text import mask

# Of these the shop has records; a card and an ID it never sees.
_IN_RECORDS = {
    Kind.NAME: Of.NAME,
    Kind.PHONE: Of.PHONE,
    Kind.EMAIL: Of.EMAIL,
    Kind.ADDRESS: Of.ADDRESS,
    Kind.ORDER: Of.ORDER,
    Kind.PARCEL: Of.PARCEL,
}
_SHORTEST = 2  # characters of a known value: a surname alone is told by its title


def found_in(language: Language, part: str) -> list[Found]:
    return look(rows(language, part))


def share(counted: tuple[int, int]) -> float:
    return counted[0] / counted[1]


# As measured, less a little: benchmarks/masking.py.
@pytest.mark.parametrize(("part", "least"), [("tune", 0.99), ("held", 0.98), ("late", 0.95)])
@pytest.mark.parametrize("language", list(Language))
def test_numbers_mailboxes_and_accounts_do_not_leave(language: Language, part: str, least: float) -> None:
    assert share(recall(found_in(language, part), STRUCTURED)) >= least


@pytest.mark.parametrize(
    ("part", "names", "addresses"), [("tune", 0.95, 0.94), ("held", 0.85, 0.93), ("late", 0.6, 0.75)]
)
@pytest.mark.parametrize("language", list(Language))
def test_few_names_and_addresses_do_that_no_record_knows(
    language: Language, part: str, names: float, addresses: float
) -> None:
    found = found_in(language, part)
    assert share(recall(found, [Kind.NAME])) >= names
    assert share(recall(found, [Kind.ADDRESS])) >= addresses


@pytest.mark.parametrize(("part", "least"), [("tune", 0.98), ("held", 0.95), ("late", 0.93)])
@pytest.mark.parametrize("language", list(Language))
def test_prices_sizes_models_and_brands_stay(language: Language, part: str, least: float) -> None:
    found = found_in(language, part)
    assert share(precision(found, mask.Kind)) >= least
    assert share(left_alone(found)) >= least


@pytest.mark.parametrize("language", list(Language))
def test_what_the_records_know_never_leaves(language: Language) -> None:
    for part in PARTS:
        for row in rows(language, part):
            hidden = Pseudonyms(b"k", known_of(row)).hide(row.text)
            assert not [one.value for one in known_of(row) if one.value in hidden], (row.text, hidden)


def known_of(row: Row) -> list[Known]:
    return [
        Known(_IN_RECORDS[span.kind], row.text[span.start : span.end])
        for span in row.spans
        if span.kind in _IN_RECORDS and span.end - span.start >= _SHORTEST
    ]


@pytest.mark.parametrize("language", list(Language))
def test_the_set_is_large_mixed_and_says_nothing_twice(language: Language) -> None:
    every = [row for part in PARTS for row in rows(language, part)]
    assert len(every) >= 600
    assert len({row.text for row in every}) == len(every)
    assert sum(not row.spans for row in every) / len(every) >= 1 / 3
    marked = Counter(span.kind for row in every for span in row.spans)
    assert all(marked[kind] >= 4 for kind in Kind if kind is not Kind.IBAN), marked
    assert marked[Kind.NAME] >= 80
    assert marked[Kind.ADDRESS] >= 60
