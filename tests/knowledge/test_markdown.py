from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.knowledge.articles import demo

from xiaoer.domain.words import Language
from xiaoer.knowledge.markdown import LARGEST_BYTES, BadArticles, read_folder

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
    (tmp_path / "en").mkdir()
    (tmp_path / "zh").mkdir()
    return tmp_path


def mistakes(folder: Path) -> str:
    with pytest.raises(BadArticles) as told:
        read_folder(folder)
    return str(told.value)


def write(folder: Path, text: str | bytes, name: str = "en/fee.md") -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_an_article_is_read_as_it_stands(folder):
    write(folder, GOOD)
    [article] = read_folder(folder)
    assert (article.slug, article.language, article.group) == ("fee", Language.EN, "delivery")
    assert article.title == "Delivery: what does it cost?"
    assert article.questions == ("is shipping free",)
    assert article.body == "Delivery costs ¥8.\n\nFrom ¥99 it is free."
    assert article.updated_at.tzinfo is UTC


def test_windows_line_ends_and_a_byte_order_mark_are_no_mistake(folder):
    write(folder, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert read_folder(folder)[0].body.startswith("Delivery costs ¥8.\n\n")


def test_every_article_of_the_demo_shop_stands_in_both_languages():
    slugs = [{a.slug for a in demo() if a.language is language} for language in Language]
    assert slugs[0] == slugs[1]
    assert len(slugs[0]) >= 60


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Delivery costs ¥8.", "en/fee.md:1: must begin with a line ---"),
        (GOOD.replace("title:", "titel:"), "en/fee.md: title: Field required"),
        (GOOD.replace("title:", "titel:"), "titel: not known here. Only title, group and questions"),
        (GOOD.replace("title:", "? \n: nothing\ntitle:"), "None: not known here"),
        (
            GOOD.replace("group: delivery", "group: Home Delivery"),
            "Write one word such as delivery or returns",
        ),
        (GOOD.replace("- is shipping free", "- 42"), "questions.0: Input should be a valid string"),
        (GOOD.replace('"Delivery: what does it cost?"', "Delivery: what"), "en/fee.md:2: mapping values"),
        (GOOD.replace('"Delivery: what does it cost?"', "x" * 201), "at most 200 characters"),
        (GOOD.replace("group: delivery", "group: 2026-02-31"), "en/fee.md:2: not readable as YAML"),
        ("---\n- a list\n---\ntext", "Write title: and a text, group: and a word"),
        (GOOD[: GOOD.rindex("---") + 4], "nothing below the second ---"),
        (b"---\ntitle: \xff\n---\n", "not UTF-8 at byte 11. Save the file as UTF-8."),
        ("x" * (LARGEST_BYTES + 1), "larger than 64 kB. Split it"),
    ],
)
def test_a_mistake_is_named_with_file_and_cure(folder, text, told):
    write(folder, text)
    assert told in mistakes(folder)


def test_all_mistaken_files_are_named_at_once(folder):
    write(folder, "x", "en/fee.md")
    write(folder, "x", "zh/fee.md")
    assert mistakes(folder).count("must begin with") == 2


def test_a_folder_of_another_kind_does_not_flood_the_screen(folder):
    for number in range(30):
        write(folder, "x", f"en/note-{number}.md")
    told = mistakes(folder).splitlines()
    assert len(told) == 21
    assert told[-1] == "... and 10 more files"


def test_a_name_that_no_link_can_carry_is_refused(folder):
    write(folder, GOOD, "en/Shipping Fee.md")
    assert "name it in small letters, digits and single hyphens" in mistakes(folder)


def test_a_link_out_of_the_folder_is_refused(folder, tmp_path_factory):
    secret = tmp_path_factory.mktemp("elsewhere") / "fee.md"
    secret.write_text(GOOD)
    (folder / "en" / "fee.md").symlink_to(secret)
    assert "not a plain file of this folder" in mistakes(folder)


def test_a_folder_without_languages_is_explained(tmp_path):
    assert "Put each article into zh/<slug>.md and en/<slug>.md" in mistakes(tmp_path)


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: f"---\n{t}\n---\nbody".encode()))
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_file_is_read_or_refused_in_words(folder, data):
    write(folder, data)
    assert said_of(folder).startswith("en/fee")


def said_of(folder: Path) -> str:
    try:
        return f"en/{read_folder(folder)[0].slug}"
    except BadArticles as told:
        return str(told)
