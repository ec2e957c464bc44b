import re

import pytest

from xiaoer.domain.words import Language
from xiaoer.fetch.pages import Reason, Refusal
from xiaoer.fetch.words import book, said


@pytest.mark.parametrize("language", list(Language))
def test_every_reason_has_its_words_and_they_need_no_fact(language):
    assert set(book(language)) == set(Reason)
    assert not re.search(r"[{}]", "".join(book(language).values()))


def test_a_refusal_is_told_with_its_address_and_what_is_particular_to_it():
    no = Refusal("http://shop.test/x", Reason.STATUS, "404")
    assert said(no, Language.EN) == "http://shop.test/x: The server did not give the page out. (404)"
    assert said(no, Language.ZH) == "http://shop.test/x: 服务器没有给出这个网页。 (404)"
