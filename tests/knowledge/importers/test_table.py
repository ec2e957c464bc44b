"""CSV and XLSX of questions and answers."""

import csv
import io
import tracemalloc
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.knowledge.importers.making import bomb, xlsx, zipped
from tests.knowledge.importers.reports import bodies, noted, only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Hints, Imported, Limits, Told, Why, read_source


def table(text: str, **limits: int) -> Imported:
    return read_source(text.encode(), "faq.csv", limits=Limits(**limits))  # type: ignore[arg-type]


# --- columns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "问题,答案",
        "question,answer",
        "Q,A",
        "标题,内容",
        "标准问,回复话术",
        "Title,Reply",
        "问题（必填）,答案*",
    ],
)
def test_columns_are_known_by_their_names_in_both_languages(header):
    assert bodies(table(f"{header}\nHow long?,Three days\n")) == {"How long?": "Three days"}


def test_columns_may_stand_in_any_order_and_among_others():
    text = "编号,答案,更新人,问题\n1,七天,小王,退货要几天\n"
    assert bodies(table(text)) == {"退货要几天": "七天"}


def test_every_known_column_is_taken():
    found = table(
        "slug,title,question,similar questions,answer,group,language\n"
        "return-days,Returns,How long to return?,return period|days to return,Seven days.,Returns,en\n"
        "return-days,退货,退货要几天,退货期限；几天能退,七天。,退换货,中文\n"
    )
    en, zh = found.drafts
    assert (en.slug, en.language, en.group) == ("return-days", Language.EN, "returns")
    assert (zh.slug, zh.language, zh.group) == ("return-days", Language.ZH, "returns")
    assert en.questions == ("How long to return?", "return period", "days to return")
    assert zh.questions == ("退货要几天", "退货期限", "几天能退")
    assert (en.source, zh.source) == ("faq.csv:2", "faq.csv:3")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    rows = [["问题", "答案"], ["能退吗；能换吗", "能，七天；都行"], ["a, b?", "c, d; e"]]
    whole = io.StringIO()
    csv.writer(whole, delimiter=delimiter).writerows(rows)
    assert len(table(whole.getvalue()).drafts) == 2


def test_the_delimiter_that_excel_writes_into_the_first_line_is_used():
    assert bodies(table("sep=;\nquestion;answer\na, or b?;c, d\n")) == {"a, or b?": "c, d"}


def test_two_columns_need_no_header_and_that_is_told():
    found = table("How long?,Three days\nCan I return?,Yes\n")
    assert len(found.drafts) == 2
    assert noted(found) == {Told.NO_HEADER}


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "one column\nonly\n", "编号,备注,时间\n1,2,3\n"])
def test_a_table_without_question_and_answer_is_explained(text):
    assert skipped(table(text)) == [("faq.csv", Why.NO_COLUMNS)]


# --- rows --------------------------------------------------------------------------------------


def test_a_row_with_an_empty_side_is_skipped_with_its_number():
    found = table("问题,答案\n退货,七天\n,没有问题\n\n换货,\n运费,八元\n")
    assert [draft.source for draft in found.drafts] == ["faq.csv:2", "faq.csv:6"]
    assert skipped(found) == [("faq.csv:3", Why.NO_QUESTION), ("faq.csv:5", Why.NO_ANSWER)]


def test_several_questions_with_the_same_answer_are_one_draft():
    found = table("问题,答案\n退货要几天,七天\n运费,八元\n几天能退,七天\n退货期限,七天\n")
    assert [(d.title, d.questions) for d in found.drafts] == [
        ("退货要几天", ("几天能退", "退货期限")),
        ("运费", ()),
    ]
    assert noted(found) == {Told.MERGED}


def test_more_questions_than_an_article_holds_are_told():
    rows = "".join(f"问法{n},七天\n" for n in range(70))
    found = table(f"问题,答案\n{rows}")
    assert len(only(found).questions) == 50
    assert Told.MANY_QUESTIONS in noted(found)


def test_the_lines_of_an_answer_stay_lines_and_a_question_may_have_several():
    found = table('问题,答案\n"怎么退？\n如何退货","1、打开订单\n2、点退货\n\n完成后会通知"\n')
    assert only(found).questions == ("如何退货",)
    assert only(found).body == "1、打开订单  \n2、点退货\n\n完成后会通知"


def test_nothing_in_an_answer_is_markup_but_html_that_was_exported():
    found = table(
        "question,answer\nwidth?,5*6*7 _cm_ <b [x](http://x.test)\n"
        "html?,<p>See <b>this</b><script>alert(1)</script></p>\n"
    )
    assert bodies(found) == {
        "width?": "5\\*6\\*7 \\_cm\\_ \\<b \\[x](http://x.test)",
        "html?": "See **this**",
    }


def test_rows_beyond_the_limit_are_told():
    found = table("问题,答案\n" + "".join(f"问{n},答{n}\n" for n in range(10)), rows=4)
    assert len(found.drafts) == 4
    assert skipped(found) == [("faq.csv:6-", Why.TOO_MANY_ROWS)]


def test_drafts_beyond_the_limit_are_told_once():
    found = table("问题,答案\n" + "".join(f"问{n},答{n}\n" for n in range(10)), drafts=4)
    assert len(found.drafts) == 4
    assert skipped(found) == [("faq.csv:6", Why.TOO_MANY_DRAFTS)]


def test_a_cell_that_is_no_answer_for_its_length_is_skipped():
    found = table(f"问题,答案\n长,{'x' * 50}\n短,好\n", cell_chars=40)
    assert bodies(found) == {"短": "好"}
    assert skipped(found) == [("faq.csv:2", Why.CELL_TOO_LONG)]


def test_a_quotation_mark_that_is_not_closed_is_told():
    found = table('问题,答案\n退货,七天\n换货,"七天\n运费,八元\n')
    assert bodies(found)["退货"] == "七天"
    assert Told.QUOTES in noted(found)
    swallowed = table('问题,答案\n退货,七天\n换货,"七天\n' + "运费,八元\n" * 30_000)
    assert bodies(swallowed) == {"退货": "七天"}
    assert skipped(swallowed) == [("faq.csv:3-", Why.BAD_ROW)]


def test_a_language_or_group_we_do_not_know_is_told():
    found = table("question,answer,language,group\nHow?,So,fr,退换货\nWhat?,This,fr,杂七杂八\n")
    assert {note.what: note.facts for note in found.notes} == {
        Told.LANGUAGE_UNKNOWN: {"count": 2, "example": "fr"},
        Told.GROUP_UNKNOWN: {"group": "杂七杂八", "taken": "imported"},
    }


def test_the_merchant_s_word_decides_where_texts_do_not():
    found = read_source(b"question,answer\nVIP?,OK\n", "faq.csv", hints=Hints(language=Language.EN))
    assert only(found).language is Language.EN


# --- formulas ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "=HYPERLINK('http://evil.test','x')",
        "=cmd|' /C calc'!A0",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "＝1+1",
        "\t=1+1",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_a_text_with_an_apostrophe(cell):
    found = table(f'question,answer\nHow?,"{cell}"\n')
    assert only(found).body.startswith("'")
    assert {note.what: note.facts for note in found.notes} == {Told.FORMULAS: {"count": 1, "rows": "2"}}


def test_so_is_one_that_stands_in_a_workbook_as_a_text():
    found = read_source(xlsx([["question", "answer"], ["How?", "+cmd|' /C calc'!A0"]]), "faq.xlsx")
    assert only(found).body.startswith("'+cmd")


@pytest.mark.parametrize("cell", ["-5℃以下不能用", "+86 开头的号码", "@客服 就行", "- 一条", "-10%"])
def test_an_answer_that_only_begins_like_a_formula_stays_as_it_is(cell):
    found = table(f"问题,答案\n怎么？,{cell}\n")
    assert only(found).body == cell
    assert noted(found) == {Told.FORMULAS}


def test_of_a_formula_in_excel_its_value_is_taken_and_without_one_nothing():
    found = read_source(xlsx([["question", "answer"], ["How?", "=1+1"], ["So?", "so"]]), "faq.xlsx")
    assert bodies(found) == {"So?": "so"}
    assert skipped(found) == [("faq.xlsx:2", Why.NO_ANSWER)]


# --- Excel -------------------------------------------------------------------------------------


def test_numbers_and_dates_of_a_workbook_read_as_they_show():
    rows: list[list[object]] = [
        ["问题", "答案"],
        ["几元？", 8.0],
        ["多少？", 8.5],
        ["哪天？", date(2026, 11, 18)],
        ["对吗？", True],
    ]
    assert bodies(read_source(xlsx(rows), "faq.xlsx")) == {
        "几元？": "8",
        "多少？": "8.5",
        "哪天？": "2026-11-18",
        "对吗？": "TRUE",
    }


def test_every_sheet_with_the_columns_is_read_and_the_others_are_told():
    book = xlsx(
        [["问题", "答案"], ["退货", "七天"]],
        [["制表人", "小王", "2026"]],
        [],
        [["question", "answer"], ["Returns?", "Seven days"], ["x", None]],
        names=["退换", "说明", "空", "English"],
    )
    found = read_source(book, "faq.xlsx")
    assert [d.source for d in found.drafts] == ["faq.xlsx:退换:2", "faq.xlsx:English:2"]
    assert skipped(found) == [("faq.xlsx:说明", Why.NO_COLUMNS), ("faq.xlsx:English:3", Why.NO_ANSWER)]


def test_an_empty_workbook_is_told():
    assert skipped(read_source(xlsx([]), "faq.xlsx")) == [("faq.xlsx", Why.EMPTY)]


def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing():
    rows = [["问题", "答案"], ["退货", "七天"]]
    far = _with_sheet(
        xlsx(rows), b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    assert bodies(read_source(far, "faq.xlsx")) == {"退货": "七天"}


def _with_sheet(book: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old, new)
    return zipped(parts)


# --- hostile -----------------------------------------------------------------------------------


def test_a_bomb_of_a_workbook_is_refused_before_it_is_unpacked():
    """A gigabyte of zeros in a file of one megabyte."""
    packed = bomb("xl/worksheets/sheet1.xml", 1_000_000_000, parts={"xl/workbook.xml": b"<workbook/>"})
    assert len(packed) < 2_000_000
    assert skipped(read_source(packed, "faq.xlsx")) == [("faq.xlsx", Why.ZIP_BOMB)]


def test_a_bomb_that_lies_about_its_size_takes_no_more_memory_than_it_claims():
    """zipfile unpacks a part that is read in one go to its end, and only then cuts it to what is claimed."""
    packed = bomb(
        "xl/worksheets/sheet1.xml", 200_000_000, parts={"xl/workbook.xml": b"<workbook/>"}, claims=1_000
    )
    tracemalloc.start()
    try:
        assert skipped(read_source(packed, "faq.xlsx")) == [("faq.xlsx", Why.DAMAGED)]
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_thousands_of_parts_are_no_workbook():
    parts = {f"xl/{n}.xml": b"<a/>" for n in range(3_000)} | {"xl/workbook.xml": b"<workbook/>"}
    found = read_source(zipped({"xl/workbook.xml": b"<workbook/>"} | parts), "faq.xlsx")
    assert skipped(found) == [("faq.xlsx", Why.ZIP_BOMB)]


def test_entities_that_grow_without_end_are_refused():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    book = zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": laughs})
    assert skipped(read_source(book, "faq.xlsx")) == [("faq.xlsx", Why.HOSTILE_XML)]


def test_elements_without_end_in_each_other_are_refused():
    deep = b"<a>" * 5_000 + b"</a>" * 5_000
    book = zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": deep})
    assert skipped(read_source(book, "faq.xlsx")) == [("faq.xlsx", Why.TOO_INTRICATE)]


@pytest.mark.parametrize("cut", [30, 200, 1_000])
def test_a_broken_workbook_is_told(cut):
    assert skipped(read_source(xlsx([["问题", "答案"]])[:-cut], "faq.xlsx")) == [("faq.xlsx", Why.DAMAGED)]


@given(st.lists(st.lists(st.text(max_size=20), max_size=4), max_size=6))
def test_any_table_is_read_or_explained(rows):
    whole = io.StringIO()
    csv.writer(whole).writerows([["question", "answer"], *rows])
    found = read_source(whole.getvalue().encode("utf-8", "replace"), "faq.csv")
    skipped(found)
    assert all(draft.title and draft.body and draft.slug for draft in found.drafts)
