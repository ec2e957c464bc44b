"""Encodings: the right one, or a word of doubt, or a refusal; never mojibake in silence."""

import codecs
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.articles import demo
from tests.knowledge.importers.reports import noted, only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Hints, Told, Why, read_source
from xiaoer.knowledge.importers.base import Unreadable
from xiaoer.knowledge.importers.decode import decode

ZH = "问题,答案\n退货要几天？,七天之内可以退货，运费我们出。\n"
TRADITIONAL = "問題,答案\n退貨要幾天？,七天之內可以退貨，運費我們出。\n"


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (ZH, "utf-8", None),
        (ZH, "utf-8-sig", None),
        (ZH, "gbk", "GBK/GB18030"),
        (ZH, "gb18030", "GBK/GB18030"),
        (TRADITIONAL, "big5", "Big5"),
        (TRADITIONAL, "utf-8", None),
        (ZH, "utf-16", "UTF-16"),
        (ZH, "utf-16-le", "UTF-16"),
        (ZH, "utf-16-be", "UTF-16"),
        (ZH, "utf-32", "UTF-32"),
    ],
)
def test_a_table_is_read_in_the_encoding_it_has_and_which_one_is_told(text, encoding, told):
    found = read_source(text.encode(encoding), "faq.csv")
    question, answer = text.splitlines()[1].split(",")
    assert (only(found).title, only(found).body) == (question, answer)
    assert [note.facts["encoding"] for note in found.notes] == ([told] if told else [])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be", "utf-8", "utf-16"])
def test_no_chinese_article_of_the_demo_shop_is_misread(encoding):
    for article in demo():
        if article.language is Language.ZH:
            assert decode(article.body.encode(encoding)).text == article.body
            assert decode(article.title.encode(encoding)).text == article.title


def test_western_letters_of_windows_are_read_and_doubted():
    found = read_source("question,answer\nCafé open?,It’s open – daily from 9\n".encode("cp1252"), "faq.csv")
    assert only(found).body == "It’s open – daily from 9"
    assert noted(found) == {Told.ENCODING_GUESSED}


def test_one_broken_character_does_not_cost_the_whole_file():
    data = f"问题,答案\n退货要几天？,{'七天之内可以退货。' * 80}".encode() + b"\xe9\n"
    found = read_source(data, "faq.csv")
    assert only(found).body.endswith("退货。\ufffd")
    assert Told.BAD_BYTES in noted(found)


@pytest.mark.parametrize("data", [bytes(range(128, 256)) * 20, "возврат".encode("cp1251"), b"a\0b\xff,c\n"])
def test_what_is_in_no_encoding_we_know_is_refused(data):
    assert skipped(read_source(data, "faq.csv")) == [("faq.csv", Why.ENCODING)]


@pytest.mark.parametrize("declared", ["gbk", "GB2312", '"gb18030"'])
def test_what_a_server_says_of_a_page_is_believed_when_it_fits(declared):
    page = "<p>退货</p>".encode("gbk")
    assert only(read_source(page, "https://shop.test/x.html", hints=Hints(charset=declared))).body == "退货"


@pytest.mark.parametrize("declared", ["unicode_escape", "utf-7", "zlib", "idna", "nonsense", "iso-8859-1"])
def test_no_codec_is_used_because_a_page_names_it(declared):
    assert decode("退货要几天？七天。".encode("gbk"), declared=declared).encoding == "GBK/GB18030"
    assert decode(b"\\x3cscript\\x3e", declared=declared).text == "\\x3cscript\\x3e"


def test_utf8_is_utf8_whatever_it_is_called():
    assert decode("退货".encode(), declared="gbk").text == "退货"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        told = decode(data)
    except Unreadable:
        return
    assert told.sure or told.encoding


@given(st.text(max_size=100).map(lambda text: re.sub(r"[\0-\x1f]", "", text)))
def test_utf8_is_always_read_as_it_is(text):
    assert decode(codecs.BOM_UTF8 + text.encode()).text == text
    assert decode(text.encode()).text == text.removeprefix("\ufeff")
