"""PDF: text with its pages, bounds of pages and time, and a clear word for scans and passwords."""

import io
import tracemalloc
import zlib
from itertools import count

import pytest
from pypdf import PdfReader, PdfWriter
from tests.knowledge.importers.making import pdf
from tests.knowledge.importers.reports import bodies, noted, only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Limits, Told, Why, read_source

GUIDE = pdf(
    [
        "Returns guide",
        "How long do I have to return an item that was",
        "bought in the sale?",
        "You have seven days after the parcel has ar-",
        "rived. Please keep the tags.",
        "1",
    ],
    ["怎么退货？", "打开订单，点击退货，", "填写原因即可。", "• 保留吊牌", "2"],
)


def test_questions_are_found_across_lines_and_told_with_their_page():
    found = read_source(GUIDE, "guide.pdf")
    assert bodies(found) == {
        "How long do I have to return an item that was bought in the sale?": (
            "You have seven days after the parcel has arrived. Please keep the tags."
        ),
        "怎么退货？": "打开订单，点击退货，填写原因即可。\n\n- 保留吊牌",
    }
    assert [(d.source, d.language) for d in found.drafts] == [
        ("guide.pdf:p1", Language.EN),
        ("guide.pdf:p2", Language.ZH),
    ]


def test_an_answer_goes_on_over_the_end_of_a_page():
    found = read_source(
        pdf(["怎么退货？", "打开订单，点击"], ["退货即可，七天之内到账，", "请留意短信。"]), "x.pdf"
    )
    assert bodies(found) == {"怎么退货？": "打开订单，点击退货即可，七天之内到账，请留意短信。"}


def test_what_stands_on_every_page_is_left_out():
    pages = [
        ["小店客服手册", f"第{n}条规定说明", f"这里是第{n}条的内容，请照办。", f"- {n} -"]
        for n in range(1, 7)
    ]
    body = only(read_source(pdf(*pages), "手册.pdf")).body
    assert "小店客服手册" not in body
    assert "这里是第6条的内容" in body


def test_a_question_within_a_text_is_no_heading():
    found = read_source(
        pdf(["Is it late? We are sorry. Why not call us and ask?", "We answer every day of the week."]),
        "x.pdf",
    )
    assert [d.title for d in found.drafts] == ["x"]


def test_nothing_in_a_text_is_markup():
    found = read_source(
        pdf(["Write <b>bold</b> and [x](javascript:y) as you like.", "# not a heading at all"]), "x.pdf"
    )
    assert (
        only(found).body
        == "Write \\<b>bold\\</b> and \\[x](javascript:y) as you like. # not a heading at all"
    )


@pytest.mark.parametrize("pages", [[[]], [[], [], []], [["7"]]])
def test_a_scan_is_told(pages):
    assert skipped(read_source(pdf(*pages), "scan.pdf")) == [("scan.pdf", Why.SCANNED)]


def test_single_pages_without_text_are_noted():
    found = read_source(
        pdf(["这一页有很多文字，足够写成一篇文章，真的。"] * 2, [], [], ["这里也有文字。"], []), "x.pdf"
    )
    assert [note.facts for note in found.notes if note.what is Told.EMPTY_PAGES] == [{"pages": "2-3, 5"}]


def encrypted(user: str, owner: str) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(GUIDE)).pages:
        writer.add_page(page)
    writer.encrypt(user, owner, algorithm="AES-256")
    whole = io.BytesIO()
    writer.write(whole)
    return whole.getvalue()


def test_a_password_is_told():
    assert skipped(read_source(encrypted("word", "other"), "x.pdf")) == [("x.pdf", Why.ENCRYPTED)]


def test_a_password_for_the_owner_alone_keeps_nobody_from_reading():
    assert len(read_source(encrypted("", "other"), "x.pdf").drafts) == 2


def test_a_cipher_that_nobody_knows_is_told():
    strange = pdf(
        ["x"], trailer=b"/Encrypt << /Filter /Standard /V 99 /R 99 /O (x) /U (x) /P 0 >> /ID [(a) (b)]"
    )
    assert skipped(read_source(strange, "x.pdf"))[0][1] in (Why.ENCRYPTED, Why.DAMAGED)


def test_pages_beyond_the_limit_are_told():
    pages = [[f"第{n}页上的文字，写得足够长了，足够成为文章。"] for n in range(1, 8)]
    found = read_source(pdf(*pages), "x.pdf", limits=Limits(pages=3))
    assert "第3页" in only(found).body
    assert "第4页" not in only(found).body
    assert skipped(found) == [("x.pdf:p4-7", Why.TOO_MANY_PAGES)]


def test_reading_stops_when_the_time_is_up_and_keeps_what_it_has():
    pages = [[f"第{n}页上的文字，写得足够长了，足够成为文章。"] for n in range(1, 8)]
    ticks = count()
    found = read_source(pdf(*pages), "x.pdf", limits=Limits(seconds=20, clock=lambda: float(next(ticks))))
    assert "第1页" in only(found).body
    [(where, why)] = skipped(found)
    assert why is Why.TOO_SLOW
    assert where.endswith("-7")


def test_time_is_up_within_a_page_too():
    """One page of a hundred thousand steps; the clock is looked at before each."""
    ticks = count()
    whole = pdf(["字" * 20] * 40)
    found = read_source(whole, "x.pdf", limits=Limits(seconds=10, clock=lambda: float(next(ticks))))
    assert skipped(found) == [("x.pdf:p1-1", Why.TOO_SLOW)]


def test_a_bomb_within_a_page_is_passed_over():
    bomb = zlib.compress(bytes(50_000_000))
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    page = b"<< /Type /Page /Parent 2 0 R /Contents 8 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    whole = pdf(["这一页有很多文字，足够写成一篇文章，真的够了。"], extra=[page, content])
    whole = whole.replace(b"/Count 1 /Kids [4 0 R]", b"/Count 2 /Kids [4 0 R 7 0 R]")
    tracemalloc.start()
    try:
        found = read_source(whole, "x.pdf")
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
    assert "这一页有很多文字" in only(found).body
    assert skipped(found) == [("x.pdf:p2", Why.BAD_PAGE)]


def test_a_tree_of_pages_that_leads_to_itself_comes_to_an_end():
    whole = GUIDE.replace(b"/Kids [4 0 R 6 0 R]", b"/Kids [2 0 R 2 0 R]")
    assert skipped(read_source(whole, "x.pdf"))


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"x" * 5_000, GUIDE[:300], GUIDE[: len(GUIDE) // 2]]
)
def test_a_broken_pdf_is_told(data):
    found = read_source(data, "x.pdf")
    assert found.drafts or skipped(found)[0][1] in (Why.DAMAGED, Why.SCANNED)


def test_progress_is_told_by_pages():
    told: list[tuple[int, int | None, str]] = []
    read_source(GUIDE, "x.pdf", progress=lambda done, total, what: told.append((done, total, what)))
    assert told == [(1, 2, "x.pdf"), (2, 2, "x.pdf")]
    assert not noted(read_source(GUIDE, "x.pdf")) - {Told.LEFT_OUT}
