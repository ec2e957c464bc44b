"""The one way in: which form a file has, its size, and that an import has the same slugs each time."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.importers.making import docx, paragraph, pdf, xlsx
from tests.knowledge.importers.reports import only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Limits, Why, read_source

FAQ = "问题,答案\n怎么退货？,打开订单，点退货，然后寄回给我们。\n".encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (FAQ, "faq.csv"),
        (FAQ.replace(b",", b"\t"), "faq.tsv"),
        (xlsx([["问题", "答案"], ["怎么退货？", "打开订单，点退货，然后寄回给我们。"]]), "faq.xlsx"),
        ("## 怎么退货？\n\n打开订单，点退货，然后寄回给我们。".encode(), "faq.md"),
        ("怎么退货？\n打开订单，点退货，然后寄回给我们。".encode(), "faq.txt"),
        ("<html><h2>怎么退货？</h2><p>打开订单，点退货，然后寄回给我们。".encode(), "faq.html"),
        (
            docx(paragraph("怎么退货？", heading=2), paragraph("打开订单，点退货，然后寄回给我们。")),
            "faq.docx",
        ),
        (pdf(["怎么退货？", "打开订单，点退货，然后寄回给我们。"]), "faq.pdf"),
    ],
)
def test_every_form_gives_the_same_draft_from_bytes_and_from_a_file(tmp_path, data, name):
    (tmp_path / name).write_bytes(data)
    for found in (read_source(data, name), read_source(tmp_path / name)):
        draft = only(found)
        assert (draft.title, draft.body) == ("怎么退货？", "打开订单，点退货，然后寄回给我们。")
        assert (draft.slug, draft.language) == ("a-865c46", Language.ZH)
        assert draft.source.startswith(name)
        assert not draft.for_person


@pytest.mark.parametrize("name", ["page", "page.php", "https://shop.test/help?x=a.md", "", "faq.csv"])
def test_content_decides_before_the_name_does(name):
    assert only(read_source(b"<!doctype html><html><h1>Help</h1><p>Seven days.", name)).title == "Help"
    assert only(read_source(docx(paragraph("Seven days.")), name)).body == "Seven days."


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Why.EMPTY),
        (b" \r\n\0", Why.EMPTY),
        (b"\xef\xbb\xbf", Why.EMPTY),
        (b"\x89PNG\r\n\x1a\n", Why.UNKNOWN_FORM),
        (b"MZ\x90\0", Why.UNKNOWN_FORM),
        (b"{\\rtf1 x}", Why.UNKNOWN_FORM),
        (b"\x1f\x8b\x08", Why.UNKNOWN_FORM),
        (b"PK\x03\x04 and no more", Why.DAMAGED),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), Why.OLD_OFFICE),
    ],
)
def test_what_is_no_form_of_ours_is_told_whatever_it_is_called(data, why):
    for name in ("faq.csv", "faq.xlsx", "faq.docx", "faq.pdf", "faq.md"):
        assert skipped(read_source(data, name)) == [(name, why)]


@pytest.mark.parametrize("name", ["faq", "faq.exe", "faq.json", "faq.csv.bak", "faq.xml"])
def test_a_text_whose_name_does_not_say_what_it_is_is_told(name):
    assert skipped(read_source(FAQ, name)) == [(name, Why.UNKNOWN_FORM)]


# --- sizes -------------------------------------------------------------------------------------


def test_a_file_of_a_gigabyte_is_not_read(tmp_path):
    huge = tmp_path / "faq.csv"
    with huge.open("wb") as file:
        file.truncate(1_000_000_000)  # a hole: it takes no place on the disk
    huge.chmod(0o000 if os.geteuid() else 0o600)  # opened by nobody, but looked at
    assert skipped(read_source(huge)) == [("faq.csv", Why.TOO_LARGE)]


def test_a_file_that_may_not_be_opened_is_told_by_its_size_alone(tmp_path, monkeypatch):
    (tmp_path / "faq.csv").write_bytes(bytes(2_000))

    def never(*_: object) -> None:
        pytest.fail("a file beyond the limit was opened")

    monkeypatch.setattr(Path, "open", never)
    found = read_source(tmp_path / "faq.csv", limits=Limits(file_bytes=1_000))
    assert skipped(found) == [("faq.csv", Why.TOO_LARGE)]


@pytest.mark.parametrize("name", ["faq.csv", "faq.md", "faq.html", "faq.jsonl", "faq.txt"])
def test_bytes_beyond_the_limit_are_refused_in_every_form(name):
    found = read_source(b"<html>" + b"x" * 3_000, name, limits=Limits(file_bytes=1_000, markup_bytes=1_000))
    assert skipped(found) == [(name, Why.TOO_LARGE)]


def test_no_such_file_and_what_is_no_file_is_told(tmp_path):
    assert skipped(read_source(tmp_path / "faq.csv")) == [("faq.csv", Why.NO_SUCH_FILE)]
    os.mkfifo(tmp_path / "pipe.csv")
    assert skipped(read_source(tmp_path / "pipe.csv")) == [("pipe.csv", Why.NOT_PLAIN)]
    assert skipped(read_source(tmp_path)) == [("pipe.csv", Why.NOT_PLAIN)]


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("How do I return it?", "how-do-i-return-it"),
        ("What's new -- & why?!", "whats-new-why"),
        ("Café hours", "cafe-hours"),
        ("x" * 200, "x" * 80),
        ("怎么退货？", "a-865c46"),
        ("怎么用 VIP 券", "a-c14aaa"),
        ("?!", "a-545f94"),
    ],
)
def test_a_slug_is_made_of_the_title(title, slug):
    assert only(read_source(f'question,answer\n"{title}",So.\n'.encode(), "faq.csv")).slug == slug


def test_equal_titles_are_told_apart_in_any_order():
    rows = ["Fee?,Eight.,", "Fee?,Nine.,", "fee,Ten.,", "Other?,So.,", "Given?,This.,fee"]
    once = read_source("\n".join(["question,answer,slug", *rows]).encode(), "faq.csv")
    turned = read_source("\n".join(["question,answer,slug", *reversed(rows)]).encode(), "faq.csv")
    slugs = {d.body: d.slug for d in once.drafts}
    assert slugs == {d.body: d.slug for d in turned.drafts}
    assert len(set(slugs.values())) == 5
    assert slugs["This."] == "fee"


def test_a_slug_that_is_given_twice_in_one_language_is_told_apart():
    found = read_source(b"question,answer,slug\nA?,One.,fee\nB?,Two.,fee\n", "faq.csv")
    assert len({d.slug for d in found.drafts}) == 2


def test_the_same_text_twice_is_taken_once():
    found = read_source(b"## A?\n\nSo.\n\n## B?\n\nOr so.\n\n## A?\n\nSo.\n", "faq.md")
    assert [d.title for d in found.drafts] == ["A?", "B?"]
    assert skipped(found) == [("faq.md", Why.TWICE)]


def test_what_no_eye_sees_is_in_no_draft():
    found = read_source(
        "question,answer\nHow\u202e?\0,So\u2066 it\x07 is\u2028or not\ufeff.\n".encode(), "f.csv"
    )
    assert (only(found).title, only(found).body) == ("How?", "So it is  \nor not.")


def test_a_name_from_outside_is_shown_on_one_line():
    assert skipped(read_source(b"", "a\nb\u202e.csv")) == [("a b.csv", Why.EMPTY)]


@given(
    st.binary(max_size=400),
    st.sampled_from(["a.csv", "a.md", "a.html", "a.txt", "a.jsonl", "a.pdf", "a.docx", "a.xlsx", "a"]),
)
def test_any_bytes_under_any_name_are_read_or_explained(data, name):
    found = read_source(data, name)
    skipped(found)
    assert found.drafts or found.skipped or found.notes


@given(st.text(max_size=200), st.sampled_from(["a.csv", "a.md", "a.html", "a.txt", "a.jsonl"]))
def test_any_text_imported_twice_has_the_same_slugs(text, name):
    data = text.encode("utf-8", "replace")
    assert read_source(data, name) == read_source(data, name)
