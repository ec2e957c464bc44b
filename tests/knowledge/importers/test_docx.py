"""Word documents, by way of the same road as pages."""

import socket
from collections.abc import Iterator

import pytest
from tests.knowledge.importers.making import bomb, docx, paragraph, zipped
from tests.knowledge.importers.reports import bodies, noted, only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Told, Why, read_source


def test_headings_and_bold_or_marked_lines_that_ask_are_a_draft_each():
    found = read_source(
        docx(
            paragraph("退换货说明", heading=1),
            paragraph("怎么退货？", heading=2),
            paragraph("打开订单，点退货。"),
            paragraph("运费谁出？", bold=True),
            paragraph("我们出。"),
            paragraph("Q1：可以换吗"),
            paragraph("A：可以。"),
        ),
        "退换货.docx",
    )
    assert bodies(found) == {
        "怎么退货？": "打开订单，点退货。",
        "运费谁出？": "我们出。",
        "可以换吗": "可以。",
    }
    assert found.drafts[0].language is Language.ZH
    assert found.drafts[0].source == "退换货.docx"


def test_a_document_without_questions_is_one_article_named_after_the_file():
    assert only(read_source(docx(paragraph("Seven days.")), "Returns policy.docx")).title == "Returns policy"


def test_a_document_without_text_is_told():
    assert skipped(read_source(docx(), "x.docx")) == [("x.docx", Why.NO_TEXT)]


def test_a_document_says_by_its_content_what_it_is():
    assert only(read_source(docx(paragraph("Seven days.")), "faq.csv")).body == "Seven days."


@pytest.fixture
def unheard() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def test_nothing_that_a_document_links_to_is_read(unheard):
    port = unheard.getsockname()[1]
    schemas = "http://schemas.openxmlformats.org"
    relations = (
        f'<Relationships xmlns="{schemas}/package/2006/relationships"><Relationship Id="rId9"'
        f' Type="{schemas}/officeDocument/2006/relationships/image"'
        f' Target="http://127.0.0.1:{port}/x.png" TargetMode="External"/></Relationships>'
    )
    image = (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{schemas}/drawingml/2006/wordprocessingDrawing">'
        f'<a:graphic xmlns:a="{schemas}/drawingml/2006/main"><a:graphicData><pic:pic'
        f' xmlns:pic="{schemas}/drawingml/2006/picture"><pic:blipFill><a:blip r:link="rId9"/>'
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    found = read_source(
        docx(paragraph("Seven days."), image, parts={"word/_rels/document.xml.rels": relations.encode()}),
        "x.docx",
    )
    assert only(found).body == "Seven days."
    with pytest.raises(BlockingIOError):
        unheard.accept()


def test_a_bomb_of_a_document_is_refused():
    parts = {"word/document.xml": b"<w/>"}
    packed = bomb("word/media/image1.png", 1_000_000_000, parts=parts)
    assert skipped(read_source(packed, "x.docx")) == [("x.docx", Why.ZIP_BOMB)]


def test_text_of_more_megabytes_than_a_reader_can_hold_is_refused():
    packed = bomb("word/other.xml", 30_000_000, parts={"word/document.xml": b"<w/>"})
    assert skipped(read_source(packed, "x.docx")) == [("x.docx", Why.ZIP_BOMB)]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_entities_are_refused(head):
    assert skipped(read_source(docx(paragraph("x"), head=head), "x.docx")) == [("x.docx", Why.HOSTILE_XML)]


def test_elements_without_end_in_each_other_are_refused():
    deep = "<w:tbl><w:tr><w:tc>" * 100 + "</w:tc></w:tr></w:tbl>" * 100
    assert skipped(read_source(docx(deep), "x.docx")) == [("x.docx", Why.TOO_INTRICATE)]


def test_tables_within_tables_as_deep_as_is_taken_are_read():
    levels = 35
    deep = "<w:tbl><w:tr><w:tc>" * levels + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * levels
    assert "deep" in only(read_source(docx(deep), "x.docx")).body


@pytest.mark.parametrize("cut", [10, 200, 600])
def test_a_broken_document_is_told(cut):
    assert skipped(read_source(docx(paragraph("x"))[:-cut], "x.docx")) == [("x.docx", Why.DAMAGED)]


def test_a_zip_file_of_another_kind_is_no_document():
    assert skipped(read_source(zipped({"a.md": b"x"}), "x.docx")) == [("x.docx", Why.UNKNOWN_FORM)]


def test_what_was_left_out_is_told():
    found = read_source(
        docx(paragraph("短序"), paragraph("怎么退？", heading=2), paragraph("点退货。")), "x.docx"
    )
    assert noted(found) == {Told.LEFT_OUT}
