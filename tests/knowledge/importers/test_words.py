"""What is said to merchants: the same in both languages, with the same facts, for every reason."""

import re

import pytest

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Note, Skipped, Told, Why, said
from xiaoer.knowledge.importers.words import book
from xiaoer.text.mask import Kind

SLOT = re.compile(r"{(\w+)}")


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_note_and_mask_has_its_words(language):
    assert set(book(language).skipped) == set(Why)
    assert set(book(language).notes) == set(Told)
    assert set(book(language).masks) == set(Kind)


@pytest.mark.parametrize("part", ["skipped", "notes"])
def test_both_languages_take_the_same_facts(part):
    zh, en = getattr(book(Language.ZH), part), getattr(book(Language.EN), part)
    assert {key: sorted(SLOT.findall(text)) for key, text in zh.items()} == {
        key: sorted(SLOT.findall(text)) for key, text in en.items()
    }


def test_a_remark_says_where_what_and_what_to_do():
    no = Skipped("faq.csv", Why.TOO_LARGE, {"limit_mb": 20})
    assert said(no, Language.EN) == "faq.csv: Larger than 20 MB. Split it into smaller files."
    assert said(no, Language.ZH) == "faq.csv: 超过 20 MB，请拆成几个小文件。"
    assert "{question}" in said(Note("a", Told.LEFT_OUT, {"text": "{question}"}), Language.EN)
