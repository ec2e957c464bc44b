"""docs/templates.md says all there is, in both languages, and its examples are accepted."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xiaoer.cli.templates import templates as cli
from xiaoer.domain.templates import Way
from xiaoer.domain.understanding import Intent, Mood
from xiaoer.domain.words import Language
from xiaoer.speak.fields import FIELDS
from xiaoer.speak.template_syntax import FILTERS
from xiaoer.templates import check
from xiaoer.understand.catalogue import catalogue

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "templates.md", DOCS / "zh" / "templates.md"]
SOURCES = (Path(check.__file__), Path(check.__file__).with_name("editor.py"))
SPEAK = Path(check.__file__).parents[1] / "speak"


@pytest.fixture(params=PAGES, ids=["en", "zh"])
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param.read_text("utf-8"))


def test_every_field_filter_mood_and_finding_stands_there(page: str) -> None:
    told = set(re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE))
    assert {name for name in told if "." in name} == set(FIELDS)
    for name in [*FILTERS, *(mood.value for mood in Mood)]:
        assert re.search(rf"[`( ]{name}[`(]", page), name
    for rule in rules():
        assert f"`{rule}`" in page, rule


def rules() -> set[str]:
    """The keys of all findings, as the code names them."""
    text = "".join(
        path.read_text("utf-8") for path in (*SOURCES, *SPEAK.glob("*template*.py"), SPEAK / "sandbox.py")
    )
    found = set(re.findall(r'(?:Finding|_no)\(\s*"(\w+)"', text))
    assert {"promise", "never_said", "unknown_field", "syntax"} <= found
    return found


def test_its_examples_are_accepted(page: str) -> None:
    commands = re.findall(r"^xiaoer templates write (.*)$", page, re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        intent, *options = shlex.split(command)
        given = dict(zip(options[::2], options[1::2], strict=True))
        mood = Mood(given["--mood"]) if "--mood" in given else None
        way = Way(
            intent=Intent(intent),
            language=Language(given["--language"]),
            mood=mood,
            variant=given.get("--variant", "a"),
        )
        written, found = check.of_text(way, given["--text"], catalogue())
        assert written is not None, (command, found)
        assert not [finding for finding in found if finding.blocks or finding.rule == "promise"], found


def test_every_command_has_a_help() -> None:
    for name in ("list", "show", "fields", "write", "preview", "publish", "archive", "rollback", "report"):
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0, name
