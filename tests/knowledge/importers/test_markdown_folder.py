"""A folder of Markdown: the good files are taken, the bad ones told, each with its reason."""

from pathlib import Path

import pytest
from tests.knowledge.articles import DEMO, demo
from tests.knowledge.importers.making import docx, paragraph, xlsx
from tests.knowledge.importers.reports import bodies, noted, only, skipped

from xiaoer.domain.words import Language
from xiaoer.knowledge.importers import Hints, Imported, Limits, Told, Why, read_source

GOOD = """---
title: "Delivery: what does it cost?"
group: delivery
questions:
  - is shipping free
---
Delivery costs ¥8.

From ¥99 it is free.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "en").mkdir(parents=True)
    (tmp_path / "shop" / "zh").mkdir()
    return tmp_path / "shop"


def write(folder: Path, name: str, text: str | bytes) -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def one(text: str | bytes, name: str = "Delivery costs.md") -> Imported:
    return read_source(text if isinstance(text, bytes) else text.encode(), name)


def test_the_articles_of_the_demo_shop_come_as_they_stand():
    found = read_source(DEMO)
    wanted = {(a.slug, a.language, a.title, a.group, a.questions, a.body) for a in demo()}
    assert {(d.slug, d.language, d.title, d.group, d.questions, d.body) for d in found.drafts} == wanted
    assert skipped(found) == [("README.md", Why.OUTSIDE)]
    assert not found.notes


def test_a_bad_file_stops_no_other(folder):
    write(folder, "en/fee.md", GOOD)
    write(folder, "zh/fee.md", GOOD.replace("title:", "title: a: b"))
    write(folder, "zh/empty.md", "")
    write(folder, "zh/no-body.md", GOOD[: GOOD.rindex("---") + 4])
    write(folder, "zh/open.md", "---\ntitle: x\n")
    write(folder, "zh/wrong.md", GOOD.replace("- is shipping free", "- 42"))
    write(folder, "zh/large.md", b"x" * 6_000_000)
    write(folder, "zh/picture.md", b"\x89PNG\r\n\x1a\n" + bytes(100))
    write(folder, "zh/bytes.md", bytes(range(128, 256)) * 10)
    found = read_source(folder)
    assert [(d.slug, d.language, d.source) for d in found.drafts] == [("fee", Language.EN, "en/fee.md")]
    assert dict(skipped(found)) == {
        "zh/bytes.md": Why.ENCODING,
        "zh/empty.md": Why.EMPTY,
        "zh/fee.md": Why.HEAD_YAML,
        "zh/large.md": Why.TOO_LARGE,
        "zh/no-body.md": Why.NO_TEXT,
        "zh/open.md": Why.NO_HEAD_END,
        "zh/picture.md": Why.UNKNOWN_FORM,
        "zh/wrong.md": Why.HEAD_FIELD,
    }


def test_what_the_head_lacks_is_made_up_for_and_what_is_too_much_is_told():
    found = one("---\ntitel: x\nlayout: page\n---\nSeven days.\n")
    assert (only(found).title, only(found).group) == ("Delivery costs", "imported")
    assert [note.facts for note in found.notes] == [{"fields": "layout, titel"}]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_a_file_in_another_encoding_is_read(folder, encoding):
    write(
        folder, "zh/fee.md", "---\ntitle: 运费多少？\ngroup: delivery\n---\r\n运费八元。\r\n".encode(encoding)
    )
    draft = only(read_source(folder))
    assert (draft.slug, draft.title, draft.body) == ("fee", "运费多少？", "运费八元。")


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text(GOOD)
    (folder / "en" / "fee.md").symlink_to(secret)
    (folder / "zh" / "more").symlink_to(tmp_path, target_is_directory=True)
    assert skipped(read_source(folder)) == [("en/fee.md", Why.NOT_PLAIN)]


def test_hidden_files_and_folders_are_passed_over(folder):
    (folder / ".git").mkdir()
    write(folder, ".git/note.md", "x")
    write(folder, "en/.fee.md.swp", "x")
    assert skipped(read_source(folder)) == [("shop", Why.EMPTY)]


def test_more_files_than_are_read_are_told(folder):
    for number in range(6):
        write(folder, f"en/a-{number}.md", GOOD.replace("costs", f"costs {number} and"))
    found = read_source(folder, limits=Limits(files=4))
    assert len(found.drafts) == 4
    assert skipped(found) == [("en/a-4.md", Why.TOO_MANY_FILES)]


def test_a_folder_without_languages_is_read_whole_and_in_every_form(tmp_path):
    (tmp_path / "more").mkdir()
    write(tmp_path, "more/退货 说明.md", "七天之内可以退。")
    write(tmp_path, "faq.xlsx", xlsx([["问题", "答案"], ["运费多少", "八元"]]))
    write(tmp_path, "guide.docx", docx(paragraph("Keep the tags.")))
    write(tmp_path, "logo.png", b"\x89PNG\r\n\x1a\n")
    told: list[tuple[int, int | None, str]] = []
    found = read_source(tmp_path, progress=lambda done, total, what: told.append((done, total, what)))
    assert [d.source for d in found.drafts] == ["faq.xlsx:2", "guide.docx", "more/退货 说明.md"]
    assert skipped(found) == [("logo.png", Why.UNKNOWN_FORM)]
    assert [(done, total) for done, total, _ in told] == [(n, 4) for n in (1, 2, 3, 4)]


def test_two_files_of_one_name_are_told_apart(tmp_path):
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        write(tmp_path, f"{place}/fee.md", f"---\ntitle: Fee\ngroup: delivery\n---\nIn {place}: eight.\n")
    found = read_source(tmp_path)
    assert len({d.slug for d in found.drafts}) == 2


# --- Markdown without a head -------------------------------------------------------------------


def test_plain_markdown_is_cut_at_its_questions():
    found = one(
        "# Help\n\n## How?\n\nSo.\n\n### More\n\nOr so.\n\n## When?\nNow.\n\n**Who pays?**\n\nWe do.\n"
    )
    assert bodies(found) == {"How?": "So.\n\n### More\n\nOr so.", "When?": "Now.", "Who pays?": "We do."}


def test_underlined_headings_are_headings_and_code_is_none():
    found = one("Help\n====\n\nHow?\n----\nSo.\n\n```\n# not?\n```\n\nWhen?\n-----\nNow.\n")
    assert bodies(found) == {"How?": "So.\n\n```\n# not?\n```", "When?": "Now."}


def test_marked_questions_and_answers_are_found_in_plain_text_too():
    text = "Q: How long?\nA: Seven days,\nnot more.\n\nQ: Who pays?\nA: We do.\n"
    assert bodies(one(text)) == {"How long?": "Seven days,\nnot more.", "Who pays?": "We do."}
    assert bodies(one(text, "faq.txt")) == {"How long?": "Seven days, not more.", "Who pays?": "We do."}


def test_one_article_is_named_by_its_only_heading_or_by_the_file():
    assert only(one("# Costs\n\nEight.")).title == "Costs"
    assert only(one("Eight.")).title == "Delivery costs"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a <script>alert(1)</script> b", "a \\<script>alert(1)\\</script> b"),
        ("a <img src=x onerror=alert(1)> b", "a \\<img src=x onerror=alert(1)> b"),
        ("[a](javascript:alert(1)) [b](<data:text/html,x>)", "[a](#alert(1)) [b](<#text/html,x>)"),
        ("[a]\n\n[a]: JavaScript:alert(1)", "[a]\n\n[a]: #alert(1)"),
        ("a<br>b <https://shop.test/> 3 < 4", "a\nb <https://shop.test/> 3 < 4"),
        ("<!-- hidden -->a", "\\<!-- hidden -->a"),
    ],
)
def test_markdown_holds_nothing_that_runs(text, left):
    assert only(one(text)).body == left


def test_the_language_of_a_file_is_the_merchant_s_to_say():
    assert only(read_source(b"OK!", "a.md", hints=Hints(language=Language.EN))).language is Language.EN
    assert noted(one(b"OK!", "a.md")) == set[Told]()
